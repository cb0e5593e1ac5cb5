// Users of the admin database, and what else a client leaves behind, as the charm reads and writes them.
import type { Document } from 'mongodb';
import * as z from 'zod/mini';
import type { UserSpec } from '../core/effects.ts';
import { BACKUP_ROLE, clientUser } from '../core/names.ts';
import type { DatabaseUser, Role } from '../core/observed.ts';
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
});

export async function readUsers(link: OpenLink): Promise<ReadonlyMap<string, DatabaseUser>> {
  const { users } = readAnswer('usersInfo', answered, await link.command({ usersInfo: 1, showCustomData: true }));
  return new Map(users.map(user => [user.user, decodeUser(user)]));
}

export function decodeUser({
  user: name,
  roles,
  customData,
}: {
  user: string;
  roles: readonly Role[];
  customData?: unknown;
}): DatabaseUser {
  const marked = mark.safeParse(customData);
  const sorted = roles.map(({ role, db }) => ({ role, db })).sort((a, b) => compare(a.db, b.db) || compare(a.role, b.role));
  if (!marked.success) return { name, ours: false, fingerprint: '', roles: sorted };
  const { fingerprint, relation, request, database, from } = marked.data;
  return {
    name,
    ours: true,
    fingerprint,
    roles: sorted,
    ...(relation === undefined ? {} : { relation }),
    ...(request === undefined ? {} : { requestId: request }),
    ...(database === undefined ? {} : { database }),
    ...(from === undefined ? {} : { from }),
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

/** Password, roles and mark in one command, so that no crash comes between them. @throws when the user is somebody else's. */
export async function setUser(link: OpenLink, key: string, spec: UserSpec, isSystem: boolean): Promise<void> {
  const existing = (await readUsers(link)).get(spec.name);
  if (existing !== undefined && !existing.ours && !isSystem) throw new Error(`user ${spec.name} was not made by this charm`);
  if (existing === undefined && spec.password === undefined) throw new Error(`user ${spec.name} is gone`);
  // Under an empty key, whoever may read the users could guess the password from its fingerprint.
  if (spec.password !== undefined && key === '') throw new Error(`cannot set the password of user ${spec.name}: there is no key file`);
  const { relation, requestId, database, from } = spec;
  // A client's user may have a name that it wished for; what is remembered does not depend on that.
  const owner = relation === undefined ? spec.name : clientUser(relation, requestId);
  const fingerprint = spec.password === undefined ? (existing?.fingerprint ?? '') : userFingerprint(key, owner, spec.password);
  const customData = {
    owner: OWNER,
    fingerprint,
    ...(relation === undefined ? {} : { relation }),
    ...(requestId === undefined ? {} : { request: requestId }),
    ...(database === undefined ? {} : { database }),
    // MongoDB does not list the restrictions of all users, so the mark says what they are.
    ...(from === undefined ? {} : { from }),
  };
  const secret: Document = spec.password === undefined ? {} : { pwd: spec.password, mechanisms: ['SCRAM-SHA-256'] };
  const command = {
    [existing === undefined ? 'createUser' : 'updateUser']: spec.name,
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
}

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
