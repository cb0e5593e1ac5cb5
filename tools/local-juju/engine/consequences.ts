// What follows from the state by itself, without any hook: relations, applications and machines that have become empty go,
// subordinates come and go with their principals, a leader is chosen. Pure but for the state it is given.
import type { Model, Relation, Storage, Unit } from '../state.ts';
import { offersOf, relationsOfRemote } from './offers.ts';
import { applicationOf, endpointOf, isPeer, leaveScope, remoteApplicationOf, subordinatesOf, unitsOf } from './scope.ts';
import { releaseStorage } from './storage.ts';
import { endOfForce } from './times.ts';
import { newUnit } from './units.ts';

/** Things outside the state that are to be cleared away or made. */
export type Consequence =
  | { kind: 'unit-removed'; unit: Unit }
  | { kind: 'machine-removed'; machine: string }
  | { kind: 'storage-removed'; storage: Storage }
  | { kind: 'charm-unused'; url: string }
  | { kind: 'unit-added'; unit: Unit };

/** Applies what follows, until nothing more does. @param folder the model's folder. */
export const applyConsequences = (model: Model, folder: string, now: string): Consequence[] => {
  const all: Consequence[] = [];
  for (;;) {
    const made = [
      ...killSubordinates(model),
      ...addSubordinates(model, folder, now),
      ...removeDeadUnits(model, now),
      ...removeRelations(model, now),
      ...removeStorage(model),
      ...removeApplications(model),
      ...removeMachines(model),
      ...removeCharms(model),
    ];
    chooseLeaders(model);
    pruneUserSecrets(model);
    all.push(...made);
    if (made.length === 0) return all;
  }
};

/** A subordinate goes with its principal, and with the last container relation that ties it to it. */
const killSubordinates = (model: Model): Consequence[] => {
  for (const unit of Object.values(model.units)) {
    if (unit.principal === undefined || unit.life !== 'alive') continue;
    const principal = model.units[unit.principal];
    const tied = containerRelations(model, unit.application).some(
      relation => relation.life === 'alive' && remoteApplicationOf(relation, unit.application) === principal?.application,
    );
    if (principal?.life !== 'alive' || !tied) {
      unit.life = 'dying';
      if (principal?.force) unit.force = true;
    }
  }
  return [];
};

/** Each principal that is in scope of a container relation has one unit of the subordinate application beside it. */
const addSubordinates = (model: Model, folder: string, now: string): Consequence[] => {
  const added: Consequence[] = [];
  for (const application of Object.values(model.applications)) {
    if (application.life !== 'alive' || !model.charms[application.charm]?.subordinate) continue;
    for (const relation of containerRelations(model, application.name)) {
      if (relation.life !== 'alive') continue;
      const principals = unitsOf(model, remoteApplicationOf(relation, application.name));
      for (const principal of principals) {
        if (principal.life !== 'alive' || principal.principal !== undefined || !relation.units[principal.name]?.inScope) continue;
        if (subordinatesOf(model, principal.name).some(unit => unit.application === application.name)) continue;
        const unit = newUnit(model, { application: application.name, machine: principal.machine, principal: principal.name, folder, now });
        added.push({ kind: 'unit-added', unit });
      }
    }
  }
  return added;
};

const containerRelations = (model: Model, application: string): Relation[] =>
  Object.values(model.relations).filter(relation => relation.scope === 'container' && endpointOf(relation, application) !== undefined);

const removeDeadUnits = (model: Model, now: string): Consequence[] => {
  const dead = Object.values(model.units).filter(unit => unit.life === 'dead');
  for (const unit of dead) {
    delete model.units[unit.name];
    for (const relation of Object.values(model.relations)) leaveScope(relation, unit.name);
    for (const storage of Object.values(model.storage)) if (storage.owner === unit.name) releaseStorage(storage, unit);
    for (const [id, secret] of Object.entries(model.secrets)) {
      if (secret.owner.kind === 'unit' && secret.owner.name === unit.name) delete model.secrets[id];
      delete secret.consumers[unit.name];
    }
    for (const secret of Object.values(model.remoteSecrets)) {
      delete secret.consumers[unit.name];
      if (Object.keys(secret.consumers).length === 0) delete model.remoteSecrets[secret.id];
    }
    for (const task of Object.values(model.tasks)) {
      if (task.unit !== unit.name || (task.status !== 'pending' && task.status !== 'running')) continue;
      task.status = 'cancelled';
      task.message = 'unit removed';
      task.completed = now;
    }
    const application = model.applications[unit.application];
    if (application?.leader === unit.name) delete application.leader;
  }
  return dead.map(unit => ({ kind: 'unit-removed', unit }));
};

/** A relation goes when it is wanted no more and nobody is left in it; the grants that were made for it go along. */
const removeRelations = (model: Model, now: string): Consequence[] => {
  for (const relation of Object.values(model.relations)) {
    if (relation.life === 'alive') continue;
    leaveUnheardScopes(model, relation);
    leaveForcedScopes(model, relation, now);
    if (Object.values(relation.units).some(member => member.inScope)) continue;
    delete model.relations[relation.id];
    for (const unit of Object.values(model.units)) forgetRelation(unit, relation.id);
    for (const secret of Object.values(model.secrets)) secret.grants = secret.grants.filter(grant => grant.relation !== relation.id);
    if (relation.remote?.role === 'offering') forgetRemoteReaders(model, relation);
  }
  for (const remote of Object.values(model.remoteApplications)) {
    if (remote.life !== 'alive' && relationsOfRemote(model, remote).length === 0) delete model.remoteApplications[remote.name];
  }
  return [];
};

/** Units of an application of another model read no secrets here any more, once its last relation is gone. */
const forgetRemoteReaders = (model: Model, ended: Relation): void => {
  for (const { application } of ended.endpoints) {
    if (model.applications[application] !== undefined) continue;
    if (Object.values(model.relations).some(relation => endpointOf(relation, application) !== undefined)) continue;
    for (const secret of Object.values(model.secrets)) {
      for (const unit of Object.keys(secret.consumers)) if (applicationOf(unit) === application) delete secret.consumers[unit];
    }
  }
};

// A failed hook of a relation that was removed by force would have nothing to be run again for.
const forgetRelation = (unit: Unit, id: number): void => {
  delete unit.agent.relations[id];
  if (!unit.agent.pending?.failed || unit.agent.pending.hook.relation?.id !== id) return;
  delete unit.agent.pending;
  delete unit.agentError;
};

// A relation that is removed by force waits for no unit in error, and for the others not for ever.
const leaveForcedScopes = (model: Model, relation: Relation, now: string): void => {
  const end = endOfForce(relation);
  if (end === undefined) return;
  for (const name of Object.keys(relation.units)) {
    if (end <= now || model.units[name]?.agent.pending?.failed) leaveScope(relation, name);
  }
};

// Units that have not heard of the relation, or have no hooks for it, leave without relation-broken: their agents do it between two hooks.
const leaveUnheardScopes = (model: Model, relation: Relation): void => {
  for (const name of Object.keys(relation.units)) {
    const unit = model.units[name];
    if (unit?.agent.pending !== undefined) continue;
    const implicit = unit !== undefined && endpointOf(relation, unit.application)?.implicit;
    if (unit === undefined || implicit || (!isPeer(relation) && !unit.agent.relations[relation.id]?.created)) leaveScope(relation, name);
  }
};

const removeStorage = (model: Model): Consequence[] => {
  const gone = Object.values(model.storage).filter(
    ({ life, owner, machine }) =>
      owner === undefined && (life !== 'alive' || (machine !== undefined && model.machines[machine] === undefined)),
  );
  for (const storage of gone) delete model.storage[storage.id];
  return gone.map(storage => ({ kind: 'storage-removed', storage }));
};

const removeApplications = (model: Model): Consequence[] => {
  for (const application of Object.values(model.applications)) {
    if (application.life === 'alive' || unitsOf(model, application.name).length > 0) continue;
    const relations = Object.values(model.relations).filter(relation => endpointOf(relation, application.name) !== undefined);
    if (relations.some(relation => !isPeer(relation))) continue;
    for (const relation of relations) delete model.relations[relation.id];
    for (const offer of offersOf(model, application.name)) delete model.offers[offer.name];
    delete model.applications[application.name];
    for (const [id, secret] of Object.entries(model.secrets)) {
      if (secret.owner.kind === 'application' && secret.owner.name === application.name) delete model.secrets[id];
      secret.grants = secret.grants.filter(grant => grant.name !== application.name);
    }
  }
  return [];
};

const removeMachines = (model: Model): Consequence[] => {
  const used = new Set(Object.values(model.units).map(unit => unit.machine));
  const empty = Object.keys(model.machines).filter(id => !used.has(id));
  for (const id of empty) delete model.machines[id];
  return empty.map(machine => ({ kind: 'machine-removed', machine }));
};

const removeCharms = (model: Model): Consequence[] => {
  const used = new Set([
    ...Object.values(model.applications).map(application => application.charm),
    ...Object.values(model.units).map(unit => unit.agent.charm),
  ]);
  const unused = Object.keys(model.charms).filter(url => !used.has(url));
  for (const url of unused) delete model.charms[url];
  return unused.map(url => ({ kind: 'charm-unused', url }));
};

/** The first unit that is alive leads, once the one that led is gone. Where all are going nobody takes over. */
const chooseLeaders = (model: Model): void => {
  for (const application of Object.values(model.applications)) {
    if (application.leader !== undefined && model.units[application.leader] !== undefined) continue;
    const units = unitsOf(model, application.name);
    const next = units.find(unit => unit.life === 'alive' && unit.machine !== '');
    if (next === undefined) delete application.leader;
    else application.leader = next.name;
  }
};

// Old revisions of a user secret with auto-prune go as soon as nobody follows them.
const pruneUserSecrets = (model: Model): void => {
  for (const secret of Object.values(model.secrets)) {
    if (!secret.autoPrune) continue;
    const tracked = new Set(Object.values(secret.consumers).map(consumer => consumer.tracked));
    secret.revisions = secret.revisions.filter(one => one.revision === secret.latest || tracked.has(one.revision));
  }
};
