// Who belongs to the replica set: the leader makes its members equal to the units that are ready, one kind of change per reconfiguration.

import { hostOf, INITIALISED, MEMBERS } from '../core/bags.ts';
import type { MemberConfig, MongodEffect } from '../core/effects.ts';
import { MAX_MEMBERS } from '../core/names.ts';
import type { Member, Observed, PrimaryFacts, ReplicaSet } from '../core/observed.ts';
import { nothing, type Plan, plan } from '../core/plan.ts';
import { status } from '../core/status.ts';
import { inUnitOrder, isForeign, namesOf, ownData } from './facts.ts';
import {
  adopted,
  going,
  missing,
  placedUnits,
  placeOf,
  promoted,
  reconfigure,
  staying,
  type Units,
  withMissing,
  withoutDeparted,
} from './reconfiguration.ts';
import { forced, moved, rescue, rescueElsewhere } from './rescue.ts';
import { hasOtherTimes, timesFor } from './times.ts';
import { wantedConfig } from './wanted-config.ts';

export function planMembership(seen: Observed): Plan {
  const { juju, mongod } = seen;
  if (juju.dying || juju.peers === undefined) return nothing;
  if (!juju.leader) return forWhoGoes(seen);
  if (mongod.kind === 'uninitialised')
    return mongod.elsewhere === undefined ? fromOutside(seen, mongod.primary?.set) : rescueElsewhere(seen, mongod.elsewhere);
  if (mongod.kind !== 'member' && mongod.kind !== 'outside') return nothing;
  // mongod forces no configuration on data of a set with another name; a person has to say that it is to be ours.
  if (mongod.kind === 'outside' && mongod.set.name !== seen.context.app) return plan({ app: [status.otherSet(mongod.set.name)] });
  if (mongod.primary === undefined) return rescue(seen, mongod);
  const isUntold = juju.peers.app[INITIALISED] === undefined;
  // Somebody took this unit's own member out of a set of ours, or it is an older set's data on re-attached storage, not for us to change.
  if (mongod.kind === 'outside' && isUntold && !isAmongOurs(seen, mongod.primary)) return nothing;
  // Nobody joins a set of which Juju does not know yet: its only data would be at a unit that may still go as if it had none.
  const units = isUntold || restartsFirst(seen) ? membersAlone(seen, mongod.primary.set) : joinable(seen);
  return onPrimary(seen, juju.peers.app, mongod.primary, units);
}

/** The set has a member of this unit, which has moved, and its primary is at another of the units. */
function isAmongOurs(seen: Observed, { set, host }: PrimaryFacts): boolean {
  const units = placedUnits(seen);
  const isListed = set.members.some(member => member.unit === seen.context.unit);
  return isListed && set.members.some(member => member.host === host && placeOf(staying(member, units, set) ?? '', units) === host);
}

/** The leader may be a unit that came last and is no member yet. Whoever leads has to let it in, and nobody else does. */
function fromOutside(seen: Observed, set: ReplicaSet | undefined): Plan {
  const units = placedUnits(seen);
  // A set that none of our units belongs to is that of data from elsewhere.
  if (set === undefined || !set.members.some(member => staying(member, units, set) !== undefined)) return nothing;
  const change = nextChange(set, units, seen);
  if (change === undefined || change === 'step-down') return nothing;
  return plan({ effects: [changed(seen, set, change, set.primary)], pending: true });
}

/** The leader's reconfigurations bring the set's times along, which depend on the number of its members, too. */
const changed = (seen: Observed, set: ReplicaSet, members: readonly MemberConfig[], at?: string): MongodEffect =>
  reconfigure(set, members, { at, ...(seen.juju.config.valid ? { times: timesFor(seen, members.length) } : {}) });

/**
 * Units that stay, but for those whose member vanished while this hook ran: it is leaving, and Juju will say so in a later hook. One whose
 * member is still there, at an address that this hook has not been told of, is not among them.
 */
function joinable(seen: Observed): Units {
  if ((seen.mongod.kind !== 'member' && seen.mongod.kind !== 'outside') || seen.mongod.primary === undefined) return placedUnits(seen);
  const { members } = seen.mongod.primary.set;
  const hasMember = (unit: string, host: string): boolean => members.some(member => member.unit === unit || member.host === host);
  const vanished = (unit: string, host: string): boolean => seen.membersAtStart.includes(host) && !hasMember(unit, host);
  return new Map([...placedUnits(seen)].filter(([unit, { address }]) => !vanished(unit, hostOf(address))));
}

/**
 * A set of one restarts before it grows. With the configuration that is due it may show another key than it has now, such as that of the
 * cluster it joins: a member added before would have the new key, and neither could reach the other any more.
 */
function restartsFirst(seen: Observed): boolean {
  const { mongod } = seen;
  const wanted = wantedConfig(seen);
  return mongod.kind === 'member' && mongod.set.members.length === 1 && wanted !== undefined && mongod.running.config !== wanted.hash;
}

function membersAlone(seen: Observed, set: ReplicaSet): Units {
  const units = joinable(seen);
  const known = new Set(set.members.map(member => staying(member, units, set)));
  return new Map([...units].filter(([unit]) => known.has(unit)));
}

function onPrimary(seen: Observed, app: Readonly<Record<string, string>>, { set, host }: PrimaryFacts, units: Units): Plan {
  const change = nextChange(set, units, seen);
  if (change === 'step-down') return plan({ effects: [{ do: 'step-down-primary' }], pending: true });
  // This unit's mongod knows where the primary is only while it is a member.
  const at = seen.mongod.kind === 'outside' ? host : undefined;
  if (change !== undefined) return plan({ effects: [changed(seen, set, change, at)], app: [], pending: true });
  const members = inUnitOrder(set.members)
    .flatMap(member => staying(member, units, set) ?? [])
    .join(' ');
  const settled = app[MEMBERS] === members && app[INITIALISED] !== undefined;
  const down = inUnitOrder(set.members).filter(member => member.state === 'down' && going(member, units, set) === undefined);
  const foreign = set.members.filter(member => isForeign(member, units, set.members));
  // The primary hears with the next heartbeat of one that has just come back and tells of itself; Juju may have no hook for that.
  const { unit, telling } = seen.context;
  const isBack = down.some(member => {
    const of = staying(member, units, set);
    return of !== undefined && (of === unit || of === telling);
  });
  const app_ = [
    ...(down.length === 0 ? [] : [status.down(down.map(member => member.unit ?? member.host))]),
    ...(missing(set, units).length > 0 ? [status.tooManyMembers(MAX_MEMBERS)] : []),
    ...(foreign.length > 0 ? [status.withForeign(namesOf(foreign))] : []),
  ];
  const effects: Plan['effects'] = settled ? [] : [{ do: 'set-peer-app', values: { [INITIALISED]: 'true', [MEMBERS]: members } }];
  return plan({ effects, app: app_, pending: isBack });
}

/** The first change that is due, as the members to have; undefined when the set is as it should be. */
function nextChange(set: ReplicaSet, units: Units, seen: Observed): readonly MemberConfig[] | 'step-down' | undefined {
  const change = adopted(set, units) ?? withoutDeparted(set, units, seen) ?? promoted(set, units) ?? withMissing(set, units);
  return change ?? (hasOtherTimes(seen, set) ? set.members : undefined);
}

/**
 * For the last member that has the data, and goes: the units that stay are let in, at the addresses that they have now, whether they have
 * said that they are ready or not, for its hooks are told nothing new by now. So one of them may know better where it is: only where nobody
 * answers for as long as the hook waits is the address that this unit knows tried. Where it cannot be primary without them, by force.
 */
export function letIn(seen: Observed, set: ReplicaSet, isPrimary: boolean): Plan['effects'] {
  const own = { address: seen.juju.address, data: ownData(seen) };
  const units: Units = new Map([...placedUnits(seen), [seen.context.unit, own]]);
  if (!isPrimary) return forced(seen, set, units);
  const isThere = (member: Member): boolean =>
    member.state !== 'primary' && member.state !== 'down' && staying(member, units, set) !== undefined;
  const answers = set.members.some(isThere);
  const moved = seen.lastChance && !answers ? adopted(set, units) : undefined;
  const members = moved ?? withMissing(set, units, false);
  return members === undefined ? [] : [reconfigure(set, members)];
}

/** What a unit does that does not lead, where whoever leads may be going, and is told of no new address any more. */
function forWhoGoes(seen: Observed): Plan {
  const { mongod } = seen;
  if (mongod.kind === 'uninitialised' || (mongod.kind === 'outside' && mongod.primary !== undefined))
    return letsItselfIn(seen, mongod.primary?.set);
  return mongod.kind === 'member' && mongod.self === 'primary' ? toldWhere(seen, mongod.set) : moved(seen);
}

/** The primary tells one that goes, and that has a new address. */
function toldWhere(seen: Observed, set: ReplicaSet): Plan {
  const units = placedUnits(seen);
  const members = set.members.map(member => going(member, units, set) ?? member);
  const isNews = members.some(({ host }, at) => host !== set.members[at]?.host);
  return isNews ? plan({ effects: [reconfigure(set, members)], pending: true }) : nothing;
}

/** The primary goes, and looks for this unit where that was, to give it the data. */
function letsItselfIn(seen: Observed, set: ReplicaSet | undefined): Plan {
  const units = placedUnits(seen);
  const goes =
    set?.name === seen.context.app && set.members.some(member => member.state === 'primary' && going(member, units, set) !== undefined);
  const members = set && goes ? (adopted(set, units) ?? withMissing(set, units)) : undefined;
  return set && members ? plan({ effects: [reconfigure(set, members, { at: set.primary })], pending: true }) : nothing;
}
