// Small questions about Observed that several planners ask.
import { byUnitNumber } from '../core/context.ts';
import { MONGOD_PORT } from '../core/names.ts';
import type { Member, Observed, PeerUnit, ReplicaSet } from '../core/observed.ts';

/** Key in a unit's databag: fingerprint of the configuration that its mongod runs with. Its presence says that the mongod is ready to be added. */
export const RUNNING_CONFIG = 'mongod-config';
/** Key in a unit's databag: the unit gives up its member, and nobody is to add it again. */
export const LEAVING = 'leaving';
/** Key in a unit's databag: version of its mongod. */
export const VERSION = 'version';
/** Key in the application databag: the unit that may initiate the replica set. */
export const INITIATOR = 'initiator';
/** Key in the application databag: the replica set exists; it is never initiated again. */
export const INITIALISED = 'initialised';
/** Key in the application databag: units that are members. A change of it wakes those who wait. */
export const MEMBERS = 'members';

export const hostOf = (address: string): string => `${address.includes(':') ? `[${address}]` : address}:${MONGOD_PORT}`;
export const addressOf = (host: string): string => host.slice(0, host.lastIndexOf(':')).replace(/^\[|\]$/g, '');

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
