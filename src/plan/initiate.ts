// The first configuration of the replica set, made once in the life of the application.
// One unit may initiate, and only after an earlier hook committed its name: so two leaders can never make two sets.

import { hostOf, INITIALISED, INITIATOR, MEMBERS } from '../core/bags.ts';
import type { Observed } from '../core/observed.ts';
import { nothing, type Plan, plan } from '../core/plan.ts';
import { status } from '../core/status.ts';
import { stayingUnits } from './facts.ts';
import { timesFor } from './times.ts';

export function planInitiate(seen: Observed): Plan {
  const { juju, mongod, context } = seen;
  if (juju.dying || juju.peers === undefined) return nothing;
  const app = juju.peers.app;
  const claim = claims(seen) ? ([{ do: 'set-peer-app', values: { [INITIATOR]: context.unit } }] as const) : [];
  if (mongod.kind !== 'uninitialised') return plan({ effects: claim });
  if (isSetGone(seen)) {
    const gone = juju.role !== 'replication' ? status.partGone : mongod.hasData ? status.noSet : status.dataGone;
    return plan({ unit: [gone], app: [gone] });
  }
  // A member whose disk was lost, or one that was just added: the others know it, and its first heartbeat brings the configuration.
  if (app[INITIALISED] !== undefined) return plan({ unit: [status.beingAdded], pending: isListed(seen) });
  if (app[INITIATOR] !== context.unit)
    return plan({ effects: claim, unit: [app[INITIATOR] === undefined ? status.noInitiator : status.beingAdded] });
  if ([...mongod.others.values()].some(state => state === 'member')) return plan({ unit: [status.beingAdded], pending: true });
  const initiate = {
    do: 'initiate',
    set: context.app,
    host: hostOf(juju.address),
    unit: context.unit,
    times: timesFor(seen, 1),
    ...(juju.role === 'config-server' ? { configServer: true } : {}),
  } as const;
  return plan({ effects: [initiate], unit: [status.initiating], pending: true });
}

/** The leader names itself when nobody was named, or the one who was is gone without having done it as far as anybody knows. */
function claims(seen: Observed): boolean {
  const { juju, mongod } = seen;
  if (!juju.leader || juju.peers === undefined || juju.peers.app[INITIALISED] !== undefined) return false;
  const named = juju.peers.app[INITIATOR];
  if (named === undefined) return true;
  if (stayingUnits(seen).has(named)) return false;
  return mongod.kind === 'uninitialised' && [...mongod.others.values()].every(state => state === 'uninitialised');
}

const isListed = (seen: Observed): boolean => seen.juju.peers?.app[MEMBERS]?.split(' ').includes(seen.context.unit) === true;

/** No mongod of the application has data of a set, although the set once existed. */
const isSetGone = (seen: Observed): boolean =>
  seen.juju.leader &&
  seen.juju.peers?.app[INITIALISED] !== undefined &&
  seen.mongod.kind === 'uninitialised' &&
  [...seen.mongod.others.values()].every(state => state === 'uninitialised');
