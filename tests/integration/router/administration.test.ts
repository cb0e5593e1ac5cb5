// Users, shards and databases by way of a router, on real config servers and shards.
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openMongo } from '../../../src/mongo/session.ts';
import { observeRouter } from '../../../src/observe/router.ts';
import { until } from '../../support/until.ts';
import { KEY_FILE } from '../mongo/launch.ts';
import {
  clientOf,
  isStandIn,
  openCluster,
  refusalOf,
  routerName,
  stringOf,
  system,
  type TestCluster,
  type TestRouter,
  withSystem,
} from './cluster.ts';

let cluster: TestCluster;
let router: TestRouter;
let operator: MongoClient;
const admin = (command: Record<string, unknown>, client = operator) => client.db('admin').command(command);

beforeAll(async () => {
  cluster = await openCluster({ a: 1, b: 1 });
  router = await cluster.router({ 'setParameter.automationServiceDescriptor': 'charm-of-the-router' });
  operator = clientOf(router.address);
});
afterAll(async () => {
  await operator?.close();
  await cluster?.end();
});

describe(`with ${routerName}`, () => {
  test('without shards there is no place for data, and users can be made', async () => {
    expect((await admin({ listShards: 1 })).shards).toEqual([]);
    expect((await refusalOf(operator.db('d').collection('c').insertOne({}))).code).toBe(70);
    await admin({ createUser: 'early', pwd: 'bird', roles: [] });
    const client = clientOf(router.address, { user: 'early', password: 'bird' });
    expect((await admin({ connectionStatus: 1 }, client)).authInfo.authenticatedUsers).toEqual([{ user: 'early', db: 'admin' }]);
    await client.close();
    await admin({ dropUser: 'early' });
  });

  test('shards are added, a second time too, and what is no shard is refused', async () => {
    for (const name of ['a', 'b']) {
      const host = stringOf(name, cluster.shards[name]!);
      expect((await admin({ addShard: host })).shardAdded).toBe(name);
      expect((await admin({ addShard: host })).shardAdded).toBe(name);
    }
    const { shards } = await admin({ listShards: 1 });
    expect(shards.map(({ _id, host, state }: Record<string, unknown>) => ({ _id, host, state }))).toEqual([
      { _id: 'a', host: stringOf('a', cluster.shards.a!), state: 1 },
      { _id: 'b', host: stringOf('b', cluster.shards.b!), state: 1 },
    ]);
    expect((await refusalOf(admin({ addShard: 'of no set' }))).code).toBeGreaterThan(0);
    expect((await refusalOf(operator.db('d').command({ addShard: 'x/127.0.0.1:1' }))).message).toContain(
      'may only be run against the admin',
    );
  });

  test('the charm sees the router and no mongod in its place, and of the shards whether they answer and whether they go', async () => {
    const own = await cluster.router();
    const mongo = openMongo({ socket: own.socket, keyFile: KEY_FILE });
    const [a, b] = [cluster.shards.a![0]!, cluster.shards.b![0]!];
    const look = (...hosts: string[]) => observeRouter(mongo, { hosts, cluster: true, ping: true });
    const shards = (ofA: object, ofB: object) => ({
      kind: 'open',
      cluster: {
        shards: [
          { name: 'a', hosts: [a.host], draining: false, ...ofA },
          { name: 'b', hosts: [b.host], draining: false, ...ofB },
        ],
      },
    });
    const here = { answers: true, leaving: false };
    try {
      expect(await look()).toMatchObject(shards(here, here));
      await withSystem([b], async client => {
        const { config } = await client.db('admin').command({ replSetGetConfig: 1 });
        config.members[0].tags = { 'juju-unit': 'b/0', 'juju-leaving': 'b/0' };
        await client.db('admin').command({ replSetReconfig: { ...config, version: config.version + 1 } });
      });
      a.freeze();
      expect(await look(`${own.address}:27018`)).toMatchObject(
        shards({ answers: false, leaving: false }, { answers: true, leaving: true }),
      );
      a.thaw();
      // The config server's mongod answers, and so do those of the shards.
      expect(await look(cluster.config[0]!.host, b.host)).toEqual({ kind: 'silent', reason: 'no router answers' });
      await own.end();
      expect(await look()).toEqual({ kind: 'silent', reason: 'no router answers' });
    } finally {
      a.thaw();
      await mongo.close();
    }
  });

  test('hello tells a router, and what the charm wrote into its configuration', async () => {
    const hello = await admin({ hello: 1 });
    expect(hello).toMatchObject({ isWritablePrimary: true, msg: 'isdbgrid', automationServiceDescriptor: 'charm-of-the-router' });
    expect(hello.setName).toBe(undefined);
    expect(hello.standIn).toBe(isStandIn ? 'charmed-mongodb router stand-in' : undefined);
    const anonymous = new MongoClient(`mongodb://${router.address}:27018/`);
    expect(await anonymous.db('admin').command({ hello: 1 })).toMatchObject({ msg: 'isdbgrid' });
    expect((await refusalOf(anonymous.db('admin').command({ listShards: 1 }))).code).toBe(13);
    expect((await refusalOf(anonymous.db('d').collection('c').findOne())).code).toBe(13);
    await anonymous.close();
    expect((await admin({ getParameter: 1, automationServiceDescriptor: 1 })).automationServiceDescriptor).toBe('charm-of-the-router');
    expect((await admin({ serverStatus: 1 })).process).toMatch(/^mongos/);
    expect((await admin({ buildInfo: 1 })).version).toMatch(/^\d+\.\d+\.\d+/);
    expect((await admin({ whatsmyuri: 1 })).you).toMatch(/^127\./);
    expect((await admin({ isdbgrid: 1 })).isdbgrid).toBe(1);
  });

  test('__system logs in over the unix socket, and a wrong password is refused', async () => {
    const client = clientOf(router.socket, system);
    expect((await admin({ connectionStatus: 1 }, client)).authInfo.authenticatedUsers).toEqual([{ user: '__system', db: 'local' }]);
    expect((await admin({ listShards: 1 }, client)).shards).toHaveLength(2);
    await client.close();
    for (const who of [
      { ...system, password: 'no key' },
      { user: 'operator', password: 'wrong' },
      { user: 'nobody', password: 'x' },
    ]) {
      const wrong = clientOf(router.address, who);
      expect((await refusalOf(wrong.connect())).code).toBe(18);
      await wrong.close();
    }
  });

  test('a user gets roles, other roles, another password, and is dropped', async () => {
    await admin({ createUser: 'u', pwd: 'first', roles: [{ role: 'read', db: 'd' }], customData: { owner: 'charm' } });
    const { users } = await admin({ usersInfo: 'u' });
    expect(users[0]).toMatchObject({ user: 'u', customData: { owner: 'charm' }, roles: [{ role: 'read', db: 'd' }] });
    const client = clientOf(router.address, { user: 'u', password: 'first' });
    const c = client.db('d').collection<{ _id: number }>('users');
    expect(await c.countDocuments()).toBe(0);
    expect((await refusalOf(c.insertOne({ _id: 1 }))).code).toBe(13);
    expect((await refusalOf(client.db('e').collection('c').findOne())).code).toBe(13);
    expect((await refusalOf(admin({ listShards: 1 }, client))).code).toBe(13);
    expect((await refusalOf(admin({ movePrimary: 'd', to: 'a' }, client))).code).toBe(13);
    await admin({ updateUser: 'u', roles: [{ role: 'readWrite', db: 'd' }] });
    // mongos asks for other roles every half a minute.
    await until(
      'the new role',
      () =>
        c.insertOne({ _id: 2 }).then(
          ({ acknowledged }) => acknowledged,
          () => false,
        ),
      60_000,
    );
    await admin({ updateUser: 'u', pwd: 'second' });
    const before = clientOf(router.address, { user: 'u', password: 'first' });
    expect((await refusalOf(before.connect())).code).toBe(18);
    await before.close();
    const after = clientOf(router.address, { user: 'u', password: 'second' });
    expect(await after.db('d').collection('users').countDocuments()).toBe(1);
    await after.close();
    await admin({ dropUser: 'u' });
    await until(
      'the end of what the user may do',
      () =>
        c.findOne().then(
          () => false,
          error => error.code === 13,
        ),
      60_000,
    );
    await client.close();
  });

  test('a role of its own gives what it says and no more', async () => {
    await admin({
      createRole: 'clerk',
      privileges: [{ resource: { db: 'd', collection: 'open' }, actions: ['find', 'insert'] }],
      roles: [],
    });
    await admin({ createUser: 'clerk', pwd: 'pw', roles: ['clerk'] });
    await operator.db('d').collection('secret').insertOne({ a: 1 });
    const client = clientOf(router.address, { user: 'clerk', password: 'pw' });
    const open = client.db('d').collection('open');
    await open.insertOne({ b: 1 });
    expect(await open.countDocuments()).toBe(1);
    for (const work of [
      () => client.db('d').collection('secret').findOne(),
      () => open.updateOne({}, { $set: { b: 2 } }),
      () => open.deleteOne({}),
      () => open.updateOne({ b: 5 }, { $set: { b: 6 } }, { upsert: true }),
      () => open.findOneAndUpdate({}, { $set: { b: 3 } }),
      () => open.drop(),
      () => open.createIndex({ b: 1 }),
      () => open.aggregate([{ $lookup: { from: 'secret', pipeline: [], as: 'all' } }]).toArray(),
      () => open.aggregate([{ $unionWith: 'secret' }]).toArray(),
      () => open.aggregate([{ $facet: { x: [{ $unionWith: { coll: 'secret' } }] } }]).toArray(),
      () => open.aggregate([{ $merge: { into: 'secret' } }]).toArray(),
      () => open.aggregate([{ $out: 'open' }]).toArray(),
      () => client.db('d').createCollection('view', { viewOn: 'secret' }),
      () => client.db('d').stats(),
      () => client.db('d').dropDatabase(),
      () => client.db('d').listCollections().toArray(),
    ]) {
      expect((await refusalOf(work())).code, String(work)).toBe(13);
    }
    const names = await client.db('d').listCollections({}, { nameOnly: true, authorizedCollections: true }).toArray();
    expect(names.map(({ name }) => name)).toEqual(['open']);
    const { databases } = await admin({ listDatabases: 1, nameOnly: true }, client);
    expect(databases).toEqual([{ name: 'd' }]);
    await client.close();
    await admin({ dropUser: 'clerk' });
    await admin({ dropRole: 'clerk' });
  });

  test('statistics of a database come from each shard', async () => {
    await admin({ enableSharding: 'stats', primaryShard: 'b' });
    await operator
      .db('stats')
      .collection('c')
      .insertMany(Array.from({ length: 100 }, (_, n) => ({ n })));
    const stats = await operator.db('stats').command({ dbStats: 1, freeStorage: 1 });
    expect(Object.keys(stats.raw).sort()).toEqual(['a', 'b'].map(name => stringOf(name, cluster.shards[name]!)).sort());
    const ofB = stats.raw[stringOf('b', cluster.shards.b!)];
    expect(ofB.objects).toBe(100);
    expect(ofB.fsTotalSize).toBeGreaterThan(ofB.fsUsedSize);
    expect(ofB.fsUsedSize).toBeGreaterThan(0);
    expect(ofB).toHaveProperty('freeStorageSize');
    expect(stats).toMatchObject({ db: 'stats', objects: 100, collections: 1 });
    expect(stats.dataSize).toBe(ofB.dataSize);
    const ofCollection = await operator.db('stats').command({ collStats: 'c' });
    expect(ofCollection).toMatchObject({ sharded: false, primary: 'b', count: 100 });
    expect(Object.keys(ofCollection.shards)).toEqual(['b']);
    const { databases } = await admin({ listDatabases: 1 });
    expect(databases.map(({ name }: { name: string }) => name)).toEqual(expect.arrayContaining(['admin', 'config', 'stats']));
  });

  test('config can be read, and its writes are known to a majority', async () => {
    const config = operator.db('config');
    expect(await config.collection('shards').countDocuments()).toBe(2);
    const stats = await config.collection<{ _id: string; primary: string }>('databases').findOne({ _id: 'stats' });
    expect(stats?.primary).toBe('b');
    await config
      .collection<{ _id: string; value?: number; stopped?: boolean }>('settings')
      .updateOne({ _id: 'chunksize' }, { $set: { value: 32 } }, { upsert: true });
    expect(await config.collection('settings').findOne({ _id: 'chunksize' as never })).toMatchObject({ value: 32 });
  });

  test('the balancer is stopped and started', async () => {
    await admin({ balancerStop: 1 });
    expect((await admin({ balancerStatus: 1 })).mode).toBe('off');
    await admin({ balancerStart: 1 });
    expect((await admin({ balancerStatus: 1 })).mode).toBe('full');
  });

  test('writes of users can be blocked in the whole cluster', async () => {
    await admin({ createUser: 'w', pwd: 'pw', roles: [{ role: 'readWrite', db: 'd' }] });
    const client = clientOf(router.address, { user: 'w', password: 'pw' });
    const c = client.db('d').collection('blocked');
    await c.insertOne({ n: 1 });
    await admin({ setUserWriteBlockMode: 1, global: true });
    expect((await refusalOf(c.insertOne({ n: 2 }))).message).toContain('User writes blocked');
    expect(await c.countDocuments()).toBe(1);
    await admin({ setUserWriteBlockMode: 1, global: false });
    await c.insertOne({ n: 3 });
    await client.close();
    await admin({ dropUser: 'w' });
  });

  test('a sharded collection is served while its chunks lie on one shard, wherever that is', async () => {
    await admin({ enableSharding: 'sharded', primaryShard: 'a' });
    await admin({ shardCollection: 'sharded.c', key: { n: 1 } });
    const c = operator.db('sharded').collection('c');
    await c.insertMany(Array.from({ length: 50 }, (_, n) => ({ n })));
    expect(await c.countDocuments()).toBe(50);
    expect((await operator.db('sharded').command({ collStats: 'c' })).sharded).toBe(true);
    // The database goes, the chunk stays; what is not sharded goes with the database.
    await operator.db('sharded').collection('plain').insertOne({ n: 1 });
    await admin({ movePrimary: 'sharded', to: 'b' });
    await c.insertOne({ n: 50 });
    expect(await c.countDocuments()).toBe(51);
    expect(await operator.db('sharded').collection('plain').countDocuments()).toBe(1);
    await withSystem(cluster.shards.a!, async shard => {
      expect(await shard.db('sharded').collection('c').countDocuments()).toBe(51);
      expect(await shard.db('sharded').collection('plain').countDocuments()).toBe(0);
    });
    await c.drop();
    expect(await c.countDocuments()).toBe(0);
    await operator.db('sharded').dropDatabase();
    expect(
      await operator
        .db('config')
        .collection('databases')
        .findOne({ _id: 'sharded' as never }),
    ).toBe(null);
  });

  test('the flag of a jumbo chunk is cleared', async () => {
    await admin({ enableSharding: 'jumbo', primaryShard: 'a' });
    await admin({ shardCollection: 'jumbo.c', key: { n: 1 } });
    const chunk = {
      uuid: (
        await operator
          .db('config')
          .collection('collections')
          .findOne({ _id: 'jumbo.c' as never })
      )?.uuid,
    };
    const chunks = operator.db('config').collection('chunks');
    for (const where of [{ find: { n: 5 } }, { bounds: [(await chunks.findOne(chunk))?.min, (await chunks.findOne(chunk))?.max] }]) {
      await withSystem(cluster.config, system =>
        system
          .db('config')
          .collection('chunks')
          .updateOne(chunk, { $set: { jumbo: true } }),
      );
      expect(await chunks.countDocuments({ jumbo: true })).toBe(1);
      await admin({ clearJumboFlag: 'jumbo.c', ...where });
      expect(await chunks.countDocuments({ jumbo: true })).toBe(0);
    }
    await operator.db('jumbo').dropDatabase();
  });

  test.runIf(isStandIn)('the stand-in refuses what it cannot do, and says so', async () => {
    await admin({ enableSharding: 'spread', primaryShard: 'a' });
    await admin({ shardCollection: 'spread.c', key: { n: 'hashed' } });
    const c = operator.db('spread').collection('c');
    for (const work of [
      () => c.insertOne({ n: 1 }),
      () => c.findOne(),
      () => c.countDocuments(),
      () => c.createIndex({ m: 1 }),
      () => c.aggregate([{ $changeStream: {} }]).toArray(),
      () =>
        operator
          .db('d')
          .collection('c')
          .aggregate([{ $limit: 1 }, { $out: { db: 'other', coll: 'c' } }])
          .toArray(),
      () =>
        operator
          .db('admin')
          .aggregate([{ $currentOp: {} }])
          .toArray(),
      () => admin({ currentOp: 1 }),
      () => admin({ moveChunk: 'spread.c', find: { n: 1 }, to: 'b' }),
      () => admin({ reshardCollection: 'spread.c', key: { m: 1 } }),
      () => admin({ killAllSessions: [] }),
      () => admin({ setParameter: 1, logLevel: 0 }),
    ]) {
      const { code, message } = await refusalOf(work());
      expect({ code, message }, String(work)).toMatchObject({ code: 115, message: expect.stringContaining('stand-in') });
    }
    await c.drop();
    await c.insertOne({ n: 1 });
    expect(await c.countDocuments()).toBe(1);
    for (const command of [{ replSetGetStatus: 1 }, { frobnicate: 1 }]) expect((await refusalOf(admin(command))).code).toBe(59);
    expect((await refusalOf(operator.db('local').collection('c').findOne())).code).toBe(73);
    await operator.db('spread').dropDatabase();
  });

  test('a shard is drained, its databases moved, and removed; the last one stays', async () => {
    await admin({ enableSharding: 'moving', primaryShard: 'b' });
    await operator.db('moving').collection('c').insertOne({ n: 1 });
    const untold = clientOf((await cluster.router()).address); // of a router that is told of nothing
    expect(await untold.db('moving').collection('c').countDocuments()).toBe(1);
    expect(await admin({ removeShard: 'b' })).toMatchObject({ state: 'started' });
    const ongoing = await admin({ removeShard: 'b' });
    expect(ongoing.state).toBe('ongoing');
    expect(ongoing.dbsToMove).toContain('moving');
    expect((await admin({ listShards: 1 })).shards.find(({ _id }: { _id: string }) => _id === 'b').draining).toBe(true);
    for (const db of ongoing.dbsToMove as string[]) await admin({ movePrimary: db, to: 'a' });
    await until('the removal', async () => (await admin({ removeShard: 'b' })).state === 'completed', 60_000);
    expect(await operator.db('moving').collection('c').countDocuments()).toBe(1);
    for (const client of [operator, untold])
      expect((await admin({ listShards: 1 }, client)).shards.map(({ _id }: { _id: string }) => _id)).toEqual(['a']);
    expect(await untold.db('moving').collection('c').countDocuments()).toBe(1);
    await untold.close();
    expect((await refusalOf(admin({ removeShard: 'a' }))).code).toBe(20);
    expect((await refusalOf(admin({ movePrimary: 'moving', to: 'b' }))).code).toBe(70);
    // It may come back.
    expect((await admin({ addShard: stringOf('b', cluster.shards.b!) })).shardAdded).toBe('b');
    await admin({ movePrimary: 'moving', to: 'b' });
    expect(await operator.db('moving').collection('c').countDocuments()).toBe(1);
  });
});
