// A shard's side of its config server: what it asks for, how it takes over key and passwords, and how it leaves with its data moved.

import { ADDED_BY, CONFIG_SERVERS, DRAINED, MOVES } from '../core/bags.ts';
import type { ConfigServerRelation, Observed } from '../core/observed.ts';
import { nothing, type Plan, plan, together } from '../core/plan.ts';
import { type Status, status } from '../core/status.ts';
import {
  decodeHosts,
  decodeRevision,
  encodeShardRequest,
  isIntegrated,
  isLeavingCluster,
  movesOf,
  revisionText,
  sameRevision,
} from '../interfaces/shards.ts';
import { clusterSecrets, hasKey, mayFollow, wantedCredentials } from './credentials.ts';
import { clusterOf, leftOn } from './draining.ts';
import { secretContent } from './secret.ts';
import { allRun, planShardKey } from './shard-key.ts';
import { usersAreRight } from './users.ts';

export function planShard(seen: Observed): Plan {
  const { juju } = seen;
  if (juju.role !== 'shard' || juju.dying || juju.peers === undefined) return nothing;
  const { configServer: server } = juju;
  if (isLeavingCluster(juju)) return together([server === undefined ? nothing : published(seen, server, false), leaving(seen)]);
  if (juju.peers.app[DRAINED] !== undefined) return forgetting(seen, server);
  return server === undefined ? shows(status.missingConfigServer) : related(seen, server);
}

const shows = (one: Status): Plan => plan({ unit: [one], app: [one] });

function related(seen: Observed, server: ConfigServerRelation): Plan {
  const { juju } = seen;
  const theirs = decodeRevision(server.remote);
  const ready = isReady(seen);
  const request = published(seen, server, ready);
  if (theirs === undefined) return together([request, shows(status.waitsForConfigServer)]);
  const outdated = sameRevision(theirs, juju.charm) ? nothing : shows(status.shardOutdated(revisionText(juju.charm), revisionText(theirs)));
  if (!mayFollow(seen, server)) return together([request, outdated]);
  const given = clusterSecrets(seen);
  // A config server of another revision gives none before that is mended.
  if (given === undefined) return together([request, outdated === nothing ? shows(status.clusterSecrets) : outdated]);
  const key = juju.leader && juju.secret !== undefined ? planShardKey(seen, juju.secret, given) : nothing;
  return together([
    request,
    outdated,
    key,
    adopted(seen),
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
  const clear = encodeShardRequest(juju.charm, seen.context.app, ready || (own['auth-updated'] === 'true' && isIntegrated(remote)));
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

/** What the cluster lets its members know; and where the config server is, for the time when the relation is gone and the data is being moved away. */
function remembered(seen: Observed, { remote, id }: ConfigServerRelation): Plan {
  const wanted = { [CONFIG_SERVERS]: decodeHosts(remote.host)?.join(' ') ?? '', [ADDED_BY]: String(id), [MOVES]: movesOf(remote) };
  const { leader, peers } = seen.juju;
  return leader && differs(peers?.app ?? {}, wanted) ? plan({ effects: [{ do: 'set-peer-app', values: wanted }] }) : nothing;
}

/** The data is being moved away. Its relation is gone, so nobody but the cluster itself can tell how far that is. */
function leaving(seen: Observed): Plan {
  if (!seen.juju.leader) return plan({ unit: [status.shardNotYetRemoved] });
  const cluster = clusterOf(seen);
  // One that is gone for good never answers: what has been looked at for minutes is left to Juju's own update-status.
  if (cluster === undefined) return { ...shows(status.configServerSilent), wake: seen.context.hook !== 'update-status' };
  const name = seen.context.app;
  const shard = cluster.shards.find(one => one.name === name);
  if (shard === undefined) {
    const left = { [DRAINED]: 'true', [CONFIG_SERVERS]: '', [ADDED_BY]: '', [MOVES]: '' };
    return { ...shows(status.drained), effects: [{ do: 'set-peer-app', values: left }] };
  }
  const { databases, chunks } = leftOn(cluster, name);
  // As the last shard it stays until somebody adds another one, or takes it back: there is nothing to look at every other second. Nor is
  // there where the config server has not begun for minutes, such as one that is to go itself.
  const mayBegin = seen.context.hook !== 'update-status' && cluster.shards.some(one => one !== shard && !one.draining);
  const goesOn = shard.draining || mayBegin;
  return { ...shows(shard.draining ? status.shardDraining(databases.length, chunks) : status.shardNotYetRemoved), wake: goesOn };
}

/**
 * It is to join a cluster again. All members are started once without being shards, and the data forgets the last cluster: a mongod that
 * is a shard does not answer before it has reached its cluster, and the next one has another key (seen on 6.0.5).
 */
function forgetting(seen: Observed, server: ConfigServerRelation | undefined): Plan {
  if (server === undefined) return shows(status.drained);
  const shown = together([published(seen, server, false), shows(status.beingAddedToCluster)]);
  if (!seen.juju.leader || !allRun(seen) || seen.mongod.kind !== 'member') return shown;
  if (seen.mongod.primary?.cluster !== false) return together([shown, plan({ effects: [{ do: 'forget-cluster' }], pending: true })]);
  return together([shown, plan({ effects: [{ do: 'set-peer-app', values: { [DRAINED]: '' } }] })]);
}
