// The life of a sharded cluster on real config servers and shards. Without a mongos on this computer, its routers are stand-ins.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runAction, withMongo } from '../../support/client.ts';
import { openModel, type TestModel } from '../../support/model.ts';
import { leaderOf, settled, unitsOf } from '../../support/status.ts';
import { routerName } from '../router/cluster.ts';
import {
  addressesOf,
  countingWriter,
  deployClient,
  deployCluster,
  integrateShard,
  logIn,
  operatorPassword,
  primaryShardOf,
  removeShard,
  routerCredentials,
  shardNames,
  soonUntil,
  throughRouter,
  untilCalm,
} from './world.ts';

let model: TestModel;
beforeAll(async () => {
  model = await openModel();
  await deployCluster(model, { 'shard-a': 1, 'shard-b': 3 });
  await deployClient(model, 'database-name=shop', 'extra-user-roles=admin');
}, 300_000);
afterAll(() => model?.close());

const keyFileOf = async (unit: string): Promise<string> => {
  const root = (await model.juju('exec', '--unit', unit, '--', 'pwd')).trim();
  return readFile(join(root.slice(0, root.indexOf('/var/lib/juju/')), 'var/snap/charmed-mongodb/current/etc/mongod/keyFile'), 'utf8');
};

const primaryOf = async (application: string): Promise<string> => {
  const units = Object.entries(unitsOf(await model.status(), application));
  return units.find(([, unit]) => unit['workload-status'].message === 'Primary')?.[0] ?? '';
};

describe(`with ${routerName}`, () => {
  describe('a cluster', () => {
    test('has just the shards that are integrated, and says so', async () => {
      expect(await throughRouter(model, shardNames)).toEqual(['shard-a', 'shard-b']);
      const status = await model.status();
      expect(status.applications['config-server']?.['application-status']).toMatchObject({ current: 'active' });
      for (const unit of Object.values(unitsOf(status, 'config-server'))) expect(unit['open-ports']).toEqual(['27017/tcp', '27018/tcp']);
    });

    test('has no password and no key in any databag', async () => {
      const status = await model.status();
      const secrets = [await operatorPassword(model), (await routerCredentials(model)).password];
      const leaders = ['config-server', 'shard-a', 'shard-b', 'mongos', 'data-integrator'].map(name => leaderOf(status, name) ?? '');
      const shown = await model.juju('show-unit', '--format=json', ...leaders);
      expect(shown).toContain('requested-secrets'); // it does show the databags
      for (const secret of secrets) expect(shown).not.toContain(secret);
      expect(shown).not.toMatch(/[A-Za-z0-9]{200}/); // a key has 1024
    });

    test('takes what a client writes with the credentials that it was given', async () => {
      const { uris, database, username } = await routerCredentials(model);
      expect(database).toBe('shop');
      expect(username).toMatch(/^relation-\d+$/);
      await withMongo(uris, async client => {
        await client
          .db('shop')
          .collection('orders')
          .insertMany([{ item: 'tea' }, { item: 'milk' }]);
        expect(await client.db('shop').collection('orders').countDocuments({ item: 'tea' })).toBe(1);
      });
    });

    test('has one password: a shard says where to change it, and the config server changes it everywhere', async () => {
      const [refused] = Object.values(await runAction(model, 'shard-a/leader', 'set-password'));
      expect(refused?.message).toBe('a shard has the passwords of its cluster; run set-password on config-server/leader');
      const before = await operatorPassword(model);
      await model.juju('run', 'config-server/leader', 'set-password');
      const after = await operatorPassword(model);
      expect(after).not.toBe(before);
      await model.waitFor(
        'the shards to have the new password',
        async status =>
          settled(status) && (await operatorPassword(model, 'shard-a')) === after && (await operatorPassword(model, 'shard-b')) === after,
      );
      const status = await model.status();
      for (const application of ['config-server', 'shard-a', 'shard-b']) {
        for (const address of addressesOf(status, application)) {
          await logIn(address, 'operator', after);
          await expect(logIn(address, 'operator', before)).rejects.toMatchObject({ code: 18 });
        }
      }
    });
  });

  describe('a shard', () => {
    test('goes on when its primary is killed, and so does the client', async () => {
      const { uris } = await routerCredentials(model);
      const client = await new MongoClient(uris, { serverSelectionTimeoutMS: 20_000 }).connect();
      try {
        await client.db('kept').collection('first').insertOne({});
        const home = await throughRouter(model, one => primaryShardOf(one, 'kept'));
        if (home !== 'shard-b') await throughRouter(model, one => one.db('admin').command({ movePrimary: 'kept', to: 'shard-b' }));
        const writer = countingWriter({ uri: uris }, 'kept');
        await model.waitFor('the first writes', () => writer.acknowledged() > 20);
        await model.juju('fault', await primaryOf('shard-b'), 'kill');
        const then = writer.acknowledged();
        await model.waitFor('writes on the next primary', () => writer.acknowledged() > then + 50);
        const { acknowledged, lost } = await writer.end();
        expect({ lost, many: acknowledged > 70 }).toEqual({ lost: 0, many: true });
      } finally {
        await client.close();
      }
      await untilCalm(model, 'shard-b');
    });

    test('loses the unit that is its primary, and neither the cluster nor the client loses it', async () => {
      const { uris } = await routerCredentials(model);
      const writer = countingWriter({ uri: uris }, 'kept', 'while-scaled');
      await model.waitFor('the first writes', () => writer.acknowledged() > 20);
      await model.juju('remove-unit', '--no-prompt', await primaryOf('shard-b'));
      await model.waitFor('two units', status => Object.keys(unitsOf(status, 'shard-b')).length === 2);
      const then = writer.acknowledged();
      await model.waitFor('writes on the next primary', () => writer.acknowledged() > then + 50);
      expect((await writer.end()).lost).toBe(0);
      await untilCalm(model, 'shard-b', 'config-server');
      const hosts = addressesOf(await model.status(), 'shard-b').map(address => `${address}:27017`);
      // The config server may go on to list a member that has left (6.0.5 does); those that stay are there to be found.
      const { shards } = await throughRouter(model, one => one.db('admin').command({ listShards: 1 }));
      const { host } = shards.find((one: { _id: string }) => one._id === 'shard-b');
      expect(host.split('/')[1].split(',')).toEqual(expect.arrayContaining(hosts));
      expect(await throughRouter(model, one => primaryShardOf(one, 'kept'))).toBe('shard-b');
    });

    test('is drained while a client goes on writing, and nothing is lost', async () => {
      const { uris } = await routerCredentials(model);
      expect(await throughRouter(model, one => primaryShardOf(one, 'kept'))).toBe('shard-b');
      const writer = countingWriter({ uri: uris }, 'kept', 'while-drained');
      await model.waitFor('the first writes', () => writer.acknowledged() > 20);
      await removeShard(model, 'shard-b');
      await model.waitFor(
        'the shard to be drained',
        status => status.applications['shard-b']?.['application-status'].message === 'Shard drained from cluster, ready for removal',
      );
      const then = writer.acknowledged();
      await model.waitFor('writes on the other shard', () => writer.acknowledged() > then + 20);
      expect((await writer.end()).lost).toBe(0);
      expect(await throughRouter(model, shardNames)).toEqual(['shard-a']);
      expect(await throughRouter(model, one => primaryShardOf(one, 'kept'))).toBe('shard-a');
    });

    test('that is the last one is not drained, and the status says why', async () => {
      await untilCalm(model, 'shard-b');
      await removeShard(model, 'shard-a');
      const { message } = await model.waitFor('the refusal', status => {
        const shown = status.applications['config-server']?.['application-status'];
        return shown?.current === 'blocked' && shown;
      });
      expect(message).toMatch(/^shard-a is the last shard, and its data has nowhere to go/);
      expect(await throughRouter(model, shardNames)).toEqual(['shard-a']);
      await model.waitFor('the relation to be gone', async () => !(await model.juju('status', '--relations')).includes('shard-a:sharding'));
      await integrateShard(model, 'shard-a');
      await untilCalm(model, 'config-server', 'shard-a');
      await removeShard(model, 'shard-a');
      await model.waitFor(
        'the refusal again',
        status => status.applications['config-server']?.['application-status'].current === 'blocked',
      );
    });

    test('may come back: then the other can go, with its data moved', async () => {
      // The last shard has no relation any more that could tell it of the new one: it looks in each update-status.
      await model.juju('model-config', 'update-status-hook-interval=10s');
      await integrateShard(model, 'shard-b');
      await model.waitFor(
        'shard-a to be drained',
        status => status.applications['shard-a']?.['application-status'].message === 'Shard drained from cluster, ready for removal',
        { limitMs: 170_000 },
      );
      await model.juju('model-config', '--reset', 'update-status-hook-interval');
      await untilCalm(model, 'config-server', 'shard-a', 'shard-b');
      expect(await throughRouter(model, shardNames)).toEqual(['shard-b']);
      const { uris } = await routerCredentials(model);
      await withMongo(uris, async client => {
        expect(await client.db('shop').collection('orders').countDocuments()).toBe(2);
        await client.db('shop').collection('orders').insertOne({ item: 'bread' });
      });
    });

    test('has the key of its cluster and no other, on every unit', async () => {
      const members = Object.keys(unitsOf(await model.status(), 'shard-b'));
      expect(members).toHaveLength(2);
      const keys = await Promise.all(['config-server/0', ...members].map(keyFileOf));
      expect(new Set(keys).size).toBe(1);
      expect(keys[0]).toMatch(/^[A-Za-z0-9]{1024}$/);
    });
  });

  describe('a router', () => {
    test('loses its client’s user with the relation, and gets a new one with the next', async () => {
      const before = await routerCredentials(model);
      await model.juju('remove-relation', 'config-server', 'mongos');
      await model.waitFor(
        'the router to be alone',
        status => settled(status) && status.applications.mongos?.['application-status'].message === 'Missing relation to config-server.',
      );
      const users = await throughRouter(model, client => client.db('admin').command({ usersInfo: 1 }));
      expect(users.users.map((user: { user: string }) => user.user).sort()).toEqual(['backup', 'monitor', 'operator']);
      const [task] = Object.values(await runAction(model, 'data-integrator/leader', 'get-credentials'));
      expect(task?.status).toBe('failed');
      await expect(withMongo(before.uris, async () => undefined, { serverSelectionTimeoutMS: 1_000 })).rejects.toThrow(/ECONNREFUSED/);
      await model.juju('integrate', 'config-server', 'mongos');
      await untilCalm(model, 'mongos', 'data-integrator');
      const after = await routerCredentials(model);
      expect(after.password).not.toBe(before.password);
      await withMongo(after.uris, async client => expect(await client.db('shop').collection('orders').countDocuments()).toBe(3));
      const old = after.uris.replace(/\/\/[^@]*@/, `//${before.username}:${before.password}@`);
      await expect(withMongo(old, async () => undefined)).rejects.toMatchObject({ code: 18 });
    });
  });

  describe('removal', () => {
    test('of the last config server is held while a shard needs it, and goes on when that is gone', { timeout: 400_000 }, async () => {
      await model.juju('remove-application', '--no-prompt', '--destroy-storage', 'config-server');
      await model.waitFor('the status that says why', status =>
        Object.values(unitsOf(status, 'config-server')).some(unit =>
          /not removed yet: .*shard-b/.test(unit['workload-status'].message ?? ''),
        ),
      );
      await model.juju('remove-application', '--no-prompt', '--destroy-storage', 'shard-b');
      await soonUntil(model, 'the shard to be gone', status => !('shard-b' in status.applications));
      // Juju tries the held hook again by itself, after longer and longer pauses; an operator need not wait for that.
      await model.waitFor(
        'the config server to be gone',
        async status => {
          for (const [unit, { 'workload-status': shown }] of Object.entries(unitsOf(status, 'config-server')))
            if (shown.current === 'error') await model.tryJuju('resolved', unit);
          return !('config-server' in status.applications);
        },
        { everyMs: 2_000 },
      );
    });
  });
});
