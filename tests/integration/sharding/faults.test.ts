// Servers that end, move and come back while a client writes through its router. Without a mongos here, the routers are stand-ins.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openModel, type TestModel } from '../../support/model.ts';
import { unitsOf } from '../../support/status.ts';
import { routerName } from '../router/cluster.ts';
import {
  type Count,
  countingWriter,
  deployClient,
  deployCluster,
  rootOf,
  routerCredentials,
  shardNames,
  throughRouter,
  untilCalm,
} from './world.ts';

let model: TestModel;
let uri: string;
beforeAll(async () => {
  model = await openModel();
  await deployCluster(model, { 'shard-a': 1 }, 3);
  await deployClient(model, 'database-name=shop');
  uri = (await routerCredentials(model)).uris;
}, 300_000);
afterAll(async () => {
  await model?.close();
});

let number = 0;
/** Does harm while the client writes, and demands that it goes on afterwards and that nothing acknowledged is lost. */
async function unharmed(harm: () => Promise<unknown>): Promise<void> {
  number += 1;
  const writer: Count = countingWriter({ uri }, 'shop', `counted-${number}`);
  try {
    await model.waitFor('the first writes', () => writer.acknowledged() > 20);
    await harm();
    const then = writer.acknowledged();
    await model.waitFor('writes after the fault', () => writer.acknowledged() > then + 50);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n--- the writer: ${writer.doing()}\n--- the router:\n${await routerLog()}`);
  }
  expect((await writer.end()).lost).toBe(0);
}

const routerLog = async (): Promise<string> =>
  (await readFile(join(await rootOf(model, 'mongos/0'), 'var/snap/charmed-mongodb/common/var/log/mongos/mongos.log'), 'utf8')).slice(
    -4_000,
  );

const primaryOf = async (application: string): Promise<string> => {
  const found = Object.entries(unitsOf(await model.status(), application)).find(
    ([, unit]) => unit['workload-status'].message === 'Primary',
  );
  if (found === undefined) throw new Error(`no unit of ${application} shows Primary`);
  return found[0];
};

describe(`with ${routerName}`, () => {
  test('the primary of the config servers is killed', async () => {
    await unharmed(async () => model.juju('fault', await primaryOf('config-server'), 'kill'));
    await untilCalm(model, 'config-server');
  });

  test('the primary of a shard is killed', async () => {
    await unharmed(async () => model.juju('fault', await primaryOf('shard-a'), 'kill'));
    await untilCalm(model, 'shard-a');
  });

  test('the client’s router is killed', async () => {
    await unharmed(() => model.juju('fault', 'mongos/0', 'kill', 'charmed-mongodb.mongos'));
  });

  test('a shard gets another address, and the cluster finds it', async () => {
    const [before] = Object.values(unitsOf(await model.status(), 'shard-a')).map(unit => unit['public-address']);
    const parts = (before ?? '').split('.');
    const after = [...parts.slice(0, 3), '199'].join('.');
    await model.juju('fault', 'shard-a/0', 'change-address', after);
    await model.waitFor(
      'the cluster to know the new address',
      async () => {
        const { shards } = await throughRouter(model, one => one.db('admin').command({ listShards: 1 }));
        return shards.some((shard: { host: string }) => shard.host === `shard-a/${after}:27017`);
      },
      { limitMs: 180_000, everyMs: 1_000 },
    );
    // The config servers go on looking for it at its old place until they have been started again, which the charm does one by one.
    await untilCalm(model, 'config-server', 'shard-a');
    await unharmed(async () => undefined);
    expect(await throughRouter(model, shardNames)).toEqual(['shard-a']);
    await throughRouter(model, one => one.db('made-afterwards').collection('x').insertOne({}));
  });

  test('the first config server is removed, and routers and shard follow', async () => {
    await unharmed(async () => {
      await model.juju('remove-unit', '--no-prompt', 'config-server/0');
      await model.waitFor('two config servers', status => Object.keys(unitsOf(status, 'config-server')).length === 2, { limitMs: 180_000 });
    });
    await untilCalm(model, 'config-server', 'shard-a', 'mongos');
    const hosts = Object.values(unitsOf(await model.status(), 'config-server')).map(unit => unit['public-address']);
    const shown = JSON.parse(await model.juju('show-unit', '--format=json', 'shard-a/0'));
    const bag = shown['shard-a/0']['relation-info'].find((one: { endpoint: string }) => one.endpoint === 'sharding')['application-data'];
    expect(JSON.parse(bag.host)).toEqual(hosts);
  });
});
