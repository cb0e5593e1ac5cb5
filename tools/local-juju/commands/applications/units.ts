// Units: add-unit, remove-unit, resolved.
import { JujuError, type LiveModel, type RemovalOptions } from '../../contract.ts';
import { confirmed, noPromptFlag } from '../confirm.ts';
import type { Call, CommandSpec, FlagSpec, Flags } from '../spec.ts';
import { isUnitName } from '../text/names.ts';
import { removalOfUnit } from './removal.ts';

export const addUnit: CommandSpec = {
  name: 'add-unit',
  summary: 'Adds units to an application',
  usage: '<application>',
  most: 1,
  details: 'Each unit gets a machine of its own unless --to names one.',
  examples: ['juju add-unit mongodb', 'juju add-unit mongodb -n 2', 'juju add-unit mongodb --to 3'],
  flags: [
    { names: ['n', 'num-units'], value: 'integer', initial: '1', help: 'How many' },
    { names: ['to'], value: 'machines', help: 'Machines to put them on, with commas between them' },
    { names: ['attach-storage'], value: 'ids', help: 'Storage that is there already' },
  ],
  async run({ flags, args, model }) {
    const [application] = args;
    if (application === undefined) throw new JujuError('no application specified', 2);
    const count = flags.integer('n') ?? 1;
    if (count < 1) throw new JujuError('--num-units must be a positive integer', 2);
    const listed = (name: string) =>
      flags
        .all(name)
        .flatMap(text => text.split(','))
        .filter(text => text !== '');
    const storage = listed('attach-storage');
    if (storage.length > 0 && count !== 1) throw new JujuError('--attach-storage cannot be used with -n', 2);
    await model().addUnits(application, count, listed('to'), storage);
    return 0;
  },
};

export const removalFlags: readonly FlagSpec[] = [
  noPromptFlag,
  { names: ['force'], help: 'Go on where a hook fails' },
  { names: ['no-wait'], help: 'With --force: do not wait for hooks' },
  { names: ['destroy-storage'], help: 'Destroy the storage as well' },
  { names: ['dry-run'], help: 'Only say what would be removed' },
];

export const removeUnit: CommandSpec = {
  name: 'remove-unit',
  summary: 'Removes units',
  usage: '<unit> [<unit> …]',
  details: 'Each unit runs the hooks of a removal; its machine goes with it. Storage that lies on the machine goes too.',
  examples: [
    'juju remove-unit mongodb/2',
    'juju remove-unit mongodb/1 mongodb/2 --no-prompt',
    'juju remove-unit mongodb/0 --force --no-wait --no-prompt',
  ],
  flags: [...removalFlags, { names: ['num-units'], value: 'integer', help: 'Refused: it is for Kubernetes' }],
  async run(call) {
    const { flags, args, console } = call;
    if (flags.has('num-units')) throw new JujuError('--num-units for non k8s models not valid', 2);
    if (args.length === 0) throw new JujuError('no units specified', 2);
    const wrong = args.find(name => !isUnitName(name));
    if (wrong !== undefined) throw new JujuError(`invalid unit name "${wrong}"`, 2);
    if (flags.on('no-wait') && !flags.on('force')) throw new JujuError('--no-wait without --force not valid', 2);
    const live = call.model();
    if (flags.on('dry-run') || !flags.on('no-prompt')) {
      const missing = args.filter(name => !live.state.units[name]);
      for (const name of missing) console.err(`ERROR removing unit ${name} failed: unit "${name}" does not exist\n`);
      if (missing.length > 0) return 1;
    }
    const lines = args.filter(name => live.state.units[name]).flatMap(name => removalOfUnit(live.state, name, flags.on('destroy-storage')));
    if (flags.on('dry-run')) {
      for (const line of lines) console.out(`${line}\n`);
      return 0;
    }
    if (!flags.on('no-prompt')) await confirmed(console, 'unit removal', lines);
    return removeEach(call, args, name => {
      const said = flags.on('no-prompt') && live.state.units[name] ? removalOfUnit(live.state, name, flags.on('destroy-storage')) : [];
      live.removeUnit(name, removalOptions(flags));
      for (const line of said) console.out(`${line}\n`);
    });
  },
};

export const removalOptions = (flags: Flags): RemovalOptions => ({
  force: flags.on('force'),
  ...(flags.on('no-wait') ? { noWait: true } : {}),
  destroyStorage: flags.on('destroy-storage'),
});

/** Does it for each name; what fails is said, and the rest goes on. */
export function removeEach({ console }: Call, names: readonly string[], remove: (name: string) => void): number {
  let code = 0;
  for (const name of names) {
    try {
      remove(name);
    } catch (error) {
      if (!(error instanceof JujuError)) throw error;
      console.err(`ERROR ${error.message}\n`);
      code = 1;
    }
  }
  return code;
}

export const resolved: CommandSpec = {
  name: 'resolved',
  aliases: ['resolve'],
  summary: 'Lets units that are in error go on',
  usage: '[<unit> …]',
  details: 'The failed hook is run again; with --no-retry it counts as done.',
  examples: ['juju resolved mongodb/0', 'juju resolved --no-retry mongodb/0', 'juju resolved --all'],
  flags: [
    { names: ['no-retry'], help: 'Do not run the failed hook again' },
    { names: ['all'], help: 'All units that are in error' },
  ],
  run(call) {
    const { flags, args } = call;
    if (flags.on('all') && args.length > 0) throw new JujuError('specifying unit names(s) with --all not valid', 2);
    if (!flags.on('all') && args.length === 0) throw new JujuError('no unit specified', 2);
    const wrong = args.find(name => !isUnitName(name));
    if (wrong !== undefined) throw new JujuError(`unit name "${wrong}" not valid`, 2);
    const live = call.model();
    const names = flags.on('all') ? inError(live) : args;
    for (const name of names) live.resolved(name, !flags.on('no-retry'));
    return 0;
  },
};

function inError(live: LiveModel): string[] {
  return Object.values(live.state.units)
    .filter(unit => unit.agentError)
    .map(unit => unit.name);
}
