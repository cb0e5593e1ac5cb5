// Relations across models, as commands make and end them: offers, what a model consumes of others, suspended relations.
import { randomUUID } from 'node:crypto';
import { JujuError } from '../contract.ts';
import { connectionsOf } from '../cross-model.ts';
import type { Model, Offer, Relation, RemoteApplication } from '../state.ts';
import { endpointsOf } from './endpoints.ts';

/** Offers endpoints of an application; an offer of that name takes these endpoints from now on. @throws {JujuError} */
export const offer = (model: Model, application: string, endpoints: readonly string[], name: string): void => {
  const offered = model.applications[application];
  if (offered === undefined) throw new JujuError(`getting offered application ${application}: application "${application}" not found`);
  const known = endpointsOf(model.charms[offered.charm]!, application).map(endpoint => endpoint.name);
  const unknown = endpoints.find(endpoint => !known.includes(endpoint));
  if (unknown !== undefined) {
    throw new JujuError(
      `cannot add application offer "${name}": getting relation endpoint for relation "${unknown}" and application "${application}": application "${application}" has no "${unknown}" relation`,
    );
  }
  model.offers[name] = { name, id: model.offers[name]?.id ?? randomUUID(), application, endpoints: [...endpoints] };
};

/** @param force ends its relations too. @throws {JujuError} when it has relations, or is not there. */
export const removeOffer = (model: Model, name: string, force: boolean): void => {
  const relations = connectionsOf(model, offerOf(model, name));
  if (relations.length > 0 && !force) {
    throw new JujuError(
      `cannot delete application offer "${name}": offer has ${relations.length} relation${relations.length === 1 ? '' : 's'}`,
    );
  }
  for (const relation of relations) relation.life = 'dying';
  delete model.offers[name];
};

/** What counts against the removal of an application: relations of other models with its offers. */
export const consumersOf = (model: Model, application: string): number =>
  offersOf(model, application).reduce((sum, one) => sum + connectionsOf(model, one).length, 0);

export const offersOf = (model: Model, application: string): Offer[] =>
  Object.values(model.offers).filter(one => one.application === application);

/** Gives an offer of another model a place among the applications; one that is consumed already keeps its own. @throws {JujuError} */
export const consume = (model: Model, offering: Model, offerName: string, alias: string, now: string): void => {
  const { id, application, endpoints } = offerOf(offering, offerName, urlOf(offering, offerName));
  const failing = `could not consume ${urlOf(offering, offerName)}`;
  if (model.applications[alias] !== undefined) {
    throw new JujuError(`${failing}: cannot add saas application "${alias}": local application with same name already exists`);
  }
  const known = model.remoteApplications[alias];
  if (known !== undefined && known.model !== offering.uuid) {
    throw new JujuError(`${failing}: saas application called "${alias}" from a different model already exists`);
  }
  if (known !== undefined && known.life !== 'alive') {
    throw new JujuError(`${failing}: saas application called "${alias}" exists but is terminating`);
  }
  if (known !== undefined && !known.terminated) return;
  const charm = offering.charms[offering.applications[application]!.charm]!;
  model.remoteApplications[alias] = {
    name: alias,
    model: offering.uuid,
    offer: id,
    url: urlOf(offering, offerName),
    endpoints: endpointsOf(charm, application).filter(endpoint => endpoints.includes(endpoint.name)),
    life: 'alive',
    created: now,
  };
};

/** `admin/prod.mongodb` */
export const urlOf = (offering: Model, offerName: string): string => `admin/${offering.name}.${offerName}`;

/** Begins the end of what is consumed, and of its relations. @throws {JujuError} when it is not there. */
export const removeRemoteApplication = (model: Model, name: string, options: { force: boolean; now: string }): void => {
  const remote = model.remoteApplications[name];
  if (remote === undefined) throw new JujuError(`saas application "${name}" not found`);
  remote.life = 'dying';
  for (const relation of relationsOfRemote(model, remote)) {
    relation.life = 'dying';
    if (options.force) relation.forcedAt ??= options.now;
  }
};

export const relationsOfRemote = (model: Model, { name }: RemoteApplication): Relation[] =>
  Object.values(model.relations).filter(relation => relation.endpoints.some(endpoint => endpoint.application === name));

/** Suspends a relation with an offer of this model, or without a reason resumes it. @throws {JujuError} */
export const setSuspended = (model: Model, id: number, reason: string | undefined): void => {
  const relation = model.relations[id];
  if (relation === undefined) throw new JujuError(`relation ${id} not found`);
  if ((relation.suspended === undefined) === (reason === undefined)) return;
  if (relation.remote?.role !== 'offering') {
    throw new JujuError(`cannot set suspend status for "${relation.key}" which is not associated with an offer`);
  }
  if (reason === undefined) delete relation.suspended;
  else relation.suspended = reason;
};

const offerOf = (model: Model, name: string, shown = name): Offer => {
  const found = model.offers[name];
  if (found === undefined) throw new JujuError(`application offer "${shown}" not found`);
  return found;
};
