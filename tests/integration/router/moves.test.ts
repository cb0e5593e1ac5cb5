// A database that is moved to another shard while clients write to it by way of routers that know nothing of the move.
import type { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openConnection } from '../../../tools/local-machine/router/connection.ts';
import { logInAsSystem } from '../../../tools/local-machine/router/scram.ts';
import { until } from '../../support/until.ts';
import {
  clientOf,
  openCluster,
  refusalOf,
  routerName,
  stringOf,
  system,
  type TestCluster,
  type TestRouter,
  withSystem,
} from './cluster.ts';

type Numbered = { _id: number | string; n?: number };

let cluster: TestCluster;
let mover: TestRouter;
let writer: TestRouter;
let operator: MongoClient;
let client: MongoClient;

beforeAll(async () => {
  cluster = await openCluster({ a: 1, b: 1 });
  [mover, writer] = [await cluster.router(), await cluster.router()];
  operator = clientOf(mover.address);
  client = clientOf(writer.address);
  for (const name of ['a', 'b']) await operator.db('admin').command({ addShard: stringOf(name, cluster.shards[name]!) });
});
afterAll(async () => {
  await operator?.close();
  await client?.close();
  await cluster?.end();
});

const move = (db: string, to: string) => operator.db('admin').command({ movePrimary: db, to });
const primaryShard = async (db: string) =>
  (
    await operator
      .db('config')
      .collection('databases')
      .findOne({ _id: db as never })
  )?.primary;
const onShard = (shard: string, db: string, collection: string) =>
  withSystem(cluster.shards[shard]!, one => one.db(db).collection(collection).countDocuments());

describe(`with ${routerName}`, () => {
  test('a router that was not told of a move goes to the new shard, with whatever it is asked', async () => {
    const asks: Record<string, (db: string) => Promise<unknown>> = {
      insert: db => client.db(db).collection<Numbered>('c').insertOne({ _id: 'new' }),
      'insert of many': db =>
        client
          .db(db)
          .collection<Numbered>('c')
          .insertMany([{ _id: 'x' }, { _id: 'y' }], { ordered: false }),
      update: db =>
        client
          .db(db)
          .collection<Numbered>('c')
          .updateOne({ _id: 1 }, { $inc: { n: 1 } }),
      remove: db => client.db(db).collection<Numbered>('c').deleteOne({ _id: 1 }),
      findAndModify: db =>
        client
          .db(db)
          .collection<Numbered>('c')
          .findOneAndUpdate({ _id: 1 }, { $inc: { n: 1 } }),
      find: async db => expect(await client.db(db).collection('c').find().toArray()).toHaveLength(100),
      count: async db => expect(await client.db(db).collection('c').estimatedDocumentCount()).toBe(100),
      aggregate: async db =>
        expect(
          await client
            .db(db)
            .collection('c')
            .aggregate([{ $match: {} }])
            .toArray(),
        ).toHaveLength(100),
      listCollections: async db => expect(await client.db(db).listCollections().toArray()).toHaveLength(1),
      createIndex: db => client.db(db).collection('c').createIndex({ n: 1 }),
      create: db => client.db(db).createCollection('made'),
      drop: db => client.db(db).collection('c').drop(),
      dropDatabase: db => client.db(db).dropDatabase(),
      collMod: db => client.db(db).command({ collMod: 'c', validationLevel: 'off' }),
      transaction: db =>
        client.withSession(session =>
          session.withTransaction(() => client.db(db).collection<Numbered>('c').insertOne({ _id: 'in a transaction' }, { session })),
        ),
    };
    for (const [name, ask] of Object.entries(asks)) {
      const db = `told-${name.replaceAll(' ', '-')}`;
      await operator.db('admin').command({ enableSharding: db, primaryShard: 'a' });
      await client
        .db(db)
        .collection<Numbered>('c')
        .insertMany(Array.from({ length: 100 }, (_, _id) => ({ _id, n: 0 })));
      await move(db, 'b');
      await ask(db);
      // The old shard has nothing of it any more.
      expect(await withSystem(cluster.shards.a!, one => one.db(db).listCollections().toArray()), name).toEqual([]);
      await operator.db(db).dropDatabase();
    }
  });

  test('no acknowledged write is lost while a database is moved to and fro', async () => {
    const db = 'busy';
    await operator.db('admin').command({ enableSharding: db, primaryShard: 'a' });
    await client.db(db).collection<Numbered>('counter').insertOne({ _id: 'counter', n: 0 });
    let over = false;
    const refused: Record<string, number> = {};
    const attempt = async (work: () => Promise<void>) => {
      await work().catch(({ code, message }): Promise<unknown> => {
        const reason = `${code}: ${String(message).slice(0, 60)}`;
        refused[reason] = (refused[reason] ?? 0) + 1;
        // Lets others have their turn, also when everything is refused at once.
        return new Promise(resolve => setImmediate(resolve));
      });
    };
    const single: number[] = [];
    const many: number[] = [];
    let increments = 0;
    const inserts = async () => {
      for (let _id = 0; !over; _id += 1) {
        await attempt(async () => {
          await client.db(db).collection<Numbered>('single').insertOne({ _id });
          single.push(_id);
        });
      }
    };
    const batches = async () => {
      for (let batch = 0; !over; batch += 1) {
        const documents = Array.from({ length: 1500 }, (_, n) => ({ _id: batch * 1500 + n }));
        await attempt(async () => {
          const { insertedCount } = await client
            .db(db)
            .collection<Numbered>('many')
            .insertMany(documents, { ordered: batch % 2 === 0 });
          expect(insertedCount).toBe(documents.length);
          many.push(...documents.map(({ _id }) => _id));
        });
      }
    };
    const counts = async () => {
      while (!over) {
        await attempt(async () => {
          const { modifiedCount } = await client
            .db(db)
            .collection<Numbered>('counter')
            .updateOne({ _id: 'counter' }, { $inc: { n: 1 } });
          expect(modifiedCount).toBe(1);
          increments += 1;
        });
      }
    };
    const writing = [inserts(), batches(), counts()];
    try {
      for (const to of ['b', 'a', 'b', 'a', 'b', 'a', 'b']) {
        const before = single.length;
        await move(db, to);
        await until('writes after the move', () => single.length > before + 20);
      }
    } finally {
      over = true;
    }
    await Promise.all(writing);
    const read = async (collection: string) =>
      new Set((await operator.db(db).collection<Numbered>(collection).find().toArray()).map(({ _id }) => _id));
    const [singles, manys] = [await read('single'), await read('many')];
    expect(single.filter(_id => !singles.has(_id))).toEqual([]);
    expect(many.filter(_id => !manys.has(_id))).toEqual([]);
    // A refused increment may have been done all the same, an acknowledged one must have been.
    expect((await operator.db(db).collection<Numbered>('counter').findOne())?.n).toBeGreaterThanOrEqual(increments);
    expect(await primaryShard(db)).toBe('b');
    for (const collection of ['single', 'many', 'counter']) expect(await onShard('a', db, collection)).toBe(0);
    // Only while the data is copied are writes refused, in mongod's words.
    expect(Object.keys(refused).filter(reason => !reason.includes('movePrimary is in progress'))).toEqual([]);
    expect(single.length).toBeGreaterThan(100);
    expect(many.length).toBeGreaterThan(1500);
  });

  test('a move goes on when the one who asked is gone, and the same request again waits for it', async () => {
    const db = 'large';
    await operator.db('admin').command({ enableSharding: db, primaryShard: 'a' });
    for (let n = 0; n < 30; n += 1)
      await client
        .db(db)
        .collection<Numbered>(`c${n}`)
        .insertMany([{ _id: 1 }, { _id: 2 }]);
    // While the new shard is halted the move cannot come to its end.
    const [target] = cluster.shards.b!;
    target!.freeze();
    const impatient = openConnection(`${mover.address}:27018`);
    await logInAsSystem(impatient, system.password);
    impatient.ask('admin', { movePrimary: db, to: 'b' }).catch(() => undefined);
    await until('the beginning of the move', () =>
      client
        .db(db)
        .collection('probe')
        .insertOne({})
        .then(
          () => false,
          ({ code }) => code === 319,
        ),
    );
    impatient.close();
    // The same request waits no longer than it is asked to, and takes nothing away.
    const { code } = await refusalOf(operator.db('admin').command({ movePrimary: db, to: 'b', maxTimeMS: 200 }));
    expect(code).toBe(50);
    expect(await primaryShard(db)).toBe('a');
    const both = Promise.all([move(db, 'b'), client.db('admin').command({ movePrimary: db, to: 'b' })]);
    target!.thaw();
    await both;
    expect(await primaryShard(db)).toBe('b');
    await move(db, 'b');
    for (let n = 0; n < 30; n += 1) expect(await client.db(db).collection(`c${n}`).countDocuments()).toBe(2);
  });
});
