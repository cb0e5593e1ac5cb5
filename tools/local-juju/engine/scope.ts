// Who takes part in a relation, and whom each unit sees there. Pure functions on the model's state.
import { egressSubnets } from '../egress.ts';
import type { Model, Relation, RelationEndpoint, Unit, Values } from '../state.ts';

/** The application's own side of a relation. */
export const endpointOf = (relation: Relation, application: string): RelationEndpoint | undefined =>
  relation.endpoints.find(endpoint => endpoint.application === application);

/** Neither on its way out nor suspended: units are, or come to be, in it. */
export const isOpen = (relation: Relation): boolean => relation.life === 'alive' && relation.suspended === undefined;

export const isPeer = (relation: Relation): boolean => relation.endpoints.length === 1;

/** The application at the other side; of a peer relation the application itself. */
export const remoteApplicationOf = (relation: Relation, application: string): string =>
  (relation.endpoints.find(endpoint => endpoint.application !== application) ?? relation.endpoints[0]!).application;

/** The relations that a unit takes part in, by id. A subordinate belongs to a container relation only beside its own principal. */
export const relationsOf = (model: Model, unit: Unit): Relation[] =>
  Object.values(model.relations)
    .filter(relation => endpointOf(relation, unit.application) !== undefined && !isForeignContainer(model, relation, unit))
    .sort((one, other) => one.id - other.id);

const isForeignContainer = (model: Model, relation: Relation, unit: Unit): boolean => {
  if (relation.scope !== 'container' || unit.principal === undefined) return false;
  const remote = remoteApplicationOf(relation, unit.application);
  const remoteIsSubordinate = model.charms[model.applications[remote]?.charm ?? '']?.subordinate === true;
  return !remoteIsSubordinate && remote !== applicationOf(unit.principal);
};

/** The remote units that are in scope and stay: what the unit should have joined. A unit that is leaving is seen as gone at once. */
export const remoteUnitsOf = (model: Model, relation: Relation, unit: Unit): string[] => {
  const remote = remoteApplicationOf(relation, unit.application);
  return Object.entries(relation.units)
    .filter(([name, member]) => {
      if (!member.inScope || name === unit.name) return false;
      if (relation.remote !== undefined) return applicationOf(name) === remote;
      const other = model.units[name];
      if (other === undefined || other.application !== remote || other.life !== 'alive') return false;
      return relation.scope === 'global' || containerOf(other) === containerOf(unit);
    })
    .map(([name]) => name)
    .sort();
};

/** Alive relations that an alive unit has not entered yet. */
export const scopesToEnter = (model: Model, unit: Unit): Relation[] =>
  unit.life === 'alive' ? relationsOf(model, unit).filter(relation => isOpen(relation) && !relation.units[unit.name]?.inScope) : [];

/** Puts the unit into the relation's scope: from now on the other side can see it. */
export const enterScope = (model: Model, relation: Relation, unit: Unit, address: string): void => {
  relation.units[unit.name] = { values: networkValues(model, address), version: 0, inScope: true };
};

/** Takes the unit out of scope; its bag stays readable. */
export const leaveScope = (relation: Relation, unit: string): void => {
  const member = relation.units[unit];
  if (member) member.inScope = false;
};

/** What Juju itself writes into a unit's bag. */
export const networkValues = (model: Model, address: string): Values => ({
  'egress-subnets': egressSubnets(model, address).join(','),
  'ingress-address': address,
  'private-address': address,
});

/** Brings the addresses in the unit's bags up to date. */
export const syncNetworkValues = (model: Model, unit: Unit, address: string): void => {
  for (const relation of relationsOf(model, unit)) {
    const member = relation.units[unit.name];
    if (!member?.inScope) continue;
    const values = networkValues(model, address);
    if (Object.entries(values).every(([key, value]) => member.values[key] === value)) continue;
    Object.assign(member.values, values);
    member.version += 1;
  }
};

export const addressOfUnit = (model: Model, unit: Unit): string => model.machines[unit.machine]?.address ?? '';

export const unitsOf = (model: Model, application: string): Unit[] =>
  Object.values(model.units)
    .filter(unit => unit.application === application)
    .sort((one, other) => numberOf(one.name) - numberOf(other.name));

export const subordinatesOf = (model: Model, principal: string): Unit[] =>
  Object.values(model.units).filter(unit => unit.principal === principal);

export const applicationOf = (unit: string): string => unit.slice(0, unit.lastIndexOf('/'));
export const numberOf = (unit: string): number => Number(unit.slice(unit.lastIndexOf('/') + 1));

/** `unit-prov-0` of `prov/0`. */
export const tagOf = (unit: string): string => `unit-${unit.replace('/', '-')}`;

const containerOf = (unit: Unit): string => unit.principal ?? unit.name;
