// The config server's side of its shards: giving, adding, draining, and whether the last unit may go.
import { describe, expect, test } from 'vitest';
import type { Observed, ShardRelation } from '../../../src/core/observed.ts';
import { worst } from '../../../src/core/status.ts';
import { encodeClusterSecrets, encodeForShard } from '../../../src/interfaces/shards.ts';
import { planDrain } from '../../../src/plan/draining.ts';
import { planHolding } from '../../../src/plan/holding.ts';
import { planShards } from '../../../src/plan/shards.ts';
import { wantedConfig } from '../../../src/plan/wanted-config.ts';
import { ADDED, CHARM, cluster, inRole, openRouter, serverRelation, shard, shardRelation } from './cluster.ts';
import { secret } from './world.ts';

const SECRETS = encodeClusterSecrets({
  keyFile: secret.keyFile,
  operatorPassword: secret.passwords.operator,
  backupPassword: secret.passwords.backup,
});
const told = (relation: ShardRelation, integrated = true): ShardRelation => ({
  ...relation,
  own: encodeForShard(CHARM, ['10.0.0.1'], integrated, '', relation.remote),
  published: SECRETS,
});
const seenWith = (shards: readonly ShardRelation[], facts = cluster([]), more: Partial<Observed> = {}): Observed => ({
  ...inRole('config-server', { juju: { shards }, router: openRouter(facts), app: { 'shard-hosts': hostsOf(facts) } }),
  ...more,
});
const hostsOf = ({ shards }: ReturnType<typeof cluster>): string => shards.map(({ name, hosts }) => `${name}/${hosts.join(',')}`).join(' ');
const does = (seen: Observed) => planShards(seen).effects;
const kinds = (seen: Observed) => does(seen).map(effect => effect.do);
const said = (seen: Observed) => worst(planShards(seen).app).message;

describe('what a shard is given', () => {
  test('nothing secret before it has asked for secrets, and never in clear', () => {
    const fresh = shardRelation(3, 'shard-a', { remote: CHARM });
    const [publish] = does(seenWith([fresh]));
    expect(publish).toMatchObject({ do: 'publish', secrets: {} });
    expect(JSON.stringify(publish)).not.toContain('key-file');
    const partly = { ...fresh, remote: { ...CHARM, 'requested-secrets': '["key-file"]' } };
    expect(does(seenWith([partly]))).toMatchObject([{ secrets: {} }]);
  });

  test('key and passwords in one secret when it has asked', () => {
    const [publish] = does(
      seenWith([shardRelation(3, 'shard-a', { remote: { ...shardRelation(3, 'shard-a').remote, 'auth-updated': '' } })]),
    );
    expect(publish).toMatchObject({ secrets: { extra: SECRETS }, clear: { host: '["10.0.0.1"]', version: '1', 'shard-integrated': '' } });
    expect(Object.keys(publish?.do === 'publish' ? publish.clear : {})).toEqual([
      'version',
      'deployment',
      'host',
      'shard-integrated',
      'shard-moves',
      'data',
    ]);
  });

  test('another build of the charm gets nothing secret, and is named', () => {
    const other = shardRelation(3, 'shard-a', { remote: { ...shardRelation(3, 'shard-a').remote, version: '2' } });
    expect(does(seenWith([other]))).toMatchObject([{ do: 'publish', secrets: {} }]);
    expect(said(seenWith([other]))).toBe('Waiting for shards to upgrade/downgrade to revision 1-locally built: shard-a');
  });

  test('a new password, when the secret of the application has one', () => {
    const stale = { ...told(shardRelation(3, 'shard-a')), published: { ...SECRETS, 'operator-password': 'old' } };
    expect(does(seenWith([stale], cluster([shard('shard-a')])))).toMatchObject([{ do: 'publish', secrets: { extra: SECRETS } }]);
  });

  test('only the leader gives, and only a config server', () => {
    const seen = seenWith([shardRelation(3, 'shard-a')]);
    expect(planShards({ ...seen, juju: { ...seen.juju, leader: false } }).effects).toEqual([]);
    expect(planShards({ ...seen, juju: { ...seen.juju, role: 'shard' } }).effects).toEqual([]);
  });
});

describe('adding', () => {
  test('waits until the shard says that it is ready', () => {
    const early = told(shardRelation(3, 'shard-a', { remote: { ...shardRelation(3, 'shard-a').remote, 'auth-updated': '' } }), false);
    expect(kinds(seenWith([early]))).toEqual([]);
    expect(said(seenWith([early]))).toContain('waiting for shard-a');
  });

  test('several at once, with all of their hosts', () => {
    const two = [shardRelation(3, 'a', { addresses: ['10.1.0.1', '10.1.0.2'] }), shardRelation(4, 'bb')].map(one => told(one, false));
    expect(does(seenWith(two))).toEqual([
      { do: 'add-shard', name: 'a', host: 'a/10.1.0.1:27017,10.1.0.2:27017' },
      { do: 'add-shard', name: 'bb', host: 'bb/10.1.0.2:27017' },
    ]);
  });

  test('one that fails says why, and does not keep others from being added', () => {
    const seen = seenWith([told(shardRelation(3, 'a'), false)], cluster([]), {
      failed: [{ effect: 'add-shard', of: 'a', code: 96, reason: 'a local database exists' }],
    });
    expect(said(seen)).toBe('cannot add shard a: a local database exists');
    expect(planShards(seen)).toMatchObject({ wake: true, effects: [{ do: 'add-shard' }] });
  });

  test('done, there is nothing left to do or to say', () => {
    expect(planShards(seenWith([told(shardRelation(3, 'shard-a'))], cluster([shard('shard-a')])))).toMatchObject({
      effects: [],
      app: [],
      wake: false,
    });
  });

  test('a router that does not tell of the cluster takes nobody off', () => {
    const known = told(shardRelation(3, 'shard-a'));
    expect(kinds({ ...seenWith([known]), router: openRouter({ problem: 'x' }) })).toEqual([]);
    expect(kinds({ ...seenWith([known]), router: { kind: 'silent', reason: 'x' } })).toEqual([]);
  });

  test('a shard whose members have all moved is found again; one that answers is left alone', () => {
    const relation = told(shardRelation(3, 'shard-a', { addresses: ['10.9.9.9'] }));
    const silent = seenWith([relation], cluster([shard('shard-a', { answers: false })]));
    expect(does(silent)).toEqual([{ do: 'set-shard-host', name: 'shard-a', host: 'shard-a/10.9.9.9:27017' }]);
    expect(does(seenWith([relation], cluster([shard('shard-a', { answers: true })])))).toEqual([]);
  });

  test('a move of all members is counted, so that the others are started again; one of a few is not', () => {
    const known = told(shardRelation(3, 'shard-a'));
    const facts = (...hosts: string[]) => cluster([shard('shard-a', { hosts })]);
    const seen = (now: ReturnType<typeof cluster>) => ({
      ...seenWith([known], facts('10.1.0.7:27017', '10.1.0.8:27017')),
      router: openRouter(now),
    });
    expect(does(seen(facts('10.1.0.8:27017', '10.1.0.9:27017')))).toEqual([
      { do: 'set-peer-app', values: { 'shard-hosts': 'shard-a/10.1.0.8:27017,10.1.0.9:27017' } },
    ]);
    expect(does(seen(facts('10.1.0.99:27017')))).toEqual([
      { do: 'set-peer-app', values: { 'shard-hosts': 'shard-a/10.1.0.99:27017', moves: '1' } },
    ]);
    const counted = { ...known, own: encodeForShard(CHARM, ['10.0.0.1'], true, '1', known.remote) };
    const after = inRole('config-server', {
      juju: { shards: [counted] },
      router: openRouter(facts('10.1.0.99:27017')),
      app: { 'shard-hosts': 'shard-a/10.1.0.99:27017', moves: '1' },
    });
    expect(does(after)).toEqual([]);
    expect(wantedConfig(after)?.hash).not.toBe(wantedConfig(inRole('config-server'))?.hash);
  });

  test('shards that do not answer are named, all of them', () => {
    const two = ['shard-a', 'shard-bb'].map((name, at) => told(shardRelation(at, name)));
    const facts = cluster([shard('shard-a', { answers: false }), shard('shard-bb', { answers: false })]);
    expect(said(seenWith(two, facts))).toContain('shards shard-a, shard-bb do not answer');
  });
});

describe('draining', () => {
  const seen = seenWith([]);
  const step = (facts: ReturnType<typeof cluster>, names = ['a']) => planDrain(seen, facts, names);

  test('begins with the balancer, and wakes itself', () => {
    expect(step(cluster([shard('a'), shard('b')], { balancing: false }))).toMatchObject({
      effects: [{ do: 'start-balancer' }, { do: 'remove-shard', name: 'a' }],
      wake: true,
      pending: false,
    });
  });

  test('waits for chunks, and shows them', () => {
    const facts = cluster([shard('a', { draining: true }), shard('b')], { remaining: new Map([['a', { chunks: 4, jumbo: [] }]]) });
    expect(step(facts)).toMatchObject({ effects: [], wake: true, pending: false });
    expect(worst(step(facts).unit).message).toBe('draining shard a: 0 database(s) and 4 chunk(s) remain');
  });

  test('then moves the databases to the shard with most room, never to one that is being drained', () => {
    const facts = cluster(
      [
        shard('a', { draining: true }),
        shard('b', { freeBytes: 5 }),
        shard('c', { freeBytes: 9 }),
        shard('d', { draining: true, freeBytes: 99 }),
      ],
      {
        databases: [
          { name: 'shop', primary: 'a' },
          { name: 'config', primary: 'a' },
        ],
      },
    );
    expect(step(facts).effects).toEqual([{ do: 'move-primary', database: 'shop', to: 'c' }]);
  });

  test('copies that a move left behind are cleared away before the next try', () => {
    const facts = cluster([shard('a', { draining: true }), shard('b')], { databases: [{ name: 'shop', primary: 'a' }] });
    const hindered = seenWith([], facts, { failed: [{ effect: 'move-primary', of: 'shop', code: 48, reason: 'exists' }] });
    expect(planDrain(hindered, facts, ['a']).effects).toEqual([
      { do: 'drop-leftovers', database: 'shop', hosts: ['10.1.0.1:27017'] },
      { do: 'move-primary', database: 'shop', to: 'b' },
    ]);
  });

  test('ends it when nothing is left', () => {
    expect(step(cluster([shard('a', { draining: true }), shard('b')])).effects).toEqual([{ do: 'remove-shard', name: 'a' }]);
  });

  test('one at a time, the one that has begun first', () => {
    const plan = step(cluster([shard('a'), shard('b', { draining: true }), shard('c')]), ['a', 'b']);
    expect(plan.effects).toEqual([{ do: 'remove-shard', name: 'b' }]);
    expect(plan.unit.map(one => one.message)).toContain('shard a waits to be drained');
  });

  test('the last shard is refused, without waking anybody', () => {
    expect(step(cluster([shard('a')]))).toMatchObject({ effects: [], wake: false, app: [{ level: 'blocked' }] });
  });

  test('jumbo chunks are named, with what to do', () => {
    const facts = cluster([shard('a', { draining: true }), shard('b')], {
      remaining: new Map([['a', { chunks: 1, jumbo: ['shop.orders'] }]]),
    });
    expect(worst(step(facts).app)).toMatchObject({ level: 'blocked', message: expect.stringMatching(/shop\.orders; .*clearJumboFlag/) });
  });

  test('a shard whose relation is gone, and no other', () => {
    const gone = seenWith([told(shardRelation(3, 'b'))], cluster([shard('a'), shard('b')]));
    expect(kinds(gone)).toEqual(['remove-shard']);
    const unknown = { ...told(shardRelation(3, 'b')) } as { app?: string } & ShardRelation;
    const { app: _, ...nameless } = unknown;
    expect(kinds(seenWith([nameless], cluster([shard('a'), shard('b')])))).toEqual([]);
  });

  test('one that is integrated again meanwhile is drained first, and added again then', () => {
    const again = told(shardRelation(3, 'a'), false);
    const facts = cluster([shard('a', { draining: true }), shard('b')]);
    expect(kinds(seenWith([again, told(shardRelation(4, 'b'))], facts))).toEqual(['remove-shard']);
    expect(kinds(seenWith([again, told(shardRelation(4, 'b'))], cluster([shard('b')])))).toEqual(['add-shard']);
  });
});

describe('the last unit', () => {
  const going = (seen: Observed, staying: Observed['juju']['staying']): Observed => ({
    ...seen,
    context: { ...seen.context, hook: 'mongodb-storage-detaching', detaching: 'mongodb/0' },
    juju: { ...seen.juju, dying: true, staying },
  });
  const server = inRole('config-server', { router: openRouter(cluster([shard('a')])) });

  test('of a config server stays while shards need it, and goes with them', () => {
    expect(planHolding(going(server, new Map([['config-server', ['a', 'b']]]))).hold).toEqual([
      expect.stringContaining('a, b still belong'),
    ]);
    expect(planHolding(going(server, new Map())).hold).toEqual([]);
  });

  test('of several goes at any time', () => {
    const one = going(inRole('config-server', {}, 3), new Map([['config-server', ['a']]]));
    expect(planHolding(one).hold).toEqual([]);
  });

  test('of a shard stays until its data has been moved, and moves it', () => {
    const facts = cluster([shard('mongodb', { draining: true }), shard('other')], { databases: [{ name: 'shop', primary: 'mongodb' }] });
    const seen = inRole('shard', { app: ADDED, juju: { configServer: serverRelation() }, router: openRouter(facts) });
    const held = planHolding(going(seen, new Map([['sharding', ['config']]])));
    expect(held).toMatchObject({
      effects: [{ do: 'move-primary', database: 'shop', to: 'other' }],
      hold: [expect.stringContaining('1 database(s)')],
    });
    expect(planHolding(going(seen, new Map())).hold).toEqual([]); // the config server goes as well
  });

  test('of the last shard stays with its data, and goes without any', () => {
    const last = (databases: readonly { name: string; primary: string }[]) =>
      planHolding(
        going(
          inRole('shard', {
            app: ADDED,
            juju: { configServer: serverRelation() },
            router: openRouter(cluster([shard('mongodb')], { databases })),
          }),
          new Map([['sharding', ['config']]]),
        ),
      ).hold;
    expect(last([{ name: 'shop', primary: 'mongodb' }])).toEqual([expect.stringContaining('the last shard, with the data of shop')]);
    expect(last([])).toEqual([]);
  });

  test('of a shard that was never added, or has been drained, goes', () => {
    const silent = { kind: 'silent', reason: 'x' } as const;
    const never = inRole('shard', { juju: { configServer: serverRelation({ remote: {} }) }, router: silent });
    expect(planHolding(going(never, new Map([['sharding', ['config']]]))).hold).toEqual([]);
    expect(planHolding(going(inRole('shard', { app: { drained: 'true' }, router: silent }), new Map())).hold).toEqual([]);
  });
});
