// Making and ending relations.
import { JujuError } from '../contract.ts';
import type { Model, Relation, RelationEndpoint } from '../state.ts';
import { checkLimits, findRelation, inferEndpoints, keyOf } from './endpoints.ts';
import { isPeer, leaveScope } from './scope.ts';

type Force = { force: boolean; noWait?: boolean; now: string };

/** @throws {JujuError} */
export const integrate = (model: Model, one: string, other: string, now: string): Relation => {
  const [requirer, provider] = inferEndpoints(model, one, other);
  const key = keyOf(requirer, provider);
  const existing = Object.values(model.relations).find(relation => relation.key === key);
  if (existing && existing.life !== 'alive') {
    throw new JujuError(`cannot add relation "${key}": relation ${key} is dying, but not yet removed`);
  }
  if (existing) {
    throw new JujuError(
      `cannot add relation "${key}"\nrelation ${key} (already exists): \n\nUse 'juju status --relations' to view the current relations.`,
    );
  }
  for (const side of [requirer, provider]) {
    if (model.applications[side.application]?.life !== 'alive') {
      throw new JujuError(`cannot add relation "${key}": application "${side.application}" is not alive`);
    }
  }
  checkLimits(model, key, [requirer, provider]);
  return addRelation(model, [requirer, provider], now);
};

/** Adds a relation with the next id; an application's peer relations are added when it is deployed. */
export const addRelation = (model: Model, endpoints: RelationEndpoint[], now: string): Relation => {
  const id = model.counters.relation;
  model.counters.relation += 1;
  const relation: Relation = {
    id,
    key: keyOf(endpoints[0]!, endpoints[1]),
    endpoints,
    scope: endpoints.some(endpoint => endpoint.scope === 'container') ? 'container' : 'global',
    interface: endpoints[0]!.interface,
    life: 'alive',
    created: now,
    applications: Object.fromEntries(endpoints.map(endpoint => [endpoint.application, { values: {}, version: 0 }])),
    units: {},
  };
  model.relations[id] = relation;
  return relation;
};

/**
 * By two endpoints or one id. With `force` units in error are not waited for, others for a minute; with `noWait` nobody is, and units
 * leave without a hook. @throws {JujuError}
 */
export const removeRelation = (model: Model, one: string, other: string | undefined, options: Force): void => {
  const relation = other === undefined ? relationWithId(model, one) : findRelation(model, one, other);
  if (isPeer(relation)) throw new JujuError(`cannot destroy relation "${relation.key}": is a peer relation`);
  relation.life = 'dying';
  if (options.force) relation.forcedAt ??= options.now;
  if (options.noWait) for (const unit of Object.keys(relation.units)) leaveScope(relation, unit);
};

const relationWithId = (model: Model, id: string): Relation => {
  if (!/^\d+$/.test(id)) throw new JujuError(`relation ID "${id}" not valid`, 2);
  const relation = model.relations[id];
  if (relation === undefined) throw new JujuError(`relation ${id} not found (not found)`);
  return relation;
};
