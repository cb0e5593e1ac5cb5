// The law of all planners together: from wherever the application stands, planning and applying comes to an end, and at that end it is well.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mongodb } from '../../../src/charms/mongodb.ts';
import { ROUTER } from '../../../src/core/bags.ts';
import type { Member, Observed } from '../../../src/core/observed.ts';
import { mongodPaths, routerWords } from '../../../src/core/paths.ts';
import { worst } from '../../../src/core/status.ts';
import { encodeForShard } from '../../../src/interfaces/shards.ts';
import { ofConfigServer } from '../../../src/plan/router.ts';
import { renderRouterConfig } from '../../../src/plan/router-config.ts';
import { clusterContent } from '../../../src/plan/shards.ts';
import { ADDED, cluster, inRole, openRouter, serverRelation, shard, shardRelation } from './cluster.ts';
import { address, applied, member, primaryFacts, replicaSet, secret, settle, steady, systemUsers, unit, withMembers } from './world.ts';

const client = (id: number, database: string, more: Record<string, string> = {}) => ({
  endpoint: 'database',
  units: [`client-${id}/0`],
  id,
  app: `client-${id}`,
  remote: { database, 'requested-secrets': '["username","password","uris"]', ...more },
  own: {},
  databag: {},
});

describe('a steady application', () => {
  test.each([1, 2, 3, 5, 9, 12])('of %i units leaves nothing to do, for the leader and for the others', count => {
    for (const self of [0, count - 1]) {
      const seen = count <= 7 ? steady(count, {}, self) : withMembers(steady(count, {}, self), manyMembers(count));
      expect(settle(seen, mongodb.planners).done).toEqual([]);
    }
  });
  test('shows Primary on the primary and nothing on the others', () => {
    expect(worst(settle(steady(3), mongodb.planners).plan.unit)).toEqual({ level: 'active', message: 'Primary' });
    expect(worst(settle(steady(3, {}, 1), mongodb.planners).plan.unit)).toEqual({ level: 'active', message: '' });
  });
});

describe('from nothing', () => {
  test('the leader installs, starts, initiates, makes the users and publishes the client', () => {
    const seen = settle(fromNothing(), mongodb.planners);
    expect(seen.done.map(effect => effect.do)).toEqual([
      'install-snap',
      'write-files',
      'start-mongod',
      'initiate',
      'create-backup-role',
      ...Array.from({ length: 4 }, () => 'set-user'), // operator, monitor, backup, the client's
      'set-peer-app',
      'publish-client',
      'set-peer-app',
      'set-workload-version',
      'set-peer-unit',
      'open-port',
    ]);
    expect(worst(seen.plan.unit)).toEqual({ level: 'active', message: 'Primary' });
    expect(worst(seen.plan.app)).toEqual({ level: 'active', message: '' });
  });
});

test('whatever the state, it settles, with a member for every unit that is ready and none for others', () => {
  const state = fc.constantFrom('secondary', 'secondary', 'down', 'syncing') as fc.Arbitrary<'secondary' | 'down' | 'syncing'>;
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 15 }), state, fc.boolean()), { maxLength: 9 }),
      fc.subarray(['operator', 'monitor', 'backup']),
      fc.boolean(),
      fc.array(fc.record({ id: fc.constantFrom(3, 4, 5), database: fc.constantFrom('shop', 'admin', '', 'a b', 'Shop') }), {
        maxLength: 3,
      }),
      (units, others, missingUsers, backupRole, requests) => {
        const seen = anyState(units, others, missingUsers, backupRole, requests);
        const end = settle(seen, mongodb.planners).seen;
        if (end.mongod.kind !== 'member') throw new Error(end.mongod.kind);
        const members = end.mongod.set.members;
        const names = Array.from({ length: units }, (_, n) => unit(n));
        const isOurs = (one: Member): boolean => names.includes(one.unit ?? '');
        expect(members.flatMap(one => (isOurs(one) ? one.unit : [])).sort()).toEqual(names.sort());
        // One that has the data stays while another does not answer.
        const isShort = members.some(one => isOurs(one) && one.state === 'down');
        expect(members.filter(one => !isOurs(one) && !(isShort && one.state === 'secondary'))).toEqual([]);
        // A member that has no vote and no data yet has to wait for its vote until it has.
        const waiting = members.filter(one => one.votes === 0 && one.state !== 'secondary').length;
        expect(members.filter(one => one.votes === 1).length).toBeGreaterThanOrEqual(Math.min(7, units) - waiting);
        expect(members.filter(one => one.votes === 1).length).toBeLessThanOrEqual(7);
        expect(new Set(members.map(one => one.id)).size).toBe(members.length);
        expect([...(end.mongod.primary?.users.keys() ?? [])]).toEqual(expect.arrayContaining(['operator', 'monitor', 'backup', 'theirs']));
      },
    ),
    { numRuns: 300 },
  );
});

test('a plan names only what is to change: applied to the end, each single effect done again changes nothing', () => {
  const { seen, done } = settle(fromNothing(), mongodb.planners);
  const again = done
    .filter(effect => !['initiate', 'reconfigure', 'start-mongod', 'restart-mongod', 'install-snap'].includes(effect.do))
    .reduce(applied, seen);
  expect(settle(again, mongodb.planners).done).toEqual([]);
});

const manyMembers = (count: number) =>
  Array.from({ length: count }, (_, n) => member(n, n === 0 ? 'primary' : 'secondary', n < 7 ? {} : { votes: 0, priority: 0 }));

function fromNothing(): Observed {
  const seen = steady(1, {
    juju: {
      leader: true,
      peers: { id: 1, app: { role: 'replication', initiator: unit(0) }, units: new Map([[unit(0), { address: address(0), data: {} }]]) },
      clients: [client(3, 'shop')],
      openedPorts: [],
    },
    mongod: { kind: 'silent', reason: 'not installed' },
  });
  return { ...seen, host: { architecture: 'amd64', service: 'absent', logBytes: 0, router: { service: 'absent', logBytes: 0 } } };
}

function anyState(
  units: number,
  others: readonly (readonly [number, 'secondary' | 'down' | 'syncing', boolean])[],
  missingUsers: readonly string[],
  backupRole: boolean,
  requests: readonly { id: number; database: string }[],
): Observed {
  const base = steady(units, {
    juju: { leader: true, clients: [...new Map(requests.map(({ id, database }) => [id, client(id, database)])).values()] },
  });
  const numbers = new Map(others.filter(([n]) => n !== 0).map(one => [one[0], one]));
  const members = [
    member(0),
    ...[...numbers.values()].map(([n, state, moved]) => member(n, state, moved ? { host: `10.9.9.${n}:27017` } : {})),
  ];
  const voters = members.map((one, at) => (at < 7 ? one : { ...one, votes: 0 as const, priority: 0 }));
  const set = replicaSet(voters);
  const users = systemUsers();
  for (const name of missingUsers) users.delete(name);
  users.set('theirs', { name: 'theirs', ours: false, fingerprint: '', roles: [] });
  users.set('relation-9', { name: 'relation-9', ours: true, fingerprint: 'x', relation: 9, database: 'old', roles: [] });
  const seen = withMembers(base, voters);
  if (seen.mongod.kind !== 'member') throw new Error('not a member');
  return {
    ...seen,
    mongod: { ...seen.mongod, primary: primaryFacts(set, { users, operatorAccepted: !missingUsers.includes('operator'), backupRole }) },
  };
}

describe('a steady part of a cluster', () => {
  test('that is a shard leaves nothing to do', () => {
    const seen = inRole('shard', { app: ADDED, juju: { configServer: serverRelation() } }, 3);
    expect(settle(seen, mongodb.planners).done).toEqual([]);
  });

  test('that is a config server leaves nothing to do, once its router runs and its shard is told of', () => {
    const facts = cluster([shard('a')]);
    const alone = inRole('config-server', { router: openRouter(facts), app: { 'shard-hosts': `a/${facts.shards[0]?.hosts}` } }, 3);
    const wanted = ofConfigServer(alone);
    if (wanted === undefined || wanted === 'unknown') throw new Error('a config server wants a router');
    const { text, hash } = renderRouterConfig({ ...wanted, root: '' });
    const relation = shardRelation(3, 'a');
    const told = {
      ...relation,
      own: encodeForShard(alone.juju.charm, ['10.0.0.1', '10.0.0.2', '10.0.0.3'], true, '', relation.remote),
      published: clusterContent(secret),
    };
    const { peers } = alone.juju;
    if (peers === undefined || alone.router.kind !== 'open') throw new Error('not as it was made');
    const [self, ...others] = [...peers.units];
    if (self === undefined) throw new Error('no unit');
    const units = new Map([[self[0], { ...self[1], data: { ...self[1].data, [ROUTER]: '6.0.5' } }], ...others]);
    const seen: Observed = {
      ...alone,
      juju: { ...alone.juju, shards: [told], openedPorts: ['27017/tcp', '27018/tcp'], peers: { ...peers, units } },
      host: { ...alone.host, router: { config: text, words: routerWords(mongodPaths('')), service: 'active', logBytes: 0 } },
      router: { ...alone.router, config: hash },
    };
    const { done, plan } = settle(seen, mongodb.planners);
    expect(done).toEqual([]);
    expect({ app: worst(plan.app), wake: plan.wake, pending: plan.pending }).toEqual({
      app: { level: 'active', message: '' },
      wake: false,
      pending: false,
    });
  });
});
