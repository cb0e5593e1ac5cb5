// Machines: machines, show-machine.
import { JujuError } from '../../contract.ts';
import { now, zoneOf } from '../clock.ts';
import { inOrder, outputFlags, print } from '../output.ts';
import type { Call, CommandSpec } from '../spec.ts';
import { describeStatus } from '../status/describe.ts';
import { selectFor } from '../status/filter.ts';
import type { Status } from '../status/shape.ts';
import { machineTable } from '../status/tabular.ts';
import { layTable } from '../text/table.ts';

const flags = (initial: string) => [
  ...outputFlags(initial, 'tabular, json, yaml'),
  { names: ['utc'], help: 'Show times in UTC' },
  { names: ['color'], help: 'Colour the words of status' },
];

export const machines: CommandSpec = {
  name: 'machines',
  aliases: ['list-machines'],
  summary: 'Lists the machines',
  usage: '',
  most: 0,
  details: 'A machine here is a folder with an address of its own on the loopback network.',
  flags: flags('tabular'),
  run: call => show(call, [], 'tabular'),
};

export const showMachine: CommandSpec = {
  name: 'show-machine',
  summary: 'Shows what machines are',
  usage: '<machine> [<machine> …]',
  details: 'Address, state and base.',
  flags: flags('yaml'),
  run(call) {
    const { state } = call.model();
    const missing = call.args.find(id => !state.machines[id]);
    if (missing !== undefined) throw new JujuError(`machine ${missing} not found`);
    return show(call, call.args, 'yaml');
  },
};

function show(call: Call, ids: readonly string[], initial: string): number {
  const { state } = call.model();
  const selection = selectFor(state, []);
  if (ids.length > 0) selection.machines = new Set(ids);
  const options = { now: now(), zone: zoneOf(call.console), utc: call.flags.on('utc'), hookDetail: true };
  const status: Status = describeStatus(state, selection, options);
  print(call, initial, () => inOrder({ model: state.name, machines: status.machines }), {
    tabular: () => layTable(machineTable(status), { colour: call.flags.on('color') }),
  });
  return 0;
}
