// This unit's own member: what it is, shown as its status, and what the other units need to know of it.

import { LEAVING, RUNNING_CONFIG, VERSION } from '../core/bags.ts';
import { MONGOD_PORT } from '../core/names.ts';
import type { Observed } from '../core/observed.ts';
import { nothing, type Plan, plan, together } from '../core/plan.ts';
import { type Status, status } from '../core/status.ts';
import { type Membered, ownData } from './facts.ts';

export function planMember(seen: Observed): Plan {
  if (seen.juju.dying) return nothing;
  return together([shown(seen), announced(seen)]);
}

function shown(seen: Observed): Plan {
  const { mongod } = seen;
  switch (mongod.kind) {
    case 'silent':
    case 'uninitialised':
      return nothing; // told by the planners that start and initiate
    case 'locked':
      return plan({ unit: [status.locked(mongod.reason)], pending: true });
    case 'outside':
      if (mongod.set.name !== seen.context.app) return plan({ unit: [status.otherSet(mongod.set.name)] });
      return plan({ unit: [status.beingAdded], pending: true });
    case 'member':
      return plan({
        unit: [ofState(mongod)],
        pending: mongod.self === 'syncing' || (mongod.self === 'secondary' && mongod.set.primary === undefined),
      });
  }
}

function ofState({ self, set }: Membered): Status {
  switch (self) {
    case 'primary':
      return status.primary;
    case 'secondary':
      return set.primary === undefined ? status.noPrimary : status.ready;
    case 'syncing':
      return status.syncing;
    case 'removed':
      return status.removing;
    default:
      return status.otherState(set.members.find(member => member.state === self)?.stateText ?? self);
  }
}

/** The unit's databag tells the leader that this mongod can be added, and with which configuration it runs. */
function announced(seen: Observed): Plan {
  const { mongod, juju } = seen;
  if (juju.peers === undefined) return nothing;
  const data = ownData(seen);
  const values: Record<string, string> = {};
  if (data[LEAVING] !== undefined) values[LEAVING] = '';
  const effects: Plan['effects'][number][] = [];
  if (mongod.kind !== 'silent') {
    const { config, build } = mongod.running;
    if (data[RUNNING_CONFIG] !== config && mongod.kind !== 'locked') values[RUNNING_CONFIG] = config;
    if (data[VERSION] !== build.version) {
      values[VERSION] = build.version;
      effects.push({ do: 'set-workload-version', version: build.version });
    }
  }
  if (Object.keys(values).length > 0) effects.push({ do: 'set-peer-unit', values });
  const port = `${MONGOD_PORT}/tcp`;
  if (juju.openedPorts?.includes(port) === false) effects.push({ do: 'open-port', port });
  return plan({ effects });
}
