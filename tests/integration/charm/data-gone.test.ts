// The only unit goes with its data, and another comes: nothing is made up for what is lost until an operator says so.
import { expect, test } from 'vitest';
import { getCredentials, runAction, withMongo } from '../../support/client.ts';
import { withModel } from '../../support/model.ts';
import { active, settled, unitsOf } from '../../support/status.ts';
import { isWell } from './world.ts';

test(
  'a new unit in place of the only one says that all data is gone, and begins anew when that is confirmed',
  () =>
    withModel(async model => {
      await model.juju('deploy', 'mongodb');
      await model.juju('deploy', 'data-integrator', '--config', 'database-name=shop');
      await model.juju('integrate', 'mongodb', 'data-integrator');
      const served = () =>
        model.waitFor('the client to be served', status => isWell(status, 1) && active(status, 'data-integrator', 1) && settled(status));
      await served();
      const count = async (): Promise<number> =>
        withMongo((await getCredentials(model)).uris, client => client.db('shop').collection('orders').countDocuments());
      await withMongo(
        (await getCredentials(model)).uris,
        async client => void (await client.db('shop').collection('orders').insertOne({})),
      );
      expect(await count()).toBe(1);

      await model.juju('remove-unit', '--no-prompt', '--destroy-storage', 'mongodb/0');
      await model.waitFor('no unit to be left', status => Object.keys(unitsOf(status, 'mongodb')).length === 0 && settled(status));
      await model.juju('add-unit', 'mongodb');
      const gone = {
        current: 'blocked',
        message: 'all data is gone; bring its storage back, or begin with an empty set: run recover-access confirm-empty=true',
      };
      await model.waitFor('the application to say what to do', status => {
        const shown = status.applications.mongodb?.['application-status'];
        return shown?.current === gone.current && shown.message === gone.message && settled(status);
      });
      expect(Object.values(unitsOf(await model.status(), 'mongodb'))[0]?.['workload-status']).toMatchObject(gone);

      const recover = async (...words: string[]) => Object.values(await runAction(model, 'mongodb/leader', 'recover-access', ...words))[0];
      expect(await recover()).toMatchObject({ status: 'failed', message: expect.stringMatching(/^the disk of mongodb\/1 is empty; /) });
      expect((await model.status()).applications.mongodb?.['application-status']).toMatchObject(gone);
      expect(await recover('confirm-empty=true')).toMatchObject({
        status: 'completed',
        results: { recovered: expect.stringContaining('a new replica set, which is empty') },
      });
      await served();
      expect(await count()).toBe(0);
      await model.juju('add-unit', 'mongodb');
      await model.waitFor('two members', status => isWell(status, 2));
    }),
  400_000,
);
