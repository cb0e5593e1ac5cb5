// What has been run: show-task, show-operation, operations, cancel-task; and what can be: actions.
import { JujuError, type LiveModel } from '../../contract.ts';
import type { Operation, Task } from '../../state.ts';
import { zoneOf } from '../clock.ts';
import { chosenFormat, goYaml, inOrder, outputFlags, print } from '../output.ts';
import type { Call, CommandSpec, FlagSpec } from '../spec.ts';
import { layTable } from '../text/table.ts';
import { durationMs, goTime } from '../text/times.ts';
import { waitFor } from '../waiting.ts';
import { describeOperation, describeTask, isFinished, liveLine, operationStatus, plainTask } from './results.ts';

const waitFlags: readonly FlagSpec[] = [
  { names: ['wait'], value: 'duration', help: 'Wait up to so long until it has ended' },
  { names: ['utc'], help: 'Show times in UTC' },
];

export const showTask: CommandSpec = {
  name: 'show-task',
  summary: 'Shows the result of a task',
  usage: '<task id>',
  most: 1,
  details: 'A task is what one unit does of an operation. With --wait its log is shown while it runs; --watch waits as long as it takes.',
  examples: ['juju show-task 7', 'juju show-task 7 --wait 1m --format json'],
  flags: [
    ...outputFlags('plain', 'plain, json, yaml'),
    ...waitFlags,
    { names: ['watch'], help: 'Wait until it has ended, showing its log' },
  ],
  async run(call) {
    chosenFormat(call, 'plain', ['plain', 'json', 'yaml']);
    const [id] = call.args;
    if (id === undefined) throw new JujuError('no task ID specified', 2);
    const live = call.model();
    const find = (): Task => live.state.tasks[id] ?? notFound();
    await awaitEnd(call, live, () => {
      followLog(call, find());
      return isFinished(find());
    });
    const task = find();
    print(call, 'plain', () => describeTask(task, zoneFor(call)), { plain: () => plainTask(task) });
    return 0;
  },
};

export const showOperation: CommandSpec = {
  name: 'show-operation',
  summary: 'Shows an operation with all its tasks',
  usage: '<operation id>',
  most: 1,
  details: 'An operation is one use of "juju run" or "juju exec".',
  examples: ['juju show-operation 6', 'juju show-operation 6 --wait 30s'],
  flags: [...outputFlags('yaml', 'yaml, json'), ...waitFlags, { names: ['watch'], help: 'Wait until it has ended' }],
  async run(call) {
    chosenFormat(call, 'yaml', ['yaml', 'json']);
    const [id] = call.args;
    if (id === undefined) throw new JujuError('no operation ID specified', 2);
    const live = call.model();
    const find = (): Operation => live.state.operations[id] ?? notFound();
    await awaitEnd(call, live, () => find().tasks.every(task => isFinished(live.state.tasks[task]!)));
    print(call, 'yaml', () => inOrder(describeOperation(live.state, find(), zoneFor(call))));
    return 0;
  },
};

export const operations: CommandSpec = {
  name: 'operations',
  aliases: ['list-operations'],
  summary: 'Lists what has been run',
  usage: '',
  most: 0,
  details: 'The newest are last. The filters take several names with commas between them.',
  examples: ['juju operations', 'juju operations --applications mongodb --status failed'],
  flags: [
    ...outputFlags('plain', 'plain, json, yaml'),
    { names: ['utc'], help: 'Show times in UTC' },
    { names: ['actions'], value: 'names', help: 'Only these actions' },
    { names: ['applications', 'apps'], value: 'names', help: 'Only on these applications' },
    { names: ['units'], value: 'names', help: 'Only on these units' },
    { names: ['machines'], value: 'numbers', help: 'Only on these machines' },
    { names: ['status'], value: 'words', help: 'Only in these states' },
    { names: ['limit'], value: 'integer', initial: '50', help: 'At most so many' },
    { names: ['offset'], value: 'integer', help: 'Leave out so many' },
  ],
  run(call) {
    const live = call.model();
    const wanted = listOperations(call, live);
    if (wanted.length === 0) {
      call.console.err('no matching operations\n');
      return 0;
    }
    const zone = zoneFor(call);
    const time = (iso: string | undefined) => (iso === undefined ? '' : goTime(iso, zone).slice(0, 19).replace(' ', 'T'));
    print(call, 'plain', () => inOrder(Object.fromEntries(wanted.map(one => [one.id, describeOperation(live.state, one, zone)]))), {
      plain: () =>
        layTable([
          ['ID', 'Status', 'Started', 'Finished', 'Task IDs', 'Summary'],
          ...wanted.map(one => [
            one.id,
            operationStatus(live.state, one),
            time(one.started),
            time(one.completed),
            one.tasks.join(','),
            one.summary,
          ]),
        ]),
    });
    return 0;
  },
};

export const cancelTask: CommandSpec = {
  name: 'cancel-task',
  summary: 'Cancels tasks that have not ended',
  usage: '<task id> [<task id> …]',
  details: 'A task that waits is dropped; the program of one that runs is ended.',
  flags: outputFlags('yaml', 'yaml, json'),
  run(call) {
    if (call.args.length === 0) throw new JujuError('no task IDs specified', 2);
    const live = call.model();
    for (const id of call.args) {
      if (!live.state.tasks[id]) throw new JujuError(`task "${id}" not found`);
      live.cancelTask(id);
    }
    print(call, 'yaml', () => Object.fromEntries(call.args.map(id => [id, { status: live.state.tasks[id]?.status ?? 'cancelled' }])));
    return 0;
  },
};

export const actions: CommandSpec = {
  name: 'actions',
  aliases: ['list-actions'],
  summary: 'Lists the actions of an application',
  usage: '<application>',
  most: 1,
  details: '--schema shows their parameters as well.',
  examples: ['juju actions mongodb', 'juju actions mongodb --schema'],
  flags: [...outputFlags('default', 'default, tabular, json, yaml'), { names: ['schema'], help: 'Show all that is declared of each' }],
  run(call) {
    const [name] = call.args;
    if (name === undefined) throw new JujuError('no application name specified', 2);
    const { applications, charms } = call.model().state;
    const application = applications[name];
    if (!application) throw new JujuError(`application "${name}" not found`);
    const found = Object.entries(charms[application.charm]?.actions ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    const schema = call.flags.on('schema');
    const value = () => Object.fromEntries(found.map(([action, spec]) => [action, schema ? spec.schema : spec.description]));
    const table = () =>
      layTable([['Action', 'Description'], ...found.map(([action, spec]) => [action, spec.description.split('\n')[0] ?? ''])]);
    if (schema && call.flags.text('format') === 'tabular') throw new JujuError('full schema not compatible with tabular output', 2);
    if (found.length === 0) call.console.err(`No actions defined for ${name}.\n`);
    else print(call, 'default', value, { default: schema ? () => goYaml(value()) : table, tabular: table });
    return 0;
  },
};

const logShown = new WeakMap<Call, number>();

/** Repeats the lines of the task's log that this call has not shown yet, if it waits. */
function followLog(call: Call, task: Task): void {
  if (!call.flags.on('watch') && !call.flags.has('wait')) return;
  for (let at = logShown.get(call) ?? 0; at < task.log.length; at++) call.console.err(liveLine(task.log[at]!, zoneFor(call)));
  logShown.set(call, task.log.length);
}

async function awaitEnd(call: Call, live: LiveModel, ended: () => boolean): Promise<void> {
  const text = call.flags.text('wait');
  const ms = text === undefined ? undefined : durationMs(text);
  if (text !== undefined && ms === undefined)
    throw new JujuError(`invalid value "${text}" for option --wait: time: invalid duration "${text}"`, 2);
  const limit = call.flags.on('watch') || ms === 0 ? undefined : (ms ?? 0);
  await waitFor(live, call.console.gone, limit, ended);
}

function listOperations(call: Call, live: LiveModel): Operation[] {
  const chosen = (flag: string) =>
    call.flags
      .all(flag)
      .flatMap(text => text.split(','))
      .filter(text => text !== '');
  const [names, applications, units, machines, states] = ['actions', 'applications', 'units', 'machines', 'status'].map(
    chosen,
  ) as string[][];
  const passes = (list: string[] | undefined, found: readonly string[]) => !list?.length || list.some(one => found.includes(one));
  const offset = call.flags.integer('offset') ?? 0;
  return Object.values(live.state.operations)
    .filter(one => {
      const on = one.tasks.map(id => live.state.tasks[id]?.unit ?? '');
      return (
        passes(names, [one.action]) &&
        passes(
          applications,
          on.map(unit => unit.split('/')[0] ?? ''),
        ) &&
        passes(units, on) &&
        passes(
          machines,
          on.map(unit => live.state.units[unit]?.machine ?? ''),
        ) &&
        passes(states, [operationStatus(live.state, one)])
      );
    })
    .sort((a, b) => Number(a.id) - Number(b.id))
    .slice(offset)
    .slice(-(call.flags.integer('limit') ?? 50));
}

function zoneFor(call: Call): string {
  return call.flags.on('utc') ? 'UTC' : zoneOf(call.console);
}

function notFound(): never {
  throw new JujuError('id not found');
}
