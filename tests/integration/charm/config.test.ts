// The operator's options on a running set: online where mongod can, by a rolling restart where it cannot.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openModel, type TestModel } from '../../support/model.ts';
import { settled } from '../../support/status.ts';
import { asOperator, deployMongodb, onUnit, primaryOf, wellWith } from './world.ts';

const UNITS = ['mongodb/0', 'mongodb/1', 'mongodb/2'];
let model: TestModel;
beforeAll(async () => {
  model = await openModel();
  await deployMongodb(model, 3);
});
afterAll(() => model?.close());

const settings = (unit: string) =>
  onUnit(model, unit, async client => {
    const admin = client.db('admin');
    const status = await admin.command({ serverStatus: 1 });
    return {
      slowMs: (await admin.command({ profile: -1 })).slowms,
      verbosity: (await admin.command({ getParameter: 1, logLevel: 1 })).logLevel,
      cacheMiB: status.wiredTiger.cache['maximum bytes configured'] / 1048576,
      oplogMB: (await client.db('local').command({ collStats: 'oplog.rs' })).maxSize / 1048576,
      connections: status.connections.current + status.connections.available,
      pid: status.pid,
    };
  });
const everywhere = () => Promise.all(UNITS.map(settings));

test('slow operations, verbosity and oplog change while every mongod runs on', async () => {
  const before = await everywhere();
  await model.juju('config', 'mongodb', 'slow-operation-threshold-ms=25', 'log-verbosity=1', 'oplog-size-mb=1500');
  await model.waitFor('the settings to be in force', async () =>
    (await everywhere()).every(now => now.slowMs === 25 && now.verbosity === 1 && now.oplogMB === 1500),
  );
  expect((await everywhere()).map(now => now.pid)).toEqual(before.map(now => now.pid));
  await model.juju('config', 'mongodb', '--reset', 'log-verbosity,slow-operation-threshold-ms');
  await model.waitFor('the settings to be as before', async () =>
    (await everywhere()).every(now => now.slowMs === 100 && now.verbosity === 0),
  );
});

test('the time of elections changes while every mongod runs on, and without an election', async () => {
  const before = await everywhere();
  const elected = () =>
    asOperator(model, async client => {
      const admin = client.db('admin');
      const [{ config }, status] = await Promise.all([admin.command({ replSetGetConfig: 1 }), admin.command({ replSetGetStatus: 1 })]);
      const { electionTimeoutMillis, heartbeatIntervalMillis, heartbeatTimeoutSecs } = config.settings;
      return { times: [electionTimeoutMillis, heartbeatIntervalMillis, heartbeatTimeoutSecs], version: config.version, term: status.term };
    });
  const first = await elected();
  expect(first.times).toEqual([5_000, 500, 5]);
  for (const [option, times] of [
    ['20000', [20_000, 2_000, 20]],
    ['1000', [1_000, 100, 1]],
  ] as const) {
    await model.juju('config', 'mongodb', `election-timeout-ms=${option}`);
    await model.waitFor('the times to be in force', async status => settled(status) && (await elected()).times.join() === times.join());
  }
  await wellWith(model, 3);
  const last = await elected();
  expect(last.term).toBe(first.term);
  expect((await everywhere()).map(now => now.pid)).toEqual(before.map(now => now.pid));
  await model.juju('config', 'mongodb', '--reset', 'election-timeout-ms');
  await model.waitFor(
    'the times to be as before',
    async status => settled(status) && (await elected()).times.join() === first.times.join(),
  );
});

test('a limit of connections restarts the members one by one, the primary last, and writes go on', async () => {
  const before = await everywhere();
  const first = await primaryOf(model);
  let writes = 0;
  let failures = 0;
  let on = true;
  const writing = asOperator(model, async client => {
    while (on) {
      await client
        .db('test')
        .collection('writes')
        .insertOne({ n: writes }, { writeConcern: { w: 'majority' } })
        .then(() => {
          writes += 1;
        })
        .catch(() => {
          failures += 1;
        });
    }
  });
  await model.juju('config', 'mongodb', 'max-connections=500');
  await model.waitFor(
    'the limit to be in force everywhere',
    async status => settled(status) && (await everywhere().catch(() => [])).filter(now => now.connections === 500).length === 3,
  );
  await wellWith(model, 3);
  on = false;
  await writing;
  expect((await everywhere()).every((now, at) => now.pid !== before[at]?.pid)).toBe(true);
  expect(await primaryOf(model)).not.toBe(first);
  expect(writes).toBeGreaterThan(failures);
  const kept = await asOperator(model, client => client.db('test').collection('writes').countDocuments());
  expect(kept).toBeGreaterThanOrEqual(writes);
});

test('a cache of its own size restarts once, and another size does not', async () => {
  await model.juju('config', 'mongodb', 'cache-size-mb=300');
  await model.waitFor(
    'the cache to have its size',
    async status => settled(status) && (await everywhere().catch(() => [])).filter(now => now.cacheMiB === 300).length === 3,
  );
  await wellWith(model, 3);
  const before = await everywhere();
  await model.juju('config', 'mongodb', 'cache-size-mb=320');
  await model.waitFor('the cache to have the new size', async () => (await everywhere()).every(now => now.cacheMiB === 320));
  expect((await everywhere()).map(now => now.pid)).toEqual(before.map(now => now.pid));
});

test('a value that cannot be is told to the operator, and changes nothing', async () => {
  const before = await everywhere();
  await model.juju('config', 'mongodb', 'log-verbosity=9');
  await model.waitFor(
    'the sentence to show',
    status =>
      status.applications.mongodb?.['application-status'].message === 'config log-verbosity=9 must be from 0 to 5; set it with juju config',
  );
  expect((await model.status()).applications.mongodb?.['application-status'].current).toBe('blocked');
  expect(await everywhere()).toEqual(before);
  await model.juju('config', 'mongodb', 'log-verbosity=0');
  await wellWith(model, 3);
});

test('a refresh of the charm restarts nothing when the configuration is the same', async () => {
  const before = await everywhere();
  await model.juju('refresh', 'mongodb');
  await model.waitFor(
    'the refresh to be over',
    async status =>
      settled(status) && (await model.juju('debug-log', '--no-tail', '--limit', '400')).split('ran "upgrade-charm"').length > 3,
  );
  expect((await everywhere()).map(now => now.pid)).toEqual(before.map(now => now.pid));
});
