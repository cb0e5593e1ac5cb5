// Data of another deployment in the place of one's own: the charm gets back in, by itself or with recover-access, and the clients with it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { getCredentials, runAction, withMongo } from '../../support/client.ts';
import { rootOf } from '../../support/kill.ts';
import { openModel, type TestModel } from '../../support/model.ts';
import { calm } from '../sharding/world.ts';
import { acceptsLogin, addressesOf, asOperator, deployMongodb, passwordOf, userUri } from './world.ts';

let model: TestModel;
let root: string;
beforeAll(async () => {
  model = await openModel();
  await model.juju('model-config', 'update-status-hook-interval=4s');
  await deployMongodb(model, 1, '--config', 'auto-delete=true');
  await model.juju('deploy', 'mongodb', 'former');
  await model.juju('deploy', 'data-integrator', '--config', 'database-name=shop');
  await model.juju('deploy', 'data-integrator', 'reports', '--config', 'database-name=reports');
  await model.juju('integrate', 'mongodb', 'data-integrator');
  await model.juju('integrate', 'former', 'reports');
  await model.waitFor('all to be served', status => calm(status, 'mongodb', 'former', 'data-integrator', 'reports'));
  root = await rootOf(model, 'mongodb/0');
  const { uris } = await getCredentials(model, 'reports/leader');
  await withMongo(uris, async client => void (await client.db('reports').collection('kept').insertOne({ from: 'former' })));
  await withMongo((await getCredentials(model)).uris, async client => void (await client.db('shop').collection('orders').insertOne({})));
}, 300_000);
afterAll(() => model?.close());

const onUnit = (unit: string, ...commands: string[]) => model.juju('exec', '--unit', unit, '--', commands.join(' && '));
/** While one command runs on the unit, no hook does, which would start a mongod that is stopped. */
const replaceData = (from: string) =>
  onUnit(
    'mongodb/0',
    'snap stop charmed-mongodb.mongod',
    `rm -rf ${dataOf(root)}`,
    `cp -a ${from} ${dataOf(root)}`,
    'snap start charmed-mongodb.mongod',
  );
const dataOf = (of: string) => join(of, 'var/snap/charmed-mongodb/common/var/lib/mongodb');
const recover = async () => Object.values(await runAction(model, 'mongodb/leader', 'recover-access'))[0];
const statusOf = async () => (await model.status()).applications.mongodb?.['application-status'];
const served = () =>
  model.waitFor('the client to be let in', async status => {
    if (!calm(status, 'mongodb', 'data-integrator')) return false;
    return acceptsLogin((await getCredentials(model)).uris);
  });

test('recover-access is refused while the set is well', async () => {
  expect(await recover()).toMatchObject({ status: 'failed', message: expect.stringMatching(/^there is nothing to recover/) });
});

test('data of another replica set is told of, taken over, and serves the clients of now; nothing in it is lost', async () => {
  const from = dataOf(await rootOf(model, 'former/0'));
  const own = await passwordOf(model);
  const copy = join(model.data, 'copy');
  await onUnit('former/0', 'snap stop charmed-mongodb.mongod', `cp -a ${from} ${copy}`, 'snap start charmed-mongodb.mongod');
  await replaceData(copy);
  await model.waitFor('the charm to say what this is', async () => {
    const shown = await statusOf();
    return (
      shown?.current === 'blocked' && shown.message === 'the data is that of the replica set former; run recover-access to take it over'
    );
  });
  expect(await recover()).toMatchObject({
    status: 'completed',
    results: { recovered: expect.stringContaining('mongodb/0 is the only member') },
  });
  await served();
  const [address = ''] = addressesOf(await model.status());
  expect(await acceptsLogin(userUri('operator', await passwordOf(model), [address]))).toBe(true);
  expect(await passwordOf(model)).toBe(own);
  await asOperator(model, async client => {
    expect(await client.db('reports').collection('kept').countDocuments()).toBe(1); // auto-delete is for clients of this deployment
    const { users } = await client.db('admin').command({ usersInfo: 1 });
    const { username } = await getCredentials(model);
    expect(users.map((one: { user: string }) => one.user).sort()).toEqual(['backup', 'monitor', 'operator', username].sort());
  });
  expect(await recover()).toMatchObject({ message: expect.stringMatching(/^there is nothing to recover/) });
});

test('data that brings old passwords along is set right without anybody', async () => {
  const kept = join(model.data, 'kept');
  await onUnit('mongodb/0', 'snap stop charmed-mongodb.mongod', `cp -a ${dataOf(root)} ${kept}`, 'snap start charmed-mongodb.mongod');
  await served();
  const before = await getCredentials(model);
  await model.juju('run', 'mongodb/leader', 'set-password');
  await model.juju('run', 'mongodb/leader', 'rotate-client-password');
  const after = await getCredentials(model);
  expect(after.password).not.toBe(before.password);
  await replaceData(kept);
  await served();
  const [address = ''] = addressesOf(await model.status());
  expect(await acceptsLogin(userUri('operator', await passwordOf(model), [address]))).toBe(true);
});

test('a mongod that was started with another key file and knows another password is let in again', async () => {
  const keyFile = join(root, 'var/snap/charmed-mongodb/current/etc/mongod/keyFile');
  const own = readFileSync(keyFile, 'utf8');
  await model.juju('model-config', 'update-status-hook-interval=1h'); // a hook before the restart would set the password right
  await asOperator(model, async client => void (await client.db('admin').command({ updateUser: 'operator', pwd: 'by hand' })));
  const other = join(model.data, 'other-key');
  writeFileSync(other, own.slice(0, -4).concat('abcd'), { mode: 0o400 });
  await onUnit('mongodb/0', `cp -pf ${other} ${keyFile}`, 'snap restart charmed-mongodb.mongod');
  await model.juju('model-config', 'update-status-hook-interval=4s');
  await model.waitFor('the charm to be locked out', async status => {
    const unit = Object.values(status.applications.mongodb?.units ?? {})[0]?.['workload-status'];
    return unit?.current === 'blocked' && unit.message?.startsWith("MongoDB refuses the charm's users and key file");
  });
  expect(await recover()).toMatchObject({ status: 'completed' });
  await served();
  const [address = ''] = addressesOf(await model.status());
  expect(await acceptsLogin(userUri('operator', await passwordOf(model), [address]))).toBe(true);
});
