// What went wrong with sharding in the charm before this one, each as a test under the name of what an operator saw.
import { describe, expect, test } from 'vitest';
import { hostOf, routerHostOf } from '../../../src/core/bags.ts';
import { checkConfig } from '../../../src/core/config.ts';
import { mongodPaths } from '../../../src/core/paths.ts';
import { together } from '../../../src/core/plan.ts';
import { worst } from '../../../src/core/status.ts';
import { planClients } from '../../../src/plan/clients.ts';
import { planConfig } from '../../../src/plan/config.ts';
import { planDrain } from '../../../src/plan/draining.ts';
import { planEndpoints } from '../../../src/plan/endpoints.ts';
import { planRestart } from '../../../src/plan/restart.ts';
import { planRole } from '../../../src/plan/role.ts';
import { ofConfigServer } from '../../../src/plan/router.ts';
import { planShard } from '../../../src/plan/shard.ts';
import { planShards } from '../../../src/plan/shards.ts';
import { planUsers } from '../../../src/plan/users.ts';
import { wantedConfig } from '../../../src/plan/wanted-config.ts';
import { ADDED, cluster, inRole, openRouter, serverRelation, shard, shardRelation } from './cluster.ts';
import { address, member, secret, steady, unit, withMembers } from './world.ts';

const server = (facts = cluster([]), more: Parameters<typeof inRole>[1] = {}) =>
  inRole('config-server', { router: openRouter(facts), ...more });

describe('hooks that failed', () => {
  test('a shard removed while another was draining', () => {
    const facts = cluster([shard('a', { draining: true }), shard('b'), shard('c')], {
      remaining: new Map([['a', { chunks: 2, jumbo: [] }]]),
    });
    const plan = planDrain(server(facts), facts, ['a', 'b']);
    expect(plan).toMatchObject({ effects: [], wake: true });
    expect(plan.app.map(one => one.message)).toEqual([
      'draining shard a: 0 database(s) and 2 chunk(s) remain',
      'shard b waits to be drained',
    ]);
  });

  test('addShard answered with an error that has no code', () => {
    const seen = server(cluster([]), {
      juju: { shards: [shardRelation(3, 'a')] },
      failed: [{ effect: 'add-shard', of: 'a', reason: 'connection closed' }],
    });
    expect(planShards(seen).app.map(one => one.message)).toContain('cannot add shard a: connection closed');
  });

  test('no shard had room for a database', () => {
    const facts = cluster([shard('a', { draining: true }), shard('b')], { databases: [{ name: 'shop', primary: 'a' }] });
    const seen = server(facts, { failed: [{ effect: 'move-primary', of: 'shop', code: 14031, reason: 'no space left' }] });
    expect(worst(planDrain(seen, facts, ['a']).app)).toEqual({
      level: 'blocked',
      message: 'draining shard a does not go on: no space left',
    });
  });

  test('the relation broke before the shard knew where the config servers are', () => {
    expect(worst(planShard(inRole('shard')).unit).message).toMatch(/^missing relation to config-server/);
  });

  test('a router’s relation broke while the database did not answer', () => {
    const silent = { ...server(), mongod: { kind: 'silent', reason: 'connection refused' } } as const;
    expect(planClients(silent)).toMatchObject({ effects: [] });
    expect(planShards(silent)).toMatchObject({ wake: false });
  });
});

// That a movePrimary which goes on is no failure and keeps no hook is in tests/unit/mongo/sharding.test.ts, and with a target that has
// stopped in tests/integration/sharding/draining.test.ts.
describe('hooks that waited for', () => {
  const shop = { databases: [{ name: 'shop', primary: 'a' }] };
  const chunks = { remaining: new Map([['a', { chunks: 9, jumbo: [] }]]) };
  test.each([
    ['the balancer to start', cluster([shard('a'), shard('b')], { balancing: false })],
    ['chunks to be moved', cluster([shard('a', { draining: true }), shard('b')], chunks)],
    ['a database to be moved', cluster([shard('a', { draining: true }), shard('b')], shop)],
    ['a shard to be gone from the list', cluster([shard('a', { draining: true }), shard('b')])],
  ])('%s', (_, facts) => {
    expect(planDrain(server(facts), facts, ['a'])).toMatchObject({ pending: false, wake: true });
    const context = { hook: 'sharding-relation-broken' };
    const left = inRole('shard', { app: ADDED, router: openRouter(renamed(facts)), context });
    expect(planShard(left)).toMatchObject({ pending: false, wake: true });
  });
  /** As the shard itself sees it, whose name is that of its application. */
  const renamed = ({ shards, ...facts }: ReturnType<typeof cluster>) => ({
    ...facts,
    shards: shards.map(one => (one.name === 'a' ? { ...one, name: 'mongodb' } : one)),
  });
});

describe('wrong decisions', () => {
  test('passwords and key went out in clear when the shard had not said that it takes them as secrets', () => {
    for (const asked of [undefined, '[]', 'no JSON', '["key-file"]', '["operator-password","backup-password"]']) {
      const remote = { version: '1', deployment: 'local', ...(asked === undefined ? {} : { 'requested-secrets': asked }) };
      const [publish] = planShards(server(cluster([]), { juju: { shards: [shardRelation(3, 'a', { remote })] } })).effects;
      expect(publish).toMatchObject({ do: 'publish', secrets: {} });
      if (publish?.do !== 'publish') throw new Error('nothing was published');
      for (const key of ['key-file', 'operator-password', 'backup-password']) expect(publish.clear).not.toHaveProperty(key);
    }
  });

  test('a shard that still had its data was called ready for removal', () => {
    const facts = cluster([shard('mongodb', { draining: true }), shard('b')], { databases: [{ name: 'shop', primary: 'mongodb' }] });
    for (const router of [openRouter(facts), openRouter(cluster([shard('mongodb')])), { kind: 'silent', reason: 'x' } as const]) {
      const plan = planShard(inRole('shard', { app: ADDED, router }));
      expect([...plan.unit, ...plan.app].map(one => one.level)).not.toContain('active');
      expect(plan.effects).toEqual([]);
    }
  });

  test('the passwords were set again in every hook', () => {
    const seen = inRole('shard', { app: ADDED, juju: { configServer: serverRelation() } });
    expect(planUsers(seen).effects).toEqual([]);
  });

  // tests/integration/router/administration.test.ts has it with real ones.
  test('a ping of the router asked mongod in its place', () => {
    expect(routerHostOf('10.0.0.1')).toBe('10.0.0.1:27018');
    expect(hostOf('10.0.0.1')).toBe('10.0.0.1:27017');
    expect(mongodPaths('').routerSocket).toMatch(/mongodb-27018\.sock$/);
  });

  test('only the first shard that did not answer was looked at', () => {
    const shards = ['a', 'bb', 'ccc'].map((name, at) => shardRelation(at, name));
    const facts = cluster(['a', 'bb', 'ccc'].map(name => shard(name, { answers: name === 'bb' })));
    const shown = planShards(server(facts, { juju: { shards } })).app.map(one => one.message);
    expect(shown.some(message => message.includes('shards a, ccc do not answer'))).toBe(true);
  });

  test('a replica set that was integrated as a shard said nothing of it', () => {
    const seen = steady(1, { juju: { relations: new Map([['sharding', [3]]]) } });
    expect(worst(planEndpoints(seen).unit)).toMatchObject({
      level: 'blocked',
      message: expect.stringMatching(/^sharding interface cannot be used by replicas/),
    });
  });

  test('a shard that had left was taken for one that still drains', () => {
    const facts = cluster([shard('b')]);
    const seen = server(facts, { juju: { shards: [shardRelation(3, 'b')] }, app: { 'shard-hosts': `b/${facts.shards[0]?.hosts}` } });
    const { effects, app, wake } = planShards(seen);
    expect(effects.filter(effect => effect.do === 'remove-shard')).toEqual([]);
    expect({ drains: app.some(one => one.message.includes('draining')), wake }).toEqual({ drains: false, wake: false });
  });

  test('any word was accepted as a role, and for good', () => {
    for (const role of ['', 'Shard', 'mongos', 'config_server'])
      expect(checkConfig({ role })).toEqual({
        valid: false,
        option: 'role',
        problem: `role=${role} must be replication, config-server or shard`,
      });
  });

  test('a role that is none was asked for later, and nothing said what it had been', () => {
    const config = checkConfig({ role: 'nonsense' });
    const deployed = inRole('config-server', { juju: { config } });
    expect(worst(together([planRole(deployed), planConfig(deployed)]).unit).message).toBe(
      'set it back with juju config mongodb role=config-server: config role=nonsense must be replication, config-server or shard, and cannot be changed any more',
    );
    const young = { ...deployed.juju, peers: { id: 1, app: {}, units: new Map() } };
    expect(planRole({ ...deployed, juju: young })).toMatchObject({ effects: [], unit: [] });
    const other = inRole('config-server', { juju: { config: checkConfig({ 'log-verbosity': 9 }) } });
    expect(planRole(other)).toMatchObject({ effects: [], unit: [] });
  });

  test('a shard was told the config servers in another order by every process', () => {
    const told = (numbers: readonly number[]) => {
      const seen = server(cluster([]), { juju: { shards: [shardRelation(3, 'a')] } });
      const units = new Map(numbers.map(n => [unit(n), { address: address(n), data: {} }] as const));
      const [publish] = planShards({ ...seen, juju: { ...seen.juju, peers: { id: 1, app: {}, units } } }).effects;
      return publish?.do === 'publish' ? publish.clear.host : undefined;
    };
    for (const order of [
      [0, 2, 10],
      [10, 0, 2],
      [2, 10, 0],
    ])
      expect(told(order)).toBe(JSON.stringify([0, 2, 10].map(address)));
  });

  test('all members of a shard restarted at once when it took over the key of its cluster', () => {
    const restarts = [0, 1, 2].flatMap(self => {
      const seen = inRole('shard', { juju: { secret: { ...secret, keyToken: 'another' } } }, 3, self);
      const written = { ...seen, host: { ...seen.host, config: wantedConfig(seen)?.text ?? '' } };
      return planRestart(written).effects.map(effect => [self, effect.do]);
    });
    expect(restarts).toEqual([[1, 'restart-mongod']]);
  });

  test('the config servers were listed in another order in every process, and routers restarted', () => {
    const shuffled = withMembers(server(), [member(2, 'secondary', { id: 0 }), member(10, 'secondary', { id: 1 }), member(0)]);
    const ordered = withMembers(server(), [member(0), member(2, 'secondary', { id: 0 }), member(10, 'secondary', { id: 1 })]);
    expect(ofConfigServer(shuffled)).toEqual(ofConfigServer(ordered));
    expect(ofConfigServer(ordered)).toMatchObject({ keyFile: secret.keyFile });
  });
});
