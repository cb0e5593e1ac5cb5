// Host and mongod as they are now. Asked again in each round of a dispatch; what Juju said at its beginning stays.

import { CONFIG_SERVERS, DRAINED, hostOf, RUNNING_CONFIG, routerHostOf } from '../core/bags.ts';
import type { Context } from '../core/context.ts';
import type { Bag, Failed, Fresh, HostFacts, JujuFacts, MongodFacts, Observed, RouterFacts } from '../core/observed.ts';
import { type Host, type HostFiles, keptForGood, readFiles, readRouterService, readService } from '../host/host.ts';
import { isUnanswered } from '../interfaces/mongodb-client.ts';
import { decodeHosts, isLeavingCluster } from '../interfaces/shards.ts';
import type { Link, Mongo } from '../mongo/session.ts';
import { observeMongod } from './mongod.ts';
import { observeRouter } from './router.ts';
import type { Sessions } from './sessions.ts';

export type World = {
  readonly host: Host;
  /** Never the same in two dispatches. */
  readonly token: string;
  /** The session to the mongod of the last observation. */
  mongo(): Mongo;
  /** The router that the last observation asked. */
  router(): Promise<Link>;
  /** What Juju says besides; for the next observation. */
  learn(facts: JujuFacts): void;
  observe(round: {
    readonly lastChance: boolean;
    readonly failed: readonly Failed[];
    readonly left?: boolean;
    readonly started?: boolean;
  }): Promise<Observed>;
};

type Options = {
  readonly context: Context;
  readonly facts: JujuFacts;
  readonly fresh: Fresh;
  readonly host: Host;
  readonly sessions: Sessions;
  /** The charm has a mongod on this machine. Any charm may have a router there. */
  readonly runsMongod: boolean;
};

export function openWorld({ context, facts: first, fresh, host, sessions, runsMongod }: Options): World {
  let juju = first;
  let membersAtStart: readonly string[] | undefined;
  let blindAtStart: boolean | undefined;
  let firstSeen: MongodFacts['kind'] | undefined;
  return {
    host,
    token: fresh.token,
    mongo: sessions.mongod,
    router: () => linkToRouter(sessions.router(), juju),
    learn: facts => {
      juju = facts;
    },
    observe: async ({ lastChance, failed, left = false, started = false }) => {
      const files = await readFiles(host);
      const kept = context.hook === 'remove' ? await keptForGood(host) : undefined;
      await sessions.follow({ keyFile: files.keyFile, operatorPassword: juju.secret?.passwords.operator });
      const [mongod, router] = await Promise.all([
        runsMongod ? lookAtMongod(sessions.mongod(), context, juju) : ({ kind: 'silent', reason: '' } as const),
        lookAtRouter(sessions.router(), context, juju, files),
      ]);
      const set =
        mongod.kind === 'silent' || mongod.kind === 'locked'
          ? undefined
          : (mongod.primary?.set ?? ('set' in mongod ? mongod.set : undefined));
      blindAtStart ??= set === undefined;
      if (set !== undefined) membersAtStart ??= set.members.map(member => member.host);
      if (mongod.kind !== 'silent') firstSeen ??= mongod.kind;
      return {
        context,
        juju,
        emptyAtStart: firstSeen === 'uninitialised',
        membersAtStart: membersAtStart ?? [],
        blindAtStart,
        host: { ...(await withServices(host, files, runsMongod ? mongod : undefined, router)), ...(kept === undefined ? {} : { kept }) },
        mongod,
        router,
        failed,
        fresh,
        lastChance,
        left,
        started,
      };
    },
  };
}

function lookAtMongod(mongo: Mongo, context: Context, juju: JujuFacts): Promise<MongodFacts> {
  // One that goes may have read of another before that was ready, and is told no more.
  const mayAnswer = (data: Bag): boolean => data[RUNNING_CONFIG] !== undefined || context.detaching !== undefined;
  const others = [...(juju.peers?.units ?? [])].filter(([unit, { data }]) => unit !== context.unit && mayAnswer(data));
  const going = [...(juju.leaving ?? [])].filter(([, address]) => address !== '');
  return observeMongod(mongo, {
    leader: juju.leader,
    cache: juju.config.valid && juju.config.config['cache-size-mb'] !== 0,
    detaching: juju.dying && context.detaching !== undefined,
    databases: juju.role === 'replication' && juju.clients.some(isUnanswered),
    formerShard: juju.peers?.app[DRAINED] !== undefined,
    others: new Map(others.map(([unit, { address }]) => [unit, hostOf(address)])),
    going: new Map(going.map(([unit, address]) => [unit, hostOf(address)])),
  });
}

/** A shard that leaves its cluster looks at it through the routers of the config server; everybody else has a router of his own, or none. */
function lookAtRouter(mongo: Mongo, context: Context, juju: JujuFacts, files: HostFiles): Promise<RouterFacts> | RouterFacts {
  if (juju.role === 'shard') {
    const hosts = asksCluster(context, juju) ? configServers(juju) : [];
    if (hosts.length === 0) return { kind: 'silent', reason: 'a shard has no router' };
    return observeRouter(mongo, { hosts, cluster: true, ping: false });
  }
  if (files.router.config === undefined) return { kind: 'silent', reason: 'there is no router yet' };
  const decides = (juju.leader && juju.role === 'config-server') || context.detaching !== undefined;
  return observeRouter(mongo, { hosts: [], cluster: decides && juju.secret !== undefined, ping: decides });
}

/** While its data is being moved away, and when Juju takes it away. */
const asksCluster = ({ detaching }: Context, juju: JujuFacts): boolean =>
  detaching !== undefined || (juju.leader && isLeavingCluster(juju));

/**
 * The cluster that it leaves, while it leaves one, whichever it is related to: that may be the same one, at new addresses. Another one
 * does not let it in.
 */
function configServers(juju: JujuFacts): readonly string[] {
  const former = juju.peers?.app[CONFIG_SERVERS]?.split(' ') ?? [];
  const now = decodeHosts(juju.configServer?.remote.host) ?? [];
  const asked = isLeavingCluster(juju) ? [...former, ...now] : now.length > 0 ? now : former;
  return [...new Set(asked)].map(routerHostOf);
}

async function linkToRouter(mongo: Mongo, juju: JujuFacts): Promise<Link> {
  if (juju.role !== 'shard') return mongo.own();
  let link: Link = { kind: 'silent', reason: 'no config server is known' };
  for (const host of configServers(juju)) {
    link = await mongo.at(host);
    if (link.kind === 'open') return link;
  }
  return link;
}

/** A mongod that answers is a service that is active, and so is a router; only a silent one is worth asking snapd about. */
async function withServices(host: Host, files: HostFiles, mongod: MongodFacts | undefined, router: RouterFacts): Promise<HostFacts> {
  const machine = { ...files, architecture: host.architecture };
  if (files.snap === undefined) return { ...machine, service: 'absent', router: { ...files.router, service: 'absent' } };
  const [ofMongod, ofRouter] = await Promise.all([
    mongod === undefined ? { service: 'inactive' as const } : mongod.kind === 'silent' ? readService(host) : { service: 'active' as const },
    files.router.config === undefined ? ('inactive' as const) : router.kind === 'open' ? ('active' as const) : readRouterService(),
  ]);
  return { ...machine, ...ofMongod, router: { ...files.router, service: ofRouter } };
}
