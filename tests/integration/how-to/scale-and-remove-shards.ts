// The promises of docs/how-to/scale-and-remove-shards.md. From its first section to its last a client writes.
import { expect } from 'vitest';
import type { Credentials } from '../../support/client.ts';
import { unitsOf } from '../../support/status.ts';
import { until } from '../../support/until.ts';
import { type Count, countingWriter } from '../sharding/world.ts';
import { openCluster } from './cluster.ts';
import { credentialsOf, isListed, isRefused, nobody, operatorUri } from './credentials.ts';
import type { Promises } from './promises.ts';
import type { Reader } from './reader.ts';

type Memory = { given: Credentials; writer: Count | undefined; before: number };

const again = 'Integrate it again';

export const scaleAndRemoveShards: Promises<Memory> = {
  memory: () => ({ given: nobody, writer: undefined, before: 0 }),
  leave: async ({ writer }) => {
    await writer?.end().catch(() => undefined); // the cluster may be gone already
  },
  sections: {
    'Deploy the cluster': async (reader, memory) => {
      memory.given = credentialsOf(reader, 'data-integrator', 'mongos');
      memory.writer = countingWriter({ uri: memory.given.uris, options: { serverSelectionTimeoutMS: 10_000 } }, 'shop', 'counted', 100);
      await goesOn(memory);
    },

    'Add a shard': async (reader, memory) => {
      const cluster = await openCluster(reader);
      expect(await cluster.shards()).toEqual({ 'shard-a': 'here', 'shard-b': 'here' });
      expect(await cluster.homeOf('shop')).toBe('shard-a');
      await goesOn(memory);
    },

    'Add units to a shard': async (reader, memory) => {
      expect(Object.keys(unitsOf(await reader.status(), 'shard-a'))).toHaveLength(3);
      await goesOn(memory);
    },

    'Change the passwords': async (reader, memory) => {
      const { password } = reader.printed('juju run config-server/leader set-password') as { password: string };
      for (const leader of ['config-server', 'shard-a']) {
        expect(reader.printed(`juju run ${leader}/leader get-password`)).toMatchObject({ password });
      }
      expect(await isRefused(operatorUri(memory.given.uris, password))).toBe(false);
      await until('the shard to take the new password', async () => !(await isRefused(await onShard(reader, password))));
      await reader.type('juju run shard-a/leader set-password');
      expect(reader.output('juju run shard-a/leader set-password')).toContain('run set-password on config-server/leader');
      await goesOn(memory);
      // The next section has something to move.
      await (await openCluster(reader)).moveTo('shard-b', 'shop');
      await goesOn(memory);
    },

    'Remove a shard': async (reader, memory) => {
      const cluster = await openCluster(reader);
      expect(await cluster.shards()).toEqual({ 'shard-a': 'here' });
      expect(await cluster.homeOf('shop')).toBe('shard-a');
      await goesOn(memory);
      await until('the relation to be gone', async () => !(await isListed(reader, 'config-server:config-server', 'shard-b:sharding')));
    },

    [again]: async (reader, memory) => {
      const cluster = await openCluster(reader);
      expect(await cluster.shards()).toEqual({ 'shard-a': 'here', 'shard-b': 'here' });
      await cluster.moveTo('shard-b', 'shop');
      await goesOn(memory);
    },

    'Remove a shard at once': async (reader, memory) => {
      await until('the shard to be gone', async () => !('shard-b' in (await reader.status()).applications), 150_000);
      const cluster = await openCluster(reader);
      expect(await cluster.shards()).toEqual({ 'shard-a': 'here' });
      expect(await cluster.homeOf('shop')).toBe('shard-a');
      await goesOn(memory);
    },

    'Remove the last shard': async (reader, memory) => {
      expect(await (await openCluster(reader)).shards()).toEqual({ 'shard-a': 'here' });
      await goesOn(memory);
      const { lost, acknowledged } = await memory.writer!.end();
      expect({ lost, some: acknowledged > 0 }).toEqual({ lost: 0, some: true });
    },

    'Remove everything': async reader => {
      expect(await reader.models()).toEqual([]);
    },
  },

  commands: {
    'Remove the last shard: juju wait-for unit config-server/0 --query=\'workload-status == "blocked"\'': async (reader, memory) => {
      expect(unitsOf(await reader.status(), 'config-server')['config-server/0']?.['workload-status'].message).toBe(
        'shard-a is the last shard, and its data has nowhere to go; integrate it again, or add another shard',
      );
      await goesOn(memory);
      await until('the relation to be gone', async () => !(await isListed(reader, 'config-server:config-server', 'shard-a:sharding')));
    },

    'Remove everything: juju remove-application --no-prompt config-server shard-a': async reader => {
      await until('all applications to be gone', async () => Object.keys((await reader.status()).applications).length === 0, 150_000);
    },
  },
};

/** The client has had writes acknowledged since this was called the last time, and goes on to have. */
const goesOn = async (memory: Memory): Promise<void> => {
  const { writer } = memory;
  if (writer === undefined) throw new Error('nobody writes');
  expect(writer.acknowledged()).toBeGreaterThanOrEqual(memory.before);
  const now = writer.acknowledged();
  await until('the client to have written', () => writer.acknowledged() > now);
  memory.before = writer.acknowledged();
};

/** The operator's way to the first member of the shard itself. */
const onShard = async (reader: Reader, password: string): Promise<string> => {
  const [unit] = Object.values(unitsOf(await reader.status(), 'shard-a'));
  return `mongodb://operator:${encodeURIComponent(password)}@${unit?.['public-address']}:27017/admin?directConnection=true`;
};
