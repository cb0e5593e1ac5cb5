// `juju fault`: harm done on purpose, to see what a charm makes of it. Real Juju has no such command.

import { JujuError, type UnitFault } from '../../contract.ts';
import type { Model } from '../../state.ts';
import type { CommandSpec } from '../spec.ts';
import { isUnitName } from '../text/names.ts';

const usual = 'charmed-mongodb.mongod';
/** Faults of which nothing more is to be said. */
const plainKinds = ['cut-network', 'restore-network', 'lose-disk', 'fill-disk', 'free-disk', 'reboot', 'kill-agent'] as const;

export const fault: CommandSpec = {
  name: 'fault',
  summary: "Does harm to a unit's machine (only here, not in Juju)",
  usage: '<unit> <fault> [<service or address>]',
  most: 3,
  details: `kill         ends a service's process; the machine starts it again, as systemd would
freeze, thaw stops a service's process in its tracks, and lets it go on
cut-network  nothing answers at the machine's address any more; restore-network ends this
change-address gives the machine another address of the model's network, or the one that is named, such as ::1
lose-disk    what lies on the unit's storage is gone, and its services are killed
fill-disk    nothing more can be written to the unit's storage; free-disk ends this
reboot       everything on the machine ends, and comes up again with a start hook
kill-agent   ends the hook or action that the unit runs now, as its agent's death would
Without a service ${usual} is meant.`,
  examples: [
    'juju fault mongodb/0 kill',
    'juju fault mongodb/1 cut-network',
    'juju fault mongodb/2 fill-disk',
    'juju fault mongos/0 freeze charmed-mongodb.mongos',
  ],
  flags: [{ names: ['signal'], value: 'signal', initial: 'SIGKILL', help: 'For kill: SIGKILL or SIGTERM' }],
  async run({ args, flags, console, model }) {
    const [unit, kind, what] = args;
    if (unit === undefined || !isUnitName(unit))
      throw new JujuError(unit === undefined ? 'no unit specified' : `invalid unit name "${unit}"`, 2);
    const signal = flags.text('signal');
    if (signal !== undefined && signal !== 'SIGKILL' && signal !== 'SIGTERM')
      throw new JujuError(`invalid value "${signal}" for option --signal: use SIGKILL or SIGTERM`, 2);
    const live = model();
    const request = requestOf(kind, what, signal, () => freeAddress(live.state));
    if (!live.state.units[unit]) throw new JujuError(`unit "${unit}" not found`);
    if (live.fault === undefined) throw new JujuError('this model does not take faults');
    console.out(`${await live.fault(unit, request)}\n`);
    return 0;
  },
};

function requestOf(
  kind: string | undefined,
  what: string | undefined,
  signal: 'SIGKILL' | 'SIGTERM' | undefined,
  free: () => string,
): UnitFault {
  const service = what ?? usual;
  if (kind === 'change-address') return { kind, address: what ?? free() };
  if (kind === 'kill') return { kind, service, ...(signal === undefined ? {} : { signal }) };
  if (kind === 'freeze' || kind === 'thaw') return { kind, service };
  const plain = plainKinds.find(one => one === kind);
  if (plain !== undefined) return { kind: plain };
  const known = ['kill', 'freeze', 'thaw', 'change-address', ...plainKinds];
  throw new JujuError(`${kind === undefined ? 'no fault specified' : `unknown fault "${kind}"`}: use one of ${known.join(', ')}`, 2);
}

/** From the top of the model's network, since machines get theirs from the bottom. */
function freeAddress({ network, machines }: Model): string {
  const taken = new Set(Object.values(machines).map(machine => machine.address));
  for (let host = 254; host > 9; host -= 1) if (!taken.has(`${network}.${host}`)) return `${network}.${host}`;
  throw new JujuError(`all addresses of ${network} are taken`);
}
