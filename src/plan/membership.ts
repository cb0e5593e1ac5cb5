// Who belongs to the replica set: the leader makes its members equal to the units that are ready, one kind of change per reconfiguration.

import { hostOf, INITIALISED, MEMBERS, RUNNING_CONFIG } from '../core/bags.ts';
import { unitNumber } from '../core/context.ts';
import type { MemberConfig, MongodEffect } from '../core/effects.ts';
import { MAX_MEMBERS, MAX_VOTERS } from '../core/names.ts';
import type { Member, Observed, PeerUnit, PrimaryFacts, ReplicaSet, SetElsewhere } from '../core/observed.ts';
import { nothing, type Plan, plan } from '../core/plan.ts';
import { status } from '../core/status.ts';
import { inUnitOrder, ownData, ownMember, stayingUnits, unitOfMember } from './facts.ts';
import { wantedConfig } from './wanted-config.ts';

type Units = ReadonlyMap<string, PeerUnit>;
type Membered = Extract<Observed['mongod'], { kind: 'member' }>;

export function planMembership(seen: Observed): Plan {
  const { juju, mongod } = seen;
  if (juju.dying || juju.peers === undefined) return nothing;
  if (!juju.leader) return mongod.kind === 'member' ? toldWhere(seen, mongod) : moved(seen);
  if (mongod.kind === 'uninitialised')
    return mongod.elsewhere === undefined ? fromOutside(seen, mongod.primary?.set) : rescueElsewhere(seen, mongod.elsewhere);
  if (mongod.kind !== 'member' && mongod.kind !== 'outside') return nothing;
  // mongod forces no configuration on data of a set with another name; a person has to say that it is to be ours.
  if (mongod.kind === 'outside' && mongod.set.name !== seen.context.app) return plan({ app: [status.otherSet(mongod.set.name)] });
  if (mongod.primary === undefined) return rescue(seen, mongod);
  // Somebody took this unit's own member out of a set of ours; an older set's data on re-attached storage is not for us to change.
  if (mongod.kind === 'outside' && juju.peers.app[INITIALISED] === undefined) return nothing;
  // Nobody joins a set of which Juju does not know yet: its only data would be at a unit that may still go as if it had none.
  const isUntold = juju.peers.app[INITIALISED] === undefined;
  const units = isUntold || restartsFirst(seen) ? membersAlone(seen, mongod.primary.set) : joinable(seen);
  return onPrimary(seen, juju.peers.app, mongod.primary, units);
}

/**
 * Units that stay. No two have one address: where it looks so, one of them has moved and this unit has not been told yet. Its own is what
 * Juju says now, so the other one's is not known; of two others, neither's.
 */
function placedUnits(seen: Observed): Units {
  const units = [...stayingUnits(seen)];
  const { unit: self } = seen.context;
  const isShared = (name: string, address: string): boolean => units.some(([other, one]) => other !== name && one.address === address);
  return new Map(
    units.map(([name, unit]) => [name, name !== self && isShared(name, unit.address) ? { ...unit, address: NOT_KNOWN } : unit]),
  );
}

const NOT_KNOWN = '';

/** The leader may be a unit that came last and is no member yet. Whoever leads has to let it in, and nobody else does. */
function fromOutside(seen: Observed, set: ReplicaSet | undefined): Plan {
  const units = placedUnits(seen);
  // A set that none of our units belongs to is that of data from elsewhere.
  if (set === undefined || !set.members.some(member => unitOfMember(member, units, set.members) !== undefined)) return nothing;
  const change = nextChange(set, units, seen);
  if (change === undefined || change === 'step-down') return nothing;
  return plan({ effects: [reconfigure(set, change, { at: set.primary })], pending: true });
}

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
  const known = new Set(set.members.map(member => unitOfMember(member, units, set.members)));
  return new Map([...units].filter(([unit]) => known.has(unit)));
}

function onPrimary(seen: Observed, app: Readonly<Record<string, string>>, { set, host }: PrimaryFacts, units: Units): Plan {
  const change = nextChange(set, units, seen);
  if (change === 'step-down') return plan({ effects: [{ do: 'step-down-primary' }], pending: true });
  // This unit's mongod knows where the primary is only while it is a member.
  const at = seen.mongod.kind === 'outside' ? host : undefined;
  if (change !== undefined) return plan({ effects: [reconfigure(set, change, { at })], app: [], pending: true });
  const members = inUnitOrder(set.members)
    .flatMap(member => unitOfMember(member, units, set.members) ?? [])
    .join(' ');
  const settled = app[MEMBERS] === members && app[INITIALISED] !== undefined;
  const down = inUnitOrder(set.members).filter(member => member.state === 'down' && asGoing(member, set, units, seen) === undefined);
  // The primary hears with the next heartbeat of one that has just come back and tells of itself; Juju may have no hook for that.
  const { unit, telling } = seen.context;
  const isBack = down.some(member => {
    const of = unitOfMember(member, units, set.members);
    return of !== undefined && (of === unit || of === telling);
  });
  const app_ = [
    ...(down.length === 0 ? [] : [status.down(down.map(member => member.unit ?? member.host))]),
    ...(missing(set, units).length > 0 ? [status.tooManyMembers(MAX_MEMBERS)] : []),
  ];
  const effects: Plan['effects'] = settled ? [] : [{ do: 'set-peer-app', values: { [INITIALISED]: 'true', [MEMBERS]: members } }];
  return plan({ effects, app: app_, pending: isBack });
}

/** The first change that is due, as the members to have; undefined when the set is as it should be. */
function nextChange(set: ReplicaSet, units: Units, seen: Observed): readonly MemberConfig[] | 'step-down' | undefined {
  return adopted(set, units, seen) ?? withoutDeparted(set, units, seen) ?? promoted(set) ?? withMissing(set, units);
}

/** Members get the address that their unit has now, and the tag that says whose they are. */
function adopted(set: ReplicaSet, units: Units, seen: Observed): readonly MemberConfig[] | undefined {
  let changed = false;
  const members = set.members.map(member => {
    const unit = unitOfMember(member, units, set.members);
    const now = unit === undefined ? asGoing(member, set, units, seen) : { ...member, unit, host: placeOf(unit, units) ?? member.host };
    if (now === undefined || (member.unit === now.unit && member.host === now.host)) return member;
    changed = true;
    return now;
  });
  return changed ? members : undefined;
}

/**
 * The member of a unit that goes, and is still there: where it is now, as far as that is known, if it does not answer where it was. mongod
 * tells only members of a configuration: taken out by others, and told of none, it would look for them where they may be no more, with data
 * that nobody else has, as far as it knows.
 */
function asGoing(member: Member, set: ReplicaSet, units: Units, { juju: { leaving } }: Observed): MemberConfig | undefined {
  if (leaving === undefined || leaving.size === 0) return undefined;
  const all: Units = new Map([...[...leaving].map(([name, address]) => [name, { address, data: {} }] as const), ...units]);
  const unit = unitOfMember(member, all, set.members);
  if (unit === undefined || units.has(unit)) return undefined;
  const place = hasData(member) ? undefined : placeOf(unit, all);
  return { ...member, unit, host: place === undefined || set.members.some(({ host }) => host === place) ? member.host : place };
}

const hasData = ({ state }: Member): boolean => state === 'primary' || state === 'secondary';

const withoutVote = (member: MemberConfig): MemberConfig => ({ ...member, votes: 0, priority: 0 });

/**
 * Members whose unit is gone leave, but for those that came while this hook ran: another unit leads by now, and knows of units of which
 * this one has not been told. Those without a vote together, of those with a vote one at a time, as mongod demands; the dead first. One
 * whose unit goes, and is still there, leaves by itself; if it does not answer, it has no vote until then.
 */
function withoutDeparted(set: ReplicaSet, units: Units, seen: Observed): readonly MemberConfig[] | 'step-down' | undefined {
  const { membersAtStart, blindAtStart } = seen;
  if (blindAtStart) return undefined;
  const known = (member: Member): boolean => membersAtStart.length === 0 || membersAtStart.includes(member.host);
  const departed = set.members.filter(member => unitOfMember(member, units, set.members) === undefined && known(member));
  const going = departed.filter(member => asGoing(member, set, units, seen) !== undefined);
  const silent = going.find(member => member.votes === 1 && !hasData(member));
  if (silent !== undefined) return set.members.map(member => (member === silent ? withoutVote(member) : member));
  const gone = departed.filter(member => !going.includes(member));
  const voter =
    gone.find(member => member.votes === 1 && member.state === 'down') ??
    gone.find(member => member.votes === 1 && member.state !== 'primary');
  const leaving = gone.filter(member => member.votes === 0 || member === voter);
  if (leaving.length > 0) return set.members.filter(member => !leaving.includes(member));
  return gone.length > 0 ? 'step-down' : undefined;
}

/**
 * For the last member that has the data, and goes: the units that stay are let in, at the addresses that they have now, whether they have
 * said that they are ready or not, for its hooks are told nothing new by now. Where it cannot be primary without them, by force.
 */
export function letIn(seen: Observed, set: ReplicaSet, isPrimary: boolean): Plan['effects'] {
  const own = { address: seen.juju.address, data: ownData(seen) };
  const units: Units = new Map([...placedUnits(seen), [seen.context.unit, own]]);
  if (!isPrimary) return forced(seen, set, units);
  const members = adopted(set, units, seen) ?? withMissing(set, units, false);
  return members === undefined ? [] : [reconfigure(set, members)];
}

/** A place among the voters that became free goes to the next member that has the data. */
function promoted(set: ReplicaSet): readonly MemberConfig[] | undefined {
  if (set.members.filter(member => member.votes === 1).length >= MAX_VOTERS) return undefined;
  const next = inUnitOrder(set.members).find(member => member.votes === 0 && member.state === 'secondary');
  return next && set.members.map(member => (member === next ? { ...member, votes: 1 as const, priority: 1 } : member));
}

/**
 * All that are missing are added at once: mongod itself withholds the vote of each until it has the data.
 * @param ready only those that have said that their mongod runs.
 */
function withMissing(set: ReplicaSet, units: Units, ready = true): readonly MemberConfig[] | undefined {
  const added = missing(set, units, ready).slice(0, MAX_MEMBERS - set.members.length);
  if (added.length === 0) return undefined;
  const firstId = freeId(set);
  const free = MAX_VOTERS - set.members.filter(member => member.votes === 1).length;
  const joining = added.map(([unit, { address }], at): MemberConfig => {
    const votes = at < free ? 1 : 0;
    return { id: firstId + at, host: hostOf(address), unit, votes, priority: votes };
  });
  return [...set.members, ...joining];
}

/** Units that are ready and no member stands for. */
const missing = (set: ReplicaSet, units: Units, ready = true): readonly (readonly [string, PeerUnit])[] =>
  [...units].filter(
    ([unit, { address, data }]) =>
      (!ready || data[RUNNING_CONFIG] !== undefined) &&
      address !== NOT_KNOWN &&
      !set.members.some(member => member.unit === unit || member.host === hostOf(address)),
  );

/**
 * A set that can have no primary any more because most of its voters are units that Juju removed, or units whose address changed, is
 * configured anew by force with the members that are left. Never while those that are left could still elect one.
 */
function rescue(seen: Observed, mongod: Extract<Observed['mongod'], { kind: 'member' | 'outside' }>): Plan {
  const { set } = mongod;
  const units = placedUnits(seen);
  const isListed = set.members.some(member => unitOfMember(member, units, set.members) === seen.context.unit);
  if (mongod.kind === 'outside' && mongod.elsewhere !== undefined && !isListed) return rescueElsewhere(seen, mongod.elsewhere);
  return rescued(forced(seen, set, units));
}

/** By a leader that is not among the members, such as the unit that came last: on the mongod of one that is. */
function rescueElsewhere(seen: Observed, { host, set }: SetElsewhere): Plan {
  const isOurs = set.name === seen.context.app && seen.juju.peers?.app[INITIALISED] !== undefined;
  return isOurs ? rescued(forced(seen, set, placedUnits(seen), host)) : nothing;
}

const rescued = (effects: Plan['effects']): Plan => plan({ effects, unit: [status.noPrimary], app: [status.noPrimary], pending: true });

/** @param at the mongod of another unit that is to do it, and must stay a member itself. */
function forced(seen: Observed, set: ReplicaSet, units: Units, at?: string): Plan['effects'] {
  const voters = votersOf(set);
  const lost = voters.filter(member => !keepsItsAddress(member, units, set));
  // Those that are left would have no majority even if all of them came back.
  if (voters.length === 0 || lost.length * 2 < voters.length || set.primary !== undefined) return [];
  const left = survivors(seen, set, units);
  if (!left.some(member => member.host === (at ?? hostOf(seen.juju.address)))) return [];
  if (!seen.lastChance && set.members.length > 1) return []; // a member that is only slow gets the whole hook to come back
  const log = {
    do: 'log',
    level: 'WARNING',
    message: `forcing the configuration of the replica set: ${lost.length} of ${voters.length} voting members are gone or have a new address; members are now ${left.map(member => member.host).join(', ')}`,
  } as const;
  const members = renumbered(seen, set, [...left, ...toldToGo(seen, set, left, units)]);
  return [reconfigure(set, members, { force: true, at }), log];
}

/**
 * A member at a new place gets a new number. A mongod that has come to the place of another member takes itself for that one, and neither
 * tells the other of a configuration as long as both have the same number (seen on 6.0.5: `member with the same member ID as ourself`).
 * So no two units that do this at the same time give the same numbers; mongod takes high ones (seen on 6.0.5: 70000).
 */
function renumbered({ context }: Observed, set: ReplicaSet, members: readonly MemberConfig[]): readonly MemberConfig[] {
  let next = freeId(set) + unitNumber(context.unit) * MAX_MEMBERS;
  return members.map(member =>
    set.members.some(({ id, host }) => id === member.id && host !== member.host) ? { ...member, id: next++ } : member,
  );
}

const freeId = (set: ReplicaSet): number => 1 + Math.max(-1, ...set.members.map(member => member.id));

/** Members whose units go, and that none of those that are left has taken the place of. */
const toldToGo = (seen: Observed, set: ReplicaSet, left: readonly MemberConfig[], units: Units): readonly MemberConfig[] =>
  set.members
    .filter(member => unitOfMember(member, units, set.members) === undefined)
    .flatMap(member => asGoing(member, set, units, seen) ?? [])
    .filter(({ id, host }) => !left.some(one => one.host === host || one.id === id))
    .map(withoutVote);

/** A primary that does not lead tells one that goes, and that has a new address: it may be the leader itself, who is told of nothing. */
function toldWhere(seen: Observed, { self, set }: Membered): Plan {
  if (self !== 'primary') return nothing;
  const units = placedUnits(seen);
  const members = set.members.map(member => asGoing(member, set, units, seen) ?? member);
  const isNews = members.some(({ host }, at) => host !== set.members[at]?.host);
  return isNews ? plan({ effects: [reconfigure(set, members)], pending: true }) : nothing;
}

/**
 * A unit that does not lead configures the set anew when nobody else can: it is the only member that votes, and whoever leads is none; or a
 * member goes that may be the leader. One that goes is told of no new address any more, so the first of the voters that stay acts for it.
 */
function moved(seen: Observed): Plan {
  const { context, mongod, lastChance } = seen;
  if (!lastChance || mongod.kind !== 'outside' || mongod.set.name !== context.app || mongod.primary !== undefined) return nothing;
  const { set } = mongod;
  const units = placedUnits(seen);
  const voters = inUnitOrder(votersOf(set));
  const first = voters.flatMap(member => unitOfMember(member, units, set.members) ?? [])[0];
  const mayLead = set.members.some(member => asGoing(member, set, units, seen) !== undefined);
  if (first !== context.unit || (voters.length > 1 && !mayLead)) return nothing;
  return plan({ effects: forced(seen, set, units), pending: true });
}

/** Those whose votes count. By force a member gets its vote at once. */
const votersOf = (set: ReplicaSet): readonly Member[] => set.members.filter(member => member.votes === 1 && member.newlyAdded !== true);

/** One whose address is not known may be where it was. */
const keepsItsAddress = (member: Member, units: Units, set: ReplicaSet): boolean => {
  const unit = unitOfMember(member, units, set.members);
  return unit !== undefined && (placeOf(unit, units) ?? member.host) === member.host;
};

/** address:port of a unit, if it is known. */
function placeOf(unit: string, units: Units): string | undefined {
  const { address = NOT_KNOWN } = units.get(unit) ?? {};
  return address === NOT_KNOWN ? undefined : hostOf(address);
}

/** Members of units that are still there, at the addresses they have now, as far as they are known; on storage of an earlier unit, this unit takes the place of the one it was. */
function survivors(seen: Observed, set: ReplicaSet, units: Units): readonly MemberConfig[] {
  const left = set.members.flatMap((member): MemberConfig[] => {
    const unit = unitOfMember(member, units, set.members);
    return unit === undefined ? [] : [{ ...member, unit, host: placeOf(unit, units) ?? member.host }];
  });
  const listed = seen.juju.peers?.app[MEMBERS]?.split(' ') ?? [];
  if (left.length > 0 || ownMember(seen, set) !== undefined || listed.some(unit => units.has(unit) && unit !== seen.context.unit))
    return left;
  return [{ id: freeId(set), host: hostOf(seen.juju.address), unit: seen.context.unit, votes: 1, priority: 1 }];
}

type How = {
  readonly force?: boolean;
  /** On which mongod, where it is neither the primary nor, by force, the own. */
  readonly at?: string | undefined;
};

const reconfigure = (set: ReplicaSet, members: readonly MemberConfig[], { force = false, at }: How = {}): MongodEffect => ({
  do: 'reconfigure',
  from: set.version,
  force,
  members: members.map(({ id, host, unit, votes, priority }) => ({ id, host, votes, priority, ...(unit === undefined ? {} : { unit }) })),
  ...(at === undefined ? {} : { at }),
});
