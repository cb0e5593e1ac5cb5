// What a client's request comes to: a database and roles, or a sentence that says why not.
import { ROUTERS } from '../core/endpoints.ts';
import { BACKUP_ROLE, clientName, isReserved, isSystemUser, MAX_PASSWORD_LENGTH } from '../core/names.ts';
import type { Bag, ClientRelation, Privilege, Role } from '../core/observed.ts';
import { asksForSecrets, sameHost } from '../interfaces/config-server.ts';
import { type ClientRequest, decodeClientAnswer, decodeClientRequest } from '../interfaces/mongodb-client.ts';
import { privilegesOf } from './client-permissions.ts';

export type Grant = {
  readonly database: string;
  /** Sorted by database and role. */
  readonly roles: readonly Role[];
  /** The client's databag that this answers: the first one, once it has been answered. */
  readonly request: Bag;
  /** It has been answered, to the same host where it is a router's. */
  readonly published: boolean;
  /** What is asked for is a group: a role that has these roles, and no user. */
  readonly isGroup: boolean;
  /** Beside the roles. */
  readonly privileges: readonly Privilege[];
  /** The client has asked for something else since: what, and what to do. The first grant stays. */
  readonly changed?: string;
};
/** A sentence: what is wrong; what to do. The code is the one of the status that the client is told. */
export type GrantProblem = { readonly problem: string; readonly code: number };

const problemOf = (kind: keyof typeof CODES, problem: string): GrantProblem => ({ problem, code: CODES[kind] });
export const CODES = {
  request: 5001,
  roles: 5002,
  permissions: 5003,
  database: 5004,
  twin: 5005,
  name: 5006,
  changed: 5007,
  key: 5008,
} as const;

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

/** Databases by their names in small letters, for MongoDB has no two that differ only by case. */
export type NamesInUse = {
  /** Those that are there, whoever made them. */
  readonly existing: ReadonlyMap<string, string>;
  /** Those that clients have, which need not have written anything yet. */
  readonly assigned: ReadonlyMap<string, { readonly database: string; readonly client: ClientRelation }>;
};

export function grantOf(client: ClientRelation, inUse: NamesInUse): Grant | GrantProblem | 'nothing asked' {
  const problem = sizeProblem(client.remote);
  if (problem !== undefined) return problem;
  return client.endpoint === ROUTERS ? grantOfRouter(client, inUse) : grantOfClient(client, inUse);
}

/** A router hands on what its host asks for: what changes there changes the user. Without a unit there is nobody to ask. */
function grantOfRouter(client: ClientRelation, inUse: NamesInUse): Grant | GrantProblem | 'nothing asked' {
  const request = decodeClientRequest(client.remote);
  if ('problem' in request) return problemOf('request', request.problem);
  const { database } = request;
  if (database === undefined || client.units.length === 0) return 'nothing asked';
  if (!asksForSecrets(client.remote))
    return problemOf('key', 'does not ask for its key as a secret, and in clear it is not sent; use a router charm that does');
  if (request.entityType !== undefined)
    return problemOf('request', 'asks for an entity, which is its own business; use a router charm that does not');
  const roles = rolesOf(request, database, ROUTER_ROLES);
  const problem = nameProblem(database) ?? caseProblem(client, database, inUse);
  if (problem !== undefined) return problem;
  if ('problem' in roles) return roles;
  const answered = decodeClientAnswer(client.own);
  return {
    database,
    roles: roles.roles,
    isGroup: false,
    privileges: [],
    request: client.remote,
    published: answered !== undefined && sameHost(answered, client.remote),
  };
}

function grantOfClient(client: ClientRelation, inUse: NamesInUse): Grant | GrantProblem | 'nothing asked' {
  const answered = decodeClientAnswer(client.own);
  const request = decodeClientRequest(answered ?? client.remote);
  if ('problem' in request) return problemOf('request', request.problem);
  if (request.database === undefined) return 'nothing asked';
  const { database } = request;
  const roles = rolesOf(request, database, ROLES);
  const privileges = privilegesOf(request.permissions, database);
  const problem =
    nameProblem(database) ?? (answered === undefined ? (caseProblem(client, database, inUse) ?? wishProblem(client)) : undefined);
  if (problem !== undefined) return problem;
  if ('problem' in roles) return roles;
  if ('problem' in privileges) return problemOf('permissions', privileges.problem);
  const changed = answered === undefined ? undefined : changeOf(request, decodeClientRequest(client.remote));
  return {
    database,
    roles: roles.roles,
    request: answered ?? client.remote,
    published: answered !== undefined,
    isGroup: request.entityType === 'GROUP',
    privileges,
    ...(changed === undefined ? {} : { changed }),
  };
}

/** Who asks for nothing in particular may read and write the database. */
function rolesOf(request: ClientRequest, database: string, known: Roles): { roles: readonly Role[] } | GrantProblem {
  const { entityType, extraUserRoles, extraGroupRoles, permissions } = request;
  const [key, named] = entityType === 'GROUP' ? ['extra-group-roles', extraGroupRoles] : ['extra-user-roles', extraUserRoles];
  const asked = named.length === 0 && permissions.length === 0 ? ['default'] : named;
  const unknown = asked.find(name => !Object.hasOwn(known, name));
  if (unknown !== undefined)
    return problemOf('roles', `${key} names ${JSON.stringify(unknown)}; it may name ${Object.keys(known).join(', ')}`);
  const all = new Map(asked.flatMap(name => known[name]?.(database) ?? []).map(role => [`${role.db}.${role.role}`, role]));
  return { roles: [...all.values()].sort((a, b) => compare(a.db, b.db) || compare(a.role, b.role)) };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** We give the request back with each answer, and Juju keeps both: it refuses a hook that writes too much. */
const LARGEST_REQUEST = 256 * 1024;

function sizeProblem(remote: Bag): GrantProblem | undefined {
  const size = Object.entries(remote).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  if (size <= LARGEST_REQUEST) return undefined;
  return problemOf(
    'request',
    `writes ${size} characters into its databag, and ${LARGEST_REQUEST} are read; remove the relation, and see the client charm`,
  );
}

function nameProblem(database: string): GrantProblem | undefined {
  const problem = namingProblem(database);
  return problem === undefined ? undefined : problemOf('database', problem);
}

function namingProblem(database: string): string | undefined {
  if (isReserved(database)) return `database ${database} belongs to MongoDB itself; ask for another name`;
  if (!database.isWellFormed()) return 'the name of the database is no text; ask for another name';
  if (new TextEncoder().encode(database).length > 63) return 'the name of the database is longer than 63 bytes; ask for a shorter one';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[/\\. "$*<>:|?\u0000-\u001f\u007f]/.test(database))
    return `database ${JSON.stringify(database)} has a character that MongoDB does not allow; use letters, digits, - and _`;
  return undefined;
}

function caseProblem(client: ClientRelation, database: string, { existing, assigned }: NamesInUse): GrantProblem | undefined {
  if (client.own.database === database) return undefined;
  const holder = assigned.get(database.toLowerCase());
  const other = holder?.client === client ? undefined : holder;
  const twin = other?.database ?? existing.get(database.toLowerCase()) ?? database;
  if (twin === database) return undefined;
  const place = other === undefined ? ', which is there already' : `, which ${clientName(other.client)} uses`;
  return problemOf('twin', `database ${database} differs only by case from ${twin}${place}; ask for another name`);
}

/** MongoDB's own, https://www.mongodb.com/docs/manual/reference/built-in-roles/: no role can be made with such a name. */
const BUILT_IN =
  /^(read|readWrite|dbAdmin|userAdmin)(AnyDatabase)?$|^(dbOwner|cluster.*|hostManager|backup|restore|root|__.*|enableSharding)$/;

/** What is wrong with the name or the password that the client wishes for. */
function wishProblem({ wish }: ClientRelation): GrantProblem | undefined {
  if (wish === undefined) return undefined;
  if (wish === 'unreadable') return problemOf('name', 'the secret with the name for its entity cannot be read; grant it to the relation');
  const { name, password = 'x' } = wish;
  const shown = JSON.stringify(name);
  if (!/^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$/.test(name))
    return problemOf('name', `the entity cannot be named ${shown}; use up to 64 letters, digits, and _ . @ -, a letter or digit first`);
  if (isSystemUser(name) || name.startsWith('relation-') || BUILT_IN.test(name) || name === BACKUP_ROLE)
    return problemOf('name', `the entity cannot be named ${shown}, which is taken; ask for another name`);
  if (password.length > MAX_PASSWORD_LENGTH || !/^[\x20-\x7e]+$/.test(password))
    return problemOf('name', `the password for ${shown} is not one of up to ${MAX_PASSWORD_LENGTH} characters of ASCII; ask for another`);
  return undefined;
}

function changeOf(granted: ClientRequest, now: ClientRequest | { readonly problem: string }): string | undefined {
  const again = 'remove the relation and integrate again to change it';
  if ('problem' in now) return `${now.problem}; ${again}`;
  if (now.database !== granted.database) return `has database ${granted.database} and now asks for ${now.database ?? 'none'}; ${again}`;
  const same = (a: readonly string[], b: readonly string[]): boolean => [...a].sort().join() === [...b].sort().join();
  if (!same(now.extraUserRoles, granted.extraUserRoles)) return `has asked for other extra-user-roles since; ${again}`;
  if (now.entityType !== granted.entityType) return `has asked for another entity-type since; ${again}`;
  if (!same(now.extraGroupRoles, granted.extraGroupRoles)) return `has asked for other extra-group-roles since; ${again}`;
  if (JSON.stringify(now.permissions) !== JSON.stringify(granted.permissions))
    return `has asked for other entity-permissions since; ${again}`;
  return undefined;
}
