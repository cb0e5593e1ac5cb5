// Making and ending relations.
import { JujuError } from '../contract.ts';
import type { Model, Relation, RelationEndpoint, RemoteSide } from '../state.ts';
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
    if ((model.applications[side.application] ?? model.remoteApplications[side.application])?.life !== 'alive') {
      throw new JujuError(`cannot add relation "${key}": application "${side.application}" is not alive`);
    }
  }
  checkLimits(model, key, [requirer, provider]);
  return addRelation(model, [requirer, provider], now, remoteSideOf(model, key, requirer, provider));
};

/** What the relation needs to know when one of the two is an offer of another model. @throws {JujuError} */
const remoteSideOf = (model: Model, key: string, ...sides: readonly [RelationEndpoint, RelationEndpoint]): RemoteSide | undefined => {
  const remotes = sides.flatMap(side => model.remoteApplications[side.application] ?? []);
  const [remote] = remotes;
  if (remote === undefined) return undefined;
  if (remotes.length > 1) {
    const names = sides.map(side => `"${side.application}"`).join(' and ');
    throw new JujuError(`cannot add relation "${key}": cannot add relation between saas applications ${names}`);
  }
  if (sides.some(side => side.application !== remote.name && side.scope === 'container')) {
    throw new JujuError(`cannot add relation "${key}": local endpoint must be globally scoped for remote relations`);
  }
  if (remote.terminated) {
    throw new JujuError(
      `Offer "${remote.name}" has been removed from the remote model.\nTo integrate with a new offer with the same name, first run\n'juju remove-saas ${remote.name}' to remove the SAAS record from this model.`,
    );
  }
  return { role: 'consuming', model: remote.model, offer: remote.offer };
};

/** Adds a relation with the next id; an application's peer relations are added when it is deployed. */
export const addRelation = (model: Model, endpoints: RelationEndpoint[], now: string, remote?: RemoteSide): Relation => {
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
    ...(remote === undefined ? {} : { remote }),
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
