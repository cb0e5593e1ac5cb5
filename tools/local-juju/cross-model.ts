// Relations across models, as every room knows them: what an application of one model is called in another, and who has an offer's relations.
import { createHash } from 'node:crypto';
import type { Model, Offer, Relation } from './state.ts';

/** `remote-` and 32 hexadecimal digits: the name that an application of a consuming model has in the offering model. */
export const remoteApplicationName = (consuming: Model, application: string): string => {
  // An application that is deployed anew under its old name is another one.
  const { created = '' } = consuming.applications[application] ?? {};
  return `remote-${createHash('sha256').update(`${consuming.uuid} ${application} ${created}`).digest('hex').slice(0, 32)}`;
};

/** The same unit of an application that is called otherwise: `mongodb/3` for `remote-…/3`. */
export const unitUnder = (application: string, unit: string): string => `${application}${unit.slice(unit.lastIndexOf('/'))}`;

/** The relations that other models have with an offer of this one, by their number. */
export const connectionsOf = (model: Model, { id }: Offer): Relation[] =>
  Object.values(model.relations)
    .filter(({ remote }) => remote?.role === 'offering' && remote.offer === id)
    .sort((one, other) => one.id - other.id);
