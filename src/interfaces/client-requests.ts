// A relation of `mongodb_client` as single requests, each with what answers it. From version 1 on there may be several in one relation.
// Each is told in the words of version 0, so that nobody else has to know the difference.
import * as z from 'zod/mini';
import type { Bag } from '../core/observed.ts';
import { readJson } from './json.ts';
import { decodeClientAnswer } from './mongodb-client.ts';

export type SplitRequest = {
  /** Names the request; missing in version 0, where a relation has just one. */
  readonly requestId?: string;
  /** What is asked for. */
  readonly remote: Bag;
  /** What of our databag answers it. */
  readonly own: Bag;
  /** It was answered and is asked for no more. */
  readonly withdrawn?: true;
};

/** Every field that anybody asks for: from version 1 on there is no list, and all that is confidential is secret. */
const ALL_SECRET = JSON.stringify([
  ...['username', 'password', 'uris', 'read-only-uris', 'tls', 'tls-ca', 'entity-name', 'entity-password'],
  ...['key-file', 'config-server-db', 'int-ca-secret', 'ext-ca-secret'],
]);

/** It becomes part of a user's name and of a secret's label. The clients' library makes it of 16 hexadecimal digits. `data` has a use for `status`. */
const id = z.string().check(z.regex(/^(?!(?:__proto__|status)$)[A-Za-z0-9_-]{1,64}$/));
/** Each is a user and a secret. */
const MOST_REQUESTS = 100;
const object = z.record(z.string(), z.unknown());
const askedFor = z.array(z.looseObject({ 'request-id': id, resource: z.string() }));
const answered = z.array(z.looseObject({ 'request-id': id }));

/**
 * `remote`: the client's application databag; undefined where it cannot be read, and then what was answered is taken for what is asked.
 * `own`: ours.
 */
export function splitRequests(remote: Bag | undefined, own: Bag): readonly SplitRequest[] {
  const answers = answersIn(own);
  const asked = remote === undefined ? undefined : requestsIn(remote);
  // What cannot be read takes nothing away from anybody.
  const requests = asked ?? [...answers].map(([requestId, answer]) => ({ requestId, remote: decodeClientAnswer(answer) ?? {} }));
  const left = [...answers].filter(([requestId]) => !requests.some(one => one.requestId === requestId));
  const all: (Omit<SplitRequest, 'requestId'> & { requestId: string | undefined })[] = [
    ...left.map(([requestId, answer]) => ({ requestId, remote: {}, own: answer, withdrawn: true as const })),
    ...requests.map(one => ({ ...one, own: answers.get(one.requestId) ?? {} })),
  ];
  // It is refused; a database beside it would make it one of version 0, which is answered elsewhere.
  if (remote !== undefined && asked === undefined) all.push({ requestId: undefined, remote: { ...remote, database: '' }, own: {} });
  if (all.length === 0) all.push({ requestId: undefined, remote: {}, own: {} }); // it has not asked yet, and is a client all the same
  return all.map(({ requestId, ...rest }) => (requestId === undefined ? rest : { requestId, ...rest }));
}

/** Undefined for what cannot be read. */
function requestsIn(remote: Bag): readonly { readonly requestId: string | undefined; readonly remote: Bag }[] | undefined {
  if (remote.version !== 'v1') return [{ requestId: undefined, remote }];
  const list = readJson(remote.requests ?? '[]', askedFor);
  if (list === undefined || list.length > MOST_REQUESTS || new Set(list.map(one => one['request-id'])).size < list.length) return undefined;
  return list.map(one => ({ requestId: one['request-id'], remote: inOldWords(one) }));
}

/** The request itself goes along whole: it has to be mirrored as it came. */
export function inOldWords(request: Readonly<Record<string, unknown>>): Bag {
  const { resource, ...rest } = request;
  const values = Object.entries({ database: resource, ...rest }).flatMap(([key, value]) =>
    value === null || value === undefined ? [] : [[key, typeof value === 'string' ? value : JSON.stringify(value)] as const],
  );
  return { ...Object.fromEntries(values), version: 'v1', 'requested-secrets': ALL_SECRET, request: JSON.stringify(request) };
}

/** What of the databag answers which request, in the words of version 0. */
export const answersIn = (own: Bag): ReadonlyMap<string | undefined, Bag> => {
  const { status: _, ...flat } = own;
  if (own.version !== 'v1') return new Map(Object.keys(flat).length === 0 ? [] : [[undefined, flat]]);
  const mirrors = mirrorsIn(own);
  return new Map(responsesIn(own).map(response => [response['request-id'], inOldAnswer(response, mirrors[response['request-id']])]));
};

function inOldAnswer(response: Readonly<Record<string, unknown>>, mirror: unknown): Bag {
  const { resource: database, ...texts } = Object.fromEntries(
    Object.entries(response).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
  const request = object.safeParse(mirror);
  return {
    ...texts,
    ...(database === undefined ? {} : { database }),
    ...(request.success ? { data: JSON.stringify(inOldWords(request.data)) } : {}),
  };
}

const responsesIn = (own: Bag) => (own.version === 'v1' ? (readJson(own.requests, answered) ?? []) : []);
const mirrorsIn = (own: Bag): Readonly<Record<string, unknown>> => (own.version === 'v1' ? (readJson(own.data, object) ?? {}) : {});

/** Our databag with this answer. `values` are in the words of version 0, URIs of secrets among them; an empty one takes a key away. */
export function withAnswer(own: Bag, requestId: string | undefined, values: Bag): Bag {
  if (requestId === undefined) return filled({ ...own, ...values });
  const { data, database, ...rest } = values;
  const mirror = readJson(readJson(data, z.record(z.string(), z.string()))?.request, object);
  const responses = responsesIn(own);
  const before = responses.find(one => one['request-id'] === requestId);
  const kept = Object.fromEntries(Object.entries({ ...before, ...rest }).filter(([, value]) => value !== ''));
  const response = {
    'request-id': requestId,
    ...kept,
    ...(mirror?.salt === undefined ? {} : { salt: mirror.salt }),
    ...(database === undefined ? {} : { resource: database }),
  };
  const all = before === undefined ? [...responses, response] : responses.map(one => (one === before ? response : one));
  const mirrors = mirror === undefined ? mirrorsIn(own) : { ...mirrorsIn(own), [requestId]: mirror };
  return { ...own, version: 'v1', requests: JSON.stringify(all), data: JSON.stringify(mirrors) };
}

/** Our databag without what answers the request. */
export function withoutAnswer(own: Bag, requestId: string | undefined): Bag {
  const { status, version: _, requests: __, data: ___, ...others } = own;
  const told: Bag = status === undefined ? {} : { status };
  if (requestId === undefined) return own.version === 'v1' ? own : told;
  const left = responsesIn(own).filter(one => one['request-id'] !== requestId);
  if (left.length === 0) return told;
  const { [requestId]: ____, ...mirrors } = mirrorsIn(own);
  return { ...others, ...told, version: 'v1', requests: JSON.stringify(left), data: JSON.stringify(mirrors) };
}

const filled = (bag: Bag): Bag => Object.fromEntries(Object.entries(bag).filter(([, value]) => value !== ''));

/** URIs of all the secrets that a databag of ours names. */
export const secretsNamedIn = (own: Bag): readonly string[] =>
  [own, ...responsesIn(own)].flatMap(one =>
    Object.entries(one).flatMap(([key, uri]) => (key.startsWith('secret-') && typeof uri === 'string' ? [uri] : [])),
  );
