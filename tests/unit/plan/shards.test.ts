// The config server's side of its shards: giving, adding, draining, and whether the last unit may go.
import { describe, expect, test } from 'vitest';
import type { Observed, ShardRelation } from '../../../src/core/observed.ts';
import { worst } from '../../../src/core/status.ts';
import { encodeClusterSecrets, encodeForShard } from '../../../src/interfaces/shards.ts';
import { planDrain } from '../../../src/plan/draining.ts';
import { planHolding } from '../../../src/plan/holding.ts';
import { planLeaving } from '../../../src/plan/leaving.ts';
import { planShards } from '../../../src/plan/shards.ts';
import { wantedConfig } from '../../../src/plan/wanted-config.ts';
import { ADDED, CHARM, cluster, inRole, openRouter, serverRelation, shard, shardRelation } from './cluster.ts';
import { build, member, running, secret, withMembers } from './world.ts';

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
    expect(said(seenWith([other]))).toBe(
      'Waiting for shards to upgrade/downgrade to revision 1-locally built. Another one runs on shard-a',
    );
    expect(kinds(seenWith([told(other, false)]))).not.toContain('add-shard');
  });

  test('one of the cluster gets new passwords, and is found again, also while its build of the charm is another', () => {
    const relation = told(shardRelation(3, 'shard-a', { addresses: ['10.9.9.9'] }));
    const other = { ...relation, remote: { ...relation.remote, version: '2' }, published: { ...SECRETS, 'operator-password': 'old' } };
    const seen = seenWith([other], cluster([shard('shard-a', { answers: false })]));
    expect(does(seen)).toMatchObject([
      { do: 'publish', secrets: { extra: SECRETS } },
      { do: 'set-shard-host', name: 'shard-a', host: 'shard-a/10.9.9.9:27017' },
    ]);
    expect(said(seen)).toBe('shards shard-a do not answer; see their units');
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

  test('goes by the name of the replica set, whatever Juju calls the application here', () => {
    const alias = told(shardRelation(3, 'shard-a', { app: 'remote-1f3a' }), false);
    expect(does(seenWith([alias]))).toEqual([{ do: 'add-shard', name: 'shard-a', host: 'shard-a/10.1.0.7:27017' }]);
    const there = { ...alias, own: encodeForShard(CHARM, ['10.0.0.1'], true, '', alias.remote) };
    expect(does(seenWith([there], cluster([shard('shard-a'), shard('b')])))).toEqual([{ do: 'remove-shard', name: 'b' }]);
  });

  test('of two with one name only the first is there, and the other is told of', () => {
    const two = [told(shardRelation(3, 'shard-a')), told(shardRelation(4, 'shard-a', { app: 'remote-1f3a' }), false)];
    const seen = seenWith(two, cluster([shard('shard-a')]));
    expect(does(seen)).toEqual([]);
    expect(said(seen)).toBe('cannot add shard remote-1f3a: shard-a has the name shard-a already; deploy it under another name');
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
    // One that is being drained has no relation any more.
    const leaving = cluster([shard('shard-a', { draining: true, answers: false }), shard('shard-bb', { answers: true })]);
    expect(said(seenWith([two[1]!], leaving))).toBe('shards shard-a do not answer; see their units');
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

  test('tells of a thousand chunks in few steps, and never of none while one is left', () => {
    const told = Array.from({ length: 1_001 }, (_, chunks) => {
      const facts = cluster([shard('a', { draining: true }), shard('b')], { remaining: new Map([['a', { chunks, jumbo: [] }]]) });
      return worst(step(facts).unit).message;
    });
    expect(new Set(told).size).toBe(29);
    expect(told[1_000]).toBe('draining shard a: 0 database(s) and about 1000 chunk(s) remain');
    expect(told[101]).toBe('draining shard a: 0 database(s) and about 200 chunk(s) remain');
    expect(told[11]).toBe('draining shard a: 0 database(s) and about 20 chunk(s) remain');
    expect(told[1]).toBe('draining shard a: 0 database(s) and 1 chunk(s) remain');
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
    const unknown = { ...told(shardRelation(3, 'b')) } as { app?: string; name?: string } & ShardRelation;
    const { app: _, name: __, ...nameless } = unknown;
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
  type Apps = Observed['juju']['staying'];
  const nobody: Apps = new Map();
  const going = (seen: Observed, staying: Apps = nobody, alsoGoing: Apps = nobody): Observed => ({
    ...seen,
    context: { ...seen.context, hook: 'mongodb-storage-detaching', detaching: 'mongodb/0' },
    juju: { ...seen.juju, dying: true, staying, going: alsoGoing },
  });
  const silent = { kind: 'silent', reason: 'connection refused' } as const;
  const lateIn = (seen: Observed): Observed => ({ ...seen, lastChance: true });
  const shop = (primary: string) => ({ databases: [{ name: 'shop', primary }] });
  const held = (seen: Observed) => planHolding(seen).hold;
  const done = (seen: Observed) => planLeaving(seen).effects.map(effect => effect.do);

  test('of several goes at any time', () => {
    const one = going(inRole('config-server', {}, 3), new Map([['config-server', ['a']]]));
    expect(held(one)).toEqual([]);
    expect(done(one)).toContain('step-down');
  });

  describe('of a config server', () => {
    const server = (facts: ReturnType<typeof cluster>): Observed => {
      const seen = inRole('config-server', { router: openRouter(facts), app: KNOWN });
      return { ...seen, host: { ...seen.host, router: { config: 'x', service: 'active', logBytes: 0 } } };
    };
    const KNOWN = { 'shard-hosts': 'a/10.1.0.1:27017 b/10.1.0.2:27017' };
    const stays: Apps = new Map([['config-server', ['a', 'b']]]);

    test('stays while shards need it, also while its own mongod does not answer, and goes with them', () => {
      const seen = server(cluster([shard('a')], shop('a')));
      expect(held(going(seen, stays))).toEqual([expect.stringContaining('a, b still belong')]);
      const killed = { ...going(seen, stays), mongod: silent, router: silent };
      expect(held(killed)).toEqual([expect.stringContaining('a, b still belong')]);
      expect(done(killed)).not.toContain('stop-mongod');
      expect(held(lateIn(killed))).toHaveLength(1);
      expect(held(going(seen, nobody, stays))).toEqual([]);
    });

    test('that was never set up goes', () => {
      const young = inRole('config-server', { app: { initialised: '' } });
      const { initialised: _, ...app } = young.juju.peers!.app;
      const fresh = { ...young, juju: { ...young.juju, peers: { ...young.juju.peers!, app } } };
      expect(held(going({ ...fresh, host: { ...fresh.host, service: 'inactive' }, mongod: silent }, stays))).toEqual([]);
      expect(held(going({ ...fresh, mongod: { kind: 'uninitialised', running, others: new Map() } }, stays))).toEqual([]);
      // It has a set, of which Juju has not told this unit yet.
      expect(held(going(fresh, stays))).toHaveLength(1);
      expect(held(going({ ...fresh, mongod: silent }, stays))).toHaveLength(1);
    });

    test('stays while a shard is being drained, and goes on with that', () => {
      const seen = going(server(cluster([shard('a', { draining: true }), shard('b')], shop('a'))));
      expect(planLeaving(seen)).toMatchObject({
        hold: ['a is still being drained'],
        effects: [{ do: 'move-primary', database: 'shop', to: 'b' }],
        unit: [{ level: 'blocked', message: 'not removed yet: a is still being drained' }],
      });
    });

    test('stays for a shard whose relation is gone, though nobody has begun to drain it', () => {
      const seen = going(server(cluster([shard('a'), shard('b')], shop('b'))));
      expect(planHolding(seen)).toMatchObject({ hold: ['still to be drained: a, b'], effects: [{ do: 'remove-shard', name: 'a' }] });
    });

    test('stays for the last shard, which has the data, and goes when there is none', () => {
      expect(held(going(server(cluster([shard('a')], shop('a')))))).toEqual(['a is the last shard, with the data of shop; remove a, too']);
      expect(held(going(server(cluster([shard('a')]))))).toEqual([]);
    });

    test('does not stay for shards that do not answer, or that go as well', () => {
      const facts = (more: Parameters<typeof shard>[1]) => cluster([shard('a', { draining: true, ...more }), shard('b')], shop('a'));
      const withB: Apps = new Map([['config-server', ['b']]]);
      expect(held(going(server(facts({})), nobody, withB))).toEqual(['a is still being drained']);
      expect(held(going(server(facts({ answers: false })), nobody, withB))).toEqual([]);
      expect(held(going(server(facts({ leaving: true })), nobody, withB))).toEqual([]);
      // There is still somebody who will have the data.
      expect(held(going(server(facts({ leaving: true }))))).toEqual(['a is still being drained']);
    });

    test('whose router does not tell stays for as long as a hook waits, if it had shards that stay', () => {
      for (const router of [silent, openRouter({ problem: 'no primary' })]) {
        const seen = going({ ...server(cluster([])), router });
        expect(held(seen)).toEqual(['its router does not tell whether a, b can do without it']);
        expect(held(lateIn(seen))).toEqual([]);
        expect(held(going(seen, nobody, stays))).toEqual([]);
        const stopped = { ...seen.host.router, service: 'inactive' as const };
        expect(done({ ...seen, host: { ...seen.host, router: stopped } })).toEqual(['start-router']);
      }
    });

    test('that has begun to go does not turn back', () => {
      const seen = going(server(cluster([shard('a', { leaving: true })], shop('a'))));
      expect(done(seen)).toEqual(['stop-router', 'stop-mongod', 'set-peer-unit']);
      const begun = {
        ...seen,
        mongod: silent,
        router: silent,
        host: { ...seen.host, service: 'inactive', router: { service: 'inactive', logBytes: 0 } },
      };
      expect(done(begun as Observed)).toEqual(['set-peer-unit']);
    });
  });

  describe('of a shard', () => {
    const stays: Apps = new Map([['sharding', ['config']]]);
    const related = (facts?: Parameters<typeof openRouter>[0], more: Partial<Observed> = {}): Observed => ({
      ...inRole('shard', { app: ADDED, juju: { configServer: serverRelation() }, router: openRouter(facts) }),
      ...more,
    });
    const left = (router: Observed['router'], more: Partial<Observed> = {}): Observed => ({
      ...inRole('shard', { app: ADDED, router }),
      ...more,
    });
    const draining = cluster([shard('mongodb', { draining: true }), shard('other')], shop('mongodb'));

    test('stays until its data has been moved, and moves it', () => {
      expect(planHolding(going(related(draining), stays))).toMatchObject({
        effects: [{ do: 'move-primary', database: 'shop', to: 'other' }],
        hold: ['its data is being moved; 1 database(s) and 0 chunk(s) remain'],
      });
      const many = cluster(draining.shards, { remaining: new Map([['mongodb', { chunks: 399, jumbo: [] }]]) });
      expect(held(going(related(many), stays))).toEqual(['its data is being moved; 0 database(s) and about 400 chunk(s) remain']);
      expect(held(going(related(draining)))).toEqual([]); // the config server goes as well
    });

    test('stays while its own mongod does not answer, and one that was stopped is started', () => {
      const killed = going(related(draining, { mongod: silent }), stays);
      expect(held(killed)).toEqual([expect.stringContaining('cannot be moved while its MongoDB does not answer; 1 database(s)')]);
      expect(done(killed)).not.toContain('stop-mongod');
      expect(done(killed)).not.toContain('start-mongod');
      expect(done({ ...killed, host: { ...killed.host, service: 'inactive' } })).toContain('start-mongod');
      // Nothing is there that could be lost, also when its mongod has been stopped because of that.
      for (const mongod of [{ kind: 'uninitialised', running: { build, config: '' }, others: new Map() }, silent] as const)
        expect(held(going(related(draining, { mongod, emptyAtStart: true }), stays))).toEqual([]);
    });

    test('that is being added at this moment stays when the cluster has it already', () => {
      const configServer = serverRelation({ remote: { version: '1', deployment: 'local', host: '["10.2.0.1"]' } });
      const young = (router: Observed['router']) => going(inRole('shard', { juju: { configServer }, router }), stays);
      expect(held(young(openRouter(draining)))).toHaveLength(1);
      expect(held(young(openRouter({ problem: 'locked' })))).toEqual([]);
    });

    test('whose relation is there stays when the config server does not tell', () => {
      for (const router of [silent, openRouter({ problem: 'no primary' })])
        expect(held(lateIn(going(related(undefined, { router }), stays)))).toEqual([
          'the config server does not tell where its data can go',
        ]);
    });

    test('whose relation is gone stays while the router has a problem, and for as long as a hook waits when it is silent', () => {
      const electing = going(left(openRouter({ problem: 'no primary' })));
      expect([held(electing), held(lateIn(electing))]).toEqual([[expect.stringContaining('does not tell')], [expect.anything()]]);
      expect(done(electing)).not.toContain('stop-mongod');
      const gone = going(left(silent));
      expect(held(gone)).toEqual([expect.stringContaining('does not tell')]);
      expect(done(lateIn(gone))).toContain('stop-mongod');
      expect(done({ ...gone, mongod: silent, host: { ...gone.host, service: 'inactive' } })).toEqual(['set-peer-unit']);
    });

    test('that is the last one stays with its data, and goes without any', () => {
      expect(held(going(related(cluster([shard('mongodb')], shop('mongodb'))), stays))).toEqual([
        'it is the last shard, with the data of shop; add another shard, or remove the config server, too',
      ]);
      expect(held(going(related(cluster([shard('mongodb')])), stays))).toEqual([]);
    });

    test('whose relation is gone tells the config server, once, that it goes', () => {
      const last = cluster([shard('mongodb')], shop('mongodb'));
      const seen = going(left(openRouter(last)));
      const [mark] = planHolding(seen).effects;
      expect(mark).toMatchObject({ do: 'reconfigure', force: false, members: [{ unit: 'mongodb/0', leaving: true }] });
      expect(held(seen)).toHaveLength(1);
      expect(planHolding(withMembers(seen, [member(0, 'primary', { leaving: true })])).effects).toEqual([]);
      expect(planHolding(going(related(last), stays)).effects).toEqual([]); // Juju tells it
    });

    test('that was never added, or has been drained, goes', () => {
      const never = inRole('shard', { juju: { configServer: serverRelation({ remote: {} }) }, router: silent });
      expect(held(going(never, stays))).toEqual([]);
      expect(held(going(inRole('shard', { app: { drained: 'true' }, router: silent })))).toEqual([]);
      expect(held(going(left(openRouter(cluster([shard('other')])))))).toEqual([]);
    });
  });
});
