// Small questions about Observed that several planners ask.

import { hostOf, LEAVING } from '../core/bags.ts';
import { byUnitNumber } from '../core/context.ts';
import type { Member, Observed, PeerUnit, ReplicaSet } from '../core/observed.ts';

/** Units that are here to stay, by number: those that announced their leaving are not among them. */
export function stayingUnits(seen: Observed): ReadonlyMap<string, PeerUnit> {
  const units = [...(seen.juju.peers?.units ?? new Map<string, PeerUnit>())];
  const self = seen.context.unit;
  return new Map(units.filter(([name, unit]) => (name === self ? !seen.juju.dying : unit.data[LEAVING] === undefined)));
}

/** The unit that a member stands for: by its tag, else by its address; undefined when no unit that stays has it. */
export function unitOfMember(member: Member, units: ReadonlyMap<string, PeerUnit>): string | undefined {
  if (member.unit !== undefined) return units.has(member.unit) ? member.unit : undefined;
  return [...units].find(([, unit]) => hostOf(unit.address) === member.host)?.[0];
}

/** This unit's own member, if the configuration lists it. */
export const ownMember = (seen: Observed, set: ReplicaSet): Member | undefined =>
  set.members.find(member => member.unit === seen.context.unit || member.host === hostOf(seen.juju.address));

export const ownData = (seen: Observed) => seen.juju.peers?.units.get(seen.context.unit)?.data ?? {};

/** Members in the order of their units' numbers, those without a unit last, so that lists made of them do not flap. */
export const inUnitOrder = (members: readonly Member[]): readonly Member[] =>
  [...members].sort((a, b) => {
    if (a.unit === undefined || b.unit === undefined) return a.unit === b.unit ? a.id - b.id : a.unit === undefined ? 1 : -1;
    return byUnitNumber(a.unit, b.unit);
  });

/** address:port of the members whose units stay, by unit number: where clients find the set. */
export function memberHosts(seen: Observed): readonly string[] {
  const { mongod } = seen;
  if (mongod.kind !== 'member') return [];
  const units = stayingUnits(seen);
  return inUnitOrder((mongod.primary?.set ?? mongod.set).members).flatMap(member => {
    const unit = unitOfMember(member, units);
    return unit === undefined ? [] : [hostOf(units.get(unit)?.address ?? '')];
  });
}

export const configDbOf = (set: string, hosts: readonly string[]): string => `${set}/${hosts.join(',')}`;
