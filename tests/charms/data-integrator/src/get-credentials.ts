// The action get-credentials: what it answers, as values. Pure.
import type { Request, Values } from './requirer.ts';
import { activeDatabases, type Database, hasCredentials } from './statuses.ts';

export type Answer = { failure?: string; results: Values };

/** @throws where a key cannot be a result of an action; the real charm crashes on it too. */
export const getCredentials = (request: Request, databases: readonly Database[]): Answer => {
  if (request.database === '') {
    return refuse('The database name, topic name, index name, keyspace name, or prefix is not specified in the config.');
  }
  if (!databases.some(hasCredentials)) return refuse('The action can be run only after relation is created.');
  const results: Values = { ok: 'True' };
  const active = activeDatabases(databases);
  for (const [at, { endpoint, fields }] of active.entries()) {
    // The second database of an endpoint, which only v1 has, is shown beside the first.
    const before = active.slice(0, at).filter(one => one.endpoint === endpoint).length;
    const name = before === 0 ? endpoint : `${endpoint}-${before + 1}`;
    for (const [key, value] of Object.entries(fields)) results[`${name}.${checkKey(key)}`] = value;
  }
  checkNesting(Object.keys(results));
  return { results };
};

const refuse = (failure: string): Answer => ({ failure, results: { ok: 'False' } });

const checkKey = (key: string): string => {
  if (/^[a-z0-9](([a-z0-9-.]+)?[a-z0-9])?$/.test(key)) return key;
  throw new Error(`cannot show ${JSON.stringify(key)}: keys of results are lower-case letters, digits, hyphens and dots`);
};

const checkNesting = (keys: readonly string[]): void => {
  for (const key of keys) {
    const inner = keys.find(other => other.startsWith(`${key}.`));
    if (inner) throw new Error(`cannot show both ${key} and ${inner}`);
  }
};
