// Client applications: each relation of the endpoint `database` has one user. The leader makes it, publishes it, keeps the published
// addresses true, and drops it when the relation is gone.

import { addressOf, hostOf } from '../core/bags.ts';
import type { JujuEffect, MongodEffect, PublishedClient } from '../core/effects.ts';
import { clientUser } from '../core/names.ts';
import type { ClientRelation, DatabaseUser, Observed, PrimaryFacts } from '../core/observed.ts';
import { nothing, type Plan, plan, together } from '../core/plan.ts';
import { status } from '../core/status.ts';
import { type Grant, type GrantProblem, grantOf } from './client-grant.ts';
import { inUnitOrder, stayingUnits, unitOfMember } from './facts.ts';
import { sameRoles } from './users.ts';

/** Key in the application databag of the peers: fingerprint of the password that was published to a client. */
const publishedKey = (relation: number): string => `client-${relation}`;

export function planClients(seen: Observed): Plan {
  const { juju, mongod } = seen;
  if (!juju.leader || juju.dying || juju.peers === undefined) return nothing;
  const secrets = juju.staleSecrets.map((id): JujuEffect => ({ do: 'remove-secret', id }));
  if (mongod.kind !== 'member' || mongod.primary === undefined) return plan({ effects: secrets });
  const { primary } = mongod;
  return together([
    ...juju.clients.map(client => forClient(seen, client, primary)),
    orphans(seen, primary),
    plan({ effects: [...secrets, ...forgotten(seen)] }),
  ]);
}

function forClient(seen: Observed, client: ClientRelation, primary: PrimaryFacts): Plan {
  const grant = grantOf(client, seen.juju.clients);
  if (grant === 'nothing asked') return nothing;
  if ('problem' in grant) return refused(client, grant);
  const warning = grant.changed === undefined ? nothing : refused(client, { problem: grant.changed });
  return together([granted(seen, client, grant, primary), warning]);
}

const refused = (client: ClientRelation, { problem }: GrantProblem): Plan => plan({ app: [status.badClient(client.app, problem)] });

function granted(seen: Observed, client: ClientRelation, grant: Grant, primary: PrimaryFacts): Plan {
  const name = clientUser(client.id);
  const user = primary.users.get(name);
  const published = seen.juju.peers?.app[publishedKey(client.id)];
  const hosts = clientHosts(seen, primary);
  const answer = { relation: client.id, user: name, database: grant.database, replset: seen.context.app, hosts, request: grant.request };
  // Nothing published, or the database has another password than the one published: a new one costs less than to find out.
  if (published === undefined || !grant.published || user === undefined || user.fingerprint !== published)
    return withNewPassword(seen, grant, answer, primary);
  const spec = { name, roles: grant.roles, relation: client.id, database: grant.database };
  const roles: readonly MongodEffect[] = sameRoles(user, grant.roles) ? [] : [{ do: 'set-user', user: spec }];
  const stale = client.own.endpoints !== hosts.map(addressOf).join(',') || client.own.database !== grant.database;
  return plan({ effects: [...roles, ...(stale ? [{ do: 'publish-client', client: answer } as const] : [])] });
}

function withNewPassword(seen: Observed, grant: Grant, answer: PublishedClient, primary: PrimaryFacts): Plan {
  const fresh = seen.fresh.clients.get(answer.relation);
  if (fresh === undefined) return nothing;
  const { password, fingerprint } = fresh;
  const user = { name: answer.user, password, roles: grant.roles, relation: answer.relation, database: grant.database };
  const has = primary.users.get(answer.user)?.fingerprint === fingerprint;
  // Published only when the database is seen to have it; until then the same password is set again.
  if (!has) return plan({ effects: [{ do: 'set-user', user }], pending: true });
  const publish = { do: 'publish-client', client: { ...answer, password } } as const;
  return plan({ effects: [publish, { do: 'set-peer-app', values: { [publishedKey(answer.relation)]: fingerprint } }] });
}

/** Where clients find the members: those whose units stay, by unit number. */
function clientHosts(seen: Observed, primary: PrimaryFacts): readonly string[] {
  const units = stayingUnits(seen);
  return inUnitOrder(primary.set.members).flatMap(member => {
    const unit = unitOfMember(member, units);
    return unit === undefined ? [] : [hostOf(units.get(unit)?.address ?? '')];
  });
}

/** Users that the charm made for relations which are gone; with auto-delete their databases too, unless somebody else uses them. */
function orphans(seen: Observed, primary: PrimaryFacts): Plan {
  const live = new Set(seen.juju.clients.map(client => client.id));
  const gone = [...primary.users.values()].filter(user => user.ours && user.relation !== undefined && !live.has(user.relation));
  return plan({ effects: gone.flatMap(user => [...databaseOf(seen, primary, user, gone), { do: 'drop-user', name: user.name } as const]) });
}

function databaseOf(seen: Observed, primary: PrimaryFacts, user: DatabaseUser, gone: readonly DatabaseUser[]): readonly MongodEffect[] {
  const { config } = seen.juju;
  const { database } = user;
  if (!config.valid || !config.config['auto-delete'] || database === undefined) return [];
  const used = [...primary.users.values()].some(other => other.database === database && !gone.includes(other));
  return used ? [] : [{ do: 'drop-database', name: database }];
}

/** What the peers' databag still says of relations that are gone. */
function forgotten(seen: Observed): readonly JujuEffect[] {
  const live = new Set(seen.juju.clients.map(client => publishedKey(client.id)));
  const old = Object.keys(seen.juju.peers?.app ?? {}).filter(key => /^client-\d+$/.test(key) && !live.has(key));
  return old.length === 0 ? [] : [{ do: 'set-peer-app', values: Object.fromEntries(old.map(key => [key, ''])) }];
}
