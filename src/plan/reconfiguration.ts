// Which members a set is to have: those of the units that are ready, where these are now, one kind of change at a time.

import { hostOf, RUNNING_CONFIG } from '../core/bags.ts';
import type { MemberConfig, MongodEffect } from '../core/effects.ts';
import { MAX_MEMBERS, MAX_VOTERS } from '../core/names.ts';
import type { Member, Observed, PeerUnit, ReplicaSet, SetTimes } from '../core/observed.ts';
import { hasData, inUnitOrder, isForeign, stayingUnits, unitOfMember } from './facts.ts';

/** Those that go are among them: their members are theirs as long as Juju has them. */
export type Units = ReadonlyMap<string, PeerUnit & { readonly going?: true }>;

/**
 * Units that Juju has. No two have one address: where it looks so, one of them has moved and this unit has not been told yet. Its own is what
 * Juju says now, so the other one's is not known; of two others, neither's.
 */
export function placedUnits(seen: Observed): Units {
  const { context, juju } = seen;
  const going = [...(juju.leaving ?? [])].map(([name, address]) => [name, { address, data: {}, going: true }] as const);
  const coming = (juju.peers?.coming ?? []).map(name => [name, { address: NOT_KNOWN, data: {} }] as const);
  const units = [...coming, ...stayingUnits(seen), ...going];
  const isShared = (name: string, address: string): boolean =>
    address === juju.address || units.some(([other, one]) => other !== name && one.address === address);
  return new Map(
    units.map(([name, unit]) => [name, name !== context.unit && isShared(name, unit.address) ? { ...unit, address: NOT_KNOWN } : unit]),
  );
}

const NOT_KNOWN = '';

/** address:port of a unit, if it is known. */
export function placeOf(unit: string, units: Units): string | undefined {
  const { address = NOT_KNOWN } = units.get(unit) ?? {};
  return address === NOT_KNOWN ? undefined : hostOf(address);
}

/** The unit that a member stands for, if that stays. */
export function staying(member: Member, units: Units, set: ReplicaSet): string | undefined {
  const unit = unitOfMember(member, units, set.members);
  return unit === undefined || units.get(unit)?.going ? undefined : unit;
}

/**
 * The member of a unit that goes: where it is now, as far as that is known, if it does not answer where it was. mongod tells only members of
 * a configuration: taken out by others, and told of none, it would look for them where they may be no more, with data that nobody else has,
 * as far as it knows.
 */
export function going(member: Member, units: Units, set: ReplicaSet): MemberConfig | undefined {
  const unit = unitOfMember(member, units, set.members);
  if (unit === undefined || !units.get(unit)?.going) return undefined;
  const place = hasData(member) ? undefined : placeOf(unit, units);
  return { ...member, unit, host: place === undefined || set.members.some(({ host }) => host === place) ? member.host : place };
}

/** Members get the address that their unit has now, and the tag that says whose they are. */
export function adopted(set: ReplicaSet, units: Units): readonly MemberConfig[] | undefined {
  let changed = false;
  const members = set.members.map(member => {
    const unit = staying(member, units, set);
    const now = unit === undefined ? going(member, units, set) : { ...member, unit, host: placeOf(unit, units) ?? member.host };
    if (now === undefined || (member.unit === now.unit && member.host === now.host)) return member;
    changed = true;
    return now;
  });
  return changed ? members : undefined;
}

export const withoutVote = (member: MemberConfig): MemberConfig => ({ ...member, votes: 0, priority: 0 });

/**
 * Members whose unit is gone leave, foreign members stay; and so do those that came while this hook ran: another unit leads by now, and knows of units of which
 * this one has not been told. Those without a vote together, of those with a vote one at a time, as mongod demands; the dead first. One
 * whose unit goes, and is still there, leaves by itself; if it does not answer, it has no vote until then. One that has the data stays
 * while some other does not answer: it may be where that one's unit is by now, and is needed for a majority if it is not.
 */
export function withoutDeparted(
  set: ReplicaSet,
  units: Units,
  { membersAtStart, blindAtStart }: Observed,
): readonly MemberConfig[] | 'step-down' | undefined {
  if (blindAtStart) return undefined;
  const known = (member: Member): boolean => membersAtStart.length === 0 || membersAtStart.includes(member.host);
  const stays = (member: Member): boolean => staying(member, units, set) !== undefined;
  const goes = (member: Member): boolean => going(member, units, set) !== undefined;
  const departed = set.members.filter(member => !stays(member) && known(member) && !isForeign(member, units, set.members));
  const silent = departed.find(member => goes(member) && member.votes === 1 && !hasData(member));
  if (silent !== undefined) return set.members.map(member => (member === silent ? withoutVote(member) : member));
  const isShort = set.members.some(member => member.state === 'down' && stays(member));
  const gone = departed.filter(member => !goes(member) && !(isShort && hasData(member)));
  const voter =
    gone.find(member => member.votes === 1 && member.state === 'down') ??
    gone.find(member => member.votes === 1 && member.state !== 'primary');
  const leaving = gone.filter(member => member.votes === 0 || member === voter);
  if (leaving.length > 0) return set.members.filter(member => !leaving.includes(member));
  return gone.length > 0 ? 'step-down' : undefined;
}

/** A place among the voters that became free goes to the next member that has the data, and stays. */
export function promoted(set: ReplicaSet, units: Units): readonly MemberConfig[] | undefined {
  if (set.members.filter(member => member.votes === 1).length >= MAX_VOTERS) return undefined;
  const isNext = (member: Member): boolean =>
    member.votes === 0 && member.state === 'secondary' && staying(member, units, set) !== undefined;
  const next = inUnitOrder(set.members).find(isNext);
  return next && set.members.map(member => (member === next ? { ...member, votes: 1 as const, priority: 1 } : member));
}

/**
 * All that are missing are added at once: mongod itself withholds the vote of each until it has the data.
 * @param ready only those that have said that their mongod runs.
 */
export function withMissing(set: ReplicaSet, units: Units, ready = true): readonly MemberConfig[] | undefined {
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
export const missing = (set: ReplicaSet, units: Units, ready = true): readonly (readonly [string, PeerUnit])[] =>
  [...units].filter(
    ([unit, { address, data, going: goes }]) =>
      !goes &&
      (!ready || data[RUNNING_CONFIG] !== undefined) &&
      address !== NOT_KNOWN &&
      !set.members.some(member => member.unit === unit || member.host === hostOf(address)),
  );

export const freeId = (set: ReplicaSet): number => 1 + Math.max(-1, ...set.members.map(member => member.id));

type How = {
  readonly force?: boolean;
  readonly times?: SetTimes;
  /** On which mongod, where it is neither the primary nor, by force, the own. */
  readonly at?: string | undefined;
};

export const reconfigure = (set: ReplicaSet, members: readonly MemberConfig[], { force = false, times, at }: How = {}): MongodEffect => ({
  do: 'reconfigure',
  from: set.version,
  force,
  members: members.map(({ id, host, unit, votes, priority }) => ({ id, host, votes, priority, ...(unit === undefined ? {} : { unit }) })),
  ...(times === undefined ? {} : { times }),
  ...(at === undefined ? {} : { at }),
});
