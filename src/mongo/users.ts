// Users of the admin database, and what else a client leaves behind, as the charm reads and writes them.
import type { Document } from 'mongodb';
import * as z from 'zod/mini';
import type { UserSpec } from '../core/effects.ts';
import { BACKUP_ROLE, clientUser } from '../core/names.ts';
import type { DatabaseUser } from '../core/observed.ts';
import { readAnswer } from './answers.ts';
import { CODES, failureOf } from './errors.ts';
import { userFingerprint } from './fingerprint.ts';
import type { OpenLink } from './session.ts';

/** Mark of a user that this charm made, in its customData. */
const OWNER = 'charm';
const MAJORITY = { w: 'majority', wtimeout: 10_000 };
const WRITE_MS = 15_000;

const answered = z.object({
  users: z.array(
    z.object({
      user: z.string(),
      roles: z.array(z.object({ role: z.string(), db: z.string() })),
      customData: z.optional(z.unknown()),
    }),
  ),
});
const mark = z.object({
  owner: z.literal(OWNER),
  fingerprint: z.string(),
  relation: z.optional(z.number()),
  request: z.optional(z.string()),
  database: z.optional(z.string()),
  from: z.optional(z.array(z.string())),
  chosen: z.optional(z.literal(true)),
  /** What MongoDB made of its own when the charm set the password. */
  salt: z.optional(z.string()),
});
const salted = z.array(
  z.object({ user: z.string(), credentials: z.optional(z.object({ 'SCRAM-SHA-256': z.optional(z.object({ salt: z.string() })) })) }),
);

type User = z.infer<typeof answered>['users'][number] & { readonly salt?: string | undefined };

export async function readUsers(link: OpenLink): Promise<ReadonlyMap<string, DatabaseUser>> {
  return new Map((await readAll(link)).map(user => [user.user, decodeUser(user)]));
}

async function readAll(link: OpenLink): Promise<readonly User[]> {
  const [answer, salts] = await Promise.all([link.command({ usersInfo: 1, showCustomData: true }), readSalts(link)]);
  return readAnswer('usersInfo', answered, answer).users.map(user => ({ ...user, salt: salts.get(user.user) }));
}

/**
 * The salt of each user's password. It is another one whenever a password is set, and no secret: mongod tells it to anybody who begins to
 * log in. What could be used to log in is left out.
 */
async function readSalts(link: OpenLink): Promise<ReadonlyMap<string, string | undefined>> {
  const found = await link.find('admin', 'system.users', { db: 'admin' }, { user: 1, 'credentials.SCRAM-SHA-256.salt': 1 });
  const users = readAnswer('find admin.system.users', salted, found);
  return new Map(users.map(({ user, credentials }) => [user, credentials?.['SCRAM-SHA-256']?.salt]));
}

export function decodeUser({ user: name, roles, customData, salt }: User): DatabaseUser {
  const marked = mark.safeParse(customData);
  const sorted = roles.map(({ role, db }) => ({ role, db })).sort((a, b) => compare(a.db, b.db) || compare(a.role, b.role));
  if (!marked.success) return { name, ours: false, fingerprint: '', roles: sorted };
  const { fingerprint, relation, request, database, from, chosen, salt: set } = marked.data;
  return {
    name,
    ours: true,
    fingerprint,
    roles: sorted,
    ...(relation === undefined ? {} : { relation }),
    ...(request === undefined ? {} : { requestId: request }),
    ...(database === undefined ? {} : { database }),
    ...(from === undefined ? {} : { from }),
    ...(chosen === undefined ? {} : { chosen }),
    ...(salt !== undefined && set === salt ? {} : { passwordBy: set === undefined ? 'unknown' : 'somebody' }),
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Percona Backup for MongoDB asks for a role that may do anything. */
export async function createBackupRole(link: OpenLink): Promise<void> {
  const privileges = [{ resource: { anyResource: true }, actions: ['anyAction'] }];
  await unless(
    CODES.roleAlreadyExists,
    link.command({ createRole: BACKUP_ROLE, privileges, roles: [], writeConcern: MAJORITY }, { timeoutMs: WRITE_MS }),
  );
}

/**
 * Password, roles and mark in one command, so that no crash comes between them. The salt of a new password can only be marked afterwards.
 * @throws when the user is somebody else's.
 */
export async function setUser(link: OpenLink, key: string, spec: UserSpec, isSystem: boolean): Promise<void> {
  const { name, password, relation, requestId, database, from } = spec;
  const existing = (await readAll(link)).find(({ user }) => user === name);
  const marked = mark.safeParse(existing?.customData);
  if (existing !== undefined && !marked.success && !isSystem) throw new Error(`user ${name} was not made by this charm`);
  if (existing === undefined && password === undefined) throw new Error(`user ${name} is gone`);
  // Under an empty key, whoever may read the users could guess the password from its fingerprint.
  if (password !== undefined && key === '') throw new Error(`cannot set the password of user ${name}: there is no key file`);
  const known = marked.success ? marked.data : { fingerprint: '' };
  // A client's user may have a name that it wished for; what is remembered does not depend on that.
  const owner = relation === undefined ? name : clientUser(relation, requestId);
  const kept = { salt: existing?.salt, ...known };
  const ofPassword = password === undefined ? kept : { fingerprint: userFingerprint(key, owner, password), chosen: spec.chosen };
  // MongoDB does not list the restrictions of all users, so the mark says what they are.
  const customData = defined({ ...ofPassword, owner: OWNER, relation, request: requestId, database, from });
  const secret: Document = password === undefined ? {} : { pwd: password, mechanisms: ['SCRAM-SHA-256'] };
  const command = {
    [existing === undefined ? 'createUser' : 'updateUser']: name,
    ...secret,
    roles: [...spec.roles],
    customData,
    ...(relation === undefined ? {} : { authenticationRestrictions: from === undefined ? [] : [{ clientSource: from }] }),
    writeConcern: MAJORITY,
  };
  try {
    await link.command(command, { timeoutMs: WRITE_MS });
  } catch (error) {
    if (failureOf(error).code !== CODES.passwordNotAllowed) throw error;
    throw new Error('the password has characters that SCRAM-SHA-256 does not allow (SASLprep); give one without them');
  }
  if (password === undefined) return;
  const salt = (await readSalts(link)).get(name);
  const withSalt = { updateUser: name, customData: { ...customData, salt }, writeConcern: MAJORITY };
  await link.command(withSalt, { timeoutMs: WRITE_MS });
}

const defined = (values: Readonly<Record<string, unknown>>): Document =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** @throws when the user is somebody else's. */
export async function dropUser(link: OpenLink, name: string): Promise<void> {
  const existing = (await readUsers(link)).get(name);
  if (existing === undefined) return;
  if (!existing.ours) throw new Error(`user ${name} was not made by this charm`);
  await unless(CODES.userNotFound, link.command({ dropUser: name, writeConcern: MAJORITY }, { timeoutMs: WRITE_MS }));
}

/** Somebody else has done it already. */
async function unless(code: number, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (failureOf(error).code !== code) throw error;
  }
}

const databases = z.object({ databases: z.array(z.object({ name: z.string() })) });

/** Names of all databases. */
export async function readDatabases(link: OpenLink): Promise<readonly string[]> {
  const answer = await link.command({ listDatabases: 1, nameOnly: true });
  return readAnswer('listDatabases', databases, answer).databases.map(({ name }) => name);
}

export async function dropDatabase(link: OpenLink, name: string): Promise<void> {
  await link.command({ dropDatabase: 1, writeConcern: MAJORITY }, { db: name, timeoutMs: 60_000 });
}
