// Parts of a sharded cluster as a planner sees them, on the steady application of world.ts.

import { ADDED_BY, CONFIG_SERVERS, RUNNING_CONFIG } from '../../../src/core/bags.ts';
import type { Bag, ClusterFacts, ConfigServerRelation, Observed, RouterFacts, Shard, ShardRelation } from '../../../src/core/observed.ts';
import { encodeShardRequest } from '../../../src/interfaces/shards.ts';
import { renderMongodConfig } from '../../../src/plan/mongod-config.ts';
import { build, CONFIG, member, peerUnits, primaryFacts, replicaSet, secret, settings, steady, systemUsers, unitNames } from './world.ts';

export const CHARM = { version: '1', deployment: 'local' } as const;
const ASKS = '["username","password","key-file","operator-password","backup-password"]';

type Parts = {
  juju?: Partial<Observed['juju']>;
  context?: Partial<Observed['context']>;
  router?: RouterFacts;
  app?: Bag;
  failed?: Observed['failed'];
};

/** `count` units of an application in this role that have all they need. The first one leads, unless told otherwise. */
export function inRole(role: 'config-server' | 'shard', parts: Parts = {}, count = 1, self = 0): Observed {
  const wanted = renderMongodConfig({
    root: '',
    setName: 'mongodb',
    config: { ...CONFIG, role },
    percona: false,
    role,
    keyToken: 't-key',
    moves: 0,
  });
  const running = { build, config: wanted.hash };
  const set = replicaSet(Array.from({ length: count }, (_, n) => member(n)));
  const units = peerUnits(count, { [RUNNING_CONFIG]: wanted.hash, version: build.version });
  const leader = parts.juju?.leader ?? self === 0;
  const seen = steady(
    count,
    {
      context: parts.context ?? {},
      host: { config: wanted.text },
      juju: {
        role,
        config: { valid: true, config: { ...CONFIG, role } },
        peers: { id: 1, app: { role, initialised: 'true', members: unitNames(count), ...parts.app }, units },
        ...parts.juju,
      },
      mongod: {
        kind: 'member',
        running,
        self: self === 0 ? 'primary' : 'secondary',
        settings,
        set,
        ...(leader ? { primary: primaryFacts(set, { users: systemUsers() }) } : {}),
      },
      ...(parts.router === undefined ? {} : { router: parts.router }),
    },
    self,
  );
  return { ...seen, failed: parts.failed ?? [] };
}

export const shard = (name: string, more: Partial<Shard> = {}): Shard => ({
  name,
  hosts: [`10.1.0.${name.length}:27017`],
  draining: false,
  ...more,
});

export const cluster = (shards: readonly Shard[], more: Partial<ClusterFacts> = {}): ClusterFacts => ({
  shards,
  balancing: true,
  databases: [],
  remaining: new Map(),
  ...more,
});

export const openRouter = (facts?: ClusterFacts | { problem: string }): RouterFacts => ({
  kind: 'open',
  version: '6.0.5',
  config: 'hash',
  ...(facts === undefined ? {} : { cluster: facts }),
});

/** A shard's relation as the config server's leader sees it. */
export const shardRelation = (id: number, name: string, more: Partial<ShardRelation> = {}): ShardRelation => ({
  id,
  endpoint: 'config-server',
  app: name,
  name,
  remote: { 'requested-secrets': ASKS, ...CHARM, 'auth-updated': 'true' },
  own: {},
  published: {},
  addresses: [`10.1.0.${name.length}`],
  ...more,
});

/** What the config server has given a shard. */
export const GIVEN = { 'key-file': 'clusterKey', 'operator-password': 'c-op', 'backup-password': 'c-back' } as const;

export const serverRelation = (more: Partial<ConfigServerRelation> = {}): ConfigServerRelation => ({
  id: 7,
  endpoint: 'sharding',
  app: 'config',
  remote: { ...CHARM, host: '["10.2.0.1"]', 'shard-integrated': 'true' },
  own: encodeShardRequest(CHARM, 'mongodb', true),
  content: { 'key-file': secret.keyFile, 'operator-password': secret.passwords.operator, 'backup-password': secret.passwords.backup },
  fingerprints: { operator: secret.fingerprints.operator, backup: secret.fingerprints.backup },
  ...more,
});

/** What the peers' databag of a shard holds once it has been added by that relation. */
export const ADDED: Bag = { [CONFIG_SERVERS]: '10.2.0.1', [ADDED_BY]: '7' };
