// Taking a shard out of its cluster: a state that lives in the cluster itself, so that any leader goes on with it where another was.
// No hook waits for data to move; each looks at what is left, does the next step, and has itself woken.

import type { MongodEffect } from '../core/effects.ts';
import type { ClusterFacts, Failed, Observed, Shard } from '../core/observed.ts';
import { type Plan, plan } from '../core/plan.ts';
import { type Status, status } from '../core/status.ts';

/** What movePrimary answers when an earlier one that came to an early end has left copies where it goes to. */
const NAMESPACE_EXISTS = 48;

/** The cluster as the router tells of it. */
export function clusterOf({ router }: Observed): ClusterFacts | undefined {
  if (router.kind !== 'open' || router.cluster === undefined || 'problem' in router.cluster) return undefined;
  return router.cluster;
}

/** User databases that live on the shard, and how many chunks it has. */
export const leftOn = (cluster: ClusterFacts, shard: string) => ({
  databases: cluster.databases
    .filter(({ name, primary }) => primary === shard && name !== 'config' && name !== 'admin')
    .map(({ name }) => name),
  chunks: cluster.remaining.get(shard)?.chunks ?? 0,
  jumbo: cluster.remaining.get(shard)?.jumbo ?? [],
});

/** The next step for these shards: those that are being drained already come first, and one begins when none is. */
export function planDrain(seen: Observed, cluster: ClusterFacts, names: readonly string[]): Plan {
  const going = cluster.shards.filter(shard => names.includes(shard.name));
  const [first, ...others] = [...going].sort((a, b) => Number(b.draining) - Number(a.draining));
  if (first === undefined) return plan({});
  const waiting = others.map(shard => status.drainTurn(shard.name));
  const step = drain(seen, cluster, first);
  return { ...step, unit: [...step.unit, ...waiting], app: [...step.app, ...waiting] };
}

function drain(seen: Observed, cluster: ClusterFacts, shard: Shard): Plan {
  const { name } = shard;
  const others = cluster.shards.filter(one => one !== shard && !one.draining);
  if (others.length === 0) return shows(status.lastShard(name));
  const balance: readonly MongodEffect[] = cluster.balancing ? [] : [{ do: 'start-balancer' }];
  const { databases, chunks, jumbo } = leftOn(cluster, name);
  const shown = troubleOf(seen, name, jumbo) ?? status.draining(name, chunks, databases.length);
  const begun = { ...shows(shown), wake: true };
  if (!shard.draining) return { ...begun, effects: [...balance, { do: 'remove-shard', name }] };
  if (chunks > 0) return { ...begun, effects: balance };
  const [database] = databases;
  const [roomiest] = [...others].sort((a, b) => (b.freeBytes ?? 0) - (a.freeBytes ?? 0));
  if (database !== undefined && roomiest !== undefined) {
    const hindered = seen.failed.some(one => one.effect === 'move-primary' && one.of === database && one.code === NAMESPACE_EXISTS);
    const clean: readonly MongodEffect[] = hindered ? [{ do: 'drop-leftovers', database, hosts: roomiest.hosts }] : [];
    return { ...begun, effects: [...balance, ...clean, { do: 'move-primary', database, to: roomiest.name }] };
  }
  return { ...begun, effects: [{ do: 'remove-shard', name }] };
}

function troubleOf(seen: Observed, shard: string, jumbo: readonly string[]): Status | undefined {
  if (jumbo.length > 0) return status.jumboChunks(shard, jumbo);
  const failure = seen.failed.find((one: Failed) => ['remove-shard', 'move-primary', 'drop-leftovers'].includes(one.effect));
  return failure && status.drainStuck(shard, failure.reason);
}

const shows = (one: Status): Plan => plan({ unit: [one], app: [one] });
