// Roles that are made for clients: a group that a client asks for, or the permissions of a user, which MongoDB can only give as a role.
import type { MongodEffect, RoleSpec } from '../core/effects.ts';
import { clientUser } from '../core/names.ts';
import type { ClientRelation, DatabaseRole, PrimaryFacts } from '../core/observed.ts';
import type { Grant } from './client-grant.ts';

/** The role that a request was given. */
export const roleFor = ({ id, requestId }: ClientRelation, { roles }: PrimaryFacts): DatabaseRole | undefined =>
  [...roles.values()].find(role => role.of === clientUser(id, requestId));

/** What has to be done so that the role is as granted; nothing where none is wanted. */
export function rolesDue(client: ClientRelation, grant: Grant, primary: PrimaryFacts, name: string): readonly MongodEffect[] {
  const is = roleFor(client, primary);
  const of = clientUser(client.id, client.requestId);
  const role: RoleSpec = { name: is?.name ?? name, of, roles: grant.isGroup ? grant.roles : [], privileges: grant.privileges };
  if (!grant.isGroup && grant.privileges.length === 0) return [];
  const same = JSON.stringify([is?.roles, is?.privileges]) === JSON.stringify([role.roles, role.privileges]);
  return same ? [] : [{ do: 'set-role', role }];
}

/** Roles of requests that are made no more. `live`: what `clientUser` calls the users of those that are. */
export const rolesGone = ({ roles }: PrimaryFacts, live: ReadonlySet<string>): readonly MongodEffect[] =>
  [...roles.values()].filter(({ of }) => of !== undefined && !live.has(of)).map(({ name }) => ({ do: 'drop-role', name }));
