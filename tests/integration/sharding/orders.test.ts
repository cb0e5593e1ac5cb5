// Whatever the order in which a small cluster is put together, it ends in the same state. Tried are six of all the orders that Juju allows,
// one for each order of the three integrations, chosen by a seed; ORDERS_SEED takes others, and a failing test's title tells its own.
// Two models side by side, for two cores.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withMongo } from '../../support/client.ts';
import { type TestModel, withModel } from '../../support/model.ts';
import { allUnits, settled } from '../../support/status.ts';
import { routerName } from '../router/cluster.ts';
import { addressesOf, logIn, operatorPassword, rootOf, routerCredentials, throughRouter, untilCalm } from './world.ts';

const steps = {
  'config-server': ['deploy', 'mongodb', 'config-server', '--config', 'role=config-server'],
  'shard-a': ['deploy', 'mongodb', 'shard-a', '--config', 'role=shard'],
  'data-integrator': ['deploy', 'data-integrator', '--config', 'database-name=shop'],
  mongos: ['deploy', 'mongos'],
  shard: ['integrate', 'config-server:config-server', 'shard-a:sharding'],
  host: ['integrate', 'mongos', 'data-integrator'],
  cluster: ['integrate', 'config-server', 'mongos'],
};
type Step = keyof typeof steps;
/** What must be deployed before. */
const needs: Partial<Record<Step, readonly Step[]>> = {
  shard: ['config-server', 'shard-a'],
  host: ['mongos', 'data-integrator'],
  cluster: ['config-server', 'mongos'],
};
const integrations = Object.keys(needs) as Step[];

/** All orders of these steps in which nothing comes before what it needs. */
const ordersOf = (left: readonly Step[], done: readonly Step[] = []): Step[][] =>
  left.length === 0
    ? [[...done]]
    : left
        .filter(step => (needs[step] ?? []).every(one => done.includes(one)))
        .flatMap(step => ordersOf(without(left, step), [...done, step]));
const without = (list: readonly Step[], step: Step): Step[] => list.filter(one => one !== step);

/** Numbers from 0 to 1, always the same for a seed (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const seed = Number(process.env.ORDERS_SEED ?? 1);
const next = numbersFrom(seed);
const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(next() * items.length)] as Item;
const all = ordersOf(Object.keys(steps) as Step[]);
const integrationsOf = (order: readonly Step[]): string => order.filter(step => integrations.includes(step)).join();
const kinds = [...new Set(all.map(integrationsOf))];
/** In every other one, all that has been begun comes to rest before this step. */
const tried = kinds.map((kind, at) => ({
  order: pick(all.filter(order => integrationsOf(order) === kind)),
  restsBefore: at % 2 === 0 ? 2 + Math.floor(next() * 5) : undefined,
}));
const titleOf = ({ order, restsBefore }: (typeof tried)[number]): string =>
  order.map((step, at) => (at === restsBefore ? `(rest), ${step}` : step)).join(', ');

test('there is an order for each order of the integrations, and nothing in them comes too early', () => {
  expect(kinds).toHaveLength(6);
  for (const { order } of tried) {
    expect(new Set(order)).toEqual(new Set(Object.keys(steps)));
    for (const [at, step] of order.entries())
      for (const one of needs[step] ?? []) expect(order.indexOf(one), `${one} before ${step}`).toBeLessThan(at);
  }
});

describe.concurrent(`with ${routerName}, in the order (seed ${seed})`, () => {
  test.for(tried.map(one => [titleOf(one), one] as const))('%s', { timeout: 300_000 }, ([, { order, restsBefore }]) =>
    withModel(async model => {
      for (const [at, step] of order.entries()) {
        if (at === restsBefore) await model.waitFor('all to come to rest', settled);
        await model.juju(...steps[step]);
      }
      await untilCalm(model, 'config-server', 'shard-a', 'data-integrator', 'mongos');
      await model.waitFor('the config server to have nothing to say', async status =>
        Object.values(status.applications).every(one => one['application-status'].current === 'active'),
      );
      expect(await stateOf(model)).toEqual(end);
      const { uris } = await routerCredentials(model);
      await withMongo(uris, async client => {
        await client.db('shop').collection('orders').insertOne({ item: 'tea' });
        expect(await client.db('shop').collection('orders').countDocuments()).toBe(1);
      });
    }),
  );
});

/** What is the same whatever came first, with names in place of addresses and without the numbers of relations. */
async function stateOf(model: TestModel) {
  const status = await model.status();
  const password = await operatorPassword(model);
  await logIn(addressesOf(status, 'shard-a')[0] ?? '', 'operator', password);
  const names = Object.entries(allUnits(status)).filter(([unit]) => !unit.startsWith('mongos'));
  const named = (text: string) => names.reduce((now, [unit, { 'public-address': address }]) => now.replaceAll(address, unit), text);
  const configDb = async (unit: string) => {
    const text = await readFile(join(await rootOf(model, unit), 'var/snap/charmed-mongodb/current/etc/mongod/mongos.conf'), 'utf8');
    return named(/configDB: (.*)/.exec(text)?.[1] ?? text);
  };
  const { shards, users } = await throughRouter(model, async client => ({
    shards: (await client.db('admin').command({ listShards: 1 })).shards as { host: string }[],
    users: (await client.db('admin').command({ usersInfo: 1 })).users as { user: string; roles: { role: string; db: string }[] }[],
  }));
  return {
    units: Object.fromEntries(
      Object.entries(allUnits(status)).map(([unit, { 'workload-status': shown, 'open-ports': ports = [] }]) => [
        unit,
        [shown.message ?? '', ...ports],
      ]),
    ),
    shards: shards.map(({ host }) => named(host)),
    client: users.filter(({ user }) => /^relation-\d+$/.test(user)).map(({ roles }) => roles.map(({ role, db }) => `${role} ${db}`).sort()),
    others: users
      .map(({ user }) => user)
      .filter(user => !user.startsWith('relation-'))
      .sort(),
    configDb: [await configDb('config-server/0'), await configDb('mongos/0')],
  };
}

const end: Awaited<ReturnType<typeof stateOf>> = {
  units: {
    'config-server/0': ['Primary', '27017/tcp', '27018/tcp'],
    'shard-a/0': ['Primary', '27017/tcp'],
    'data-integrator/0': [''],
    'mongos/0': ['', '27018/tcp'],
  },
  shards: ['shard-a/shard-a/0:27017'],
  client: [['enableSharding shop', 'readWrite shop']],
  others: ['backup', 'monitor', 'operator'],
  configDb: Array(2).fill('config-server/config-server/0:27017'),
};
