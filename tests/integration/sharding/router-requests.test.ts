// A host of version 1 beside a router: several requests over one router, each with a user of its own in the cluster.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getCredentials, withMongo } from '../../support/client.ts';
import { openModel, type TestModel } from '../../support/model.ts';
import { settled } from '../../support/status.ts';
import { deployCluster, throughRouter } from './world.ts';

let model: TestModel;
beforeAll(async () => {
  model = await openModel();
  await Promise.all([
    deployCluster(model, { 'shard-a': 1 }),
    model.juju('deploy', 'data-integrator', '--config', 'database-name=shop,stock', '--config', 'protocol-version=v1'),
    model.juju('deploy', 'mongos'),
  ]);
  await model.juju('integrate', 'mongos', 'data-integrator');
  await model.juju('integrate', 'config-server', 'mongos');
  await served();
}, 300_000);
afterAll(() => model?.close());

const served = () =>
  model.waitFor(
    'the host to be served',
    status => status.applications['data-integrator']?.['application-status'].current === 'active' && settled(status),
  );
const credentials = (which: string) => getCredentials(model, 'data-integrator/leader', which);
const users = async (): Promise<string[]> => {
  const { users: all } = await throughRouter(model, client => client.db('admin').command({ usersInfo: 1 }));
  return all.map((one: { user: string }) => one.user).filter((name: string) => name.startsWith('relation-'));
};
/** 'in', or the code of the refusal. */
const write = ({ uris, database }: { uris: string; database: string }): Promise<unknown> =>
  withMongo(uris, client => client.db(database).collection('things').insertOne({})).then(
    () => 'in',
    error => error.code,
  );

describe('two requests of one host', () => {
  test('have two users of the cluster, each for its own database, reached through the router', async () => {
    const [shop, stock] = await Promise.all([credentials('mongos'), credentials('mongos-2')]);
    expect([shop.database, stock.database]).toEqual(['shop', 'stock']);
    expect(shop.username).toMatch(/^relation-\d+-[0-9a-f]{16}$/);
    expect(shop.username).not.toBe(stock.username);
    expect(shop.uris).toContain(':27018/shop?authSource=admin&authMechanism=SCRAM-SHA-256');
    expect(await Promise.all([write(shop), write(stock), write({ ...shop, database: 'stock' })])).toEqual(['in', 'in', 13]);
    expect((await users()).sort()).toEqual([shop.username, stock.username].sort());
  });
  test('change one by one: what is asked no more goes, and the other stays as it is', async () => {
    const [shop, stock] = await Promise.all([credentials('mongos'), credentials('mongos-2')]);
    await model.juju('config', 'data-integrator', 'database-name=stock');
    await model.waitFor('the first user to go', async () => !(await users()).includes(shop.username));
    await model.waitFor('quiet', settled);
    expect(await credentials('mongos')).toMatchObject({ database: 'stock', username: stock.username, password: stock.password });
    expect([await write(shop), await write(stock)]).toEqual([18, 'in']);
  });
});
