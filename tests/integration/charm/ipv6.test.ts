// Units with IPv6 addresses: each mongod and mongos listens there, and clients find them in their URIs. Loopback has one such address, ::1.
import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { getCredentials, runAction, withMongo } from '../../support/client.ts';
import { type TestModel, withModel } from '../../support/model.ts';
import { active, settled, unitsOf } from '../../support/status.ts';

const hasIPv6 = Object.values(networkInterfaces()).some(all => all?.some(({ address }) => address === '::1'));

/** A unit of data-integrator on a machine of its own whose address is ::1. @returns the machine. */
async function onIPv6(model: TestModel, app: string, ...words: string[]): Promise<string> {
  await model.juju('deploy', 'data-integrator', app, ...words);
  await model.waitFor(`${app} to be there`, status => unitsOf(status, app)[`${app}/0`] !== undefined && settled(status));
  await model.juju('fault', `${app}/0`, 'change-address', '::1');
  const { machine } = unitsOf(await model.status(), app)[`${app}/0`] as unknown as { machine: string };
  return machine;
}

const writesAndReads = (uris: string): Promise<number> =>
  withMongo(uris, async client => {
    const orders = client.db('shop').collection('orders');
    await orders.insertOne({ item: 'tea' }, { writeConcern: { w: 'majority' } });
    return orders.countDocuments();
  });

test.runIf(hasIPv6)(
  'a replica set on an IPv6 address is found and used by its clients',
  () =>
    withModel(async model => {
      const machine = await onIPv6(model, 'shop', '--config', 'database-name=shop');
      await model.juju('deploy', 'mongodb', '--to', machine);
      await model.juju('integrate', 'mongodb', 'shop');
      await model.waitFor(
        'the client to be served',
        status => active(status, 'mongodb', 1) && active(status, 'shop', 1) && settled(status),
      );
      expect(unitsOf(await model.status(), 'mongodb')['mongodb/0']).toMatchObject({ 'public-address': '::1' });
      const { uris, endpoints } = await getCredentials(model, 'shop/leader');
      expect(uris).toMatch(/@\[::1\]:27017\/shop\?/);
      expect(endpoints).toBe('::1');
      expect(await writesAndReads(uris)).toBe(1);
      const [task] = Object.values(await runAction(model, 'mongodb/leader', 'status-detail'));
      const { members } = JSON.parse(String(task?.results?.json)) as { members: unknown };
      expect(members).toMatchObject([{ unit: 'mongodb/0', address: '::1', state: 'PRIMARY', says: 'primary', primary: 'mongodb/0' }]);
    }),
  300_000,
);

test.runIf(hasIPv6)(
  'a config server on an IPv6 address is found by its shard and by a router; its own router listens there, too',
  () =>
    withModel(async model => {
      const machine = await onIPv6(model, 'seat');
      await model.juju('deploy', 'mongodb', 'config-server', '--config', 'role=config-server', '--to', machine);
      await model.juju('deploy', 'mongodb', 'shard-a', '--config', 'role=shard');
      await model.juju('integrate', 'config-server:config-server', 'shard-a:sharding');
      await model.juju('deploy', 'data-integrator', 'shop', '--config', 'database-name=shop');
      await model.juju('deploy', 'mongos');
      await model.juju('integrate', 'mongos', 'shop');
      await model.juju('integrate', 'config-server', 'mongos');
      await model.waitFor(
        'the client to be served through its router',
        status => active(status, 'config-server', 1) && active(status, 'shard-a', 1) && active(status, 'shop', 1) && settled(status),
      );
      const { uris } = await getCredentials(model, 'shop/leader', 'mongos');
      expect(await writesAndReads(uris)).toBe(1);
      const elsewhere = uris.replace(/@[^/]*\//, '@[::1]:27018/');
      expect(elsewhere).not.toBe(uris);
      expect(await writesAndReads(elsewhere)).toBe(2);
    }),
  400_000,
);
