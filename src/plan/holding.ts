// Whether the last unit of an application may go: not while data of a cluster would go with it that has another place to be, and not
// while others depend on it. When the whole cluster goes, nobody is held.

import { SHARDING, SHARDS } from '../core/endpoints.ts';
import type { Observed } from '../core/observed.ts';
import { nothing, type Plan, plan } from '../core/plan.ts';
import { isIntegrated, isLeavingCluster } from '../interfaces/shards.ts';
import { clusterOf, leftOn, planDrain } from './draining.ts';
import { stayingUnits } from './facts.ts';

/** Only before its storage goes: that is the last moment at which nothing has been given up. */
export function planHolding(seen: Observed): Plan {
  const { context, juju, mongod } = seen;
  if (context.detaching === undefined || stayingUnits(seen).size > 0 || mongod.kind !== 'member') return nothing;
  if (juju.role === 'config-server') return ofConfigServer(seen);
  return juju.role === 'shard' ? ofShard(seen) : nothing;
}

const held = (reason: string): Plan => plan({ hold: [reason] });

function ofConfigServer(seen: Observed): Plan {
  const related = seen.juju.staying.get(SHARDS) ?? [];
  if (related.length > 0)
    return held(`${related.join(', ')} still belong(s) to this config server; remove the relation(s), or the shards themselves, first`);
  const cluster = clusterOf(seen);
  const draining = cluster?.shards.filter(shard => shard.draining && shard.answers !== false).map(({ name }) => name) ?? [];
  if (cluster === undefined || draining.length === 0) return nothing;
  const step = planDrain(seen, cluster, draining);
  return { ...step, unit: [], app: [], wake: false, hold: [`${draining.join(', ')} is still being drained`] };
}

function ofShard(seen: Observed): Plan {
  const { juju, context } = seen;
  const leaves = isLeavingCluster(juju);
  if (!leaves && !(juju.configServer !== undefined && isIntegrated(juju.configServer.remote))) return nothing;
  const alone = !leaves && (juju.staying.get(SHARDING) ?? []).length === 0;
  if (alone) return nothing; // the config server goes, too
  const cluster = clusterOf(seen);
  // Where the relation is gone and nobody answers any more, there is no cluster left to move anything to.
  if (cluster === undefined) return leaves ? nothing : held('the config server does not tell where its data can go');
  const shard = cluster.shards.find(one => one.name === context.app);
  if (shard === undefined) return nothing;
  const { databases, chunks } = leftOn(cluster, shard.name);
  const others = cluster.shards.filter(one => one !== shard && !one.draining);
  if (others.length > 0) {
    const left = `${databases.length} database(s) and ${chunks} chunk(s)`;
    return { ...planDrain(seen, cluster, [shard.name]), unit: [], app: [], wake: false, hold: [`its data is being moved; ${left} remain`] };
  }
  if (databases.length === 0) return nothing;
  return held(`it is the last shard, with the data of ${databases.join(', ')}; add another shard, or remove the config server, too`);
}
