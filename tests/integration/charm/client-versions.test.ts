// Clients of both versions of mongodb_client at one replica set: several requests in a relation, and from where their users get in.
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Credentials, getCredentials, runAction, withMongo } from '../../support/client.ts';
import { openModel, type TestModel } from '../../support/model.ts';
import { settled, unitsOf } from '../../support/status.ts';
import { addressesOf, asOperator, deployMongodb, userNames } from './world.ts';

let model: TestModel;
beforeAll(async () => {
  model = await openModel();
  await deployMongodb(model, 1);
  for (const [name, ...config] of [
    ['old', 'database-name=old', 'external-node-connectivity=false'],
    ['new', 'database-name=shop,stock', 'protocol-version=v1', 'external-node-connectivity=false'],
    ['wide', 'database-name=wide', 'protocol-version=v1'],
  ] as const) {
    await model.juju('deploy', 'data-integrator', name, ...config.flatMap(option => ['--config', option]));
    await model.juju('integrate', 'mongodb', name);
  }
  await model.waitFor(
    'all three to be served',
    status =>
      ['old', 'new', 'wide'].every(name => status.applications[name]?.['application-status'].current === 'active') && settled(status),
  );
});
afterAll(() => model?.close());

const credentialsOf = (name: string, which = 'mongodb') => getCredentials(model, `${name}/leader`, which);
const addressOf = async (unit: string) => {
  const status = await model.status();
  return unitsOf(status, unit.slice(0, unit.indexOf('/')))[unit]?.['public-address'] ?? '';
};
/** The error's code, or 'in'. */
const tryFrom = (localAddress: string, { uris, database }: Credentials): Promise<unknown> =>
  withMongo(uris, client => client.db(database).collection('x').insertOne({}), { localAddress, serverSelectionTimeoutMS: 5_000 }).then(
    () => 'in',
    error => error.code,
  );
const quiet = () => model.waitFor('quiet', settled);

describe('a client of version 1', () => {
  test('has a user, a password and secrets for each of its requests, and each opens its own database alone', async () => {
    const [shop, stock, old] = await Promise.all([credentialsOf('new'), credentialsOf('new', 'mongodb-2'), credentialsOf('old')]);
    expect([shop.database, stock.database, old.database]).toEqual(['shop', 'stock', 'old']);
    expect(shop.username).toMatch(/^relation-\d+-[0-9a-f]{16}$/);
    expect(old.username).toMatch(/^relation-\d+$/);
    expect(new Set([shop, stock, old].flatMap(one => [one.username, one.password])).size).toBe(6);
    expect([shop.tls, stock.tls, old.tls]).toEqual(['false', 'false', undefined]);
    expect(shop.replset).toBe('mongodb');
    const localAddress = await addressOf('new/0');
    await withMongo(
      shop.uris,
      async client => {
        await client.db('shop').collection('orders').insertOne({ item: 'tea' });
        await expect(client.db('stock').collection('x').insertOne({})).rejects.toMatchObject({ code: 13 });
      },
      { localAddress },
    );
    expect(await tryFrom(localAddress, stock)).toBe('in');
  });

  test('adds a request and takes one back: the users come and go, those that stay keep their passwords', async () => {
    const before = await credentialsOf('new', 'mongodb-2');
    const first = await credentialsOf('new');
    await model.juju('config', 'new', 'database-name=stock,archive');
    await model.waitFor('the user of the first request to go', async () => !(await userNames(model)).includes(first.username));
    await quiet();
    const [stock, archive] = await Promise.all([credentialsOf('new'), credentialsOf('new', 'mongodb-2')]);
    expect(stock).toMatchObject({ database: 'stock', username: before.username, password: before.password });
    expect(archive.database).toBe('archive');
    const localAddress = await addressOf('new/0');
    expect(await Promise.all([first, stock, archive].map(one => tryFrom(localAddress, one)))).toEqual([18, 'in', 'in']);
    const users = (await userNames(model)).filter(name => name.startsWith('relation-'));
    expect(users).toHaveLength(4);
  });
});

describe('a user gets in', () => {
  test('from anywhere, until client-networks says that it comes from its units; the address that is refused then is named', async () => {
    const [credentials, others] = await Promise.all([credentialsOf('old'), addressOf('wide/0')]);
    expect(await tryFrom(others, credentials)).toBe('in');
    await model.juju('config', 'mongodb', 'client-networks=units');
    await model.waitFor('others to be refused', async () => (await tryFrom(others, credentials)) === 18);
    const [detail] = Object.values(await runAction(model, 'mongodb/leader', 'status-detail'));
    expect(detail?.results?.table).toContain(`user ${credentials.username} was refused from ${others}: it may log in from `);
    await model.juju('config', 'mongodb', '--reset', 'client-networks');
    await model.waitFor('others to get in', async () => (await tryFrom(others, credentials)) === 'in');
    await model.juju('config', 'mongodb', 'client-networks=units');
    await model.waitFor('others to be refused again', async () => (await tryFrom(others, credentials)) === 18);
    await quiet();
  });

  test.each(['old', 'new'])('from the machine of its unit, and from nowhere else (%s)', async name => {
    const [credentials, own, others] = await Promise.all([credentialsOf(name), addressOf(`${name}/0`), addressOf('wide/0')]);
    expect(await Promise.all([tryFrom(own, credentials), tryFrom(others, credentials), tryFrom('127.0.0.1', credentials)])).toEqual([
      'in',
      18,
      18,
    ]);
  });
  test('from anywhere when its client asks for it', async () => {
    const wide = await credentialsOf('wide');
    expect(await tryFrom('127.0.0.1', wide)).toBe('in');
    expect(await tryFrom(await addressOf('old/0'), wide)).toBe('in');
  });
  test('from a unit that comes, not from one that has gone, and from where a unit has moved to', async () => {
    await model.juju('add-unit', 'old');
    await quiet();
    const [credentials, first, second] = await Promise.all([credentialsOf('old'), addressOf('old/0'), addressOf('old/1')]);
    await model.waitFor('the new unit to get in', async () => (await tryFrom(second, credentials)) === 'in');
    const open = new MongoClient(credentials.uris, { localAddress: first });
    try {
      await open.db('old').collection('x').countDocuments();
      await model.juju('remove-unit', '--no-prompt', 'old/0');
      await model.waitFor('the old unit to be kept out', async () => (await tryFrom(first, credentials)) === 18);
      await expect(open.db('old').collection('x').countDocuments()).rejects.toThrow();
    } finally {
      await open.close();
    }
    expect(await tryFrom(second, credentials)).toBe('in');
    const moved = second.replace(/\d+$/, '240');
    await model.juju('fault', 'old/1', 'change-address', moved);
    await model.waitFor('the unit to get in from its new address', async () => (await tryFrom(moved, credentials)) === 'in');
    expect(await tryFrom(second, credentials)).toBe(18);
  });
});

/** The databag that mongodb has written for a client. */
async function bagFor(client: string): Promise<Record<string, string>> {
  const unit = `${client}/0`;
  const shown = JSON.parse(await model.juju('show-unit', unit, '--format=json'))[unit];
  return shown['relation-info'].find((relation: { endpoint: string }) => relation.endpoint === 'mongodb')['application-data'];
}
async function deploy(name: string, config: readonly string[]): Promise<void> {
  await model.juju('deploy', 'data-integrator', name, ...config.flatMap(option => ['--config', option]));
  await model.juju('integrate', 'mongodb', name);
}
const served = (name: string) =>
  model.waitFor(
    `${name} to be served`,
    status => status.applications[name]?.['application-status'].current === 'active' && settled(status),
  );
const orders = JSON.stringify([{ resource_name: 'orders', resource_type: 'collection', privileges: ['find'] }]);

describe('an entity', () => {
  test.each(['v0', 'v1'])(
    'of type GROUP is a role by the wished name, which gives its permissions to whoever has it (%s)',
    async version => {
      const [team, group] = [`team-${version}`, `readers-${version}`];
      const uri = (await model.juju('add-secret', group, `${group}=None`)).trim();
      await model.juju('deploy', 'data-integrator', team, '--config', 'entity-type=GROUP', '--config', `entity-permissions=${orders}`);
      await model.juju('grant-secret', group, team);
      await model.juju('config', team, `protocol-version=${version}`, `requested-entities-secret=${uri}`, 'database-name=shop');
      await quiet();
      await model.juju('integrate', 'mongodb', team);
      await served(team);
      const given = await credentialsOf(team);
      expect(given['entity-name']).toBe(group);
      expect([given.username, given.password, given['entity-password']]).toEqual([undefined, undefined, undefined]);
      await asOperator(model, async client => {
        await client.db('admin').command({ createUser: `eve-${version}`, pwd: 'pw', roles: [group] });
        await client.db('shop').collection('orders').insertOne({});
      });
      const [address] = addressesOf(await model.status());
      await withMongo(`mongodb://eve-${version}:pw@${address}/shop?authSource=admin`, async eve => {
        expect(await eve.db('shop').collection('orders').countDocuments()).toBeGreaterThan(0);
        await expect(eve.db('shop').collection('orders').insertOne({})).rejects.toMatchObject({ code: 13 });
        await expect(eve.db('shop').collection('others').countDocuments()).rejects.toMatchObject({ code: 13 });
        await model.juju('remove-relation', 'mongodb', team);
        await model.waitFor('the role to be gone', () =>
          asOperator(model, async client => (await client.db('admin').command({ rolesInfo: group })).roles.length === 0),
        );
        await expect(eve.db('shop').collection('orders').countDocuments()).rejects.toMatchObject({ code: 13 });
      });
    },
  );
  test('of type USER has the wished name and password, and what it was permitted', async () => {
    const uri = (await model.juju('add-secret', 'wish', 'analyst=a password')).trim();
    await model.juju('deploy', 'data-integrator', 'analysis', '--config', 'entity-type=USER', '--config', `entity-permissions=${orders}`);
    await model.juju('grant-secret', 'wish', 'analysis');
    await model.juju('config', 'analysis', `requested-entities-secret=${uri}`, 'database-name=shop');
    await quiet();
    await model.juju('integrate', 'mongodb', 'analysis');
    await served('analysis');
    const given = await credentialsOf('analysis');
    expect(given).toMatchObject({ username: 'analyst', password: 'a password', 'entity-name': 'analyst', 'entity-password': 'a password' });
    await withMongo(given.uris, async client => {
      expect(await client.db('shop').collection('orders').countDocuments()).toBeGreaterThan(0);
      await expect(client.db('shop').collection('orders').insertOne({})).rejects.toMatchObject({ code: 13 });
    });
    await model.juju('remove-relation', 'mongodb', 'analysis');
    await model.waitFor('the user to be gone', async () => !(await userNames(model)).includes('analyst'));
  });
});

describe('a request that is not granted', () => {
  test.each(['v0', 'v1'])('is told to its client and to the operator, and granted when it is corrected (%s)', async version => {
    const king = `king-${version}`;
    await deploy(king, ['database-name=king', 'extra-user-roles=king', `protocol-version=${version}`]);
    const status = await model.waitFor('the client to be told', async () => (await bagFor(king)).status);
    expect(JSON.parse(status)).toEqual([
      { code: 5002, message: 'extra-user-roles names "king"', resolution: 'it may name default, admin, monitor, backup' },
    ]);
    expect((await model.status()).applications.mongodb?.['application-status']).toMatchObject({
      current: 'blocked',
      message: `${king}: extra-user-roles names "king"; it may name default, admin, monitor, backup`,
    });
    await model.juju('config', king, 'extra-user-roles=admin');
    await served(king);
    expect(await bagFor(king)).not.toHaveProperty('status');
    expect(await tryFrom('127.0.0.1', await credentialsOf(king))).toBe('in');
  });
  test('because it has changed keeps its first grant, in both versions', async () => {
    for (const king of ['king-v0', 'king-v1']) {
      // The client charm of version 0 tells no change by itself.
      const request = king === 'king-v0' ? ['extra-user-roles=monitor'] : [];
      if (request.length > 0)
        await model.juju('exec', '--unit', `${king}/leader`, `relation-set -r $(relation-ids mongodb) --app ${request}`);
      else await model.juju('config', king, 'extra-user-roles=monitor');
      const status = await model.waitFor(`${king} to be told`, async () => (await bagFor(king)).status);
      expect(JSON.parse(status)).toMatchObject([{ code: 5007, resolution: 'remove the relation and integrate again to change it' }]);
      expect(await tryFrom('127.0.0.1', await credentialsOf(king))).toBe('in');
    }
  });
});
