// The config server's side of its shards: it gives them key and passwords, adds them to the cluster, and takes out those whose relation
// is gone. All of it is the leader's.

import { hostOf, MOVES, SHARD_HOSTS } from '../core/bags.ts';
import { byUnitNumber } from '../core/context.ts';
import type { JujuEffect, MongodEffect } from '../core/effects.ts';
import type { Bag, ClusterFacts, Observed, Shard, ShardRelation } from '../core/observed.ts';
import { nothing, type Plan, plan, together } from '../core/plan.ts';
import { type Status, status } from '../core/status.ts';
import {
  decodeRevision,
  decodeShardRequest,
  encodeClusterSecrets,
  encodeForShard,
  revisionText,
  sameRevision,
} from '../interfaces/shards.ts';
import { wantedCredentials } from './credentials.ts';
import { clusterOf, planDrain } from './draining.ts';
import { stayingUnits } from './facts.ts';
import { usersAreRight } from './users.ts';

export function planShards(seen: Observed): Plan {
  const { juju, router } = seen;
  if (juju.role !== 'config-server' || !juju.leader || juju.dying) return nothing;
  const cluster = clusterOf(seen);
  const told = router.kind === 'open' && router.cluster !== undefined && 'problem' in router.cluster;
  return together([
    ...juju.shards.map(shard => forShard(seen, shard, cluster)),
    outdated(seen),
    told && cluster === undefined ? waits(status.clusterSilent(problemOf(seen))) : nothing,
    cluster === undefined ? nothing : together([noted(seen, cluster), unreachable(juju.shards, cluster), leaving(seen, cluster)]),
    juju.shards.length === 0 && (cluster?.shards.length ?? 0) === 0 ? shows(status.noShards) : nothing,
  ]);
}

const shows = (one: Status): Plan => plan({ unit: [one], app: [one] });
const waits = (one: Status): Plan => ({ ...shows(one), wake: true });
const problemOf = ({ router }: Observed): string =>
  router.kind === 'open' && router.cluster !== undefined && 'problem' in router.cluster ? router.cluster.problem : '';

function forShard(seen: Observed, shard: ShardRelation, cluster: ClusterFacts | undefined): Plan {
  const { juju } = seen;
  const { app, name } = shard;
  if (app === undefined || name === undefined) return nothing; // Juju does not tell at the moment who it is
  const twin = juju.shards.find(one => one.id < shard.id && one.name === name);
  if (twin !== undefined) return shows(status.shardNotAdded(app, `${twin.app} has the name ${name} already; deploy it under another name`));
  const listed = cluster?.shards.find(one => one.name === name);
  const integrated = cluster === undefined ? shard.own['shard-integrated'] === 'true' : listed !== undefined && !listed.draining;
  const publish = published(seen, shard, integrated);
  const theirs = decodeRevision(shard.remote);
  if (theirs === undefined) return together([publish, shows(status.waitsForShard(app))]);
  if (cluster === undefined) return publish;
  if (listed !== undefined && !listed.draining) return together([publish, moved(shard, listed.hosts, listed.answers)]);
  // Another build of the charm may stay, as it does while the parts of a cluster are refreshed one by one, but not join.
  if (!sameRevision(theirs, juju.charm)) return publish;
  return together([publish, listed?.draining ? shows(status.shardRejoins(name)) : added(seen, name, shard)]);
}

/** In clear where to find us and which charm we are; key and passwords only in a secret, and only when the shard has asked for one. */
function published(seen: Observed, shard: ShardRelation, integrated: boolean): Plan {
  const { juju } = seen;
  const { id, endpoint, own } = shard;
  const addresses = [...stayingUnits(seen)].sort(([a], [b]) => byUnitNumber(a, b)).map(([, unit]) => unit.address);
  const clear = encodeForShard(juju.charm, addresses, integrated, juju.peers?.app[MOVES] ?? '', shard.remote);
  const secrets = secretsFor(seen, shard);
  const stale = Object.entries(clear).some(([key, value]) => (own[key] ?? '') !== value) || secrets !== undefined;
  return stale ? plan({ effects: [{ do: 'publish', relation: id, endpoint, own, clear, secrets: secrets ?? {} }] }) : nothing;
}

/** Undefined while there is nothing to write, or nobody to write it to. Who has had them once gets the new ones whatever its build is. */
function secretsFor(seen: Observed, shard: ShardRelation): Record<string, Bag> | undefined {
  const { juju, mongod } = seen;
  const theirs = decodeRevision(shard.remote);
  if (juju.secret === undefined || theirs === undefined) return undefined;
  if (!sameRevision(theirs, juju.charm) && !hasSecrets(shard)) return undefined;
  // The first time only when the passwords are known to be those of the database.
  if (!decodeShardRequest(shard.remote).wantsSecrets || mongod.kind !== 'member') return undefined;
  const { passwords } = usersAreRight(seen) ? wantedCredentials(seen, juju.secret) : juju.secret;
  const content = clusterContent({ ...juju.secret, passwords });
  return Object.entries(content).every(([key, value]) => shard.published[key] === value) ? undefined : { extra: content };
}

const hasSecrets = ({ published: held }: ShardRelation): boolean => Object.keys(held).length > 0;

export const clusterContent = ({ keyFile, passwords }: NonNullable<Observed['juju']['secret']>): Bag =>
  encodeClusterSecrets({ keyFile, operatorPassword: passwords.operator, backupPassword: passwords.backup });

/** The same for all shards at once, for an action that changes a password. */
export const publishedToShards = (seen: Observed, content: Bag): readonly JujuEffect[] =>
  seen.juju.shards
    .filter(hasSecrets)
    .map(({ id, endpoint, own }) => ({ do: 'publish', relation: id, endpoint, own, clear: {}, secrets: { extra: content } }));

function added(seen: Observed, name: string, { remote, addresses }: ShardRelation): Plan {
  if (!decodeShardRequest(remote).ready || addresses.length === 0) return shows(status.shardSyncing(name));
  const effects: readonly MongodEffect[] = [{ do: 'add-shard', name, host: `${name}/${addresses.map(hostOf).join(',')}` }];
  const failure = seen.failed.find(one => one.effect === 'add-shard' && one.of === name);
  if (failure !== undefined) return { ...shows(status.shardNotAdded(name, failure.reason)), effects, wake: true };
  return { ...shows(status.addingShard(name)), effects, pending: true };
}

/** Members that move one by one are followed by the cluster itself. */
function moved({ addresses, name = '' }: ShardRelation, known: readonly string[], answers: boolean | undefined): Plan {
  const hosts = addresses.map(hostOf);
  if (answers !== false || hosts.length === 0 || hosts.some(host => known.includes(host))) return nothing;
  return plan({ effects: [{ do: 'set-shard-host', name, host: `${name}/${hosts.join(',')}` }], pending: true });
}

/**
 * Remembers where the shards are. When one has moved altogether, the members of the config server and of the other shards go on looking
 * for it at its old place until they are started again (seen on 6.0.5): counting the move changes their configuration.
 */
function noted({ juju }: Observed, { shards }: ClusterFacts): Plan {
  const app = juju.peers?.app ?? {};
  const before = new Map((app[SHARD_HOSTS] ?? '').split(' ').map(text => [text.split('/')[0] ?? '', text.split('/')[1]?.split(',') ?? []]));
  const now = shards.map(({ name, hosts }) => `${name}/${hosts.join(',')}`).join(' ');
  if (now === (app[SHARD_HOSTS] ?? '')) return nothing;
  const gone = shards.filter(({ name, hosts }) => before.get(name)?.every(host => !hosts.includes(host)));
  const count = gone.length === 0 ? {} : { [MOVES]: String(Number(app[MOVES] ?? 0) + gone.length) };
  return plan({ effects: [{ do: 'set-peer-app', values: { [SHARD_HOSTS]: now, ...count } }] });
}

function outdated({ juju }: Observed): Plan {
  const others = juju.shards.filter(({ remote }) => {
    const theirs = decodeRevision(remote);
    return theirs !== undefined && !sameRevision(theirs, juju.charm);
  });
  if (others.length === 0) return nothing;
  return shows(
    status.shardsOutdated(
      revisionText(juju.charm),
      others.map(({ app, id }) => app ?? `relation ${id}`),
    ),
  );
}

function unreachable(related: readonly ShardRelation[], { shards }: ClusterFacts): Plan {
  const counts = (shard: Shard) => shard.draining || related.some(({ name }) => name === shard.name);
  const silent = shards.filter(shard => shard.answers === false && counts(shard)).map(({ name }) => name);
  return silent.length === 0 ? nothing : shows(status.shardsUnreachable(silent));
}

/** A shard whose relation is gone; while Juju does not tell the other side of one, nobody is taken for gone. */
function leaving(seen: Observed, cluster: ClusterFacts): Plan {
  const { shards } = seen.juju;
  if (shards.some(({ name }) => name === undefined)) return nothing;
  const related = new Set(shards.map(({ name }) => name));
  const gone = cluster.shards.filter(({ name, draining }) => draining || !related.has(name)).map(({ name }) => name);
  return gone.length === 0 ? nothing : planDrain(seen, cluster, gone);
}
