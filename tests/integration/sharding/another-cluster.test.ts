// A shard leaves its cluster and joins another one, which has another key and other passwords. Without a mongos here, routers are stand-ins.
import { describe, expect, test } from 'vitest';
import { withMongo } from '../../support/client.ts';
import { withModel } from '../../support/model.ts';
import { unitsOf } from '../../support/status.ts';
import { routerName } from '../router/cluster.ts';
import { addressesOf, deployCluster, logIn, operatorPassword, primaryShardOf, removeShard, untilCalm } from './world.ts';

describe(`with ${routerName}`, () => {
  test('a shard that has been drained serves another cluster, and lets in only that one’s operator', { timeout: 400_000 }, () =>
    withModel(async model => {
      await model.juju('deploy', 'mongodb', 'second', '--config', 'role=config-server');
      await deployCluster(model, { 'shard-a': 1, 'shard-b': 2 });
      const before = await operatorPassword(model, 'shard-b');
      await removeShard(model, 'shard-b');
      await model.waitFor('the shard to be drained', status =>
        Object.values(unitsOf(status, 'shard-b')).every(
          unit => unit['workload-status'].message === 'Shard drained from cluster, ready for removal',
        ),
      );
      await model.waitFor('the relation to be gone', async () => !(await model.juju('status', '--relations')).includes('shard-b:sharding'));
      await model.juju('integrate', 'second:config-server', 'shard-b:sharding');
      await untilCalm(model, 'second', 'shard-b', 'config-server');
      const after = await operatorPassword(model, 'second');
      expect(await operatorPassword(model, 'shard-b')).toBe(after);
      const status = await model.status();
      for (const address of addressesOf(status, 'shard-b')) {
        await logIn(address, 'operator', after);
        await expect(logIn(address, 'operator', before)).rejects.toMatchObject({ code: 18 });
      }
      const [router] = addressesOf(status, 'second');
      await withMongo(`mongodb://operator:${after}@${router}:27018/?authSource=admin`, async client => {
        await client.db('shop').collection('orders').insertOne({ item: 'tea' });
        expect(await primaryShardOf(client, 'shop')).toBe('shard-b');
        expect(await client.db('shop').collection('orders').countDocuments()).toBe(1);
        // The last shard has nowhere to go with its data.
        await model.juju('remove-application', '--no-prompt', 'shard-b');
        const why = 'it is the last shard, with the data of shop; add another shard, or remove the config server, too';
        await model.waitFor('the shard to be held', held =>
          Object.values(unitsOf(held, 'shard-b')).every(unit => unit['workload-status'].message === `not removed yet: ${why}`),
        );
        expect(await client.db('shop').collection('orders').countDocuments()).toBe(1);
      });
    }),
  );
});
