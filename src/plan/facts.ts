// Small questions about Observed that several planners ask.

import { hostOf, LEAVING } from '../core/bags.ts';
import { byUnitNumber } from '../core/context.ts';
import type { Member, Observed, PeerUnit, ReplicaSet } from '../core/observed.ts';

/** What is seen of a mongod that is a member of its set. */
export type Membered = Extract<Observed['mongod'], { kind: 'member' }>;

/** Units that are here to stay, by number: those that announced their leaving are not among them. */
export function stayingUnits(seen: Observed): ReadonlyMap<string, PeerUnit> {
  const units = [...(seen.juju.peers?.units ?? new Map<string, PeerUnit>())];
  const self = seen.context.unit;
  return new Map(units.filter(([name, unit]) => (name === self ? !seen.juju.dying : unit.data[LEAVING] === undefined)));
}

/**
 * The unit that a member stands for: by its tag, or by its address where it has none; undefined when no unit that stays has it. Where units
 * of a set have the addresses that others of it had, a mongod takes itself for the member at its address, whatever the tag says (seen on
 * 6.0.5): then that unit stands there, and the member that nobody is left at is for the unit that nobody is listed at.
 * @param members all of the set.
 */
export function unitOfMember(member: Member, units: ReadonlyMap<string, PeerUnit>, members: readonly Member[]): string | undefined {
  const here = [...units].find(([, { address }]) => hostOf(address) === member.host)?.[0];
  // A unit that has just come has none of the data, and so no member to take the place of, until mongod has given it all.
  if (here !== undefined && (member.unit === undefined || hasData(member) || members.some(({ unit }) => unit === here))) return here;
  let unit = member.unit;
  for (let step = 0; step < members.length && unit !== undefined; step += 1) {
    const address = units.get(unit)?.address;
    if (address === undefined) return undefined;
    const there = members.find(one => one !== member && one.host === hostOf(address));
    if (there === undefined) return unit;
    unit = there.unit;
  }
  return undefined;
}

/**
 * A foreign member: the charm did not add it, and no unit is where it is. It may be a hidden member for analytics, an arbiter, or the source of
 * a migration. The charm counts it among votes and members, and leaves it as it is.
 */
export const isForeign = (member: Member, units: ReadonlyMap<string, PeerUnit>, members: readonly Member[]): boolean =>
  member.unit === undefined && unitOfMember(member, units, members) === undefined;

/** All of it, as far as it has been told. */
export const hasData = ({ state }: Member): boolean => state === 'primary' || state === 'secondary';

/** This unit's own member, if the configuration lists it. */
export const ownMember = ({ context, juju }: Observed, { members }: ReplicaSet): Member | undefined =>
  members.find(({ host }) => host === hostOf(juju.address)) ?? members.find(({ unit }) => unit === context.unit);

export const ownData = (seen: Observed) => seen.juju.peers?.units.get(seen.context.unit)?.data ?? {};

/** Members in the order of their units' numbers, those without a unit last, so that lists made of them do not flap. */
export const inUnitOrder = (members: readonly Member[]): readonly Member[] =>
  [...members].sort((a, b) => {
    if (a.unit === undefined || b.unit === undefined) return a.unit === b.unit ? a.id - b.id : a.unit === undefined ? 1 : -1;
    return byUnitNumber(a.unit, b.unit);
  });

const LONGEST_LIST = 3;

/** For a status: their units, or where they are; of many, the first. */
export function namesOf(members: readonly Member[]): string {
  const names = inUnitOrder(members).map(({ unit, host }) => unit ?? host);
  const more = names.length - LONGEST_LIST;
  return more > 0 ? `${names.slice(0, LONGEST_LIST).join(', ')} and ${more} more` : names.join(', ');
}

/** address:port of the members whose units stay, by unit number: where clients find the set. */
export function memberHosts(seen: Observed): readonly string[] {
  const { mongod } = seen;
  if (mongod.kind !== 'member') return [];
  const units = stayingUnits(seen);
  const { members } = mongod.primary?.set ?? mongod.set;
  return inUnitOrder(members).flatMap(member => {
    const unit = unitOfMember(member, units, members);
    return unit === undefined ? [] : [hostOf(units.get(unit)?.address ?? '')];
  });
}

export const configDbOf = (set: string, hosts: readonly string[]): string => `${set}/${hosts.join(',')}`;
