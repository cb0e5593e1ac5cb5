// The promises of docs/how-to/connect-clients-of-other-models.md.
import { MongoClient } from 'mongodb';
import { expect } from 'vitest';
import { type Credentials, withMongo } from '../../support/client.ts';
import { unitsOf } from '../../support/status.ts';
import { until } from '../../support/until.ts';
import { credentialsOf, isRefused, nobody, unauthorized } from './credentials.ts';
import type { Promises } from './promises.ts';
import type { Reader } from './reader.ts';

type Memory = { first: Credentials; rotated: Credentials; resumed: Credentials; open: MongoClient | undefined };

const item = { item: 'lamp' };
const finds = (credentials: Credentials) =>
  withMongo(credentials.uris, async client => expect(await client.db('shop').collection('orders').findOne(item)).toMatchObject(item));
const offers = async (reader: Reader): Promise<string> => (await reader.type('juju offers -m databases')).stdout;
/** Hooks that failed, in both models: what comes right at Juju's next try counts as well. */
const failedHooks = async (reader: Reader): Promise<string[]> => {
  const logs = await Promise.all(
    ['databases', 'web'].map(model => reader.type(`juju debug-log -m ${model} --replay --no-tail --level ERROR`)),
  );
  return logs.flatMap(({ stdout }) => stdout.split('\n')).filter(line => line.includes('hook'));
};

export const connectClientsOfOtherModels: Promises<Memory> = {
  memory: () => ({ first: nobody, rotated: nobody, resumed: nobody, open: undefined }),
  leave: async ({ open }) => open?.close(),
  sections: {
    'Offer the database': async reader => {
      expect(reader.output('juju offer')).toContain('available at "admin/databases.mongodb"');
      expect(reader.output('juju find-offers')).toMatch(/^local +admin\/databases\.mongodb +admin +mongodb_client:database$/m);
    },
    'Connect a client': async (reader, memory) => {
      memory.first = credentialsOf(reader, 'data-integrator');
      expect(memory.first).toMatchObject({ username: 'relation-1', password: expect.stringMatching(/^\S{16,}$/), database: 'shop' });
      expect((await reader.type('juju status')).stdout).toMatch(/^SAAS .*\nmongodb +active +local +admin\/databases\.mongodb$/m);
      memory.open = await new MongoClient(memory.first.uris, { serverSelectionTimeoutMS: 10_000 }).connect();
      await memory.open
        .db('shop')
        .collection('orders')
        .insertOne({ ...item });
      await expect(
        memory.open
          .db('elsewhere')
          .collection('orders')
          .insertOne({ ...item }),
      ).rejects.toMatchObject(unauthorized);
      await finds(memory.first);
    },
    'See who is connected': async reader => {
      expect(reader.output('juju offers')).toMatch(/^mongodb +admin +1 +joined +database +mongodb_client +provider +127\.\S+\/32$/m);
    },
    'Change its password': async (reader, memory) => {
      memory.rotated = credentialsOf(reader, 'data-integrator');
      expect(memory.rotated.username).toBe(memory.first.username);
      expect(memory.rotated.password).not.toBe(memory.first.password);
      expect(await isRefused(memory.first.uris)).toBe(true);
      await finds(memory.rotated);
      expect(await memory.open?.db('shop').collection('orders').findOne()).toMatchObject(item);
    },
    'Suspend its relation': async (reader, { rotated, open }) => {
      await until('the login to be refused', () => isRefused(rotated.uris));
      await expect(open?.db('shop').collection('orders').findOne()).rejects.toMatchObject({ codeName: expect.stringMatching(/auth/i) });
      const workload = async () => unitsOf(await reader.status(), 'data-integrator')['data-integrator/0']?.['workload-status'];
      await until('the client to be blocked', async () => (await workload())?.current === 'blocked');
      expect(await workload()).toMatchObject({ message: 'Please relate the data-integrator with the desired product' });
      await until('the suspension to be complete', async () => / suspended /.test(await offers(reader)));
    },
    'Resume it': async (reader, memory) => {
      memory.resumed = credentialsOf(reader, 'data-integrator');
      expect(memory.resumed.username).toBe(memory.first.username);
      expect(memory.resumed.password).not.toBe(memory.rotated.password);
      expect(await isRefused(memory.rotated.uris)).toBe(true);
      await finds(memory.resumed);
      expect(await failedHooks(reader)).toEqual([]);
    },
    'Remove the client': async (reader, { resumed }) => {
      await until('the login to be refused', () => isRefused(resumed.uris));
      await until('the relation to be gone', async () => !/ (joined|removing) /.test(await offers(reader)));
    },
    'Take the offer back': async reader => {
      expect((await reader.type('juju status')).stdout).not.toContain('SAAS');
      expect(await offers(reader)).not.toContain('mongodb');
    },
    'Clean up': async reader => {
      expect(await reader.models()).toEqual([]);
    },
  },
  commands: {},
};
