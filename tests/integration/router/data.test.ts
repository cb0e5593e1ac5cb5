// What a client does with its data by way of a router: documents, cursors, indexes, transactions, retried writes.
import { connect } from 'node:net';
import { BSON, Long, type MongoClient, UUID } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openConnection } from '../../../tools/local-machine/router/connection.ts';
import { logInAsSystem } from '../../../tools/local-machine/router/scram.ts';
import { until } from '../../support/until.ts';
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

type Numbered = { _id: number; n?: number; of?: string };

let cluster: TestCluster;
let router: TestRouter;
let operator: MongoClient;

beforeAll(async () => {
  cluster = await openCluster({ a: 1, b: 1 });
  router = await cluster.router();
  operator = clientOf(router.address);
  const admin = operator.db('admin');
  for (const name of ['a', 'b']) await admin.command({ addShard: stringOf(name, cluster.shards[name]!) });
  await admin.command({ enableSharding: 'onA', primaryShard: 'a' });
  await admin.command({ enableSharding: 'onB', primaryShard: 'b' });
});
afterAll(async () => {
  await operator?.close();
  await cluster?.end();
});

const numbered = (count: number): Numbered[] => Array.from({ length: count }, (_, _id) => ({ _id, n: _id % 10 }));

describe(`with ${routerName}`, () => {
  test('a database that does not exist is empty', async () => {
    const c = operator.db('absent').collection('c');
    expect(await c.find().toArray()).toEqual([]);
    expect(await c.estimatedDocumentCount()).toBe(0);
    expect(await c.distinct('a')).toEqual([]);
    expect(await c.aggregate([{ $match: {} }]).toArray()).toEqual([]);
    expect(await operator.db('absent').listCollections().toArray()).toEqual([]);
    expect(await operator.db('absent').dropDatabase()).toBe(true);
    expect((await refusalOf(c.listIndexes().toArray())).code).toBe(26);
    expect(
      await operator
        .db('config')
        .collection('databases')
        .findOne({ _id: 'absent' as never }),
    ).toBe(null);
  });

  test('documents are written, read, changed and removed', async () => {
    const c = operator.db('onA').collection<Numbered>('crud');
    await c.insertMany(numbered(1000));
    expect(await c.countDocuments({ n: 3 })).toBe(100);
    expect(await c.estimatedDocumentCount()).toBe(1000);
    expect((await c.distinct('n')).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await c.updateMany({ n: 3 }, { $set: { of: 'three' } })).toMatchObject({ matchedCount: 100, modifiedCount: 100 });
    expect(await c.updateOne({ _id: -1 }, { $set: { n: 0 } }, { upsert: true })).toMatchObject({ upsertedCount: 1, upsertedId: -1 });
    expect(await c.findOneAndUpdate({ _id: 3 }, { $inc: { n: 1 } }, { returnDocument: 'after' })).toMatchObject({ n: 4, of: 'three' });
    expect(await c.findOneAndDelete({ _id: 3 })).toMatchObject({ _id: 3 });
    expect(await c.replaceOne({ _id: 4 }, { n: 44 })).toMatchObject({ modifiedCount: 1 });
    expect(await c.deleteMany({ n: { $lt: 2 } })).toMatchObject({ deletedCount: 201 });
    expect((await c.aggregate([{ $group: { _id: null, most: { $max: '$n' } } }]).toArray())[0]).toEqual({ _id: null, most: 44 });
    const { code } = await refusalOf(c.insertMany([{ _id: 4 }, { _id: 5000 }]));
    expect(code).toBe(11000);
    expect(await c.findOne({ _id: 5000 })).toBe(null);
    const result = await c.bulkWrite(
      [
        { insertOne: { document: { _id: 6000 } } },
        { updateOne: { filter: { _id: 6000 }, update: { $set: { n: 6 } } } },
        { deleteOne: { filter: { _id: 6000 } } },
      ],
      { ordered: false },
    );
    expect(result).toMatchObject({ insertedCount: 1, modifiedCount: 1, deletedCount: 1 });
  });

  test('every kind of value comes back as it went', async () => {
    const document = {
      long: Long.fromString('9007199254740993'),
      double: new BSON.Double(1),
      int: 1,
      uuid: new UUID(),
      date: new Date(0),
      decimal: BSON.Decimal128.fromString('1.10'),
      code: new BSON.Code('return 1'),
      max: new BSON.MaxKey(),
      nothing: null,
      text: 'ünïcödé',
    };
    const c = operator.db('onA').collection('values', { promoteValues: false, promoteLongs: false });
    const { insertedId } = await c.insertOne({ ...document });
    const found = await c.findOne({ _id: insertedId });
    expect(BSON.EJSON.stringify(found, { relaxed: false })).toBe(
      BSON.EJSON.stringify({ _id: insertedId, ...document }, { relaxed: false }),
    );
  });

  test('cursors go on where they lie, end when they are closed, and belong to one user', async () => {
    for (const db of ['onA', 'onB']) {
      const c = operator.db(db).collection<Numbered>('cursors');
      await c.insertMany(numbered(500));
      expect(await c.find().batchSize(33).toArray()).toHaveLength(500);
      expect(await c.aggregate([{ $match: { n: { $gte: 5 } } }], { batchSize: 7 }).toArray()).toHaveLength(250);
    }
    const cursor = operator.db('onB').collection('cursors').find({}, { batchSize: 2 });
    await cursor.next();
    const id = cursor.id as Long;
    await operator.db('admin').command({ createUser: 'other', pwd: 'pw', roles: ['readWriteAnyDatabase'] });
    const other = clientOf(router.address, { user: 'other', password: 'pw' });
    expect((await refusalOf(other.db('onB').command({ getMore: id, collection: 'cursors' }))).code).toBeOneOf([13, 43]);
    await other.close();
    await cursor.close();
    expect((await refusalOf(operator.db('onB').command({ getMore: id, collection: 'cursors' }))).code).toBe(43);
  });

  test('indexes and collections are made, shown and dropped', async () => {
    const db = operator.db('onB');
    const c = db.collection<Numbered>('indexed');
    await c.createIndex({ n: 1 }, { unique: true });
    await c.insertOne({ _id: 1, n: 1 });
    expect((await refusalOf(c.insertOne({ _id: 2, n: 1 }))).code).toBe(11000);
    expect((await c.indexes()).map(({ name }) => name)).toEqual(['_id_', 'n_1']);
    await c.dropIndex('n_1');
    await c.insertOne({ _id: 2, n: 1 });
    await db.createCollection('checked', { validator: { n: { $type: 'int' } } });
    expect((await refusalOf(db.collection<Numbered>('checked').insertOne({ _id: 1, of: 'no number' }))).code).toBe(121);
    await db.command({ collMod: 'checked', validationLevel: 'off' });
    await db.collection<Numbered>('checked').insertOne({ _id: 1, of: 'no number' });
    await db.createCollection('view', { viewOn: 'indexed', pipeline: [{ $match: { _id: 1 } }] });
    expect(await db.collection('view').find().toArray()).toEqual([{ _id: 1, n: 1 }]);
    expect((await db.listCollections().toArray()).map(({ name }) => name)).toEqual(expect.arrayContaining(['checked', 'indexed', 'view']));
    expect(await db.collection('indexed').find({ n: 1 }).explain('queryPlanner')).toHaveProperty('queryPlanner');
    const renamed = await db.collection('checked').rename('renamed');
    expect(await renamed.countDocuments()).toBe(1);
    expect((await refusalOf(renamed.rename('indexed'))).code).toBe(48);
    await c.rename('checked');
    await db.collection('checked').rename('renamed', { dropTarget: true });
    expect(await renamed.countDocuments()).toBe(2);
    await renamed.rename('indexed');
    for (const name of ['view', 'indexed']) expect(await db.collection(name).drop()).toBe(true);
    expect((await db.listCollections({ name: 'indexed' }).toArray()).length).toBe(0);
  });

  test('an aggregation joins collections and writes its result', async () => {
    const db = operator.db('onA');
    await db.collection<Numbered>('left').insertMany(numbered(20));
    await db.collection<Numbered>('right').insertMany(numbered(5));
    const joined = await db
      .collection('left')
      .aggregate([
        { $lookup: { from: 'right', localField: '_id', foreignField: '_id', as: 'same' } },
        { $match: { 'same.0': { $exists: true } } },
      ])
      .toArray();
    expect(joined).toHaveLength(5);
    await db
      .collection('left')
      .aggregate([{ $match: { n: 1 } }, { $out: 'result' }])
      .toArray();
    expect(await db.collection('result').countDocuments()).toBe(2);
    await db
      .collection('left')
      .aggregate([{ $match: { n: 2 } }, { $merge: 'result' }])
      .toArray();
    expect(await db.collection('result').countDocuments()).toBe(4);
  });

  test('a transaction is committed or leaves nothing, also on a collection that was not there', async () => {
    const db = operator.db('onA');
    const c = db.collection<Numbered>('transactions');
    await operator.withSession(session =>
      session.withTransaction(async () => {
        await c.insertOne({ _id: 1 }, { session });
        await c.insertOne({ _id: 2 }, { session });
        expect(await c.countDocuments({}, { session })).toBe(2);
        expect(await c.countDocuments()).toBe(0);
      }),
    );
    expect(await c.countDocuments()).toBe(2);
    await operator.withSession(async session => {
      session.startTransaction();
      await c.deleteMany({}, { session });
      await session.abortTransaction();
    });
    expect(await c.countDocuments()).toBe(2);
    await operator.withSession(async session => {
      session.startTransaction({ readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority' } });
      expect(await c.find({}, { session, batchSize: 1 }).toArray()).toHaveLength(2);
      await c.updateOne({ _id: 1 }, { $set: { n: 5 } }, { session });
      // Nobody else changes the document meanwhile.
      expect((await refusalOf(c.findOneAndUpdate({ _id: 1 }, { $set: { n: 6 } }, { maxTimeMS: 200 }))).code).toBe(50);
      await session.commitTransaction();
      await session.commitTransaction(); // as after a reply that was lost
    });
    expect((await c.findOne({ _id: 1 }))?.n).toBe(5);
  });

  test('a transaction is committed by another router than the one where it began', async () => {
    const second = await cluster.router();
    const [here, there] = [await rawConnection(router), await rawConnection(second)];
    const transaction = { lsid: { id: new UUID() }, txnNumber: Long.fromNumber(1), autocommit: false };
    const c = operator.db('onB').collection<Numbered>('elsewhere');
    const reply = await here.ask('onB', { insert: 'elsewhere', documents: [{ _id: 1 }], startTransaction: true, ...transaction });
    expect(reply).toMatchObject({ ok: 1, recoveryToken: { recoveryShardId: 'b' } });
    expect(await c.countDocuments()).toBe(0);
    const unknown = await there.ask('onB', { find: 'elsewhere', ...transaction });
    expect(unknown).toMatchObject({ ok: 0, code: 251, errorLabels: ['TransientTransactionError'] });
    expect(await there.ask('admin', { commitTransaction: 1, ...transaction, recoveryToken: reply.recoveryToken })).toMatchObject({ ok: 1 });
    expect(await c.countDocuments()).toBe(1);
    for (const connection of [here, there]) connection.close();
    await second.end();
  });

  test.runIf(isStandIn)('the stand-in refuses a transaction on two shards', async () => {
    await operator.db('onA').collection('t').insertOne({});
    await operator.db('onB').collection('t').insertOne({});
    await operator.withSession(async session => {
      session.startTransaction();
      await operator.db('onA').collection('t').insertOne({}, { session });
      const { code, message } = await refusalOf(operator.db('onB').collection('t').insertOne({}, { session }));
      expect({ code, message }).toMatchObject({ code: 263, message: expect.stringContaining('stand-in') });
      await session.abortTransaction();
    });
    expect(await operator.db('onA').collection('t').countDocuments()).toBe(1);
  });

  test('a retried write is done once', async () => {
    const db = operator.db('onA');
    await db.collection<Numbered>('retried').insertOne({ _id: 1, n: 0 });
    const connection = await rawConnection(router);
    const command = { lsid: { id: new UUID() }, txnNumber: Long.fromNumber(1) };
    const update = { update: 'retried', updates: [{ q: { _id: 1 }, u: { $inc: { n: 1 } } }], ...command };
    for (let time = 0; time < 3; time += 1) expect(await connection.ask('onA', update)).toMatchObject({ ok: 1, nModified: 1 });
    connection.close();
    expect((await db.collection<Numbered>('retried').findOne({ _id: 1 }))?.n).toBe(1);
  });

  test('a write is acknowledged by a majority unless the client wants less', async () => {
    // The profiler of the shard shows with which write concern a command arrived.
    await withSystem(cluster.shards.a!, async shard => {
      await shard.db('onA').command({ profile: 2 });
      await operator.db('onA').collection<Numbered>('concern').insertOne({ _id: 1 });
      await operator
        .db('onA')
        .collection<Numbered>('concern')
        .insertOne({ _id: 2 }, { writeConcern: { w: 1 } });
      const seen = await shard.db('onA').collection('system.profile').find({ op: 'insert', ns: 'onA.concern' }).sort({ ts: 1 }).toArray();
      expect(seen.map(({ command }) => command.writeConcern.w).slice(-2)).toEqual(['majority', 1]);
      await shard.db('onA').command({ profile: 0 });
    });
  });

  test('a read comes after the write that it follows, on whichever shard', async () => {
    await operator.withSession({ causalConsistency: true }, async session => {
      for (let n = 0; n < 20; n += 1) {
        await operator.db('onA').collection<Numbered>('causal').insertOne({ _id: n }, { session });
        expect(await operator.db('onB').collection('causal').countDocuments({}, { session })).toBe(n);
        await operator.db('onB').collection<Numbered>('causal').insertOne({ _id: n }, { session });
        expect(
          await operator
            .db('config')
            .collection('databases')
            .countDocuments({ _id: 'onA' as never }, { session }),
        ).toBe(1);
        expect(await operator.db('onA').collection('causal').countDocuments({}, { session })).toBe(n + 1);
      }
    });
  });

  test('what needs no reply gets none, and is done', async () => {
    const c = operator.db('onA').collection<Numbered>('silent');
    expect(await c.insertOne({ _id: 1 }, { writeConcern: { w: 0 } })).toMatchObject({ acknowledged: false });
    await until('the silent write', async () => (await c.countDocuments()) === 1);
  });

  test('many clients are served at once, and big batches too', async () => {
    const c = operator.db('onB').collection<Numbered & { filler: string }>('many');
    await Promise.all(Array.from({ length: 200 }, (_, _id) => c.insertOne({ _id, filler: 'x' })));
    await c.insertMany(Array.from({ length: 300 }, (_, n) => ({ _id: 1000 + n, filler: 'y'.repeat(100_000) })));
    expect(await c.countDocuments()).toBe(500);
    const found = await c.find({ _id: { $gte: 1000 } }).toArray();
    expect(found.reduce((sum, { filler }) => sum + filler.length, 0)).toBe(30_000_000);
  });

  test('what is no message of the protocol ends that connection and nothing else', async () => {
    for (const bytes of [
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.from('00000000', 'hex'),
      message(2013, '00000000 07 05000000 00'),
      message(2012, ''),
    ]) {
      const socket = connect(27018, router.address);
      const closed = new Promise(done => socket.once('close', done));
      socket.on('error', () => undefined);
      socket.write(bytes);
      await closed;
    }
    expect(await operator.db('admin').command({ ping: 1 })).toMatchObject({ ok: 1 });
  });
});

/** A connection without a driver, which would choose sessions and numbers by itself. */
const rawConnection = async ({ address }: TestRouter) => {
  const connection = openConnection(`${address}:27018`);
  await logInAsSystem(connection, system.password);
  return connection;
};

const message = (opcode: number, hex: string): Buffer => {
  const content = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  const header = Buffer.alloc(16);
  header.writeInt32LE(16 + content.length, 0);
  header.writeInt32LE(opcode, 12);
  return Buffer.concat([header, content]);
};
