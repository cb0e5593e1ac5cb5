// Reads what the related databases have published, bag and secrets together.
import type { Context } from './context.ts';
import * as tools from './hook-tools.ts';
import { checkSecret, type Response, responseLabel, responsesIn } from './requests.ts';
import { consumerLabel, fieldsAskedFor, groupOf, type SecretGroup, type Values } from './requirer.ts';
import type { Database } from './statuses.ts';

/** In the order in which the real charm looks at them. */
export const endpoints = ['mongodb', 'mongos'] as const;

/** The relations of the database endpoints, without one that is being broken. */
export const liveRelations = async (context: Context): Promise<tools.RelationKey[]> => {
  const all = (await Promise.all(endpoints.map(tools.relationIds))).flat();
  const broken = context.event.kind === 'relation-broken' ? context.event.relation.id : undefined;
  return all.filter(({ id }) => id !== broken);
};

/** Every related database with all that it has published to this charm; what is in a secret that Juju refuses is not published yet. */
export const readDatabases = async (context: Context): Promise<Database[]> => {
  const databases: Database[] = [];
  for (const relation of await liveRelations(context)) {
    const application = await tools.remoteApplication(relation);
    if (application === undefined) continue;
    const bag = await tools.readApplicationBag(relation, application);
    if (bag.version === 'v1') {
      for (const response of responsesIn(bag)) databases.push(await readResponse(relation, response));
      continue;
    }
    const secrets = context.secrets ? await readSecrets(context, relation, bag) : [];
    // A field asked for in a secret counts in clear only where there is no secret of its group.
    const hidden = (field: string) => field.startsWith('secret-') || secrets.some(secret => secret.asked.includes(field));
    const open = Object.entries(bag).filter(([field]) => !hidden(field));
    databases.push({
      endpoint: relation.endpoint,
      fields: Object.assign(Object.fromEntries(open), ...secrets.map(({ fields }) => fields)),
    });
  }
  return databases;
};

const readResponse = async (relation: tools.RelationKey, { id, fields }: Response): Promise<Database> => {
  const { resource: database, 'request-id': _, salt: __, ...open } = fields;
  const all: Values = { ...(database === undefined ? {} : { database }) };
  for (const [key, value] of Object.entries(open)) {
    if (!key.startsWith('secret-')) {
      all[key] = value;
      continue;
    }
    const label = responseLabel(relation.endpoint, relation.id, id, key.slice('secret-'.length) as SecretGroup);
    if (await findSecret(label, value)) Object.assign(all, checkSecret(await tools.readSecret({ label, refresh: true })));
  }
  return { endpoint: relation.endpoint, fields: all };
};

/** Gives a newly announced secret its label, under which it is found from then on. `id`: of the request that it answers, in v1. */
export const registerSecret = async (relation: tools.RelationKey, group: SecretGroup, uri: string, id?: string): Promise<void> => {
  const { endpoint } = relation;
  await findSecret(id === undefined ? consumerLabel(endpoint, relation.id, group) : responseLabel(endpoint, relation.id, id, group), uri);
};

const readSecrets = async (context: Context, relation: tools.RelationKey, bag: Values): Promise<{ asked: string[]; fields: Values }[]> => {
  const allAsked = fieldsAskedFor(await tools.readUnitBag(relation, context.unit));
  const secrets: { asked: string[]; fields: Values }[] = [];
  for (const group of new Set(allAsked.map(groupOf))) {
    const label = consumerLabel(relation.endpoint, relation.id, group);
    if (!(await findSecret(label, bag[`secret-${group}`]))) continue;
    const asked = allAsked.filter(field => groupOf(field) === group);
    const content = await tools.readSecret({ label, refresh: true });
    const fields = Object.fromEntries(Object.entries(content).filter(([field]) => asked.includes(field)));
    if (Object.keys(fields).length > 0) secrets.push({ asked, fields });
  }
  return secrets;
};

/**
 * Looks a secret up by its label, else by its URI, which puts the label on it. False where there is neither, or Juju refuses it: after a
 * suspension the relation still names the secret of the time before, until the provider answers anew.
 */
const findSecret = async (label: string, uri: string | undefined): Promise<boolean> => {
  for (const by of [{ label }, ...(uri === undefined ? [] : [{ uri, label }])]) {
    try {
      await tools.readSecret(by);
      return true;
    } catch (error) {
      if (!(error instanceof tools.HookToolError && error.isNoSecret)) throw error;
    }
  }
  return false;
};
