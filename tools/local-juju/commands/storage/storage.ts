// Storage: storage, show-storage, storage-pools, add-, detach-, attach-, remove-storage.
import { JujuError } from '../../contract.ts';
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
    const live = model();
    for (const word of words) {
      const [name = '', count] = word.split('=');
      if (count !== undefined && !/^\d+$/.test(count.split(',').find(part => /^\d+$/.test(part)) ?? ''))
        throw new JujuError(`cannot parse storage directive for "${name}": expected a count, got "${count}"`, 2);
      const number = Number(count?.split(',').find(part => /^\d+$/.test(part)) ?? '1');
      if (number === 0) {
        throw new JujuError(`cannot parse constraints for storage "${name}": cannot parse count: count must be greater than zero, got "0"`);
      }
      for (const id of live.addStorage(unit, name, number)) console.err(`added storage ${id} to ${unit}\n`);
    }
    return 0;
  },
};

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
    const live = model();
    for (const id of args) {
      live.detachStorage(id, flags.on('force'));
      console.err(`detaching ${id}\n`);
    }
    return 0;
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
    const live = model();
    for (const id of ids) {
      live.attachStorage(unit, id);
      console.err(`attaching ${id} to ${unit}\n`);
    }
    return 0;
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
    const live = model();
    for (const id of args) {
      live.removeStorage(id, flags.on('force'));
      console.err(`removing ${id}\n`);
    }
    return 0;
  },
};
