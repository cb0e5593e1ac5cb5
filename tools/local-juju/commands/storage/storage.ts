// Storage: storage, show-storage, storage-pools, add-, detach-, attach-, remove-storage.
import { type Console, JujuError } from '../../contract.ts';
import { isStorageId, isUnitName } from '../../name-patterns.ts';
import { storageCount } from '../../storage-count.ts';
import { zoneOf } from '../clock.ts';
import { inOrder, outputFlags, print } from '../output.ts';
import type { CommandSpec } from '../spec.ts';
import { selectFor } from '../status/filter.ts';
import { describeInstance, describeStorage } from '../status/storage.ts';
import { storageRows } from '../status/tabular.ts';
import { layTable } from '../text/table.ts';

export const storage: CommandSpec = {
  name: 'storage',
  aliases: ['list-storage'],
  summary: 'Lists the storage',
  usage: '',
  most: 0,
  details: 'Storage that lies on a machine (pools rootfs and tmpfs) goes with its unit, all other can be detached and attached again.',
  flags: [
    ...outputFlags('tabular', 'tabular, json, yaml'),
    { names: ['filesystem'], help: 'Accepted as Juju does; all storage is filesystems' },
    { names: ['volume'], help: 'Accepted as Juju does; there are no volumes' },
  ],
  run(call) {
    const { state } = call.model();
    const section = describeStorage(state, selectFor(state, []), { zone: zoneOf(call.console), utc: false });
    if (section.storage === undefined) {
      call.console.err('No storage to display.\n');
      return 0;
    }
    print(call, 'tabular', () => inOrder(section), {
      tabular: () => layTable([['Unit', 'Storage ID', 'Type', 'Pool', 'Size', 'Status', 'Message'], ...storageRows(section, false)]),
    });
    return 0;
  },
};

export const showStorage: CommandSpec = {
  name: 'show-storage',
  summary: 'Shows what a storage is',
  usage: '<storage id> [<storage id> …]',
  details: 'Its kind, its life, and where it is attached.',
  emptyMapOnError: true,
  flags: outputFlags('yaml', 'yaml, json'),
  run(call) {
    if (call.args.length === 0) throw new JujuError('must specify storage id(s)', 2);
    const { state } = call.model();
    const missing = call.args.find(id => !state.storage[id]);
    if (missing !== undefined) throw new JujuError(`storage instance "${missing}" not found`);
    const zone = zoneOf(call.console);
    print(call, 'yaml', () =>
      inOrder(Object.fromEntries(call.args.map(id => [id, describeInstance(state, state.storage[id]!, { zone, utc: false })]))),
    );
    return 0;
  },
};

export const storagePools: CommandSpec = {
  name: 'storage-pools',
  aliases: ['list-storage-pools'],
  summary: 'Lists the storage pools',
  usage: '',
  most: 0,
  details:
    'All of them are folders of the model. rootfs and tmpfs go with the machine, loop and lxd outlive the unit. tmpfs has the size that was asked for, where one may mount.',
  flags: outputFlags('tabular', 'tabular, json, yaml'),
  run(call) {
    const pools = ['loop', 'lxd', 'rootfs', 'tmpfs'];
    print(call, 'tabular', () => Object.fromEntries(pools.map(name => [name, { provider: name }])), {
      tabular: () => layTable([['Name', 'Provider', 'Attributes'], ...pools.map(name => [name, name, ''])]),
    });
    return 0;
  },
};

export const addStorage: CommandSpec = {
  name: 'add-storage',
  summary: 'Adds storage to a unit',
  usage: '<unit> <storage name>[=<count>] [<storage name>[=<count>] …]',
  details: 'The charm must declare the storage with room for more.',
  examples: ['juju add-storage app/0 logs', 'juju add-storage app/0 logs=2'],
  flags: [],
  run({ args, console, model }) {
    const [unit, ...words] = args;
    if (unit === undefined || words.length === 0) throw new JujuError('add-storage requires a unit and a storage directive', 2);
    if (!isUnitName(unit)) throw new JujuError(`unit name "${unit}" not valid`, 2);
    const counts = readDirectives(words);
    const live = model();
    return forEach(console, [...counts.keys()].sort(), {
      act: name => live.addStorage(unit, name, counts.get(name) ?? 1).map(id => `added storage ${id} to ${unit}`),
      failing: name => `failed to add storage "${name}" to ${unit}`,
      sameReasonOnce: true,
    });
  },
};

function readDirectives(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) {
    const at = word.indexOf('=');
    const name = at < 0 ? word : word.slice(0, at);
    if (counts.has(name)) throw new JujuError(`storage "${name}" specified more than once`, 2);
    try {
      counts.set(name, storageCount(at < 0 ? undefined : word.slice(at + 1)));
    } catch (error) {
      throw new JujuError(`cannot parse constraints for storage "${name}": ${(error as Error).message}`, 2);
    }
  }
  return counts;
}

type Attempt = {
  /** @returns what was done, a line each. @throws {JujuError} with the reason alone. */
  act(name: string): string[];
  /** What stands before the reason. */
  failing(name: string): string;
  /** Where all fail for fewer reasons, Juju shows the reasons alone. */
  sameReasonOnce?: boolean;
};

/** What has failed is said after the rest, and without `ERROR`: so does Juju for storage. @returns the exit code. */
function forEach(console: Console, names: readonly string[], { act, failing, sameReasonOnce }: Attempt): number {
  const failures: { name: string; reason: string }[] = [];
  for (const name of names) {
    try {
      for (const line of act(name)) console.err(`${line}\n`);
    } catch (error) {
      if (!(error instanceof JujuError)) throw error;
      failures.push({ name, reason: error.message });
    }
  }
  const reasons = [...new Set(failures.map(failure => failure.reason))].sort();
  const short = sameReasonOnce === true && failures.length === names.length && reasons.length < failures.length;
  const lines = short ? reasons : failures.map(({ name, reason }) => `${failing(name)}: ${reason}`);
  for (const line of lines) console.err(`${line}\n`);
  return failures.length === 0 ? 0 : 1;
}

function checkStorageIds(ids: readonly string[]): void {
  const wrong = ids.find(id => !isStorageId(id));
  if (wrong !== undefined) throw new JujuError(`storage ID "${wrong}" not valid`);
}

export const detachStorage: CommandSpec = {
  name: 'detach-storage',
  summary: 'Takes storage off its unit and keeps it',
  usage: '<storage id> [<storage id> …]',
  details: 'The unit runs storage-detaching first.',
  flags: [
    { names: ['force'], help: 'Even if the charm needs it' },
    { names: ['no-wait'], help: 'Accepted as Juju does; without effect' },
  ],
  run({ args, flags, console, model }) {
    if (args.length === 0) throw new JujuError('detach-storage requires at least one storage ID', 2);
    checkStorageIds(args);
    const live = model();
    return forEach(console, args, {
      act: id => {
        live.detachStorage(id, flags.on('force'));
        return [`detaching ${id}`];
      },
      failing: id => `failed to detach ${id}`,
    });
  },
};

export const attachStorage: CommandSpec = {
  name: 'attach-storage',
  summary: 'Puts detached storage on a unit',
  usage: '<unit> <storage id> [<storage id> …]',
  details: 'The unit runs storage-attached.',
  flags: [],
  run({ args, console, model }) {
    const [unit, ...ids] = args;
    if (unit === undefined || ids.length === 0) throw new JujuError('attach-storage requires a unit ID and at least one storage ID', 2);
    checkStorageIds(ids);
    const live = model();
    return forEach(console, ids, {
      act: id => {
        live.attachStorage(unit, id);
        return [`attaching ${id} to ${unit}`];
      },
      failing: id => `failed to attach ${id} to ${unit}`,
    });
  },
};

export const removeStorage: CommandSpec = {
  name: 'remove-storage',
  summary: 'Destroys storage',
  usage: '<storage id> [<storage id> …]',
  details: 'Storage that is attached is only removed with --force.',
  flags: [
    { names: ['force'], help: 'Even if it is attached' },
    { names: ['no-destroy'], help: 'Refused: storage here has no place outside the model to be left in' },
  ],
  run({ args, flags, console, model }) {
    if (args.length === 0) throw new JujuError('remove-storage requires at least one storage ID', 2);
    if (flags.on('no-destroy')) throw new JujuError('the local Juju cannot release storage: it lies in the model');
    checkStorageIds(args);
    const live = model();
    const attached = args.some(id => live.state.storage[id]?.owner !== undefined) && !flags.on('force');
    const code = forEach(console, args, {
      act: id => {
        live.removeStorage(id, flags.on('force'));
        return [`removing ${id}`];
      },
      failing: id => `failed to remove ${id}`,
    });
    if (attached) console.err(stillAttached);
    return code;
  },
};

const stillAttached = `
Use the --force option to remove attached storage, or use
"juju detach-storage" to explicitly detach the storage
before removing.
`;
