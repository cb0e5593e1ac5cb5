// Roles in the database admin, as the charm reads and writes them.
import * as z from 'zod/mini';
import type { RoleSpec } from '../core/effects.ts';
import type { DatabaseRole, Privilege, Role } from '../core/observed.ts';
import { readAnswer } from './answers.ts';
import { CODES, failureOf } from './errors.ts';
import type { OpenLink } from './session.ts';

const MAJORITY = { w: 'majority', wtimeout: 10_000 };
const WRITE_MS = 15_000;
/** A role has no place for a mark, so it has a privilege on a collection that does not exist: its name says for whom the role was made. */
const MARK = 'charm.';

const answered = z.object({
  roles: z.array(
    z.object({
      role: z.string(),
      roles: z.array(z.object({ role: z.string(), db: z.string() })),
      privileges: z._default(z.array(z.object({ resource: z.record(z.string(), z.unknown()), actions: z.array(z.string()) })), []),
    }),
  ),
});

export async function readRoles(link: OpenLink): Promise<ReadonlyMap<string, DatabaseRole>> {
  const { roles } = readAnswer('rolesInfo', answered, await link.command({ rolesInfo: 1, showPrivileges: true }));
  return new Map(roles.map(role => [role.role, decodeRole(role)]));
}

type Answered = z.infer<typeof answered>['roles'][number];

export function decodeRole({ role: name, roles, privileges }: Answered): DatabaseRole {
  const all = privileges.map(({ resource, actions }) => ({
    db: String(resource.db ?? ''),
    collection: String(resource.collection ?? ''),
    actions: [...actions].sort(),
  }));
  const mark = all.find(isMark);
  return {
    name,
    ...(mark === undefined ? {} : { of: mark.collection.slice(MARK.length) }),
    roles: roles.map(({ role, db }): Role => ({ role, db })).sort((a, b) => compare(a.db, b.db) || compare(a.role, b.role)),
    privileges: all.filter(one => one !== mark).sort((a, b) => compare(a.db, b.db) || compare(a.collection, b.collection)),
  };
}

const isMark = ({ db, collection }: Privilege): boolean => db === 'admin' && collection.startsWith(`${MARK}relation-`);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** @throws when the role is somebody else's. */
export async function setRole(link: OpenLink, { name, of, roles, privileges }: RoleSpec): Promise<void> {
  const existing = (await readRoles(link)).get(name);
  if (existing !== undefined && existing.of !== of) throw new Error(`role ${name} was not made for this client`);
  const mark: Privilege = { db: 'admin', collection: `${MARK}${of}`, actions: ['find'] };
  const command = {
    [existing === undefined ? 'createRole' : 'updateRole']: name,
    roles: [...roles],
    privileges: [...privileges, mark].map(({ db, collection, actions }) => ({ resource: { db, collection }, actions })),
    writeConcern: MAJORITY,
  };
  await link.command(command, { timeoutMs: WRITE_MS });
}

/** Whoever has the role has it no more. @throws when the role is somebody else's. */
export async function dropRole(link: OpenLink, name: string): Promise<void> {
  const existing = (await readRoles(link)).get(name);
  if (existing === undefined) return;
  if (existing.of === undefined) throw new Error(`role ${name} was not made by this charm`);
  try {
    await link.command({ dropRole: name, writeConcern: MAJORITY }, { timeoutMs: WRITE_MS });
  } catch (error) {
    if (failureOf(error).code !== CODES.roleNotFound) throw error;
  }
}
