// Client applications, and routers that ask for theirs: each request has one user. The leader makes it, publishes it, keeps the published
// addresses true, and drops it when the request or its relation is gone.

import { addressOf, CLIENT_ROTATION, networksKey, publishedKey, ROUTERS_CONFIG } from '../core/bags.ts';
import type { Effect, JujuEffect, MongodEffect, PublishedClient } from '../core/effects.ts';
import { DATABASE, ROUTERS } from '../core/endpoints.ts';
import { bareSecretId, clientName, clientUser, isReserved, ROTATIONS, type Role, type Rotation } from '../core/names.ts';
import type { ClientRelation, DatabaseUser, Observed, PrimaryFacts } from '../core/observed.ts';
import { nothing, type Plan, plan, together } from '../core/plan.ts';
import { type Status, status } from '../core/status.ts';
import { isClear, withdrawnCredentials } from '../interfaces/mongodb-client.ts';
import { encodeNetworks } from '../interfaces/networks.ts';
import type { Grant, GrantProblem } from './client-grant.ts';
import { type ClientGrant, databasesOf, grantsOf } from './client-grants.ts';
import { rolesDue, rolesGone } from './client-role.ts';
import { statusOf, tellClient } from './client-told.ts';
import { nameFor, userFor, userSpec } from './client-user.ts';
import { configDbOf, memberHosts } from './facts.ts';
import { sameRoles } from './users.ts';

/** Which endpoint's relations are answered in which role. */
const ANSWERED: Readonly<Partial<Record<Role, string>>> = { replication: DATABASE, 'config-server': ROUTERS };

export function planClients(seen: Observed): Plan {
  const { juju, mongod } = seen;
  if (!juju.leader || juju.dying) return nothing;
  const emptied = takenBack(juju);
  // Before it is known which relations are answered here, none is taken for gone.
  if (juju.peers === undefined || juju.role === undefined) return plan({ effects: emptied });
  const secrets = [...emptied, ...juju.staleSecrets.map((id): JujuEffect => ({ do: 'remove-secret', id }))];
  if (mongod.kind !== 'member' || mongod.primary === undefined) return plan({ effects: [...secrets, ...found(seen)] });
  const { primary } = mongod;
  const grants = clientGrants(seen, primary);
  return together([
    // First, for what answers a client in another version of the interface stands where the new answer goes.
    ...answeredClients(seen)
      .filter(client => client.withdrawn)
      .map(retracted),
    ...grants.map(one => forClient(seen, one, primary)),
    orphans(seen, grants, primary),
    toldProblems(seen, grants),
    plan({ effects: [...secrets, ...forgotten(seen, primary), ...found(seen), ...remembered(seen), ...schedule(seen, primary)] }),
  ]);
}

/** Those that the application's role answers. */
export const answeredClients = ({ juju }: Observed): readonly ClientRelation[] =>
  juju.clients.filter(client => juju.role !== undefined && client.endpoint === ANSWERED[juju.role]);

/** What those come to that still ask. */
const clientGrants = (seen: Observed, primary: PrimaryFacts): readonly ClientGrant[] =>
  grantsOf(
    seen,
    answeredClients(seen).filter(client => !client.withdrawn),
    primary,
  );

function forClient(seen: Observed, { client, grant, problem }: ClientGrant, primary: PrimaryFacts): Plan {
  if (grant === 'nothing asked') return client.endpoint === ROUTERS ? retracted(client) : nothing;
  if ('problem' in grant || (problem !== undefined && grant.changed === undefined)) return nothing;
  // A name that differs from that of a database only by case would be of no use.
  if (client.own.database !== grant.database && databasesOf(seen, primary) === undefined) return plan({ pending: true });
  return granted(seen, client, grant, primary);
}

/**
 * A relation between models that is suspended breaks, and Juju keeps its databags. Resumed, its client reads ours before this charm has a
 * hook: an old answer there names a secret and a user that are gone, and the client's hook fails.
 */
function takenBack({ broken }: Observed['juju']): readonly JujuEffect[] {
  if (broken === undefined || Object.keys(broken.databag).length === 0) return [];
  const { id: relation, endpoint, databag: own } = broken;
  return [{ do: 'publish', relation, endpoint, own, clear: Object.fromEntries(Object.keys(own).map(key => [key, ''])), secrets: {} }];
}

/** Who asks no more is told no more; the user goes with the others of whom nobody asks. */
function retracted({ id, requestId, own, databag }: ClientRelation): Plan {
  if (Object.keys(own).length === 0) return nothing;
  return plan({ effects: [{ do: 'withdraw', relation: id, ...(requestId === undefined ? {} : { requestId }), own: databag }] });
}

function granted(seen: Observed, client: ClientRelation, grant: Grant, primary: PrimaryFacts): Plan {
  const { context, juju } = seen;
  if (client.endpoint === ROUTERS && juju.secret === undefined) return nothing; // The key cannot be read at the moment.
  const answer = answerTo(seen, client, grant, primary);
  const user = userFor(client, primary);
  const published = juju.peers?.app[publishedKey(client)];
  const isAsked = context.rotating !== undefined && userSecretOf(client) === context.rotating;
  const isDue = isAsked && !user?.chosen;
  // Only a schedule from before the client chose it.
  const unscheduled: readonly JujuEffect[] =
    isAsked && !isDue ? [{ do: 'set-rotation', id: context.rotating ?? '', rotation: 'never' }] : [];
  const roles = rolesDue(client, grant, primary, grant.isGroup ? answer.user : clientUser(client.id, client.requestId));
  // Published only when it is seen to be there.
  if (roles.length > 0) return plan({ effects: roles, pending: true });
  const news = isStale(seen, client, answer) ? [{ do: 'publish-client', client: answer } as const] : [];
  if (grant.isGroup) return plan({ effects: news });
  // Nothing published, or the database has another password than the one published: a new one costs less than to find out.
  const isOurs = user !== undefined && user.fingerprint === published && user.passwordBy !== 'somebody';
  if (!isOurs || client.lost || !grant.published || isDue)
    return client.remembers ? nothing : withNewPassword(seen, client, grant, primary);
  const spec = userSpec(seen, client, grant, primary);
  const isRight =
    user.passwordBy === undefined &&
    sameRoles(user, spec.roles) &&
    user.database === spec.database &&
    user.from?.join() === spec.from?.join();
  const users: readonly MongodEffect[] = isRight ? [] : [{ do: 'set-user', user: spec }];
  return plan({ effects: [...users, ...news, ...unscheduled] });
}

const answerTo = (seen: Observed, client: ClientRelation, grant: Grant, primary: PrimaryFacts): PublishedClient => ({
  endpoint: client.endpoint,
  relation: client.id,
  ...(client.requestId === undefined ? {} : { requestId: client.requestId }),
  user: nameFor(client, grant, primary),
  ...(grant.isGroup ? { isGroup: true } : {}),
  database: grant.database,
  replset: seen.context.app,
  hosts: memberHosts(seen),
  request: grant.request,
  ...(client.endpoint === ROUTERS && seen.juju.secret !== undefined ? { keyFile: seen.juju.secret.keyFile } : {}),
});

/** Bare id of the secret that holds the client's password; undefined for one that takes it in clear. */
const userSecretOf = ({ own }: ClientRelation): string | undefined => own['secret-user'] && bareSecretId(own['secret-user']);

/** What is published is no longer true. Where the config servers are stands in a secret, so the peers' databag remembers what was said. */
function isStale(seen: Observed, { endpoint, own }: ClientRelation, { database, hosts, request }: PublishedClient): boolean {
  if (own.database !== database) return true;
  if (endpoint !== ROUTERS) return own.endpoints !== hosts.map(addressOf).join(',');
  const { data: _, ...mirror } = request;
  return own.data !== JSON.stringify(mirror) || seen.juju.peers?.app[ROUTERS_CONFIG] !== configDbOf(seen.context.app, hosts);
}

function remembered(seen: Observed): readonly JujuEffect[] {
  const { juju, context } = seen;
  if (!answeredClients(seen).some(({ endpoint }) => endpoint === ROUTERS)) return [];
  const now = configDbOf(context.app, memberHosts(seen));
  return juju.peers?.app[ROUTERS_CONFIG] === now ? [] : [{ do: 'set-peer-app', values: { [ROUTERS_CONFIG]: now } }];
}

function withNewPassword(seen: Observed, client: ClientRelation, grant: Grant, primary: PrimaryFacts): Plan {
  const change = newPassword(seen, client, grant, primary);
  if (change === undefined) return nothing;
  const has = userFor(client, primary)?.fingerprint === change.fingerprint;
  // Published only when the database is seen to have it; until then the same password is set again.
  return has ? plan({ effects: change.publish }) : plan({ effects: [change.setUser], pending: true });
}

type NewPassword = { readonly fingerprint: string; readonly setUser: MongodEffect; readonly publish: readonly JujuEffect[] };

function newPassword(seen: Observed, client: ClientRelation, grant: Grant, primary: PrimaryFacts): NewPassword | undefined {
  const fresh = seen.fresh.clients.get(clientUser(client.id, client.requestId));
  if (fresh === undefined) return undefined;
  const { password, fingerprint } = fresh;
  const rotation = rotationOf(seen);
  const chosen = typeof client.wish === 'object' && client.wish.password !== undefined ? ({ chosen: true } as const) : {};
  const scheduled = rotation === 'never' || 'chosen' in chosen ? {} : { rotation };
  const answer = { ...answerTo(seen, client, grant, primary), password, ...scheduled };
  return {
    fingerprint,
    setUser: { do: 'set-user', user: { ...userSpec(seen, client, grant, primary), password, ...chosen } },
    publish: [
      { do: 'publish-client', client: answer },
      { do: 'set-peer-app', values: { [publishedKey(client)]: fingerprint } },
    ],
  };
}

/**
 * For an action: another password for a client that has one, the database's first. Undefined for a client that has none yet. Where it was
 * given in clear, it is taken back first, and the next hooks give the new one: `later`. `chosen` for a client that chose its own.
 */
export function rotatedClient(
  seen: Observed,
  client: ClientRelation,
): { readonly effects: readonly Effect[]; readonly later: boolean } | 'chosen' | undefined {
  const primary = seen.mongod.kind === 'member' ? seen.mongod.primary : undefined;
  const grant = primary && clientGrants(seen, primary).find(one => one.client === client)?.grant;
  if (primary === undefined || grant === undefined || grant === 'nothing asked' || 'problem' in grant) return undefined;
  if (!grant.published || grant.isGroup) return undefined;
  if (userFor(client, primary)?.chosen) return 'chosen';
  if (isClear(client.own)) {
    const { id, endpoint, databag } = client;
    const withdraw: Effect = { do: 'publish', relation: id, endpoint, own: databag, clear: withdrawnCredentials(databag), secrets: {} };
    return { effects: [withdraw, { do: 'set-peer-app', values: { [publishedKey(client)]: '' } }], later: true };
  }
  const change = newPassword(seen, client, grant, primary);
  return change && { effects: [change.setUser, ...change.publish], later: false };
}

/** Never, while the configuration is not valid and nothing was asked for before. */
const rotationOf = ({ juju }: Observed): Rotation => {
  const before = ROTATIONS.find(one => one === juju.peers?.app[CLIENT_ROTATION]) ?? 'never';
  return juju.config.valid ? juju.config.config['client-password-rotation'] : before;
};

/** Juju keeps the time, for each client's secret by itself. Those that are made from now on are made with it. Chosen passwords stay. */
function schedule(seen: Observed, primary: PrimaryFacts): readonly JujuEffect[] {
  const rotation = rotationOf(seen);
  if ((seen.juju.peers?.app[CLIENT_ROTATION] ?? 'never') === rotation) return [];
  const secrets = answeredClients(seen).flatMap(client => (userFor(client, primary)?.chosen ? [] : (userSecretOf(client) ?? [])));
  return [
    ...secrets.map((id): JujuEffect => ({ do: 'set-rotation', id, rotation })),
    { do: 'set-peer-app', values: { [CLIENT_ROTATION]: rotation === 'never' ? '' : rotation } },
  ];
}

/**
 * Users that the charm made for relations which are gone; with auto-delete their databases too, unless somebody else uses them. A user that
 * nobody here has ever been told of came with data from elsewhere, where its database may well be wanted.
 */
function orphans(seen: Observed, grants: readonly ClientGrant[], primary: PrimaryFacts): Plan {
  const asking = grants.filter(({ client, grant }) => client.endpoint !== ROUTERS || grant !== 'nothing asked');
  const live = new Set(asking.map(({ client }) => clientUser(client.id, client.requestId)));
  const gone = [...primary.users.values()].filter(
    ({ ours, relation, requestId }) => ours && relation !== undefined && !live.has(clientUser(relation, requestId)),
  );
  const users = gone.flatMap(user => [...databaseOf(seen, primary, user, gone), { do: 'drop-user', name: user.name } as const]);
  return plan({ effects: [...users, ...rolesGone(primary, live)] });
}

function databaseOf(seen: Observed, primary: PrimaryFacts, user: DatabaseUser, gone: readonly DatabaseUser[]): readonly MongodEffect[] {
  const { config } = seen.juju;
  const { database } = user;
  const told = user.relation !== undefined && seen.juju.peers?.app[publishedKey({ id: user.relation, ...requestOf(user) })];
  if (!config.valid || !config.config['auto-delete'] || database === undefined || told !== user.fingerprint) return [];
  // An administrator among the clients can write what the mark of a user says.
  if (isReserved(database)) return [];
  // A group has no user, and its database is used all the same.
  const asked = answeredClients(seen).some(({ withdrawn, own }) => !withdrawn && own.database === database);
  const used = asked || [...primary.users.values()].some(other => other.database === database && !gone.includes(other));
  const through = seen.juju.role === 'config-server' ? 'router' : 'primary';
  return used ? [] : [{ do: 'drop-database', name: database, through }];
}

const requestOf = ({ requestId }: DatabaseUser): { readonly requestId?: string } => (requestId === undefined ? {} : { requestId });

/** What the peers' databag still says of relations that are gone, and their users with them. */
function forgotten(seen: Observed, { users }: PrimaryFacts): readonly JujuEffect[] {
  const clients = seen.juju.clients.filter(client => !client.withdrawn);
  const networks = clients.filter(client => client.networks !== undefined).map(client => networksKey(client.id));
  const there = [...users.values()].flatMap(user =>
    user.ours && user.relation !== undefined ? [publishedKey({ id: user.relation, ...requestOf(user) })] : [],
  );
  const live = new Set([...clients.map(publishedKey), ...networks, ...there]);
  const old = Object.keys(seen.juju.peers?.app ?? {}).filter(key => /^(client|networks)-\d/.test(key) && !live.has(key));
  return old.length === 0 ? [] : [{ do: 'set-peer-app', values: Object.fromEntries(old.map(key => [key, ''])) }];
}

/** Where the clients' units were found, for the hooks that come after. */
function found(seen: Observed): readonly JujuEffect[] {
  const now = seen.juju.clients.flatMap(({ id, networks }) =>
    networks === undefined ? [] : [[networksKey(id), encodeNetworks(networks)] as const],
  );
  const news = now.filter(([key, text]) => seen.juju.peers?.app[key] !== text);
  return news.length === 0 ? [] : [{ do: 'set-peer-app', values: Object.fromEntries(news) }];
}

type ClientProblem = { readonly client: ClientRelation; readonly problem: GrantProblem };

/** Requests that are not granted as they stand; none where it is not known. */
export function clientProblems(seen: Observed): readonly ClientProblem[] {
  const { juju, mongod } = seen;
  if (!juju.leader || mongod.kind !== 'member' || mongod.primary === undefined) return [];
  return problemsOf(clientGrants(seen, mongod.primary));
}

const problemsOf = (grants: readonly ClientGrant[]): readonly ClientProblem[] =>
  grants.flatMap(({ client, problem }) => (problem === undefined ? [] : [{ client, problem }]));

/** Each client is told what of its requests is not granted as it stands, and so is the operator. */
function toldProblems(seen: Observed, grants: readonly ClientGrant[]): Plan {
  const problems = problemsOf(grants);
  const relations = new Map(answeredClients(seen).map(client => [client.id, client]));
  const told = [...relations.values()].map(client =>
    tellClient(
      seen.context,
      client,
      problems.filter(one => one.client.id === client.id).map(({ problem }) => statusOf(problem)),
    ),
  );
  return together([...told, plan({ app: shownProblems(problems) })]);
}

/** The first of one client; of several, who they are: `status-detail` shows each. */
function shownProblems(problems: readonly ClientProblem[]): readonly Status[] {
  const names = [...new Map(problems.map(({ client }) => [client.id, clientName(client)])).values()];
  const [first] = problems;
  if (first === undefined) return [];
  return [names.length === 1 ? status.badClient(clientName(first.client), first.problem.problem) : status.badClients(names)];
}
