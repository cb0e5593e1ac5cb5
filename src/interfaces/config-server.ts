// The interface `config-server`: a router asks for a user as any client does, and is told besides what makes it one of the cluster.
import * as z from 'zod/mini';
import { isKeyFile } from '../core/key-file.ts';
import type { Bag } from '../core/observed.ts';
import { inOldWords } from './client-requests.ts';
import { readJson } from './json.ts';
import type { Answer, ClientRequest } from './mongodb-client.ts';

const names = z.array(z.string());
const bag = z.record(z.string(), z.string());

const SECRET_FIELDS = ['username', 'password', 'tls', 'tls-ca', 'uris', 'key-file', 'config-server-db', 'int-ca-secret', 'ext-ca-secret'];

/** Tells one host from the next, who must not get the password of the one before. A charm that does not know it passes it over. */
const HOST_RELATION = 'host-relation';

type AskedOfRouter = Pick<ClientRequest, 'database' | 'extraUserRoles' | 'external'>;

/** The router's application databag: what its host asked for, handed on. `host`: id of the relation to it. */
export const encodeRouterRequest = ({ database, extraUserRoles, external = false }: AskedOfRouter, host: number): Bag => ({
  'requested-secrets': JSON.stringify(SECRET_FIELDS),
  database: database ?? '',
  'extra-user-roles': extraUserRoles.join(','),
  'external-node-connectivity': String(external),
  [HOST_RELATION]: String(host),
});

/** The same for a host that makes several requests, each as the host's own databag has it. Only this charm's config server understands it. */
export const encodeRouterRequests = (requests: readonly Bag[], host: number): Bag => ({
  version: 'v1',
  requests: JSON.stringify(requests.map(request => handedOn(request, host))),
});

/** What such a request of a host comes to, in the words in which the config server mirrors it. */
export function routerRequest(request: Bag, host: number): Bag {
  const { request: _, ...words } = inOldWords(handedOn(request, host));
  return words;
}

function handedOn({ request }: Bag, host: number): Readonly<Record<string, unknown>> {
  const asked = readJson(request, z.record(z.string(), z.unknown())) ?? {};
  const kept = ['request-id', 'resource', 'salt', 'extra-user-roles', 'external-node-connectivity'].map(key => [key, asked[key] ?? null]);
  return { ...Object.fromEntries(kept), [HOST_RELATION]: String(host) };
}

/** Whether two requests are of the same host of the router. */
export const sameHost = (a: Bag, b: Bag): boolean => a[HOST_RELATION] === b[HOST_RELATION];

/** Whether the config server's databag answers this request, and not an earlier one. */
export function isAnswerTo(remote: Bag, request: Bag): boolean {
  const answered = readJson(remote.data, bag) ?? request;
  return remote.database === request.database && Object.entries(request).every(([key, value]) => (answered[key] ?? '') === value);
}

/** The same of one of several requests, which the config server mirrors whole: what is asked no more counts as well. */
export function isAnswerToOne(remote: Bag, words: Bag): boolean {
  const { request: _, ...answered } = readJson(remote.data, bag) ?? {};
  const sorted = (of: Bag): string => JSON.stringify(Object.entries(of).sort(([a], [b]) => (a < b ? -1 : 1)));
  return sorted(answered) === sorted(words);
}

export type RouterAnswer = Answer & { readonly keyFile?: string };

/**
 * The config server's application databag, and its secrets. There is no URI: clients go through the router.
 * @throws without a key, and when the router has not asked for it as a secret: in clear it must never go out.
 */
export function encodeRouterAnswer({ user, password, database, replset, hosts, keyFile, request }: RouterAnswer): {
  readonly clear: Bag;
  readonly secrets: Readonly<Record<string, Bag>>;
} {
  if (!asksForSecrets(request)) throw new Error('cannot answer a router that does not take its key as a secret');
  if (!keyFile) throw new Error('cannot answer a router without the key of the cluster');
  const { data: _, ...mirror } = request;
  const place = { 'config-server-db': `${replset}/${hosts.join(',')}` };
  // A router of the charm before this one looks for it in the databag, and does not list it.
  const inSecret = asked(request).includes('config-server-db');
  return {
    clear: { data: JSON.stringify(mirror), database, ...(inSecret ? {} : place) },
    secrets: { user: { username: user, password }, extra: { 'key-file': keyFile, ...(inSecret ? place : {}) } },
  };
}

export const asksForSecrets = (request: Bag): boolean =>
  ['username', 'password', 'key-file'].every(field => asked(request).includes(field));

const asked = (request: Bag): readonly string[] => readJson(request['requested-secrets'], names) ?? [];

/** `<set>/<address:port>,…` */
const CONFIG_DB = /^[^\s/]{1,255}\/[^\s/]{1,65535}$/;

export type ClusterAccess = {
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly keyFile: string;
  readonly configDb: string;
};

/** Undefined until everything is there, in a form that mongos can start with. `content`: what the secrets hold, together. */
export function decodeRouterAnswer(remote: Bag, content: Bag): ClusterAccess | undefined {
  const configDb = content['config-server-db'] ?? remote['config-server-db'];
  const { username: user, password, 'key-file': keyFile } = content;
  const { database } = remote;
  if (!user || !password || !database || !keyFile || !isKeyFile(keyFile) || !configDb || !CONFIG_DB.test(configDb)) return undefined;
  return { user, password, database, keyFile, configDb };
}
