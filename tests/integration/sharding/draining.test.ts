// Shards are drained, several at once, while a client writes and the leader that began it goes. Without a mongos on this computer, the
// routers are stand-ins; the config servers and shards, which move the data, are real ones.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Document, MongoClient, MongoNetworkError } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withMongo } from '../../support/client.ts';
import { openModel, type TestModel } from '../../support/model.ts';
import { leaderOf, unitsOf } from '../../support/status.ts';
import { until } from '../../support/until.ts';
import { routerName } from '../router/cluster.ts';
import {
  addressesOf,
  type Count,
  countingWriter,
  deployCluster,
  integrateShard,
  operatorPassword,
  primaryShardOf,
  removeShard,
  rootOf,
  shardNames,
  soonUntil,
  throughRouter,
  untilCalm,
  type Way,
} from './world.ts';

let model: TestModel;
let leader: string;
let way: Way;
let client: MongoClient;
let writer: Count;
beforeAll(async () => {
  model = await openModel();
  await model.juju('model-config', 'update-status-hook-interval=10s');
  await deployCluster(model, { 'shard-a': 1, 'shard-b': 1, 'shard-c': 1 }, 3);
  const status = await model.status();
  leader = leaderOf(status, 'config-server') ?? '';
  const routers = Object.entries(unitsOf(status, 'config-server')).flatMap(([name, unit]) =>
    name === leader ? [] : [`${unit['public-address']}:27018`],
  );
  const auth = { username: 'operator', password: await operatorPassword(model) };
  way = { uri: `mongodb://${routers.join(',')}/`, options: { auth, serverSelectionTimeoutMS: 30_000 } };
  client = await new MongoClient(way.uri, way.options).connect();
}, 300_000);
afterAll(async () => {
  await writer?.end();
  await client?.close();
  await model?.close();
});

const databases = { 'on-b': 'shard-b', 'also-on-b': 'shard-b', 'on-c': 'shard-c', 'also-on-c': 'shard-c' };
/** A router restarts when the config servers change, and no driver repeats a command whose connection broke. */
async function command(words: Record<string, unknown>): Promise<Document> {
  for (;;) {
    try {
      return await client.db('admin').command(words);
    } catch (error) {
      if (!(error instanceof MongoNetworkError)) throw error;
    }
  }
}
const said = (application: string, words: RegExp) =>
  model.waitFor(
    `${application} to say ${words}`,
    status => words.test(status.applications[application]?.['application-status'].message ?? ''),
    {
      limitMs: 100_000,
    },
  );
const drained = /^Shard drained from cluster, ready for removal$/;

const placeOf = (database: string) => primaryShardOf(client, database);
/** How many hooks of the leader have done this, by its own words. */
const logged = async (words: string): Promise<number> =>
  (await model.juju('debug-log', '--no-tail', '--replay', '--include', leader)).split('\n').filter(line => line.includes(words)).length;

/** The unit's mongod. */
async function pidOf(unit: string): Promise<number> {
  const config = join(await rootOf(model, unit), 'var/snap/charmed-mongodb/current/etc/mongod/mongod.conf');
  for (const name of await readdir('/proc')) {
    const words = /^\d+$/.test(name) ? await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '') : '';
    if (words.split('\0').includes(config)) return Number(name);
  }
  throw new Error(`nothing runs with ${config}`);
}

/** A collection of one chunk, on the shard, which the cluster is told is too big to be moved. */
async function shardedCollection(database: string, shard: string): Promise<void> {
  // It would not be told anew what it has looked at before. The charm starts it when it needs it.
  await command({ balancerStop: 1 });
  await command({ enableSharding: database, primaryShard: shard });
  await command({ shardCollection: `${database}.wide`, key: { number: 1 } });
  await client
    .db(database)
    .collection('wide')
    .insertMany(Array.from({ length: 500 }, (_, number) => ({ number })));
  const key = (await readFile(join(await rootOf(model, leader), 'var/snap/charmed-mongodb/current/etc/mongod/keyFile'), 'utf8')).trim();
  const hosts = addressesOf(await model.status(), 'config-server').map(address => `${address}:27017`);
  const auth = { username: '__system', password: key };
  await withMongo(
    `mongodb://${hosts.join(',')}/?replicaSet=config-server`,
    async system => {
      const { modifiedCount } = await system
        .db('config')
        .collection('chunks')
        .updateMany({ shard }, { $set: { jumbo: true } });
      expect(modifiedCount).toBe(1);
    },
    { auth, authSource: 'local', authMechanism: 'SCRAM-SHA-256' },
  );
}

/** So many that a move of them can be stopped halfway. */
const MANY = 150;

describe(`with ${routerName}`, () => {
  test('two shards are removed at once, and the status says what holds the first of them up', async () => {
    await command({ enableSharding: 'copied', primaryShard: 'shard-b' }); // the first, so it is moved first
    await Promise.all(Array.from({ length: MANY }, (_, n) => client.db('copied').collection(`c${n}`).insertOne({ n })));
    for (const [database, shard] of Object.entries(databases)) {
      await command({ enableSharding: database, primaryShard: shard });
      await client
        .db(database)
        .collection('things')
        .insertMany(Array.from({ length: 1_000 }, (_, number) => ({ number })));
    }
    await shardedCollection('sharded', 'shard-b');
    await command({ enableSharding: 'live', primaryShard: 'shard-b' });
    writer = countingWriter(way, 'live', 'counted', 20);
    await Promise.all([removeShard(model, 'shard-b'), removeShard(model, 'shard-c')]);
    await said(
      'config-server',
      /^split them, or run clearJumboFlag on them: shard shard-b keeps chunks that are too big to move, of sharded\.wide$/,
    );
    await said('shard-b', /^draining from the cluster: 5 database\(s\) and 1 chunk\(s\) remain$/);
    await said('shard-c', /^waiting for the config-server to remove the shard$/);
    expect(await throughRouter(model, shardNames)).toEqual(['shard-a', 'shard-b', 'shard-c']);
  });

  test('the balancer that somebody had stopped runs', async () => {
    await model.waitFor('the balancer', async () => (await command({ balancerStatus: 1 })).mode === 'full');
  });

  test('the leader goes, and the next one goes on where it was', async () => {
    await model.juju('remove-unit', '--no-prompt', leader);
    await model.waitFor('two config servers', status => Object.keys(unitsOf(status, 'config-server')).length === 2);
    leader = leaderOf(await model.status(), 'config-server') ?? '';
    await said('config-server', /shard shard-b keeps chunks/);
  });

  test('no hook waits for a move to a shard that has stopped halfway, and what that leaves there is taken away', async () => {
    const [address] = addressesOf(await model.status(), 'shard-a');
    const auth = { username: 'operator', password: await operatorPassword(model, 'shard-a') };
    const direct = await new MongoClient(`mongodb://${address}:27017/?directConnection=true`, { auth }).connect();
    try {
      const pid = await pidOf('shard-a/0');
      await command({ clearJumboFlag: 'sharded.wide', find: { number: 1 } });
      await until('the move to be halfway', async () => (await direct.db('copied').listCollections().toArray()).length > MANY / 5, 100_000);
      process.kill(pid, 'SIGSTOP');
      const moves = await logged('move-primary copied');
      await model.waitFor('a hook to end meanwhile', async () => (await logged('move-primary copied')) > moves);
      expect(await placeOf('copied')).toBe('shard-b');
      process.kill(pid, 'SIGKILL');
    } finally {
      await direct.close();
    }
    await said('shard-b', drained);
    await said('shard-c', drained);
    await untilCalm(model, 'config-server', 'shard-a', 'shard-b', 'shard-c');
    expect(await logged('drop-leftovers copied')).toBeGreaterThan(0);
    expect(await client.db('copied').listCollections().toArray()).toHaveLength(MANY);
    expect(
      await client
        .db('copied')
        .collection(`c${MANY - 1}`)
        .countDocuments(),
    ).toBe(1);
  });

  test('everything is on the shard that is left, and nothing that was acknowledged is lost', async () => {
    const then = writer.acknowledged();
    await model.waitFor('writes afterwards', () => writer.acknowledged() > then + 20);
    expect((await writer.end()).lost).toBe(0);
    expect(await throughRouter(model, shardNames)).toEqual(['shard-a']);
    const places = await client.db('config').collection<{ _id: string; primary: string }>('databases').find().toArray();
    expect(new Set(places.map(({ primary }) => primary))).toEqual(new Set(['shard-a']));
    for (const database of Object.keys(databases)) expect(await client.db(database).collection('things').countDocuments()).toBe(1_000);
    expect(await client.db('sharded').collection('wide').countDocuments()).toBe(500);
  });

  test('a drained shard is integrated again', async () => {
    await untilRelationGone('shard-b');
    await integrateShard(model, 'shard-b');
    await untilCalm(model, 'config-server', 'shard-b');
    expect(await throughRouter(model, shardNames)).toEqual(['shard-a', 'shard-b']);
  });

  test('one that is integrated again while it is drained is drained, and then added', { timeout: 300_000 }, async () => {
    await shardedCollection('again', 'shard-b');
    await removeShard(model, 'shard-b');
    await said('config-server', /^shard shard-b keeps chunks that are too big to move, of again\.wide/);
    await untilRelationGone('shard-b');
    await integrateShard(model, 'shard-b');
    await said('shard-b', /^draining from the cluster: 1 database\(s\) and 1 chunk\(s\) remain$/);
    await command({ clearJumboFlag: 'again.wide', find: { number: 1 } });
    await untilCalm(model, 'config-server', 'shard-a', 'shard-b');
    const { shards } = await command({ listShards: 1 });
    expect(shards.map(({ _id, draining }: { _id: string; draining?: boolean }) => [_id, draining])).toEqual([
      ['shard-a', undefined],
      ['shard-b', undefined],
    ]);
    expect(await placeOf('again')).toBe('shard-a');
    expect(await client.db('again').collection('wide').countDocuments()).toBe(500);
    await command({ enableSharding: 'new', primaryShard: 'shard-b' });
    await client.db('new').collection('things').insertOne({});
    expect(await client.db('new').collection('things').countDocuments()).toBe(1);
  });

  const heldBecause = (application: string, words: RegExp) =>
    model.waitFor(`${application} to be held because ${words}`, status =>
      Object.values(unitsOf(status, application)).some(unit => words.test(unit['workload-status'].message ?? '')),
    );

  test('a shard whose application is removed stays until its data has been moved, and says what remains', async () => {
    await shardedCollection('held', 'shard-b');
    await model.juju('remove-application', '--no-prompt', '--destroy-storage', 'shard-b');
    await heldBecause('shard-b', /^not removed yet: its data is being moved; 2 database\(s\) and 1 chunk\(s\) remain$/);
    await command({ clearJumboFlag: 'held.wide', find: { number: 1 } });
    await model.waitFor('the shard to be gone', status => !('shard-b' in status.applications));
    expect(await throughRouter(model, shardNames)).toEqual(['shard-a']);
    expect(await throughRouter(model, one => one.db('held').collection('wide').countDocuments())).toBe(500);
  });

  test('a config server stays for the last shard, which nobody can drain; when that goes, too, neither waits for the other', {
    timeout: 400_000,
  }, async () => {
    await removeShard(model, 'shard-a');
    await said('config-server', /^shard-a is the last shard, and its data has nowhere to go/);
    await model.juju('remove-application', '--no-prompt', '--destroy-storage', 'config-server');
    await heldBecause('config-server', /^not removed yet: shard-a is the last shard, with the data of .*again.*; remove shard-a, too$/);
    expect(await throughRouter(model, one => one.db('held').collection('wide').countDocuments())).toBe(500);
    await model.juju('remove-application', '--no-prompt', '--destroy-storage', 'shard-a');
    await soonUntil(model, 'both to be gone', status => Object.keys(status.applications).join() === 'shard-c');
  });
});

const untilRelationGone = (shard: string) =>
  model.waitFor('the relation to be gone', async () => !(await model.juju('status', '--relations')).includes(`${shard}:sharding`));
