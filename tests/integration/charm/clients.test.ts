// Client relations on a real mongod: who gets in, with which rights, and what is left when a client goes.
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getCredentials, withMongo } from '../../support/client.ts';
import { openModel, type TestModel } from '../../support/model.ts';
import { settled } from '../../support/status.ts';
import { asOperator, deployMongodb, userNames, wellWith } from './world.ts';

let model: TestModel;
beforeAll(async () => {
  model = await openModel();
  await deployMongodb(model, 1);
});
afterAll(() => model?.close());

/** Deploys a client, integrates it, and waits until it has what it asked for. */
async function connect(name: string, ...config: string[]): Promise<void> {
  await model.juju('deploy', 'data-integrator', name, ...config.flatMap(option => ['--config', option]));
  await model.juju('integrate', 'mongodb', name);
  await model.waitFor(
    `${name} to be served`,
    status => status.applications[name]?.['application-status'].current === 'active' && settled(status),
  );
}
const credentialsOf = (name: string) => getCredentials(model, `${name}/leader`);
const applicationMessage = async () => (await model.status()).applications.mongodb?.['application-status'];

describe('a client', () => {
  test('reads and writes its own database with what it was given, and no other', async () => {
    await connect('shop', 'database-name=shop');
    const { uris, username, database, endpoints, replset } = await credentialsOf('shop');
    expect({ database, replset }).toEqual({ database: 'shop', replset: 'mongodb' });
    expect(uris).toContain(`${endpoints}:27017/shop?replicaSet=mongodb&authSource=admin&authMechanism=SCRAM-SHA-256`);
    expect(username).toMatch(/^relation-\d+$/);
    await withMongo(uris, async client => {
      await client
        .db('shop')
        .collection('orders')
        .insertOne({ item: 'tea' }, { writeConcern: { w: 'majority' } });
      expect(await client.db('shop').collection('orders').countDocuments()).toBe(1);
      await expect(client.db('other').collection('x').insertOne({})).rejects.toMatchObject({ code: 13 });
      await expect(client.db('admin').command({ usersInfo: 1 })).rejects.toMatchObject({ code: 13 });
    });
  });
  test('that asks for admin may make users and write everywhere', async () => {
    await connect('boss', 'database-name=boss', 'extra-user-roles=admin');
    const { uris } = await credentialsOf('boss');
    await withMongo(uris, async client => {
      await client.db('anything').collection('x').insertOne({});
      await client.db('anything').command({ createUser: 'made-by-boss', pwd: 'x', roles: [] });
      await expect(client.db('admin').command({ replSetGetConfig: 1 })).rejects.toMatchObject({ code: 13 });
    });
  });
  test.each([
    [
      'king',
      ['database-name=king', 'extra-user-roles=king'],
      /king: extra-user-roles names "king"; it may name default, admin, monitor, backup/,
    ],
    ['badmin', ['database-name=admin'], /badmin: database admin belongs to MongoDB itself/],
    ['slash', ['database-name=a/b'], /slash: database "a\/b" has a character/],
  ])('%s is refused with a sentence, and gets no user', async (name, config, sentence) => {
    const before = await userNames(model);
    await model.juju('deploy', 'data-integrator', name, ...config.flatMap(option => ['--config', option]));
    await model.juju('integrate', 'mongodb', name);
    await model.waitFor('the refusal to show', async () => sentence.test((await applicationMessage())?.message ?? ''));
    expect((await applicationMessage())?.current).toBe('blocked');
    expect(await userNames(model)).toEqual(before);
    await model.juju('remove-application', '--no-prompt', name);
    await wellWith(model, 1);
    expect((await applicationMessage())?.current).toBe('active');
  });
  test('that went loses its rights at once, also on connections that are open; its data stays', async () => {
    const { uris, username } = await credentialsOf('shop');
    const open = new MongoClient(uris);
    try {
      await open.db('shop').collection('orders').countDocuments();
      await model.juju('remove-relation', 'mongodb', 'shop');
      await model.waitFor('the user to be dropped', async () => !(await userNames(model)).includes(username));
      await expect(open.db('shop').collection('orders').countDocuments()).rejects.toThrow();
      await expect(withMongo(uris, async () => undefined)).rejects.toMatchObject({ code: 18 });
    } finally {
      await open.close();
    }
    expect(await asOperator(model, client => client.db('shop').collection('orders').countDocuments())).toBe(1);
  });
  test('that comes back gets another user and another password', async () => {
    await model.juju('integrate', 'mongodb', 'shop');
    await model.waitFor(
      'shop to be served again',
      status => status.applications.shop?.['application-status'].current === 'active' && settled(status),
    );
    const { uris } = await credentialsOf('shop');
    expect(await withMongo(uris, client => client.db('shop').collection('orders').countDocuments())).toBe(1);
  });
  test('with auto-delete takes its database along, unless another client uses it', async () => {
    await model.juju('config', 'mongodb', 'auto-delete=true');
    await connect('shop2', 'database-name=shop');
    const before = await userNames(model);
    await model.juju('remove-relation', 'mongodb', 'shop2');
    await model.waitFor('the second user to be dropped', async () => (await userNames(model)).length === before.length - 1);
    expect(await asOperator(model, client => client.db('shop').collection('orders').countDocuments())).toBe(1);
    await model.juju('remove-relation', 'mongodb', 'shop');
    await model.waitFor('the database to be gone', () => asOperator(model, async client => !(await databases(client)).includes('shop')));
    expect(await asOperator(model, databases)).toContain('anything');
    await model.juju('config', 'mongodb', '--reset', 'auto-delete');
  });
});

const databases = async (client: MongoClient): Promise<string[]> =>
  (await client.db().admin().listDatabases()).databases.map(database => database.name);

describe('users', () => {
  test('that the charm did not make are left alone, and what a crash left over is dropped by any later hook', async () => {
    await asOperator(model, async client => {
      await client.db('admin').command({ createUser: 'relation-77', pwd: 'by hand', roles: [] });
      await client.db('admin').command({
        createUser: 'relation-78',
        pwd: 'left over',
        roles: [],
        customData: { owner: 'charm', fingerprint: 'x', relation: 78, database: 'x' },
      });
    });
    await model.juju('config', 'mongodb', 'log-verbosity=1');
    await model.waitFor('the left-over user to be dropped', async () => !(await userNames(model)).includes('relation-78'));
    expect(await userNames(model)).toEqual(expect.arrayContaining(['relation-77', 'operator', 'monitor', 'backup']));
  });
  test('whose client has lost its user in the database gets a new password, published', async () => {
    const before = await credentialsOf('boss');
    await asOperator(model, client => client.db('admin').command({ dropUser: before.username }));
    await model.juju('config', 'mongodb', 'log-verbosity=0');
    await model.waitFor('the user to be back', async () => (await userNames(model)).includes(before.username));
    const uri = await model.waitFor('the new password to be published', async () => {
      const { uris } = await credentialsOf('boss');
      return uris !== before.uris && uris;
    });
    expect(await withMongo(uri, async client => (await client.db('anything').command({ ping: 1 })).ok)).toBe(1);
  });
});
