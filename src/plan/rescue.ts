// A set that can have no primary any more where its members are: it is configured anew by force.

import { hostOf, INITIALISED, MEMBERS } from '../core/bags.ts';
import { unitNumber } from '../core/context.ts';
import type { MemberConfig } from '../core/effects.ts';
import { MAX_MEMBERS } from '../core/names.ts';
import type { Member, Observed, ReplicaSet, SetElsewhere } from '../core/observed.ts';
import { nothing, type Plan, plan } from '../core/plan.ts';
import { status } from '../core/status.ts';
import { hasData, inUnitOrder, isForeign, namesOf, ownMember, unitOfMember } from './facts.ts';
import { freeId, going, placedUnits, placeOf, reconfigure, staying, type Units, withoutVote } from './reconfiguration.ts';

/**
 * A set that can have no primary any more because most of its voters are units that Juju removed, or units whose address changed, is
 * configured anew by force with the members that are left. Never while those that are left could still elect one.
 */
export function rescue(seen: Observed, mongod: Extract<Observed['mongod'], { kind: 'member' | 'outside' }>): Plan {
  const { set } = mongod;
  const units = placedUnits(seen);
  const isListed = set.members.some(member => staying(member, units, set) === seen.context.unit);
  const elsewhere = mongod.kind === 'outside' && !isListed ? mongod.elsewhere : undefined;
  if (elsewhere !== undefined && elsewhere.set.version >= set.version) return rescueElsewhere(seen, elsewhere);
  if (isOfOthers(seen, set, units)) return plan({ app: [status.setOfOthers(namesOf(set.members))] });
  return rescued(forced(seen, set, units));
}

/**
 * Data of a set with this name, as of a backup, in which members that are no units have the majority: they may be there, and the charm does
 * not go on without them by itself.
 */
function isOfOthers({ mongod }: Observed, set: ReplicaSet, units: Units): boolean {
  if (mongod.kind !== 'outside' || set.members.some(member => unitOfMember(member, units, set.members) !== undefined)) return false;
  const voters = votersOf(set);
  return voters.filter(member => isLost(member, units, set)).length * 2 < voters.length;
}

/** By a leader that is not among the members, such as the unit that came last: on the mongod of one that is. */
export function rescueElsewhere(seen: Observed, { host, set }: SetElsewhere): Plan {
  const isOurs = set.name === seen.context.app && seen.juju.peers?.app[INITIALISED] !== undefined;
  return isOurs ? rescued(forced(seen, set, placedUnits(seen), host)) : nothing;
}

const rescued = (effects: Plan['effects']): Plan => plan({ effects, unit: [status.noPrimary], app: [status.noPrimary], pending: true });

/**
 * A unit that does not lead configures the set anew when nobody else can: it is the only member that votes, and whoever leads is none; or a
 * member goes that may be the leader. One that goes is told of no new address any more, so the first of the voters that stay acts for it.
 */
export function moved(seen: Observed): Plan {
  const { context, mongod, lastChance } = seen;
  if (!lastChance || (mongod.kind !== 'outside' && mongod.kind !== 'member')) return nothing;
  if (mongod.set.name !== context.app || mongod.primary !== undefined) return nothing;
  const { set } = mongod;
  const units = placedUnits(seen);
  const voters = inUnitOrder(votersOf(set));
  const first = voters.flatMap(member => staying(member, units, set) ?? [])[0];
  const mayLead = set.members.some(member => going(member, units, set) !== undefined);
  if (first !== context.unit || (voters.length > 1 && !mayLead)) return nothing;
  return plan({ effects: forced(seen, set, units), pending: true });
}

/** @param at the mongod of another unit that is to do it, and must stay a member itself. */
export function forced(seen: Observed, set: ReplicaSet, units: Units, at?: string): Plan['effects'] {
  const voters = votersOf(set);
  const lost = voters.filter(member => isLost(member, units, set));
  // Those that are left would have no majority even if all of them came back.
  if (voters.length === 0 || lost.length * 2 < voters.length || set.primary !== undefined) return [];
  const place = at ?? hostOf(seen.juju.address);
  const left = survivors(seen, set, units, place);
  if (!left.some(member => member.host === place) || isEmpty(seen, set, left)) return [];
  if (!seen.lastChance && set.members.length > 1) return []; // a member that is only slow gets the whole hook to come back
  const log = {
    do: 'log',
    level: 'WARNING',
    message: `forcing the configuration of the replica set: ${lost.length} of ${voters.length} voting members are gone or have a new address; members are now ${left.map(member => member.host).join(', ')}`,
  } as const;
  const members = renumbered(seen, set, [...left, ...foreignBeside(left, set, units), ...toldToGo(seen, set, left, units)]);
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

/**
 * Members whose units go, and that none of those that are left has taken the place of. One that has the data keeps its vote: it may have
 * writes that nobody else has, and none without them becomes primary against its vote.
 */
function toldToGo({ mongod }: Observed, set: ReplicaSet, left: readonly MemberConfig[], units: Units): readonly MemberConfig[] {
  const copies = (mongod.kind === 'outside' && mongod.copies) || [];
  return set.members.flatMap(member => {
    const told = going(member, units, set);
    if (told === undefined || left.some(({ id, host }) => host === told.host || id === told.id)) return [];
    return [hasData(member) || copies.includes(told.host) ? told : withoutVote(told)];
  });
}

/**
 * Members of units that are still there, at the addresses they have now, as far as they are known; on storage of an earlier unit, the one at
 * that place takes the place of the one it was.
 */
function survivors(seen: Observed, set: ReplicaSet, units: Units, place: string): readonly MemberConfig[] {
  const left = set.members.flatMap((member): MemberConfig[] => {
    const unit = staying(member, units, set);
    return unit === undefined ? [] : [{ ...member, unit, host: placeOf(unit, units) ?? member.host }];
  });
  const heir = [...units.keys()].find(unit => placeOf(unit, units) === place);
  const listed = seen.juju.peers?.app[MEMBERS]?.split(' ') ?? [];
  const isStaying = (unit: string): boolean => unit !== heir && units.get(unit)?.going === undefined && units.has(unit);
  if (left.length > 0 || heir === undefined || ownMember(seen, set) !== undefined || listed.some(isStaying)) return left;
  return [{ id: freeId(set), host: place, unit: heir, votes: 1, priority: 1 }];
}

/**
 * This unit is still copying the data, and sees nobody else that has it: such a set would have no primary, and whoever has gone on with the
 * data where this one cannot see it would be told that it is no member any more.
 */
const isEmpty = ({ mongod }: Observed, set: ReplicaSet, left: readonly MemberConfig[]): boolean =>
  mongod.kind === 'member' &&
  mongod.self === 'syncing' &&
  !set.members.some(member => hasData(member) && left.some(({ id }) => id === member.id));

/** Foreign members stay, with their votes: nobody but the operator knows whether they come back, and what they have. */
const foreignBeside = (left: readonly MemberConfig[], set: ReplicaSet, units: Units): readonly MemberConfig[] =>
  set.members.filter(
    member => isForeign(member, units, set.members) && !left.some(({ id, host }) => id === member.id || host === member.host),
  );

/** Those whose votes count. By force a member gets its vote at once. */
const votersOf = (set: ReplicaSet): readonly Member[] => set.members.filter(member => member.votes === 1 && member.newlyAdded !== true);

/** Its unit is gone, or is somewhere else now. One whose address is not known may be where it was, and so may a foreign member. */
const isLost = (member: Member, units: Units, set: ReplicaSet): boolean => {
  const unit = staying(member, units, set);
  if (unit === undefined) return !isForeign(member, units, set.members);
  return (placeOf(unit, units) ?? member.host) !== member.host;
};
