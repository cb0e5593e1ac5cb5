// Storage that outlives its unit: a new unit goes on with the data, and so does a new application.
import { expect, test } from 'vitest';
import { inflict } from '../../../tools/failures/inflict.ts';
import { getCredentials, withMongo } from '../../support/client.ts';
import { withModel } from '../../support/model.ts';
import { active, settled, unitsOf } from '../../support/status.ts';
import { casesOf, openSet } from './failing.ts';
import { acceptsLogin } from './world.ts';

const set = openSet('kept');

test.each(casesOf('kept'))('%s', async (_, one) => {
  const { confirmed, lost } = await inflict(one, set());
  expect(lost).toEqual([]);
  expect(confirmed).toBeGreaterThan(0);
});

test(
  'a new application that is given the storage of one that is gone takes over its data, under its own name and passwords',
  () =>
    withModel(async model => {
      await model.juju('deploy', 'mongodb', '--storage', 'mongodb=loop');
      await model.juju('deploy', 'data-integrator', 'shop', '--config', 'database-name=shop');
      await model.juju('integrate', 'mongodb', 'shop');
      const served = async () => {
        await model.waitFor('the client to be served', status => active(status, 'shop', 1) && settled(status));
        return getCredentials(model, 'shop/leader');
      };
      const before = await served();
      await withMongo(before.uris, client =>
        client
          .db('shop')
          .collection('orders')
          .insertOne({ item: 'tea' }, { writeConcern: { w: 'majority' } }),
      );
      await model.juju('remove-application', '--no-prompt', 'mongodb');
      await model.waitFor('the application to be gone', status => status.applications.mongodb === undefined);

      await model.juju('deploy', 'mongodb', 'other', '--attach-storage', 'mongodb/0');
      await model.waitFor('the unit to say whose data this is', status => {
        const shown = unitsOf(status, 'other')['other/0']?.['workload-status'];
        return shown?.current === 'blocked' && shown.message?.startsWith('the data is that of the replica set mongodb; run recover-access');
      });
      await model.juju('run', 'other/leader', 'recover-access');
      await model.waitFor('the new application', status => active(status, 'other', 1) && settled(status));
      await model.juju('add-unit', 'other');
      await model.juju('integrate', 'other', 'shop');
      await model.waitFor('two members', status => active(status, 'other', 2) && settled(status));
      const after = await served();
      expect(after.replset).toBe('other');
      expect(await withMongo(after.uris, client => client.db('shop').collection('orders').countDocuments({ item: 'tea' }))).toBe(1);
      const address = unitsOf(await model.status(), 'other')['other/0']?.['public-address'];
      const old = `mongodb://${before.username}:${before.password}@${address}:27017/shop?directConnection=true&authSource=admin`;
      expect(await acceptsLogin(old)).toBe(false);
    }),
  400_000,
);
