// A router, and through it the cluster → RouterFacts.
import type { ClusterFacts, RouterFacts, Shard } from '../core/observed.ts';
import { failureOf } from '../mongo/errors.ts';
import { decodeBuild, decodeRouter } from '../mongo/hello.ts';
import { isLeaving } from '../mongo/replica-set.ts';
import type { Command, Link, Mongo } from '../mongo/session.ts';
import { readCluster } from '../mongo/sharding.ts';

type Options = {
  /** Hosts to ask, one after the other until one answers; none for the session's own socket. */
  readonly hosts: readonly string[];
  /** Look at the shards too. */
  readonly cluster: boolean;
  /** Ask each shard whether it answers. */
  readonly ping: boolean;
};

export async function observeRouter(mongo: Mongo, { hosts, cluster, ping }: Options): Promise<RouterFacts> {
  for (const host of hosts.length === 0 ? [undefined] : hosts) {
    const running = await mongo.stranger(readRunning, host);
    if (running === undefined) continue;
    if (!cluster) return { kind: 'open', ...running };
    return { kind: 'open', ...running, cluster: await lookAt(mongo, host, ping) };
  }
  return { kind: 'silent', reason: 'no router answers' };
}

const readRunning = async (command: Command): Promise<{ version: string; config: string }> => {
  const [hello, info] = await Promise.all([command({ hello: 1 }), command({ buildInfo: 1 })]);
  return { version: decodeBuild(info).version, config: decodeRouter(hello) };
};

async function lookAt(mongo: Mongo, host: string | undefined, ping: boolean): Promise<ClusterFacts | { problem: string }> {
  try {
    const link: Link = await (host === undefined ? mongo.own() : mongo.at(host));
    if (link.kind !== 'open') return { problem: link.reason };
    const facts = await readCluster(link);
    return ping ? { ...facts, shards: await Promise.all(facts.shards.map(shard => pinged(mongo, shard))) } : facts;
  } catch (error) {
    return { problem: failureOf(error).text };
  }
}

async function pinged(mongo: Mongo, shard: Shard): Promise<Shard> {
  const answers = await Promise.all(shard.hosts.map(host => mongo.stranger(command => command({ hello: 1 }), host)));
  const said = answers.filter(answer => answer !== undefined);
  return { ...shard, answers: said.length > 0, leaving: said.length > 0 && said.every(hello => isLeaving(hello.tags)) };
}
