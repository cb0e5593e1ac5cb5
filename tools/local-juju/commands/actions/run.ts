// `juju run`: an action on units.
import { JujuError, type LiveModel } from '../../contract.ts';
import type { Task } from '../../state.ts';
import { zoneOf } from '../clock.ts';
import { readClientFile } from '../files.ts';
import { chosenFormat, outputFlags, print } from '../output.ts';
import type { Call, CommandSpec } from '../spec.ts';
import { plural, unitTag } from '../text/names.ts';
import { yamlDocument } from '../text/yaml-value.ts';
import { awaitTasks, exitCodeOf, followFlags, sayScheduled } from './follow.ts';
import { buildParameters, readRunWords } from './parameters.ts';
import { describeTask, plainTask, plainTasks } from './results.ts';
import { schemaFailures, withDefaults } from './schema.ts';

export const run: CommandSpec = {
  name: 'run',
  summary: 'Runs an action on units and shows its results',
  usage: '<unit> [<unit> …] <action name> [<key>=<value> …]',
  details: `Schedules the action on each unit and waits for it; what the charm logs meanwhile appears on stderr, the results on stdout.
"<application>/leader" means the unit that leads. Values are read as YAML, keys may be nested with dots.
The exit code is 1 if the action's program ended with another code than 0; an action that the charm declared failed ends with 0.`,
  examples: [
    'juju run mongodb/leader get-password',
    'juju run mongodb/0 mongodb/1 status-detail --format json',
    'juju run app/0 backup --background',
  ],
  flags: [
    ...outputFlags('plain', 'plain, json, yaml'),
    ...followFlags,
    { names: ['params'], value: 'file', help: 'A YAML file with parameters; those on the command line win' },
    { names: ['string-args'], help: 'Take values as text, not as YAML' },
  ],
  async run(call) {
    chosenFormat(call, 'plain', ['plain', 'json', 'yaml']);
    const words = readRunWords(call.args);
    const live = call.model();
    const parameters = buildParameters(await fileParameters(call), words.assignments, call.flags.on('string-args'));
    const scheduled = schedule(live, words.receivers, words.action, parameters);
    if (scheduled.failure !== undefined && scheduled.tasks.length === 0) {
      call.console.err(`\nOperation ${scheduled.operation} failed to schedule any tasks:\n${scheduled.failure}\n`);
      return 0;
    }
    if (call.flags.on('background')) return sayScheduled(call, scheduled.operation, scheduled.tasks);
    announce(call, scheduled);
    if (!(await awaitTasks(call, live, scheduled.tasks, true))) return 1;
    return show(
      call,
      scheduled.tasks.map(task => live.state.tasks[task.id] ?? task),
    );
  },
};

type Scheduled = { operation: string; tasks: Task[]; failure?: string };

/** Enqueues the action on every receiver that can take it; the texts of the others are joined in `failure`. */
function schedule(live: LiveModel, receivers: readonly string[], action: string, parameters: Record<string, unknown>): Scheduled {
  const shown = receivers.map(receiver => (receiver.endsWith('/leader') ? receiver : unitTag(receiver)));
  const units: string[] = [];
  const failures: string[] = [];
  let complete = parameters;
  for (const receiver of receivers) {
    const checked = check(live, receiver, action, parameters);
    if ('failure' in checked) failures.push(checked.failure);
    else {
      units.push(checked.unit);
      complete = checked.parameters;
    }
  }
  const failure = failures.length === 0 ? undefined : failures.join('\n');
  const operation = live.enqueue({
    summary: `${action} run on ${shown.join(',')}`,
    receivers: shown,
    units,
    action,
    parameters: complete,
    ...(units.length === 0 && failure !== undefined ? { fail: failure } : {}),
  });
  const tasks = (live.state.operations[operation]?.tasks ?? []).map(id => live.state.tasks[id]).filter(task => task !== undefined);
  return { operation, tasks, ...(failure === undefined ? {} : { failure }) };
}

type Checked = { unit: string; parameters: Record<string, unknown> } | { failure: string };

function check(live: LiveModel, receiver: string, action: string, parameters: Record<string, unknown>): Checked {
  const { state } = live;
  const name = receiver.endsWith('/leader') ? state.applications[receiver.slice(0, -7)]?.leader : receiver;
  if (name === undefined) return { failure: `could not determine leader for "${receiver.slice(0, -7)}"` };
  const unit = state.units[name];
  if (!unit) return { failure: `"${unitTag(name)}" not found` };
  const charm = state.charms[state.applications[unit.application]?.charm ?? ''];
  if (!charm || Object.keys(charm.actions).length === 0) return { failure: `no actions defined on charm "${charm?.url ?? ''}"` };
  const spec = charm.actions[action];
  if (!spec) return { failure: `action "${action}" not defined on unit "${name}"` };
  const failures = schemaFailures(spec.schema, parameters);
  if (failures.length > 0) return { failure: `validation failed: ${failures.join('; ')}` };
  return { unit: name, parameters: withDefaults(spec.schema, parameters) };
}

function announce(call: Call, scheduled: Scheduled): void {
  const { console } = call;
  const count = scheduled.tasks.length;
  console.err(`Running operation ${scheduled.operation} with ${count} ${plural(count, 'task')}\n`);
  for (const task of scheduled.tasks) console.err(`  - task ${task.id} on ${unitTag(task.unit)}\n`);
  console.err('\n');
  if (scheduled.failure === undefined) return;
  const failed = scheduled.failure.split('\n').length;
  console.err(`Operation ${scheduled.operation} failed to schedule ${failed} ${plural(failed, 'task')}:\n${scheduled.failure}\n`);
}

function show(call: Call, tasks: readonly Task[]): number {
  const zone = call.flags.on('utc') ? 'UTC' : zoneOf(call.console);
  const sorted = [...tasks].sort((a, b) => (a.unit < b.unit ? -1 : 1));
  print(call, 'plain', () => Object.fromEntries(sorted.map(task => [task.unit, describeTask(task, zone)])), {
    plain: () => (tasks.length === 1 && tasks[0] ? plainTask(tasks[0]) : plainTasks(tasks)),
  });
  return exitCodeOf(call, tasks);
}

async function fileParameters(call: Call): Promise<Record<string, unknown>> {
  const file = call.flags.text('params');
  if (file === undefined) return {};
  const value = yamlDocument(await readClientFile(call.console, file), `cannot read parameters from ${file}`);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new JujuError('params must contain a YAML map with string keys');
}
