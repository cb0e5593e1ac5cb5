// The interface `mongodb_client`: what a client asks for in its application databag, and what we answer in ours. The words are those of
// version 0; client-requests.ts brings those of later versions into them.
import * as z from 'zod/mini';
import { addressOf } from '../core/bags.ts';
import { DATABASE } from '../core/endpoints.ts';
import type { Bag } from '../core/observed.ts';
import { decodeEntity, type Entity, rolesIn } from './client-entity.ts';
import { readJson } from './json.ts';

export type ClientRequest = Entity & {
  /** Undefined until the client has asked: nothing may be written before. */
  readonly database?: string;
  readonly extraUserRoles: readonly string[];
  /** Fields that go into secrets; all others of the answer go in clear. */
  readonly requestedSecrets: readonly string[];
  /** It is to reach the database from elsewhere than its units: any network, and a router through its port. */
  readonly external?: boolean;
};

const names = z.array(z.string());

/**
 * Whether such a client's user may log in from its own units alone. Not that of a router: its client comes through a unix socket, which
 * MongoDB takes for no address at all.
 */
export function isFromItsUnits(endpoint: string, remote: Bag): boolean {
  const request = decodeClientRequest(remote);
  return endpoint === DATABASE && !('problem' in request) && request.database !== undefined && request.external !== true;
}
const bag = z.record(z.string(), z.string());

/** What the client asks for, or a sentence that says what is wrong with it. What MongoDB has no use for, such as prefix-matching, is passed over. */
export function decodeClientRequest(remote: Bag): ClientRequest | { readonly problem: string } {
  const requestedSecrets = readJson(remote['requested-secrets'] ?? '[]', names);
  if (requestedSecrets === undefined) return { problem: 'requested-secrets is not a JSON list of names; upgrade the client charm' };
  const problem = versionProblem(remote);
  const entity = decodeEntity(remote);
  if (problem !== undefined) return { problem };
  if ('problem' in entity) return entity;
  return {
    ...(remote.database ? { database: remote.database } : {}),
    extraUserRoles: rolesIn(remote['extra-user-roles']),
    requestedSecrets,
    ...(remote['external-node-connectivity'] === 'true' ? { external: true } : {}),
    ...entity,
  };
}

function versionProblem(remote: Bag): string | undefined {
  const { version } = remote;
  if (!version || version === 'v0' || remote.database) return undefined;
  if (version === 'v1')
    return (
      remote.requests && 'requests is not a JSON list of at most 100 requests, each with a request-id of its own; upgrade the client charm'
    );
  return `speaks version ${JSON.stringify(version)} of mongodb_client, and this charm v0 and v1; use a client charm that speaks one of them`;
}

/** One of these is in a databag that answers a request. */
const GIVEN = ['secret-user', 'username', 'secret-entity', 'entity-name'];

/** The request that our own databag answers, as it was then; undefined if no credentials were published. */
export function decodeClientAnswer(own: Bag): Bag | undefined {
  if (GIVEN.every(key => own[key] === undefined)) return undefined;
  return readJson(own.data, bag);
}

/** Whether a database is asked for, and nothing has been answered. */
export const isUnanswered = ({ remote, own }: { readonly remote: Bag; readonly own: Bag }): boolean =>
  Boolean(remote.database) && decodeClientAnswer(own) === undefined;

/** What lets a client in, where it is published in clear. */
const CLEAR_CREDENTIALS = ['username', 'password', 'uris', 'entity-name', 'entity-password'];

/** Whether the databag gives the password in clear: to a client that did not ask for it as a secret. */
export const isClear = (own: Bag): boolean => own.password !== undefined;

/**
 * Takes back what was published in clear. The libraries of such clients act on credentials that are added, and not on those that change,
 * so a new password is published only when the old one has been seen to be gone.
 */
export const withdrawnCredentials = (own: Bag): Bag =>
  Object.fromEntries(CLEAR_CREDENTIALS.filter(key => own[key] !== undefined).map(key => [key, '']));

/** Credentials were published in clear, and have been taken back; a client whose secrets were taken back has no `data` there. */
export const isWithdrawn = (own: Bag): boolean =>
  own.data !== undefined && own.database !== undefined && !isClear(own) && GIVEN.every(key => own[key] === undefined);

/** Whether a unit of the client, by its own databag, still knows credentials from ours: its library keeps there what it last saw. */
export const remembersCredentials = (unitBag: Bag): boolean =>
  readJson(unitBag.data, z.record(z.string(), z.unknown()))?.password !== undefined;

export type Answer = {
  /** The user, or the group that was asked for. */
  readonly user: string;
  /** None of a group. */
  readonly password: string;
  readonly database: string;
  readonly replset: string;
  /** address:port, in the order in which they are published */
  readonly hosts: readonly string[];
  readonly request: Bag;
};

/** Secret group of each field that may be secret. */
const GROUPS: Readonly<Record<string, string>> = {
  username: 'user',
  password: 'user',
  uris: 'user',
  tls: 'tls',
  'entity-name': 'entity',
  'entity-password': 'entity',
};

/**
 * What goes in clear into our application databag, and what into the secret of each group. A field is secret if the client asked for that.
 * @throws when the request is one that is not to be answered: nothing may go out in clear for want of understanding it.
 */
export function encodeClientAnswer(answer: Answer & { readonly router?: Pick<RouterPlaces, 'uri' | 'endpoints'> }): {
  readonly clear: Bag;
  readonly secrets: Readonly<Record<string, Bag>>;
} {
  const { data: _, ...mirror } = answer.request;
  const decoded = decodeClientRequest(answer.request);
  if ('problem' in decoded) throw new Error(`cannot answer a client that ${decoded.problem}`);
  const { requestedSecrets, entityType } = decoded;
  const { user, password } = answer;
  const fields: Record<string, string> =
    entityType === 'GROUP' ? { 'entity-name': user } : { username: user, password, uris: answer.router?.uri ?? clientUri(answer) };
  // The mongods here have no TLS yet; a client of this version is told so in a word that JSON knows.
  if (answer.request.version === 'v1') fields.tls = 'false';
  if (entityType === 'USER') Object.assign(fields, { 'entity-name': user, 'entity-password': password });
  const clear: Record<string, string> = {
    data: JSON.stringify(mirror),
    database: answer.database,
    ...(answer.router === undefined
      ? { endpoints: answer.hosts.map(addressOf).join(','), replset: answer.replset }
      : { endpoints: answer.router.endpoints }),
  };
  const secrets: Record<string, Record<string, string>> = {};
  for (const [field, value] of Object.entries(fields)) {
    const group = GROUPS[field];
    if (group !== undefined && requestedSecrets.includes(field)) secrets[group] = { ...secrets[group], [field]: value };
    else clear[field] = value;
  }
  return { clear, secrets };
}

/** Where no mechanism is named, a driver tells a user that is gone that SCRAM-SHA-1 is not enabled, and not that the login is refused. */
const LOGIN = 'authSource=admin&authMechanism=SCRAM-SHA-256';

/** Where routers are: as a connection string and as the value of `endpoints`. */
export type RouterPlaces = { readonly uri: string; readonly endpoints: string };

/** `places`: address:port of each, or the path of a unix socket. */
export function routerPlaces(places: readonly string[], access: Pick<Answer, 'user' | 'password' | 'database'>): RouterPlaces {
  const [name, secret, path] = [access.user, access.password, access.database].map(quoted);
  const hosts = places.map(place => (place.startsWith('/') ? encodeURIComponent(place) : place)).join(',');
  const endpoints = places.map(place => (place.startsWith('/') ? encodeURIComponent(place) : addressOf(place))).join(',');
  return { uri: `mongodb://${name}:${secret}@${hosts}/${path}?${LOGIN}`, endpoints };
}

/** A connection string for the whole set. Users are kept in `admin`, and have a password for one mechanism. */
export function clientUri({ user, password, hosts, database, replset }: Omit<Answer, 'request'>): string {
  const [name, secret, path, set] = [user, password, database, replset].map(quoted);
  return `mongodb://${name}:${secret}@${hosts.join(',')}/${path}?replicaSet=${set}&${LOGIN}`;
}

const quoted = (text: string): string => encodeURIComponent(text.toWellFormed());
