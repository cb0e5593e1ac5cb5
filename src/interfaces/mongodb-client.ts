// The interface `mongodb_client`, version 0: what a client asks for in its application databag, and what we answer in ours.
import * as z from 'zod/mini';
import { addressOf } from '../core/bags.ts';
import type { Bag } from '../core/observed.ts';

export type ClientRequest = {
  /** Undefined until the client has asked: nothing may be written before. */
  readonly database?: string;
  readonly extraUserRoles: readonly string[];
  /** Fields that go into secrets; all others of the answer go in clear. */
  readonly requestedSecrets: readonly string[];
  readonly entityType?: string;
};

const names = z.array(z.string());
const bag = z.record(z.string(), z.string());

/** What the client asks for, or a sentence that says what is wrong with it. */
export function decodeClientRequest(remote: Bag): ClientRequest | { readonly problem: string } {
  const requested = readJson(remote['requested-secrets'] ?? '[]', names);
  if (requested === undefined) return { problem: 'requested-secrets is not a JSON list of names; upgrade the client charm' };
  const entityType = remote['entity-type'];
  if (entityType === 'GROUP' || remote['extra-group-roles']) {
    return { problem: 'asks for an entity of type GROUP, which MongoDB does not have; ask for USER' };
  }
  return {
    ...(remote.database ? { database: remote.database } : {}),
    extraUserRoles: (remote['extra-user-roles'] ?? '')
      .split(',')
      .map(role => role.trim())
      .filter(role => role !== ''),
    requestedSecrets: requested,
    ...(entityType ? { entityType } : {}),
  };
}

/** The request that our own databag answers, as it was then; undefined if no credentials were published. */
export function decodeClientAnswer(own: Bag): Bag | undefined {
  if (own['secret-user'] === undefined && own.username === undefined) return undefined;
  return readJson(own.data ?? '', bag);
}

export type Answer = {
  readonly user: string;
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
  'entity-name': 'entity',
  'entity-password': 'entity',
};

/** What goes in clear into our application databag, and what into the secret of each group. A field is secret if the client asked for that. */
export function encodeClientAnswer(answer: Answer): { readonly clear: Bag; readonly secrets: Readonly<Record<string, Bag>> } {
  const { data: _, ...mirror } = answer.request;
  const decoded = decodeClientRequest(answer.request);
  const requestedSecrets = 'problem' in decoded ? [] : decoded.requestedSecrets;
  const entityType = 'problem' in decoded ? undefined : decoded.entityType;
  const fields: Record<string, string> = { username: answer.user, password: answer.password, uris: clientUri(answer) };
  if (entityType !== undefined) Object.assign(fields, { 'entity-name': answer.user, 'entity-password': answer.password });
  const clear: Record<string, string> = {
    data: JSON.stringify(mirror),
    database: answer.database,
    endpoints: answer.hosts.map(addressOf).join(','),
    replset: answer.replset,
  };
  const secrets: Record<string, Record<string, string>> = {};
  for (const [field, value] of Object.entries(fields)) {
    const group = GROUPS[field];
    if (group !== undefined && requestedSecrets.includes(field)) secrets[group] = { ...secrets[group], [field]: value };
    else clear[field] = value;
  }
  return { clear, secrets };
}

/** A connection string for the whole set. Users are kept in `admin`. */
export function clientUri({ user, password, hosts, database, replset }: Omit<Answer, 'request'>): string {
  const [name, secret, path, set] = [user, password, database, replset].map(encodeURIComponent);
  return `mongodb://${name}:${secret}@${hosts.join(',')}/${path}?replicaSet=${set}&authSource=admin`;
}

function readJson<Value>(text: string, schema: z.ZodMiniType<Value>): Value | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
