// Relations across models. Each model has a relation of its own, in which the other side's application and units are written down under
// the names that they have here; whatever happened on one side since is brought to the other. Decided from both states alone, so that
// it does not matter what was missed, or which background process began it.
import { isDeepStrictEqual } from 'node:util';
import { remoteApplicationName, unitUnder } from '../cross-model.ts';
import type { Model, Relation, RelationEndpoint, RemoteSecret, Secret } from '../state.ts';
import { endpointsOf } from './endpoints.ts';
import { addRelation } from './relations.ts';
import { applicationOf, endpointOf } from './scope.ts';

/**
 * Brings all relations across these models up to date, and what their units know of each other's secrets.
 * @param all whether a model that is not among them is gone for good.
 * @returns the models that were changed.
 */
export const linkModels = (models: readonly Model[], all: boolean, now: string): Set<Model> => {
  const changed = new Set<Model>();
  const find = (uuid: string) => models.find(model => model.uuid === uuid);
  for (const model of models) {
    for (const relation of Object.values(model.relations)) {
      if (relation.remote === undefined) continue;
      const other = find(relation.remote.model);
      if (other === undefined) {
        if (all && end(relation)) changed.add(model);
      } else if (relation.remote.role === 'consuming') linkRelation(model, relation, other, now, changed);
      else if (other.relations[relation.remote.relation!]?.remote?.model !== model.uuid && end(relation)) changed.add(model);
    }
    for (const remote of Object.values(model.remoteApplications)) {
      const offering = find(remote.model);
      const terminated = offering === undefined ? all : !Object.values(offering.offers).some(offer => offer.id === remote.offer);
      if (!terminated || remote.terminated) continue;
      remote.terminated = true;
      changed.add(model);
    }
    for (const secret of Object.values(model.remoteSecrets)) {
      const offering = find(secret.model);
      if (offering === undefined ? all && forgetSecret(model, secret) : followSecret(model, secret, offering)) changed.add(model);
    }
  }
  return changed;
};

const linkRelation = (consuming: Model, relation: Relation, offering: Model, now: string, changed: Set<Model>): void => {
  const remote = relation.remote!;
  const counterpart = counterpartOf(consuming, relation, offering) ?? register(consuming, relation, offering, now, changed);
  if (counterpart === undefined) {
    if (end(relation)) changed.add(consuming);
    return;
  }
  if (remote.relation !== counterpart.id) {
    remote.relation = counterpart.id;
    changed.add(consuming);
  }
  if (relation.life !== 'alive' || counterpart.life !== 'alive') {
    if (end(relation, counterpart.forcedAt)) changed.add(consuming);
    if (end(counterpart, relation.forcedAt)) changed.add(offering);
    return;
  }
  if (relation.suspended !== counterpart.suspended) {
    if (counterpart.suspended === undefined) delete relation.suspended;
    else relation.suspended = counterpart.suspended;
    changed.add(consuming);
  }
  // Nothing crosses over while a relation is suspended: what was written meanwhile comes with its resumption.
  if (counterpart.suspended !== undefined) return;
  const alias = aliasOf(relation, consuming);
  const consumer = remoteApplicationName(consuming, otherOf(relation, alias));
  if (mirror(consuming, relation, otherOf(relation, alias), counterpart, consumer)) changed.add(offering);
  if (mirror(offering, counterpart, otherOf(counterpart, consumer), relation, alias)) changed.add(consuming);
};

const counterpartOf = (consuming: Model, relation: Relation, offering: Model): Relation | undefined =>
  Object.values(offering.relations).find(
    ({ remote }) => remote?.role === 'offering' && remote.model === consuming.uuid && remote.relation === relation.id,
  );

/** The offering model learns of a relation that is new; one that it had and has no more is not made again. */
const register = (consuming: Model, relation: Relation, offering: Model, now: string, changed: Set<Model>): Relation | undefined => {
  const remote = relation.remote!;
  const offer = Object.values(offering.offers).find(one => one.id === remote.offer);
  const offered = offer && offering.applications[offer.application];
  if (remote.relation !== undefined || relation.life !== 'alive' || offer === undefined || offered?.life !== 'alive') return undefined;
  const alias = aliasOf(relation, consuming);
  const consumer = remoteApplicationName(consuming, otherOf(relation, alias));
  const offeredEndpoint = endpointsOf(offering.charms[offered.charm]!, offered.name).find(
    endpoint => endpoint.name === endpointOf(relation, alias)?.name,
  );
  if (offeredEndpoint === undefined) return undefined;
  const endpoints = relation.endpoints.map(
    (endpoint): RelationEndpoint => (endpoint.application === alias ? offeredEndpoint : { ...endpoint, application: consumer }),
  );
  changed.add(offering);
  return addRelation(offering, endpoints, now, { role: 'offering', model: consuming.uuid, offer: offer.id, relation: relation.id });
};

/** The name that the consuming model has for the offered application. */
const aliasOf = (relation: Relation, consuming: Model): string =>
  relation.endpoints.find(endpoint => consuming.remoteApplications[endpoint.application] !== undefined)?.application ?? '';

const otherOf = (relation: Relation, application: string): string =>
  relation.endpoints.find(endpoint => endpoint.application !== application)?.application ?? '';

const end = (relation: Relation, forcedAt?: string): boolean => {
  const before = [relation.life, relation.forcedAt];
  if (relation.life === 'alive') relation.life = 'dying';
  if (forcedAt !== undefined) relation.forcedAt ??= forcedAt;
  return !isDeepStrictEqual(before, [relation.life, relation.forcedAt]);
};

/** Writes the databags of an application and its units into the relation of the other model, under the name there. */
const mirror = (model: Model, source: Relation, application: string, target: Relation, name: string): boolean => {
  let differs = false;
  const write = <Value>(into: Record<string, Value>, key: string, value: Value) => {
    if (isDeepStrictEqual(into[key], value)) return;
    into[key] = structuredClone(value);
    differs = true;
  };
  write(target.applications, name, source.applications[application] ?? { values: {}, version: 0 });
  for (const [unit, member] of Object.entries(source.units)) {
    if (applicationOf(unit) !== application) continue;
    // A dying unit is seen as gone at once, as within a model.
    write(target.units, unitUnder(name, unit), { ...member, inScope: member.inScope && model.units[unit]?.life === 'alive' });
  }
  return differs;
};

const forgetSecret = (model: Model, { id }: RemoteSecret): boolean => delete model.remoteSecrets[id];

/** A unit hears of new revisions as long as it may read them; a secret that is gone is forgotten. */
const followSecret = (model: Model, known: RemoteSecret, offering: Model): boolean => {
  const secret = offering.secrets[known.id];
  if (secret === undefined) return forgetSecret(model, known);
  if (known.latest === secret.latest || !Object.keys(known.consumers).some(unit => isGranted(model, unit, secret))) return false;
  known.latest = secret.latest;
  return true;
};

const isGranted = (model: Model, unit: string, { grants }: Secret): boolean => {
  const reader = remoteApplicationName(model, applicationOf(unit));
  return grants.some(grant => grant.name === (grant.kind === 'unit' ? unitUnder(reader, unit) : reader));
};
