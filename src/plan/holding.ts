// Whether the last unit of an application may go: not while data of a cluster would go with it that has another place to be, and not
// while others depend on it. When the whole cluster goes, nobody is held; nor where nobody answers any more for as long as a hook waits.

import { INITIALISED, SHARD_HOSTS } from '../core/bags.ts';
import type { MongodEffect } from '../core/effects.ts';
import { SHARDING, SHARDS } from '../core/endpoints.ts';
import type { ClusterFacts, Observed, Shard } from '../core/observed.ts';
import { nothing, type Plan, plan } from '../core/plan.ts';
import { leftToMove } from '../core/status.ts';
import { isIntegrated, isLeavingCluster } from '../interfaces/shards.ts';
import { clusterOf, leftOn, planDrain } from './draining.ts';
import { ownMember, stayingUnits } from './facts.ts';

/** Only before its storage goes: that is the last moment at which nothing has been given up. */
export function planHolding(seen: Observed): Plan {
  if (seen.context.detaching === undefined || stayingUnits(seen).size > 0) return nothing;
  const holding = seen.juju.role === 'config-server' ? ofConfigServer(seen) : seen.juju.role === 'shard' ? ofShard(seen) : nothing;
  return holding.hold.length > 0 ? { ...holding, effects: [...revived(seen), ...holding.effects] } : nothing;
}

/** What somebody has stopped is needed for as long as the unit is. */
function revived({ host }: Observed): Plan['effects'] {
  const mongod: Plan['effects'] = host.service === 'inactive' && host.config !== undefined ? [{ do: 'start-mongod' }] : [];
  const router: Plan['effects'] = host.router.service === 'inactive' && host.router.config !== undefined ? [{ do: 'start-router' }] : [];
  return [...mongod, ...router];
}

const held = (reason: string, step: Plan = nothing): Plan => plan({ effects: step.effects, hold: [reason] });

function ofConfigServer(seen: Observed): Plan {
  const { staying, going, peers, shards } = seen.juju;
  const related = staying.get(SHARDS) ?? [];
  // One that does not lead may have been told nothing since before there was a set.
  const isSet = peers?.app[INITIALISED] !== undefined || (seen.host.service === 'active' && seen.mongod.kind !== 'uninitialised');
  if (related.length > 0 && isSet)
    return held(`${related.join(', ')} still belong(s) to this config server; remove the relation(s), or the shards themselves, first`);
  // Its router is the first thing that a unit takes down when it may go.
  if (seen.host.router.config === undefined) return nothing;
  const goes = (name: string) => (going.get(SHARDS) ?? []).includes(shards.find(one => one.name === name)?.app ?? name);
  const cluster = clusterOf(seen);
  if (cluster === undefined) {
    const known = shardNames(peers?.app[SHARD_HOSTS]).filter(name => !goes(name));
    // One that has no majority any more will not tell later either: the others of it have gone for good.
    if (known.length === 0 || seen.lastChance) return nothing;
    return held(`its router does not tell whether ${known.join(', ')} can do without it`);
  }
  const left = cluster.shards.filter(({ name, answers }) => answers !== false && !goes(name));
  const needing = left.filter(shard => left.length > 1 || shard.draining || leftOn(cluster, shard.name).databases.length > 0);
  // Shards that go as well have nobody to wait for.
  if (needing.every(shard => shard.leaving)) return nothing;
  const names = needing.map(({ name }) => name);
  return held(reasonOf(cluster, needing), planDrain(seen, cluster, names));
}

/** @param text as `SHARD_HOSTS` keeps it. */
const shardNames = (text = ''): readonly string[] => text.split(' ').flatMap(one => one.split('/')[0] || []);

function reasonOf(cluster: ClusterFacts, needing: readonly Shard[]): string {
  const names = (shards: readonly Shard[]) => shards.map(({ name }) => name).join(', ');
  const draining = needing.filter(shard => shard.draining);
  if (draining.length > 0) return `${names(draining)} is still being drained`;
  const [first] = needing;
  if (cluster.shards.length > 1 || first === undefined) return `still to be drained: ${names(needing)}`;
  return `${first.name} is the last shard, with the data of ${leftOn(cluster, first.name).databases.join(', ')}; remove ${first.name}, too`;
}

function ofShard(seen: Observed): Plan {
  const { juju, context, mongod } = seen;
  const leaves = isLeavingCluster(juju);
  const alone = !leaves && (juju.staying.get(SHARDING) ?? []).length === 0; // the config server goes, too
  if (alone || seen.emptyAtStart) return nothing;
  const mark = leaves ? marked(seen) : [];
  const cluster = clusterOf(seen);
  if (cluster === undefined) {
    const integrated = leaves || (juju.configServer !== undefined && isIntegrated(juju.configServer.remote));
    // Where the relation is gone and nobody answers any more, there is no cluster left to move anything to. A unit that has begun to go
    // because of that does not turn back.
    const over = leaves && seen.router.kind === 'silent' && (seen.lastChance || seen.host.service === 'inactive');
    return integrated && !over ? held('the config server does not tell where its data can go', plan({ effects: mark })) : nothing;
  }
  const shard = cluster.shards.find(one => one.name === context.app);
  if (shard === undefined) return nothing;
  const { databases, chunks } = leftOn(cluster, shard.name);
  const others = cluster.shards.filter(one => one !== shard && !one.draining);
  if (others.length > 0) {
    const step = planDrain(seen, cluster, [shard.name]);
    const how = mongod.kind === 'silent' ? 'its data cannot be moved while its MongoDB does not answer' : 'its data is being moved';
    return held(`${how}; ${leftToMove(databases.length, chunks)}`, plan({ effects: [...mark, ...step.effects] }));
  }
  if (databases.length === 0) return nothing;
  const reason = `it is the last shard, with the data of ${databases.join(', ')}; add another shard, or remove the config server, too`;
  return held(reason, plan({ effects: mark }));
}

/**
 * The config server, which may be going as well, cannot be told in any other way: the relation is gone. Without it each would wait for
 * the other.
 */
function marked(seen: Observed): readonly MongodEffect[] {
  const { mongod } = seen;
  if (mongod.kind !== 'member' || mongod.set.primary === undefined) return [];
  const self = ownMember(seen, mongod.set);
  if (self?.unit === undefined || self.leaving) return [];
  const members = mongod.set.members.map(({ id, host, unit, leaving, votes, priority }) => ({
    id,
    host,
    votes,
    priority,
    ...(unit === undefined ? {} : { unit }),
    ...(leaving || id === self.id ? { leaving: true as const } : {}),
  }));
  return [{ do: 'reconfigure', from: mongod.set.version, members, force: false }];
}
