// The promises of docs/how-to/deploy-a-sharded-cluster.md.
import { expect } from 'vitest';
import { type Credentials, withMongo } from '../../support/client.ts';
import { unitsOf } from '../../support/status.ts';
import { openCluster } from './cluster.ts';
import { credentialsOf, isRefused, nobody, operatorUri } from './credentials.ts';
import type { Promises } from './promises.ts';

type Memory = { client: Credentials };

export const deployAShardedCluster: Promises<Memory> = {
  memory: () => ({ client: nobody }),
  sections: {
    'Deploy the config server': async reader => {
      expect(unitsOf(await reader.status(), 'config-server')['config-server/0']?.['workload-status']).toMatchObject({
        current: 'blocked',
        message: expect.stringContaining('missing relation to a shard'),
      });
    },

    'Add two shards': async reader => {
      const status = await reader.status();
      for (const name of ['config-server', 'shard-a', 'shard-b']) {
        expect(unitsOf(status, name)).toMatchObject({ [`${name}/0`]: { 'workload-status': { current: 'active', message: 'Primary' } } });
      }
      const cluster = await openCluster(reader);
      expect(await cluster.shards()).toEqual({ 'shard-a': 'here', 'shard-b': 'here' });
    },

    'Connect a client': async (reader, memory) => {
      memory.client = credentialsOf(reader, 'data-integrator', 'mongos');
      expect(Object.keys(unitsOf(await reader.status(), 'mongos'))).toEqual(['mongos/0']);
      await withMongo(memory.client.uris, async client => {
        await client.db('shop').collection('orders').insertOne({ item: 'lamp' });
        expect(await client.db('shop').collection('orders').countDocuments()).toBe(1);
      });
    },

    'See where the data is': async (reader, { client: { uris } }) => {
      const { password } = reader.printed('juju run config-server/leader get-password') as { password: string };
      // To the mongos beside the client, and to the one of the config server.
      expect(await isRefused(operatorUri(uris, password))).toBe(false);
      const cluster = await openCluster(reader);
      const home = await cluster.homeOf('shop');
      const other = home === 'shard-a' ? 'shard-b' : 'shard-a';
      await cluster.moveTo(other, 'shop');
      expect(await cluster.homeOf('shop')).toBe(other);
      await withMongo(uris, async client => {
        expect(await client.db('shop').collection('orders').countDocuments()).toBe(1);
        await client.db('shop').collection('orders').insertOne({ item: 'chair' });
        // The right alone: a collection on several shards needs more than the stand-in for mongos can do.
        const { authInfo } = await client.db('admin').command({ connectionStatus: 1 });
        expect(authInfo.authenticatedUserRoles).toContainEqual({ role: 'enableSharding', db: 'shop' });
      });
    },

    'Clean up': async reader => {
      expect(await reader.models()).toEqual([]);
    },
  },
  commands: {},
};
