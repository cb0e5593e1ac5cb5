// What a client finds in its databag and its secrets when it asks for more than a database, and what Juju is troubled with for it.
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { getCredentials, withMongo } from '../../support/client.ts';
import { openModel, type TestModel } from '../../support/model.ts';
import { settled } from '../../support/status.ts';
import { deployMongodb, wellWith } from './world.ts';

let model: TestModel;
const secretFiles = async () => (await readdir(tmpdir())).filter(name => name.startsWith('mongodb-charm-'));
let before: string[];
beforeAll(async () => {
  before = await secretFiles();
  model = await openModel();
  await deployMongodb(model, 1);
});
afterAll(() => model?.close());

/** The databag that mongodb has written for a client. */
async function bagFor(client: string): Promise<Record<string, string>> {
  const shown = JSON.parse(await model.juju('show-unit', `${client}/0`, '--format=json'))[`${client}/0`];
  return shown['relation-info'].find((relation: { endpoint: string }) => relation.endpoint === 'mongodb')['application-data'];
}
const hooksOf = async (unit: string): Promise<string[]> =>
  [...(await model.juju('debug-log', '--no-tail', '--limit', '100000')).matchAll(new RegExp(`${unit}.*ran "([^"]+)" hook`, 'g'))].map(
    ([, hook]) => hook ?? '',
  );

test('an entity of type USER is the same user under another name, in a secret of its own', async () => {
  await model.juju('deploy', 'data-integrator', 'shop', '--config', 'database-name=shop', '--config', 'entity-type=USER');
  await model.juju('integrate', 'mongodb', 'shop');
  await model.waitFor('the entity', status => status.applications.shop?.['application-status'].current === 'active' && settled(status));
  const credentials = await getCredentials(model, 'shop/leader');
  expect(credentials['entity-name']).toBe(credentials.username);
  expect(credentials['entity-password']).toBe(credentials.password);
  await withMongo(credentials.uris, client => client.db('shop').collection('orders').insertOne({}));
  const bag = await bagFor('shop');
  expect(Object.keys(bag).sort()).toEqual(['data', 'database', 'endpoints', 'replset', 'secret-entity', 'secret-user']);
  expect(JSON.stringify(bag)).not.toContain(credentials.password);
  expect(JSON.parse(bag.data ?? '')).toMatchObject({ database: 'shop', 'entity-type': 'USER' });
});

test('other addresses come in the same secrets; the leader is not woken by what it wrote itself', async () => {
  const [bag, credentials] = [await bagFor('shop'), await getCredentials(model, 'shop/leader')];
  await model.juju('add-unit', 'mongodb');
  await wellWith(model, 2);
  const now = await model.waitFor('the second address', async () => {
    const found = await bagFor('shop');
    return found.endpoints?.includes(',') && found;
  });
  expect([now['secret-user'], now['secret-entity']]).toEqual([bag['secret-user'], bag['secret-entity']]);
  const { uris, password } = await getCredentials(model, 'shop/leader');
  expect(password).toBe(credentials.password);
  expect(uris).toContain(
    `@${now.endpoints
      ?.split(',')
      .map(address => `${address}:27017`)
      .join(',')}/shop?`,
  );
  const hooks = await hooksOf('unit-mongodb-0');
  expect(hooks).toContain('config-changed');
  expect(hooks).not.toContain('secret-changed');
});

test('a request that is refused is answered with a sentence and nothing else', async () => {
  await model.juju('deploy', 'data-integrator', 'team', '--config', 'database-name=admin', '--config', 'entity-type=GROUP');
  await model.juju('integrate', 'mongodb', 'team');
  await model.waitFor('the refusal', status =>
    /^team: database admin belongs to MongoDB itself/.test(status.applications.mongodb?.['application-status'].message ?? ''),
  );
  expect(Object.keys(await bagFor('team'))).toEqual(['status']);
  await model.juju('remove-relation', 'mongodb', 'team');
  await wellWith(model, 2);
});

test('a relation that is removed leaves no secret of it, and no file of one', async () => {
  await model.juju('remove-relation', 'mongodb', 'shop');
  await model.waitFor('the secrets to go', async () => {
    const labels = Object.values(JSON.parse(await model.juju('secrets', '--format=json')) as Record<string, { label?: string }>);
    return labels.map(({ label }) => label).join() === 'mongodb.app';
  });
  // Charms of other tests have theirs for an instant.
  await model.waitFor('files of secrets to be gone', async () => (await secretFiles()).every(name => before.includes(name)));
});
