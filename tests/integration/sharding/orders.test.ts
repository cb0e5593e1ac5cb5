// Whatever the order in which a small cluster is put together, it ends in the same state: a client that reads and writes.
// Six orders of the three integrations, and with each another order of the deployments; two models side by side, for two cores.
import { describe, expect, test } from 'vitest';
import { withMongo } from '../../support/client.ts';
import { withModel } from '../../support/model.ts';
import { allUnits } from '../../support/status.ts';
import { routerCredentials, untilCalm } from './world.ts';

const deployments = [
  ['deploy', 'mongodb', 'config-server', '--config', 'role=config-server'],
  ['deploy', 'mongodb', 'shard-a', '--config', 'role=shard'],
  ['deploy', 'data-integrator', '--config', 'database-name=shop'],
  ['deploy', 'mongos'],
];
const integrations = {
  shard: ['integrate', 'config-server:config-server', 'shard-a:sharding'],
  host: ['integrate', 'mongos', 'data-integrator'],
  cluster: ['integrate', 'config-server', 'mongos'],
};
type Name = keyof typeof integrations;
const orders: readonly (readonly [Name, Name, Name])[] = [
  ['shard', 'host', 'cluster'],
  ['shard', 'cluster', 'host'],
  ['host', 'shard', 'cluster'],
  ['host', 'cluster', 'shard'],
  ['cluster', 'shard', 'host'],
  ['cluster', 'host', 'shard'],
];
const rotated = <Item>(items: readonly Item[], by: number): Item[] => [
  ...items.slice(by % items.length),
  ...items.slice(0, by % items.length),
];

describe.concurrent('in the order', () => {
  test.for(orders.map((order, at) => [order.join(', '), order, at] as const))('%s', { timeout: 300_000 }, ([, order, at]) =>
    withModel(async model => {
      // Half of the orders see everything deployed first; the other half integrates what has only just begun to start.
      for (const words of rotated(deployments, at)) await model.juju(...words);
      if (at % 2 === 0)
        await model.waitFor('the first unit to have started', status => Object.values(allUnits(status)).some(unit => unit.leader));
      for (const name of order) await model.juju(...integrations[name]);
      await untilCalm(model, 'config-server', 'shard-a', 'data-integrator', 'mongos');
      const status = await model.status();
      expect(status.applications['config-server']?.['application-status']).toMatchObject({ current: 'active' });
      const { uris } = await routerCredentials(model);
      await withMongo(uris, async client => {
        await client.db('shop').collection('orders').insertOne({ item: 'tea' });
        expect(await client.db('shop').collection('orders').countDocuments()).toBe(1);
      });
    }),
  );
});
