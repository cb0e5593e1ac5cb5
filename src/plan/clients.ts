// Client applications, and routers that ask for theirs: each request has one user. The leader makes it, publishes it, keeps the published
// addresses true, and drops it when the request or its relation is gone.

import { addressOf, ROUTERS_CONFIG } from '../core/bags.ts';
import type { JujuEffect, MongodEffect, PublishedClient, UserSpec } from '../core/effects.ts';
import { DATABASE, ROUTERS } from '../core/endpoints.ts';
import { clientUser, type Role } from '../core/names.ts';
import type { ClientRelation, DatabaseUser, Observed, PrimaryFacts } from '../core/observed.ts';
import { nothing, type Plan, plan, together } from '../core/plan.ts';
import { status } from '../core/status.ts';
import { type Grant, type GrantProblem, grantOf } from './client-grant.ts';
import { configDbOf, memberHosts } from './facts.ts';
import { sameRoles } from './users.ts';

/** Key in the application databag of the peers: fingerprint of the password that was published to a client. */
const publishedKey = ({ id, requestId }: Pick<ClientRelation, 'id' | 'requestId'>): string =>
  requestId === undefined ? `client-${id}` : `client-${id}-${requestId}`;

/** Which endpoint's relations are answered in which role. */
const ANSWERED: Readonly<Partial<Record<Role, string>>> = { replication: DATABASE, 'config-server': ROUTERS };

export function planClients(seen: Observed): Plan {
  const { juju, mongod } = seen;
  // Before it is known which relations are answered here, none is taken for gone.
  if (!juju.leader || juju.dying || juju.peers === undefined || juju.role === undefined) return nothing;
  const secrets = juju.staleSecrets.map((id): JujuEffect => ({ do: 'remove-secret', id }));
  if (mongod.kind !== 'member' || mongod.primary === undefined) return plan({ effects: secrets });
  const { primary } = mongod;
  const clients = answeredClients(seen);
  return together([
    // First, for what answers a client in another version of the interface stands where the new answer goes.
    ...clients.filter(client => client.withdrawn).map(retracted),
    ...clients.filter(client => !client.withdrawn).map(client => forClient(seen, client, primary)),
    orphans(seen, primary),
    plan({ effects: [...secrets, ...forgotten(seen), ...remembered(seen)] }),
  ]);
}

const answeredClients = ({ juju }: Observed): readonly ClientRelation[] =>
  juju.clients.filter(client => juju.role !== undefined && client.endpoint === ANSWERED[juju.role]);

function forClient(seen: Observed, client: ClientRelation, primary: PrimaryFacts): Plan {
  const grant = grantOf(client, seen.juju.clients);
  if (grant === 'nothing asked') return client.endpoint === ROUTERS ? retracted(client) : nothing;
  if ('problem' in grant) return refused(client, grant);
  const warning = grant.changed === undefined ? nothing : refused(client, { problem: grant.changed });
  return together([granted(seen, client, grant, primary), warning]);
}

/** Who asks no more is told no more; the user goes with the others of whom nobody asks. */
function retracted({ id, requestId, own, databag }: ClientRelation): Plan {
  if (Object.keys(own).length === 0) return nothing;
  return plan({ effects: [{ do: 'withdraw', relation: id, ...(requestId === undefined ? {} : { requestId }), own: databag }] });
}

const refused = (client: ClientRelation, { problem }: GrantProblem): Plan => plan({ app: [status.badClient(client.app, problem)] });

function granted(seen: Observed, client: ClientRelation, grant: Grant, primary: PrimaryFacts): Plan {
  const { context, juju } = seen;
  if (client.endpoint === ROUTERS && juju.secret === undefined) return nothing; // The key cannot be read at the moment.
  const { requestId } = client;
  const name = clientUser(client.id, requestId);
  const user = primary.users.get(name);
  const published = juju.peers?.app[publishedKey(client)];
  const answer: PublishedClient = {
    endpoint: client.endpoint,
    relation: client.id,
    ...(requestId === undefined ? {} : { requestId }),
    user: name,
    database: grant.database,
    replset: context.app,
    hosts: memberHosts(seen),
    request: grant.request,
    ...(client.endpoint === ROUTERS && juju.secret !== undefined ? { keyFile: juju.secret.keyFile } : {}),
  };
  // Nothing published, or the database has another password than the one published: a new one costs less than to find out.
  if (published === undefined || !grant.published || user === undefined || user.fingerprint !== published)
    return withNewPassword(seen, client, grant, answer, primary);
  const spec = specOf(client, grant);
  const isRight = sameRoles(user, grant.roles) && user.database === grant.database;
  const roles: readonly MongodEffect[] = isRight ? [] : [{ do: 'set-user', user: spec }];
  return plan({ effects: [...roles, ...(isStale(seen, client, answer) ? [{ do: 'publish-client', client: answer } as const] : [])] });
}

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

const specOf = ({ id, requestId }: ClientRelation, { roles, database }: Grant): UserSpec => ({
  name: clientUser(id, requestId),
  roles,
  relation: id,
  ...(requestId === undefined ? {} : { requestId }),
  database,
});

function withNewPassword(seen: Observed, client: ClientRelation, grant: Grant, answer: PublishedClient, primary: PrimaryFacts): Plan {
  const fresh = seen.fresh.clients.get(answer.user);
  if (fresh === undefined) return nothing;
  const { password, fingerprint } = fresh;
  const user = { ...specOf(client, grant), password };
  const has = primary.users.get(answer.user)?.fingerprint === fingerprint;
  // Published only when the database is seen to have it; until then the same password is set again.
  if (!has) return plan({ effects: [{ do: 'set-user', user }], pending: true });
  const publish = { do: 'publish-client', client: { ...answer, password } } as const;
  return plan({ effects: [publish, { do: 'set-peer-app', values: { [publishedKey(client)]: fingerprint } }] });
}

/** Users that the charm made for relations which are gone; with auto-delete their databases too, unless somebody else uses them. */
function orphans(seen: Observed, primary: PrimaryFacts): Plan {
  const asking = answeredClients(seen).filter(
    client => !client.withdrawn && (client.endpoint !== ROUTERS || grantOf(client, seen.juju.clients) !== 'nothing asked'),
  );
  const live = new Set(asking.map(client => clientUser(client.id, client.requestId)));
  const gone = [...primary.users.values()].filter(
    ({ ours, relation, requestId }) => ours && relation !== undefined && !live.has(clientUser(relation, requestId)),
  );
  return plan({ effects: gone.flatMap(user => [...databaseOf(seen, primary, user, gone), { do: 'drop-user', name: user.name } as const]) });
}

function databaseOf(seen: Observed, primary: PrimaryFacts, user: DatabaseUser, gone: readonly DatabaseUser[]): readonly MongodEffect[] {
  const { config } = seen.juju;
  const { database } = user;
  if (!config.valid || !config.config['auto-delete'] || database === undefined) return [];
  const used = [...primary.users.values()].some(other => other.database === database && !gone.includes(other));
  const through = seen.juju.role === 'config-server' ? 'router' : 'primary';
  return used ? [] : [{ do: 'drop-database', name: database, through }];
}

/** What the peers' databag still says of relations that are gone. */
function forgotten(seen: Observed): readonly JujuEffect[] {
  const live = new Set(seen.juju.clients.filter(client => !client.withdrawn).map(publishedKey));
  const old = Object.keys(seen.juju.peers?.app ?? {}).filter(key => /^client-\d/.test(key) && !live.has(key));
  return old.length === 0 ? [] : [{ do: 'set-peer-app', values: Object.fromEntries(old.map(key => [key, ''])) }];
}
