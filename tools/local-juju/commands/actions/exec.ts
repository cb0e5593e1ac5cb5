// `juju exec`: a command in the charm folder of units, with the hook tools at hand.
import { JujuError, type LiveModel } from '../../contract.ts';
import type { Task } from '../../state.ts';
import { zoneOf } from '../clock.ts';
import { chosenFormat, outputFlags, print } from '../output.ts';
import type { Call, CommandSpec } from '../spec.ts';
import { sortedUnits } from '../status/describe.ts';
import { isApplicationName, isLeaderName, isUnitName, unitTag } from '../text/names.ts';
import { awaitTasks, exitCodeOf, followFlags, sayScheduled } from './follow.ts';
import { describeTask, plainExec } from './results.ts';

export const exec: CommandSpec = {
  name: 'exec',
  summary: 'Runs a command in units, with the hook tools in its path',
  usage: '--unit <unit>[,<unit>…] -- <command>',
  details: `The command runs in the unit's charm folder with the environment of a hook, one at a time with the unit's hooks.
What it writes into relations, secrets and ports is kept whatever its exit code is.
--application means all units of it; --machine and --all mean the units on those machines, subordinates excepted, since the
machines here are only as real as their units.`,
  examples: [
    'juju exec --unit mongodb/0 hostname',
    "juju exec --application mongodb -- 'is-leader'",
    'juju exec --unit app/leader --format json -- relation-ids database',
  ],
  flagsFirst: true,
  flags: [
    ...outputFlags('plain', 'plain, json, yaml'),
    ...followFlags,
    { names: ['u', 'unit'], value: 'names', help: 'Units, with commas between them; <application>/leader is the one that leads' },
    { names: ['a', 'app', 'application'], value: 'names', help: 'All units of these applications' },
    { names: ['machine'], value: 'numbers', help: 'The units on these machines' },
    { names: ['all'], help: 'The units on all machines' },
    { names: ['parallel'], help: 'Accepted as Juju does: units of several machines run side by side anyway' },
    { names: ['execution-group'], value: 'name', help: 'Accepted as Juju does; without effect' },
    { names: ['operator'], help: 'Accepted as Juju does; without effect' },
  ],
  async run(call) {
    chosenFormat(call, 'plain', ['plain', 'json', 'yaml']);
    if (call.args.length === 0) throw new JujuError('no commands specified', 2);
    const live = call.model();
    const command = call.args.length === 1 ? (call.args[0] ?? '') : call.args.map(quoted).join(' ');
    const { units, failures } = targets(call, live);
    const receivers = units.map(unitTag);
    const operation = live.enqueue({
      summary: `juju-exec run on ${receivers.join(',')}`,
      receivers,
      units,
      parameters: { command },
      command,
      ...(units.length === 0 ? { fail: failures.join('\n') } : {}),
    });
    if (failures.length > 0) {
      const what = units.length === 0 ? 'any tasks' : `${failures.length} task${failures.length === 1 ? '' : 's'}`;
      call.console.err(`Operation ${operation} failed to schedule ${what}:\n${failures.join('\n')}\n`);
      if (units.length === 0) return 0;
    }
    const tasks = (live.state.operations[operation]?.tasks ?? []).map(id => live.state.tasks[id]).filter(task => task !== undefined);
    if (call.flags.on('background')) return sayScheduled(call, operation, tasks);
    if (!(await awaitTasks(call, live, tasks, false))) return 1;
    return show(
      call,
      tasks.map(task => live.state.tasks[task.id] ?? task),
    );
  },
};

function targets(call: Call, live: LiveModel): { units: string[]; failures: string[] } {
  const { flags } = call;
  const names = listed(flags.text('u'));
  const applications = listed(flags.text('a'));
  const machines = listed(flags.text('machine'));
  if (!flags.on('all') && names.length + applications.length + machines.length === 0)
    throw new JujuError('You must specify a target, either through --all, --machine, --application or --unit', 2);
  const wrong = [
    ...names.filter(name => !isUnitName(name) && !isLeaderName(name)).map(name => `"${name}" is not a valid unit name`),
    ...applications.filter(name => !isApplicationName(name)).map(name => `"${name}" is not a valid application name`),
    ...machines.filter(name => !/^\d+$/.test(name)).map(name => `"${name}" is not a valid machine id`),
  ];
  if (wrong.length > 0) throw new JujuError(`The following exec targets are not valid:\n${wrong.map(text => `  ${text}`).join('\n')}`, 2);
  const units = new Set<string>();
  const failures: string[] = [];
  const all = sortedUnits(live.state);
  for (const name of names) {
    const unit = name.endsWith('/leader') ? live.state.applications[name.slice(0, -7)]?.leader : name;
    if (unit === undefined) failures.push(`could not determine leader for "${name.slice(0, -7)}"`);
    else if (live.state.units[unit]) units.add(unit);
    else failures.push(`"${unitTag(unit)}" not found`);
  }
  for (const name of applications) {
    if (!live.state.applications[name]) failures.push(`application "${name}" not found`);
    for (const unit of all) if (unit.application === name) units.add(unit.name);
  }
  for (const id of machines) if (!live.state.machines[id]) failures.push(`"machine-${id}" not found`);
  for (const unit of all) if (unit.principal === undefined && (flags.on('all') || machines.includes(unit.machine))) units.add(unit.name);
  return { units: [...units], failures };
}

function show(call: Call, tasks: readonly Task[]): number {
  const zone = call.flags.on('utc') ? 'UTC' : zoneOf(call.console);
  const sorted = [...tasks].sort((a, b) => (a.unit < b.unit ? -1 : 1));
  print(call, 'plain', () => Object.fromEntries(sorted.map(task => [task.unit, describeTask(task, zone)])), {
    plain: () => plainExec(tasks),
  });
  return exitCodeOf(call, tasks);
}

function listed(text: string | undefined): string[] {
  return text === undefined || text === '' ? [] : text.split(',').map(part => part.trim());
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}
