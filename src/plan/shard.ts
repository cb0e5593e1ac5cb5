// A shard's side of its config server: what it asks for, how it takes over key and passwords, and how it leaves with its data moved.

import { ADDED_BY, CONFIG_SERVERS, DRAINED, TIMES_ADDED } from '../core/bags.ts';
import type { Effect, JujuEffect } from '../core/effects.ts';
import type { ClusterFacts, ConfigServerRelation, Observed } from '../core/observed.ts';
import { nothing, type Plan, plan, together } from '../core/plan.ts';
import { type Status, status } from '../core/status.ts';
import { decodeHosts, decodeRevision, encodeShardRequest, isIntegrated, revisionText, sameRevision } from '../interfaces/shards.ts';
import { clusterSecrets, hasKey, wantedCredentials } from './credentials.ts';
import { clusterOf, leftOn } from './draining.ts';
import { secretContent } from './secret.ts';
import { allRun, planShardKey } from './shard-key.ts';
import { usersAreRight } from './users.ts';

export function planShard(seen: Observed): Plan {
  const { juju } = seen;
  if (juju.role !== 'shard' || juju.dying || juju.peers === undefined) return nothing;
  return juju.configServer === undefined ? alone(seen) : related(seen, juju.configServer);
}

const shows = (one: Status): Plan => plan({ unit: [one], app: [one] });

function related(seen: Observed, server: ConfigServerRelation): Plan {
  const { juju } = seen;
  const theirs = decodeRevision(server.remote);
  const ready = isReady(seen);
  const request = together([published(seen, server, ready), forgotten(seen, [DRAINED])]);
  if (theirs === undefined) return together([request, shows(status.waitsForConfigServer)]);
  if (!sameRevision(theirs, juju.charm))
    return together([request, shows(status.shardOutdated(revisionText(juju.charm), revisionText(theirs)))]);
  const given = clusterSecrets(seen);
  if (given === undefined) return together([request, shows(status.clusterSecrets)]);
  const key = juju.leader && juju.secret !== undefined ? planShardKey(seen, juju.secret, given) : nothing;
  return together([
    request,
    key,
    adopted(seen),
    counted(seen, server),
    ready ? remembered(seen, server) : nothing,
    isIntegrated(server.remote) ? nothing : shows(status.beingAddedToCluster),
  ]);
}

/** Key and passwords of the cluster are the ones that every member has. */
function isReady(seen: Observed): boolean {
  const { secret, leader } = seen.juju;
  const given = clusterSecrets(seen);
  if (!leader || secret === undefined || given === undefined || !hasKey(secret, given) || !allRun(seen)) return false;
  const { operator, backup } = secret.passwords;
  return operator === given.operatorPassword && backup === given.backupPassword && usersAreRight(seen);
}

function published(seen: Observed, { id, endpoint, own, remote }: ConfigServerRelation, ready: boolean): Plan {
  const { juju } = seen;
  if (!juju.leader) return nothing;
  // Once it has been added it stays ready: a member that restarts for another reason is none of the config server's business.
  const clear = encodeShardRequest(juju.charm, ready || (own['auth-updated'] === 'true' && isIntegrated(remote)));
  return differs(own, clear) ? plan({ effects: [{ do: 'publish', relation: id, endpoint, own, clear, secrets: {} }] }) : nothing;
}

const differs = (own: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): boolean =>
  Object.entries(wanted).some(([key, value]) => (own[key] ?? '') !== value);

/** The passwords that the database was given are kept in the application's secret, too. */
function adopted(seen: Observed): Plan {
  const { leader, secret } = seen.juju;
  if (!leader || secret === undefined) return nothing;
  const { passwords } = wantedCredentials(seen, secret);
  if (passwords.operator === secret.passwords.operator && passwords.backup === secret.passwords.backup) return nothing;
  return plan({ effects: [{ do: 'set-app-secret', id: secret.id, content: secretContent(passwords, secret.keyFile) }] });
}

/** Where the config server is, for the time when the relation is gone and the data is being moved away. */
function remembered(seen: Observed, { remote }: ConfigServerRelation): Plan {
  const hosts = decodeHosts(remote.host)?.join(' ') ?? '';
  const { leader, peers } = seen.juju;
  if (!leader || hosts === '' || peers?.app[CONFIG_SERVERS] === hosts) return nothing;
  return plan({ effects: [{ do: 'set-peer-app', values: { [CONFIG_SERVERS]: hosts } }] });
}

/**
 * Counts the clusters that it was added to. addShard tells the database which cluster it belongs to, but a mongod that was in another
 * one before goes on asking that one until it is started again (seen on 6.0.5).
 */
function counted({ juju }: Observed, { id, remote }: ConfigServerRelation): Plan {
  const { app = {} } = juju.peers ?? {};
  if (!juju.leader || !isIntegrated(remote) || app[ADDED_BY] === String(id)) return nothing;
  const times = Number(app[TIMES_ADDED] ?? 0) + 1;
  return plan({ effects: [{ do: 'set-peer-app', values: { [ADDED_BY]: String(id), [TIMES_ADDED]: String(times) } }] });
}

function forgotten({ juju }: Observed, keys: readonly string[]): Plan {
  const old = keys.filter(key => juju.peers?.app[key] !== undefined);
  if (!juju.leader || old.length === 0) return nothing;
  return plan({ effects: [{ do: 'set-peer-app', values: Object.fromEntries(old.map(key => [key, ''])) }] });
}

/** Not related, or no longer: then it waits until the config server has moved its data away. */
function alone(seen: Observed): Plan {
  const { app = {} } = seen.juju.peers ?? {};
  if (app[DRAINED] !== undefined) return shows(status.drained);
  if (app[CONFIG_SERVERS] === undefined) return shows(status.missingConfigServer);
  if (!seen.juju.leader) return plan({ unit: [status.shardNotYetRemoved] });
  const cluster = clusterOf(seen);
  if (cluster === undefined) return together([shows(status.configServerSilent), plan({ wake: true })]);
  return leaving(seen, cluster);
}

function leaving(seen: Observed, cluster: ClusterFacts): Plan {
  const name = seen.context.app;
  const shard = cluster.shards.find(one => one.name === name);
  if (shard === undefined) {
    const gone: JujuEffect = { do: 'set-peer-app', values: { [DRAINED]: 'true', [CONFIG_SERVERS]: '' } };
    return together([shows(status.drained), plan({ effects: [gone satisfies Effect] })]);
  }
  const { databases, chunks } = leftOn(cluster, name);
  return together([
    shows(shard.draining ? status.shardDraining(databases.length, chunks) : status.shardNotYetRemoved),
    plan({ wake: true }),
  ]);
}
