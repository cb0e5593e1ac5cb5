// The user, or the group, that a client's request comes to in the database: its name, what it may, and from where.
import type { Config } from '../core/config.ts';
import type { UserSpec } from '../core/effects.ts';
import { clientUser } from '../core/names.ts';
import type { ClientRelation, DatabaseUser, Observed, PrimaryFacts, Role } from '../core/observed.ts';
import { isFromItsUnits } from '../interfaces/mongodb-client.ts';
import { CODES, type Grant, type GrantProblem } from './client-grant.ts';
import { roleFor } from './client-role.ts';

/** The user that the request was given. */
export const userFor = ({ id, requestId }: ClientRelation, { users }: PrimaryFacts): DatabaseUser | undefined =>
  [...users.values()].find(user => user.ours && user.relation === id && user.requestId === requestId);

/** The name that user or group has, or is to have. */
export function nameFor(client: ClientRelation, { isGroup }: Grant, primary: PrimaryFacts): string {
  const has = isGroup ? roleFor(client, primary) : userFor(client, primary);
  return has?.name ?? (typeof client.wish === 'object' ? client.wish.name : clientUser(client.id, client.requestId));
}

/** What is to be said about the request. It is granted all the same where the grant is an earlier one. */
export function problemWith(client: ClientRelation, grant: Grant | GrantProblem, primary: PrimaryFacts): GrantProblem | undefined {
  if ('problem' in grant) return grant;
  if (grant.changed !== undefined) return { problem: grant.changed, code: CODES.changed };
  const { isGroup } = grant;
  const name = nameFor(client, grant, primary);
  const has = isGroup ? roleFor(client, primary) : userFor(client, primary);
  if (has !== undefined || !(isGroup ? primary.roles : primary.users).has(name)) return undefined;
  if (client.wish === undefined && !isGroup)
    return { problem: `user ${name} was not made by this charm; drop it in MongoDB, and the charm makes its own`, code: CODES.name };
  const kind = isGroup ? 'role' : 'user';
  return { problem: `${kind} ${name} exists already, and is not this client’s; ask for another name, or drop it`, code: CODES.name };
}

export function userSpec({ juju }: Observed, client: ClientRelation, grant: Grant, primary: PrimaryFacts): UserSpec {
  const { id, requestId } = client;
  const user = userFor(client, primary);
  const isRestricted = isFromItsUnits(client.endpoint, client.remote);
  // Nothing changes while the configuration is not valid.
  const from = !isRestricted
    ? undefined
    : !juju.config.valid
      ? user?.from
      : fromUnits(juju.config.config)
        ? networksOf(client, user)
        : undefined;
  const permissions: readonly Role[] = grant.privileges.length === 0 ? [] : [{ role: clientUser(id, requestId), db: 'admin' }];
  return {
    name: nameFor(client, grant, primary),
    roles: [...permissions, ...grant.roles].sort(byDatabase),
    relation: id,
    ...(requestId === undefined ? {} : { requestId }),
    database: grant.database,
    ...(from === undefined ? {} : { from }),
  };
}

const fromUnits = (config: Config): boolean => config['client-networks'] === 'units';

const byDatabase = (a: Role, b: Role): number => compare(a.db, b.db) || compare(a.role, b.role);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Where the client's user may log in from. Rather anywhere than nowhere: where one unit's networks are not known, none is held to its own. */
function networksOf({ networks = {} }: ClientRelation, user: DatabaseUser | undefined): readonly string[] | undefined {
  const all = Object.values(networks);
  if (all.length === 0) return user?.from; // nobody is there at the moment
  return all.every(one => one.length > 0) ? [...new Set(all.flat())].sort() : undefined;
}
