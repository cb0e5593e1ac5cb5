// The requirer's half of mongodb_client v1 as decisions: several requests in one relation, and what the answers mean. Pure.
import { createHash } from 'node:crypto';
import type { Diff, Request, SecretGroup, Values } from './requirer.ts';

export type RelationStatus = { code: number; message: string; resolution: string };
/** One answer of the provider, as text, with the id of the request that it answers. */
export type Response = { id: string; fields: Values };
type Json = Record<string, unknown>;

/** The whole request of a relation. Salts that were written before are kept, so that a request keeps its id. @param salt makes new ones. */
export const requestsValues = (request: Request, entityWish: string | undefined, written: Values, salt: () => string): Values => {
  const salts = new Map(listIn(written.requests).map(one => [String(one.resource), String(one.salt)]));
  const requests = request.databases.map(resource => {
    const own = salts.get(resource) ?? salt();
    return {
      resource,
      'request-id': createHash('sha256').update(`${resource}:${own}`).digest('hex').slice(0, 16),
      salt: own,
      'extra-user-roles': request.extraUserRoles || null,
      'extra-group-roles': request.extraGroupRoles || null,
      'external-node-connectivity': request.external,
      'entity-type': request.entityType || null,
      'entity-permissions': request.entityPermissions === '' ? null : JSON.parse(request.entityPermissions),
      'secret-mtls': null,
      'mtls-cert': null,
      ...(entityWish === undefined ? {} : { 'requested-entity-secret': entityWish }),
    };
  });
  return { version: 'v1', requests: JSON.stringify(requests) };
};

/** The answers in the provider's bag, none while there is no `data` to understand them by. */
export const responsesIn = (provider: Values): Response[] =>
  provider.data === undefined
    ? []
    : listIn(provider.requests).map(response => ({ id: String(response['request-id']), fields: textsOf(response) }));

/**
 * What is new in an answer, compared with the unit's own `data`.
 * @throws when the provider's `data` does not hold the request, as the real library does.
 */
export const compareResponse = (provider: Values, { id, fields }: Response, remembered: string | undefined) => {
  const request = objectIn(provider.data)[id] as Json | undefined;
  if (request === undefined) throw new Error(`No request matching the response with response_id ${id}`);
  const before = (objectIn(remembered)[id] ?? {}) as Json;
  const diff: Diff = {
    added: Object.keys(fields).filter(key => !(key in before)),
    changed: Object.keys(fields).filter(key => key in before && before[key] !== fields[key]),
    removed: Object.keys(before).filter(key => !(key in fields)),
  };
  const entity = Boolean(request['entity-type']);
  const created = diff.added.includes(entity ? 'secret-entity' : 'secret-user');
  return { diff, event: created ? ('created' as const) : ('nothing' as const), wish: request['requested-entity-secret'] };
};

/** The unit's `data` when all of these have been seen. Of statuses it keeps the last list that was news, as the real library does. */
export const memoryOf = (responses: readonly Response[], provider: Values, remembered: string | undefined): string => {
  const { status: before } = objectIn(remembered);
  const now = listIn(provider.status) as RelationStatus[];
  const isNews = raisedStatuses(provider).length + resolvedCodes(provider).length > 0;
  const status = isNews && now.length > 0 ? Object.fromEntries(now.map(one => [one.code, one])) : before;
  return JSON.stringify({
    ...Object.fromEntries(responses.map(({ id, fields }) => [id, fields])),
    ...(status === undefined ? {} : { status }),
  });
};

/** Statuses that are new, by the provider's own account of what it had told before; the real library does the same. */
export const raisedStatuses = (provider: Values): RelationStatus[] => {
  const before = Object.keys(knownIn(provider));
  return (listIn(provider.status) as RelationStatus[]).filter(({ code }) => !before.includes(String(code)));
};

/** Codes of those that were told before, and are not any more. */
export const resolvedCodes = (provider: Values): string[] => {
  const now = (listIn(provider.status) as RelationStatus[]).map(({ code }) => String(code));
  return Object.keys(knownIn(provider)).filter(code => !now.includes(code));
};

const knownIn = (provider: Values): Json => (objectIn(provider.data).status ?? {}) as Json;

/** The label under which this charm's units know a secret that answers one request. */
export const responseLabel = (endpoint: string, relationId: number, id: string, group: SecretGroup): string =>
  `${endpoint}.${relationId}.${id}.${group}.secret`;

/** Fields of a secret as the library hands them out. @throws for a `tls` that is no JSON: the library crashes on it. */
export const checkSecret = (content: Values): Values => {
  if (content.tls !== undefined && typeof JSON.parse(content.tls) !== 'boolean') throw new Error('tls is neither true nor false');
  return content;
};

const textsOf = (response: Json): Values =>
  Object.fromEntries(Object.entries(response).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));

const listIn = (text: string | undefined): Json[] => {
  const list: unknown = JSON.parse(text ?? '[]');
  if (!Array.isArray(list)) throw new Error('not a list');
  return list as Json[];
};
const objectIn = (text: string | undefined): Json => JSON.parse(text ?? '{}') as Json;
