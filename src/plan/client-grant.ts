// What a client's request comes to: a database and roles, or a sentence that says why not.
import { ROUTERS } from '../core/endpoints.ts';
import { isReserved } from '../core/names.ts';
import type { Bag, ClientRelation, Role } from '../core/observed.ts';
import { asksForSecrets, sameHost } from '../interfaces/config-server.ts';
import { type ClientRequest, decodeClientAnswer, decodeClientRequest } from '../interfaces/mongodb-client.ts';

export type Grant = {
  readonly database: string;
  /** Sorted by database and role. */
  readonly roles: readonly Role[];
  /** The client's databag that this answers: the first one, once it has been answered. */
  readonly request: Bag;
  /** It has been answered, to the same host where it is a router's. */
  readonly published: boolean;
  /** The client has asked for something else since: what, and what to do. The first grant stays. */
  readonly changed?: string;
};
export type GrantProblem = { readonly problem: string };

const admin = (role: string): Role => ({ role, db: 'admin' });

type Roles = Readonly<Record<string, (database: string) => readonly Role[]>>;

const ROLES: Roles = {
  default: database => [{ role: 'readWrite', db: database }],
  admin: () => [admin('readWriteAnyDatabase'), admin('userAdmin'), admin('userAdminAnyDatabase')],
  monitor: () => [admin('clusterMonitor'), { role: 'read', db: 'local' }],
  backup: () => ['backup', 'clusterMonitor', 'pbmAnyAction', 'readWrite', 'restore'].map(admin),
};

/** In a cluster, whoever may write a database or all of them may have it sharded as well. */
const ROUTER_ROLES: Roles = {
  ...ROLES,
  default: database => [
    { role: 'enableSharding', db: database },
    { role: 'readWrite', db: database },
  ],
  admin: () => [admin('enableSharding'), admin('readWriteAnyDatabase'), admin('userAdmin'), admin('userAdminAnyDatabase')],
};

/** `clients` are all relations, to see whether two databases differ only by case, which MongoDB does not allow. */
export function grantOf(client: ClientRelation, clients: readonly ClientRelation[]): Grant | GrantProblem | 'nothing asked' {
  const problem = sizeProblem(client.remote);
  if (problem !== undefined) return { problem };
  return client.endpoint === ROUTERS ? grantOfRouter(client, clients) : grantOfClient(client, clients);
}

/** A router hands on what its host asks for: what changes there changes the user. Without a unit there is nobody to ask. */
function grantOfRouter(client: ClientRelation, clients: readonly ClientRelation[]): Grant | GrantProblem | 'nothing asked' {
  const request = decodeClientRequest(client.remote);
  if ('problem' in request) return request;
  const { database } = request;
  if (database === undefined || client.units.length === 0) return 'nothing asked';
  if (!asksForSecrets(client.remote))
    return { problem: 'does not ask for its key as a secret, and in clear it is not sent; use a router charm that does' };
  const roles = rolesOf(request, database, ROUTER_ROLES);
  const problem = nameProblem(database) ?? caseProblem(client, database, clients);
  if (problem !== undefined) return { problem };
  if ('problem' in roles) return roles;
  const answered = decodeClientAnswer(client.own);
  return { database, roles: roles.roles, request: client.remote, published: answered !== undefined && sameHost(answered, client.remote) };
}

function grantOfClient(client: ClientRelation, clients: readonly ClientRelation[]): Grant | GrantProblem | 'nothing asked' {
  const answered = decodeClientAnswer(client.own);
  const request = decodeClientRequest(answered ?? client.remote);
  if ('problem' in request) return request;
  if (request.database === undefined) return 'nothing asked';
  const { database } = request;
  const roles = rolesOf(request, database, ROLES);
  const problem = nameProblem(database) ?? (answered === undefined ? caseProblem(client, database, clients) : undefined);
  if (problem !== undefined) return { problem };
  if ('problem' in roles) return roles;
  const changed = answered === undefined ? undefined : changeOf(request, decodeClientRequest(client.remote));
  return {
    database,
    roles: roles.roles,
    request: answered ?? client.remote,
    published: answered !== undefined,
    ...(changed === undefined ? {} : { changed }),
  };
}

function rolesOf(request: ClientRequest, database: string, known: Roles): { roles: readonly Role[] } | GrantProblem {
  const asked = request.extraUserRoles.length === 0 ? ['default'] : request.extraUserRoles;
  const unknown = asked.find(name => !Object.hasOwn(known, name));
  if (unknown !== undefined)
    return { problem: `extra-user-roles names ${JSON.stringify(unknown)}; it may name ${Object.keys(known).join(', ')}` };
  const all = new Map(asked.flatMap(name => known[name]?.(database) ?? []).map(role => [`${role.db}.${role.role}`, role]));
  return { roles: [...all.values()].sort((a, b) => compare(a.db, b.db) || compare(a.role, b.role)) };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** We give the request back with each answer, and Juju keeps both: it refuses a hook that writes too much. */
const LARGEST_REQUEST = 256 * 1024;

function sizeProblem(remote: Bag): string | undefined {
  const size = Object.entries(remote).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  if (size <= LARGEST_REQUEST) return undefined;
  return `writes ${size} characters into its databag, and ${LARGEST_REQUEST} are read; remove the relation, and see the client charm`;
}

function nameProblem(database: string): string | undefined {
  if (isReserved(database)) return `database ${database} belongs to MongoDB itself; ask for another name`;
  if (!database.isWellFormed()) return 'the name of the database is no text; ask for another name';
  if (new TextEncoder().encode(database).length > 63) return 'the name of the database is longer than 63 bytes; ask for a shorter one';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[/\\. "$*<>:|?\u0000-\u001f\u007f]/.test(database))
    return `database ${JSON.stringify(database)} has a character that MongoDB does not allow; use letters, digits, - and _`;
  return undefined;
}

function caseProblem(client: ClientRelation, database: string, clients: readonly ClientRelation[]): string | undefined {
  const differs = (other: string | undefined): boolean =>
    other !== undefined && other !== database && other.toLowerCase() === database.toLowerCase();
  const isSelf = ({ id, requestId }: ClientRelation): boolean => id === client.id && requestId === client.requestId;
  // Of two that ask at the same time, the one that comes first.
  const at = clients.findIndex(isSelf);
  const used = (other: ClientRelation): string | undefined =>
    other.own.database ?? (clients.indexOf(other) < at ? other.remote.database : undefined);
  const twin = clients.find(other => !isSelf(other) && differs(used(other)));
  return twin && `database ${database} differs only by case from ${used(twin)}, which ${twin.app} uses; ask for another name`;
}

function changeOf(granted: ClientRequest, now: ClientRequest | GrantProblem): string | undefined {
  const again = 'remove the relation and integrate again to change it';
  if ('problem' in now) return `${now.problem}; ${again}`;
  if (now.database !== granted.database) return `has database ${granted.database} and now asks for ${now.database ?? 'none'}; ${again}`;
  if ([...now.extraUserRoles].sort().join() !== [...granted.extraUserRoles].sort().join())
    return `has asked for other extra-user-roles since; ${again}`;
  return undefined;
}
