// Routers beside their hosts: over the socket of the machine or from elsewhere, with hosts that change their minds, grow, and go.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runAction, withMongo } from '../../support/client.ts';
import { openModel, type TestModel } from '../../support/model.ts';
import { projectFolder } from '../../support/project.ts';
import { allUnits, settled, unitsOf } from '../../support/status.ts';
import { routerName } from '../router/cluster.ts';
import { addressesOf, deployCluster, throughRouter, untilCalm } from './world.ts';

type Told = { readonly username: string; readonly password: string; readonly uris: string; readonly endpoints: string };

const charm = join(projectFolder, 'tests', 'charms', 'neighbour');
let model: TestModel;
beforeAll(async () => {
  model = await openModel();
  await Promise.all([
    deployCluster(model, { 'shard-a': 1 }),
    model.juju('deploy', charm, 'first'),
    model.juju('deploy', charm, 'second', '--config', 'database=shop'),
    model.juju('deploy', 'mongos'),
  ]);
}, 300_000);
afterAll(() => model?.close());

/** What the routers have told their host; undefined while that is nothing. */
async function told(host: string): Promise<Told | undefined> {
  const [task] = Object.values(await runAction(model, `${host}/leader`, 'credentials'));
  return task?.status === 'completed' ? (task.results as Told) : undefined;
}
const untilTold = (what: string, host: string, right: (now: Told) => boolean | Promise<boolean>): Promise<Told> =>
  model.waitFor(what, async status => {
    const now = settled(status) ? await told(host) : undefined;
    return now !== undefined && (await right(now)) && now;
  });
const routerStatus = (shown: string) =>
  model.waitFor(`mongos to say: ${shown}`, status => {
    const units = Object.values(unitsOf(status, 'mongos'));
    return settled(status) && units.length > 0 && units.every(unit => unit['workload-status'].message === shown);
  });
const portsOf = async (): Promise<(string[] | undefined)[]> => {
  const units = Object.values(unitsOf(await model.status(), 'mongos'));
  return units.map(unit => unit['open-ports']);
};
const users = async (): Promise<string[]> => {
  const { users: all } = await throughRouter(model, client => client.db('admin').command({ usersInfo: 1 }));
  return all.map((one: { user: string }) => one.user).filter((name: string) => name.startsWith('relation-'));
};
/** What stands before all paths of the unit's machine. */
const rootOf = async (unit: string): Promise<string> => {
  const folder = (await model.juju('exec', '--unit', unit, '--', 'pwd')).trim();
  return folder.slice(0, folder.indexOf('/var/lib/juju/'));
};
/** How often the charm has started the unit's router, by its own words. */
const starts = async (unit: string): Promise<number> => {
  const log = await model.juju('debug-log', '--no-tail', '--replay', '--include', unit);
  return log.match(/\b(re)?start-router\b/g)?.length ?? 0;
};
const mayWrite = (uris: string, database: string): Promise<boolean> =>
  withMongo(uris, async client => {
    const [inserted] = await Promise.allSettled([client.db(database).collection('things').insertOne({})]);
    if (inserted?.status === 'rejected' && inserted.reason.code !== 13) throw inserted.reason;
    return inserted?.status === 'fulfilled';
  });

let credentials: Told;

describe(`with ${routerName}`, () => {
  test('a router says what it waits for, whatever comes first', async () => {
    await model.juju('integrate', 'mongos', 'first');
    await routerStatus('Missing relation to config-server.');
    await model.juju('integrate', 'config-server', 'mongos');
    await routerStatus('waiting for first to ask for a database');
    expect(await users()).toEqual([]); // no user for a request that nobody has made
    await model.juju('config', 'first', 'database=shop');
    await untilCalm(model, 'mongos', 'first');
  });

  test('a host on the same machine goes through its socket, and nobody comes in from elsewhere', async () => {
    credentials = await untilTold('credentials', 'first', () => true);
    expect(credentials.endpoints).toMatch(/^%2F[^/]*mongodb-27018\.sock$/);
    expect(credentials.uris).toMatch(
      /^mongodb:\/\/relation-\d+:[^@]+@%2F[^/]*mongodb-27018\.sock\/shop\?authSource=admin&authMechanism=SCRAM-SHA-256$/,
    );
    expect(await mayWrite(credentials.uris, 'shop')).toBe(true);
    expect(await mayWrite(credentials.uris, 'other')).toBe(false);
    expect(await portsOf()).toEqual([undefined]);
    const [address] = addressesOf(await model.status(), 'mongos');
    const outside = withMongo(`mongodb://${address}:27018/`, async () => undefined, { serverSelectionTimeoutMS: 1_000 });
    await expect(outside).rejects.toThrow(/ECONNREFUSED/);
  });

  test('a client may do nothing through its router but read and write what it asked for', async () => {
    const admin = (client: MongoClient, command: Document) => client.db('admin').command(command);
    const tries: readonly (readonly [string, (client: MongoClient) => Promise<unknown>])[] = [
      ['list users', client => admin(client, { usersInfo: 1 })],
      ['make a user', client => admin(client, { createUser: 'x', pwd: 'x', roles: ['root'] })],
      ['make a user of its own database', client => client.db('shop').command({ createUser: 'x', pwd: 'x', roles: [] })],
      ['give itself a role', client => admin(client, { grantRolesToUser: credentials.username, roles: ['root'] })],
      ['drop the operator', client => admin(client, { dropUser: 'operator' })],
      ['make a role', client => admin(client, { createRole: 'x', privileges: [], roles: ['root'] })],
      ['list the shards', client => admin(client, { listShards: 1 })],
      ['add a shard', client => admin(client, { addShard: 'evil/127.0.0.1:27017' })],
      ['remove a shard', client => admin(client, { removeShard: 'shard-a' })],
      ['stop the balancer', client => admin(client, { balancerStop: 1 })],
      ['move a database', client => admin(client, { movePrimary: 'shop', to: 'shard-a' })],
      ['shut down', client => admin(client, { shutdown: 1 })],
      ['set a parameter', client => admin(client, { setParameter: 1, logLevel: 5 })],
      ['read the cluster’s configuration', client => client.db('config').collection('shards').findOne({})],
      ['write it', client => client.db('config').collection('shards').deleteMany({})],
      ['read users as documents', client => client.db('admin').collection('system.users').findOne({})],
      ['read another database', client => client.db('other').collection('x').findOne({})],
      ['write another database', client => client.db('other').collection('x').insertOne({})],
      ['drop another database', client => client.db('other').dropDatabase()],
    ];
    const done = await withMongo(credentials.uris, async client => {
      const found: string[] = [];
      for (const [what, attempt] of tries) {
        const code = await attempt(client).then(
          () => 'was done',
          (error: { code?: number }) => error.code,
        );
        // 115 where there is no such command at all, as in the stand-in.
        if (code !== 13 && code !== 115) found.push(`${what}: ${code}`);
      }
      return found;
    });
    expect(done).toEqual([]);
    expect(await users()).toEqual([credentials.username]);
    expect(await mayWrite(credentials.uris, 'shop')).toBe(true);
  });

  test('a request that changes changes the user, who keeps his password', async () => {
    await model.juju('config', 'first', 'roles=admin');
    await model.waitFor('the rights', () => mayWrite(credentials.uris, 'other'));
    await model.juju('config', 'first', 'roles=', 'database=store');
    const next = await untilTold('another database', 'first', ({ uris }) => uris.includes('/store?'));
    expect(next).toMatchObject({ username: credentials.username, password: credentials.password });
    expect([await mayWrite(next.uris, 'store'), await mayWrite(next.uris, 'shop')]).toEqual([true, false]);
    expect(await users()).toEqual([credentials.username]);
  });

  test('a host that is to be reached from elsewhere is given every unit, as they come and go', async () => {
    await model.juju('config', 'first', 'database=shop', 'external=true');
    await model.juju('add-unit', 'first');
    const both = await untilTold('two routers', 'first', ({ endpoints }) => endpoints.split(',').length === 2);
    const addresses = addressesOf(await model.status(), 'mongos');
    expect(both.endpoints).toBe(addresses.join(','));
    expect(both.uris).toContain(`@${addresses.map(one => `${one}:27018`).join(',')}/shop?authSource=admin&authMechanism=SCRAM-SHA-256`);
    expect(await portsOf()).toEqual([['27018/tcp'], ['27018/tcp']]);
    for (const address of addresses) {
      const alone = `mongodb://${both.username}:${both.password}@${address}:27018/shop?authSource=admin`;
      expect(await mayWrite(alone, 'shop')).toBe(true);
    }
    await model.juju('remove-unit', '--no-prompt', 'first/0');
    const left = await untilTold('one router', 'first', ({ endpoints }) => !endpoints.includes(','));
    expect(left.endpoints).toBe(addresses[1]);
    expect(await mayWrite(left.uris, 'shop')).toBe(true);
    await model.juju('config', 'first', 'external=false');
    const near = await untilTold('the socket', 'first', ({ endpoints }) => endpoints.startsWith('%2F'));
    expect(await mayWrite(near.uris, 'shop')).toBe(true);
    expect(await portsOf()).toEqual([undefined]);
    expect(near).toMatchObject({ username: credentials.username, password: credentials.password });
  });

  test('a router follows the config servers, and restarts for nothing else', async () => {
    const [unit = ''] = Object.keys(unitsOf(await model.status(), 'mongos'));
    const { uris } = await untilTold('credentials', 'first', () => true);
    const config = join(await rootOf(unit), 'var/snap/charmed-mongodb/current/etc/mongod/mongos.conf');
    const knows = async (hosts: readonly string[]) =>
      (await readFile(config, 'utf8')).includes(`configDB: config-server/${hosts.map(host => `${host}:27017`).join(',')}\n`);
    expect(await knows(addressesOf(await model.status(), 'config-server'))).toBe(true);
    const before = await starts(unit);
    await model.juju('add-unit', 'config-server', '-n', '2');
    await untilCalm(model, 'config-server', 'mongos');
    const hosts = addressesOf(await model.status(), 'config-server');
    expect(hosts).toHaveLength(3);
    await model.waitFor('the router to know three', async status => settled(status) && knows(hosts));
    await untilCalm(model, 'mongos');
    expect(await mayWrite(uris, 'shop')).toBe(true);
    const after = await starts(unit);
    expect(after - before).toBeGreaterThan(0);
    expect(after - before).toBeLessThanOrEqual(2); // once for each that came
    await model.juju('config', 'first', 'roles=admin');
    await model.waitFor('the rights', async status => settled(status) && mayWrite(uris, 'other'));
    await model.juju('run', 'config-server/leader', 'set-password');
    await untilCalm(model, 'config-server', 'shard-a', 'mongos');
    expect(await starts(unit)).toBe(after);
  });

  test('a host that goes loses its user, and its machine the router; the next one gets another password', async () => {
    const unit = Object.keys(unitsOf(await model.status(), 'mongos'))[0] ?? '';
    const root = await rootOf(unit);
    const before = await untilTold('credentials', 'first', () => true);
    await model.juju('remove-relation', 'mongos', 'first');
    await model.waitFor('the router to be gone', status => Object.keys(unitsOf(status, 'mongos')).length === 0);
    await model.waitFor('its user to be gone', async () => (await users()).length === 0);
    await model.juju('integrate', 'mongos', 'second');
    await untilCalm(model, 'mongos', 'second');
    const after = await untilTold('credentials', 'second', () => true);
    expect(after.password).not.toBe(before.password);
    expect(await mayWrite(after.uris, 'shop')).toBe(true);
    const old = after.uris.replace(/\/\/[^@]*@/, `//${before.username}:${before.password}@`);
    await expect(withMongo(old, async () => undefined)).rejects.toMatchObject({ code: 18 });
    expect(await told('first')).toBeUndefined();
    expect(existsSync(join(root, 'var', 'snap', 'charmed-mongodb'))).toBe(false);
    expect(Object.keys(allUnits(await model.status()))).toContain('first/1');
  });

  test('two hosts with routers of their own do not come near each other’s data, and when one goes the other notices nothing', async () => {
    await model.juju('config', 'first', 'roles=', 'database=apart');
    await model.juju('deploy', 'mongos', 'mongos-b');
    await model.juju('integrate', 'mongos-b', 'first');
    await model.juju('integrate', 'config-server', 'mongos-b');
    await untilCalm(model, 'mongos', 'second', 'mongos-b', 'first');
    const [one, other] = [await untilTold('credentials', 'second', () => true), await untilTold('credentials', 'first', () => true)];
    expect(other.username).not.toBe(one.username);
    expect((await users()).sort()).toEqual([one.username, other.username].sort());
    const rights = async ({ uris }: Told) => [await mayWrite(uris, 'shop'), await mayWrite(uris, 'apart')];
    expect([await rights(one), await rights(other)]).toEqual([
      [true, false],
      [false, true],
    ]);
    const swapped = one.uris.replace(/\/\/[^@]*@/, `//${one.username}:${other.password}@`);
    await expect(withMongo(swapped, async () => undefined)).rejects.toMatchObject({ code: 18 });

    const [unit = ''] = Object.keys(unitsOf(await model.status(), 'mongos'));
    const before = await starts(unit);
    await model.juju('remove-application', '--no-prompt', 'mongos-b');
    await model.waitFor('it to be gone', async status => !('mongos-b' in status.applications) && settled(status));
    await model.waitFor('its user to be gone', async () => (await users()).join() === one.username);
    expect(await told('first')).toBeUndefined();
    expect(await told('second')).toEqual(one);
    expect(await rights(one)).toEqual([true, false]);
    expect(await starts(unit)).toBe(before);
  });
});
