// Changes to a copied model's state, which bring it back to where a hook has something to do.
import type { Model, Relation } from '../../local-juju/state.ts';

export const leaderOf = (model: Model, application: string): string => {
  const leader = model.applications[application]?.leader;
  if (leader === undefined) throw new Error(`${application} has no leader`);
  return leader;
};

export const relationBetween = (model: Model, one: string, other: string): Relation => {
  const sides = (relation: Relation) => relation.endpoints.map(endpoint => endpoint.application);
  const found = Object.values(model.relations).find(relation => sides(relation).includes(one) && sides(relation).includes(other));
  if (found === undefined) throw new Error(`${one} and ${other} are not related`);
  return found;
};

/** The application has never answered this client, nor noted that it did. */
export const forgetClient = (model: Model, application: string, relation: number): void => {
  forgetAnswer(model, application, relation);
  for (const { endpoints, applications } of Object.values(model.relations)) {
    if (endpoints.length === 1 && endpoints[0]?.application === application) delete applications[application]?.values[`client-${relation}`];
  }
};

/** The application has never written to this relation, nor made a secret for it. */
export const forgetAnswer = (model: Model, application: string, relation: number): void => {
  const bag = model.relations[relation]?.applications[application];
  if (bag !== undefined) bag.values = {};
  for (const [id, { owner, grants }] of Object.entries(model.secrets)) {
    if (owner.name === application && grants.some(grant => grant.relation === relation)) delete model.secrets[id];
  }
};

/** Of all secrets of the application only the latest revision is left, and everybody has read it. */
export const keepLatest = (model: Model, application: string): void => {
  for (const secret of Object.values(model.secrets)) {
    if (secret.owner.name !== application) continue;
    secret.revisions = secret.revisions.filter(({ revision }) => revision === secret.latest);
    for (const consumer of Object.values(secret.consumers)) consumer.tracked = secret.latest;
  }
};
