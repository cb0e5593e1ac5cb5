// Client applications, and routers that ask for theirs: each request has one user. The leader makes it, publishes it, keeps the published
// addresses true, and drops it when the request or its relation is gone.

import { addressOf, CLIENT_ROTATION, networksKey, publishedKey, ROUTERS_CONFIG } from '../core/bags.ts';
import type { Effect, JujuEffect, MongodEffect, PublishedClient } from '../core/effects.ts';
import { DATABASE, ROUTERS } from '../core/endpoints.ts';
import { bareSecretId, clientName, clientUser, isReserved, ROTATIONS, type Role, type Rotation } from '../core/names.ts';
import type { ClientRelation, DatabaseUser, Observed, PrimaryFacts } from '../core/observed.ts';
import { nothing, type Plan, plan, together } from '../core/plan.ts';
import { status } from '../core/status.ts';
import { isClear, withdrawnCredentials } from '../interfaces/mongodb-client.ts';
import { encodeNetworks } from '../interfaces/networks.ts';
import { type Grant, grantOf } from './client-grant.ts';
import { rolesDue, rolesGone } from './client-role.ts';
import { statusOf, tellClient } from './client-told.ts';
import { nameFor, problemWith, userFor, userSpec } from './client-user.ts';
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
  if (mongod.kind !== 'member' || mongod.primary === undefined) return plan({ effects: secrets });
  const { primary } = mongod;
  const clients = answeredClients(seen);
  return together([
    // First, for what answers a client in another version of the interface stands where the new answer goes.
    ...clients.filter(client => client.withdrawn).map(retracted),
    ...clients.filter(client => !client.withdrawn).map(client => forClient(seen, client, primary)),
    orphans(seen, primary),
    toldProblems(seen, primary),
    plan({ effects: [...secrets, ...forgotten(seen, primary), ...found(seen), ...remembered(seen), ...schedule(seen)] }),
  ]);
}

/** Those that the application's role answers. */
export const answeredClients = ({ juju }: Observed): readonly ClientRelation[] =>
  juju.clients.filter(client => juju.role !== undefined && client.endpoint === ANSWERED[juju.role]);

function forClient(seen: Observed, client: ClientRelation, primary: PrimaryFacts): Plan {
  const grant = grantOf(client, seen.juju.clients);
  if (grant === 'nothing asked') return client.endpoint === ROUTERS ? retracted(client) : nothing;
  const problem = problemWith(client, grant, primary);
  const shown = problem === undefined ? nothing : plan({ app: [status.badClient(clientName(client), problem.problem)] });
  if ('problem' in grant || (problem !== undefined && grant.changed === undefined)) return shown;
  return together([granted(seen, client, grant, primary), shown]);
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
  const isDue = context.rotating !== undefined && userSecretOf(client) === context.rotating;
  const roles = rolesDue(client, grant, primary, grant.isGroup ? answer.user : clientUser(client.id, client.requestId));
  // Published only when it is seen to be there.
  if (roles.length > 0) return plan({ effects: roles, pending: true });
  const news = isStale(seen, client, answer) ? [{ do: 'publish-client', client: answer } as const] : [];
  if (grant.isGroup) return plan({ effects: news });
  // Nothing published, or the database has another password than the one published: a new one costs less than to find out.
  if (published === undefined || client.lost || !grant.published || user === undefined || user.fingerprint !== published || isDue)
    return client.remembers ? nothing : withNewPassword(seen, client, grant, primary);
  const spec = userSpec(client, grant, primary);
  const isRight = sameRoles(user, spec.roles) && user.database === spec.database && user.from?.join() === spec.from?.join();
  const users: readonly MongodEffect[] = isRight ? [] : [{ do: 'set-user', user: spec }];
  return plan({ effects: [...users, ...news] });
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
  const answer = { ...answerTo(seen, client, grant, primary), password, ...(rotation === 'never' ? {} : { rotation }) };
  return {
    fingerprint,
    setUser: { do: 'set-user', user: { ...userSpec(client, grant, primary), password } },
    publish: [
      { do: 'publish-client', client: answer },
      { do: 'set-peer-app', values: { [publishedKey(client)]: fingerprint } },
    ],
  };
}

/**
 * For an action: another password for a client that has one, the database's first. Undefined for a client that has none yet. Where it was
 * given in clear, it is taken back first, and the next hooks give the new one: `later`.
 */
export function rotatedClient(
  seen: Observed,
  client: ClientRelation,
): { readonly effects: readonly Effect[]; readonly later: boolean } | undefined {
  const grant = grantOf(client, seen.juju.clients);
  const primary = seen.mongod.kind === 'member' ? seen.mongod.primary : undefined;
  if (grant === 'nothing asked' || 'problem' in grant || !grant.published || grant.isGroup || primary === undefined) return undefined;
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

/** Juju keeps the time, for each client's secret by itself. Those that are made from now on are made with it. */
function schedule(seen: Observed): readonly JujuEffect[] {
  const rotation = rotationOf(seen);
  if ((seen.juju.peers?.app[CLIENT_ROTATION] ?? 'never') === rotation) return [];
  const secrets = answeredClients(seen).flatMap(client => userSecretOf(client) ?? []);
  return [
    ...secrets.map((id): JujuEffect => ({ do: 'set-rotation', id, rotation })),
    { do: 'set-peer-app', values: { [CLIENT_ROTATION]: rotation === 'never' ? '' : rotation } },
  ];
}

/**
 * Users that the charm made for relations which are gone; with auto-delete their databases too, unless somebody else uses them. A user that
 * nobody here has ever been told of came with data from elsewhere, where its database may well be wanted.
 */
function orphans(seen: Observed, primary: PrimaryFacts): Plan {
  const asking = answeredClients(seen).filter(
    client => !client.withdrawn && (client.endpoint !== ROUTERS || grantOf(client, seen.juju.clients) !== 'nothing asked'),
  );
  const live = new Set(asking.map(client => clientUser(client.id, client.requestId)));
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

/** Each client is told what of its requests is not granted as it stands. */
function toldProblems(seen: Observed, primary: PrimaryFacts): Plan {
  const clients = answeredClients(seen);
  const plans = [...new Map(clients.map(client => [client.id, client])).values()].map(told => {
    const statuses = clients
      .filter(client => client.id === told.id && !client.withdrawn)
      .flatMap(client => {
        const grant = grantOf(client, seen.juju.clients);
        const problem = grant === 'nothing asked' ? undefined : problemWith(client, grant, primary);
        return problem === undefined ? [] : [statusOf(problem)];
      });
    return tellClient(seen.context, told, statuses);
  });
  return together(plans);
}
