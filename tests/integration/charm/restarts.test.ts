// Restarts of mongods that take MongoDB's own time to end: 15 s each, as on every machine but a local one.
import { expect, onTestFinished, test } from 'vitest';
import { SHUTDOWN_VARIABLE } from '../../../tools/local-machine/mongod-command.ts';
import { openModel } from '../../support/model.ts';
import { settled } from '../../support/status.ts';
import { asOperator, deployMongodb, onUnit, wellWith } from './world.ts';

test('an option that needs a restart reaches three slow members one by one: no update-status, and no acknowledged write is lost', {
  timeout: 600_000,
}, async () => {
  process.env[SHUTDOWN_VARIABLE] = '15000';
  onTestFinished(() => {
    delete process.env[SHUTDOWN_VARIABLE];
  });
  const model = await openModel();
  onTestFinished(() => model.close());
  await model.juju('model-config', 'update-status-hook-interval=1h');
  await deployMongodb(model, 3);

  const acknowledged: number[] = [];
  const failures: string[] = [];
  let writes = true;
  const writing = asOperator(model, async client => {
    const collection = client.db('test').collection<{ _id: number }>('writes');
    for (let n = 0; writes; n += 1) {
      await collection.insertOne({ _id: n }, { writeConcern: { w: 'majority' } }).then(
        () => acknowledged.push(n),
        error => failures.push(String(error)),
      );
    }
  });
  const limits = () =>
    Promise.all(
      [0, 1, 2].map(n =>
        onUnit(model, `mongodb/${n}`, async client => {
          const { connections } = await client.db('admin').command({ serverStatus: 1 });
          return connections.current + connections.available;
        }),
      ),
    );
  const begun = Date.now();
  await model.juju('config', 'mongodb', 'max-connections=500');
  await model.waitFor(
    'the limit to be in force everywhere',
    async status => settled(status) && (await limits().catch(() => [])).filter(limit => limit === 500).length === 3,
    { limitMs: 400_000, everyMs: 1_000 },
  );
  // Each of the three has taken its time to end, so it was the time of a real restart that was waited for.
  expect(Date.now() - begun).toBeGreaterThan(45_000);
  await wellWith(model, 3);
  writes = false;
  await writing;
  const hooks = await model.juju('debug-log', '--no-tail', '--limit', '2000');
  expect(hooks).toContain('ran "config-changed" hook');
  expect(hooks).not.toContain('ran "update-status" hook');
  expect(failures).toEqual([]);
  expect(acknowledged.length).toBeGreaterThan(100);
  const kept = await asOperator(model, client => client.db('test').collection<{ _id: number }>('writes').find().toArray());
  expect(new Set(acknowledged).difference(new Set(kept.map(({ _id }) => _id)))).toEqual(new Set());
});
