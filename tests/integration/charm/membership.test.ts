// Units come and go; the replica set follows, no write is lost, and clients are told.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { getCredentials, withMongo } from '../../support/client.ts';
import { openModel, type TestModel } from '../../support/model.ts';
import { leaderOf, settled, unitsOf } from '../../support/status.ts';
import { addressesOf, asOperator, deployMongodb, isWell, membersAreUnits, membersOf, onUnit, primaryOf, wellWith } from './world.ts';

let model: TestModel;
beforeAll(async () => {
  model = await openModel();
  // Storage of this pool outlives its unit, as volumes of a cloud do.
  await deployMongodb(model, 3, '--storage', 'mongodb=loop');
  await model.juju('deploy', 'data-integrator', '--config', 'database-name=shop');
  await model.juju('integrate', 'mongodb', 'data-integrator');
  await model.waitFor(
    'the client to be served',
    status => status.applications['data-integrator']?.['application-status'].current === 'active' && isWell(status, 3),
  );
});
afterAll(() => model?.close());

let written = 0;
/** Writes one more document through the client's own credentials, kept by a majority. */
async function write(): Promise<void> {
  written += 1;
  const { uris } = await getCredentials(model);
  await withMongo(uris, client =>
    client
      .db('shop')
      .collection<{ _id: number }>('orders')
      .insertOne({ _id: written }, { writeConcern: { w: 'majority' } }),
  );
}
const stored = async (): Promise<number> =>
  withMongo((await getCredentials(model)).uris, client => client.db('shop').collection('orders').countDocuments());

/** Clients are told the addresses of just the units that are left. */
async function clientsKnowTheUnits(): Promise<void> {
  await model.waitFor('the client to know the units', async status => {
    const { endpoints, uris } = await getCredentials(model);
    const wanted = Object.entries(unitsOf(status, 'mongodb')).sort(([a], [b]) => Number(a.split('/')[1]) - Number(b.split('/')[1]));
    const addresses = wanted.map(([, unit]) => unit['public-address']);
    return endpoints === addresses.join(',') && uris.includes(`@${addresses.map(address => `${address}:27017`).join(',')}/`);
  });
}

test('three units deployed at once are one replica set, named after the application, its first unit primary', async () => {
  expect(await membersOf(model)).toEqual(addressesOf(await model.status()).sort());
  expect(await primaryOf(model)).toBe('mongodb/0');
  await asOperator(model, async client => {
    const { config } = await client.db('admin').command({ replSetGetConfig: 1 });
    expect(config._id).toBe('mongodb');
    expect(config.members.map((member: { tags: object }) => member.tags)).toEqual([0, 1, 2].map(n => ({ 'juju-unit': `mongodb/${n}` })));
  });
  await clientsKnowTheUnits();
  await write();
});

test('an added unit gets the data and becomes a member', async () => {
  await model.juju('add-unit', 'mongodb');
  await wellWith(model, 4);
  await membersAreUnits(model);
  await clientsKnowTheUnits();
  await write();
  await model.waitFor('the new unit to have the data', () =>
    onUnit(
      model,
      'mongodb/3',
      async client => (await client.db('shop').collection('orders').countDocuments({}, { readPreference: 'secondary' })) === written,
    ),
  );
});

test('a removed primary, which leads too, hands over and leaves before its mongod stops', async () => {
  const primary = await primaryOf(model);
  expect(leaderOf(await model.status(), 'mongodb')).toBe(primary);
  await model.juju('remove-unit', '--no-prompt', primary);
  await model.waitFor('the unit to be gone', status => unitsOf(status, 'mongodb')[primary] === undefined);
  await wellWith(model, 3);
  await membersAreUnits(model);
  await clientsKnowTheUnits();
  await write();
  expect(await stored()).toBe(written);
});

test('two of five units removed at once, the primary among them, leave three', async () => {
  await model.juju('add-unit', 'mongodb', '-n', '2');
  await wellWith(model, 5);
  const primary = await primaryOf(model);
  const another = Object.keys(unitsOf(await model.status(), 'mongodb')).find(name => name !== primary) as string;
  await model.juju('remove-unit', '--no-prompt', primary, another);
  await wellWith(model, 3);
  await membersAreUnits(model);
  await clientsKnowTheUnits();
  await write();
  expect(await stored()).toBe(written);
});

test('down to one, the last one has the data', async () => {
  const [first, ...others] = Object.keys(unitsOf(await model.status(), 'mongodb'));
  expect(first).toBeDefined();
  await model.juju('remove-unit', '--no-prompt', ...others);
  await wellWith(model, 1);
  await membersAreUnits(model);
  await clientsKnowTheUnits();
  await write();
  expect(await stored()).toBe(written);
});

test('the client keeps its user through all of this: no unit that left removed it', async () => {
  const { username } = await getCredentials(model);
  expect(await asOperator(model, async client => (await client.db('admin').command({ usersInfo: username })).users.length)).toBe(1);
});

test('the last unit goes and its data stays on the storage, with which a new unit goes on', async () => {
  const [last] = Object.keys(unitsOf(await model.status(), 'mongodb'));
  const storage = Object.entries(
    (JSON.parse(await model.juju('storage', '--format=json')) as { storage: Record<string, { attachments?: { units?: object } }> }).storage,
  );
  const [id] = storage.find(([, one]) => Object.keys(one.attachments?.units ?? {}).includes(last as string)) as [string, object];
  await model.juju('remove-unit', '--no-prompt', last as string);
  await model.waitFor('no unit to be left', status => Object.keys(unitsOf(status, 'mongodb')).length === 0 && settled(status));
  await model.juju('add-unit', 'mongodb', '--attach-storage', id);
  await wellWith(model, 1);
  await membersAreUnits(model);
  await clientsKnowTheUnits();
  expect(await stored()).toBe(written);
});
