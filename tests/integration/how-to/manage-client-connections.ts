// The promises of docs/how-to/manage-client-connections.md.
import { MongoClient } from 'mongodb';
import { expect } from 'vitest';
import { type Credentials, withMongo } from '../../support/client.ts';
import { unitsOf } from '../../support/status.ts';
import { until } from '../../support/until.ts';
import { openCluster } from './cluster.ts';
import { credentialsOf, hostsOf, isListed, isRefused, nobody, operatorPassword, operatorUri, unauthorized } from './credentials.ts';
import type { Promises } from './promises.ts';

type Memory = {
  first: Credentials;
  reports: Credentials;
  second: Credentials;
  operator: string;
  open: MongoClient | undefined;
  /** Of the client that goes through mongos. */
  routed: Credentials;
};

const operatorSection = 'Show and change the password of the operator';
const ownPassword = 'correct-horse-battery-staple';

export const manageClientConnections: Promises<Memory> = {
  memory: () => ({ first: nobody, reports: nobody, second: nobody, operator: '', open: undefined, routed: nobody }),
  leave: async ({ open }) => open?.close(),
  sections: {
    'Deploy a replica set and a client': async reader => {
      const status = await reader.status();
      expect(unitsOf(status, 'mongodb')).toMatchObject({ 'mongodb/0': { 'workload-status': { current: 'active', message: 'Primary' } } });
      expect(unitsOf(status, 'data-integrator')['data-integrator/0']?.['workload-status']).toMatchObject({
        current: 'blocked',
        message: 'Please relate the data-integrator with the desired product',
      });
    },

    'Connect the client': async (reader, memory) => {
      const given = credentialsOf(reader, 'data-integrator');
      memory.first = given;
      expect(given).toMatchObject({
        username: expect.stringMatching(/^relation-\d+$/),
        password: expect.stringMatching(/^\S{16,}$/),
        database: 'shop',
        replset: 'mongodb',
      });
      expect(hostsOf(given)).toHaveLength(1);
      await withMongo(given.uris, async client => {
        await client.db('shop').collection('orders').insertOne({ item: 'lamp' });
        expect(await client.db('shop').collection('orders').findOne({ item: 'lamp' })).toMatchObject({ item: 'lamp' });
        await expect(client.db('elsewhere').collection('orders').insertOne({ item: 'lamp' })).rejects.toMatchObject(unauthorized);
        await expect(client.db('elsewhere').collection('orders').findOne()).rejects.toMatchObject(unauthorized);
      });
    },

    'Add members while clients are connected': async (reader, { first }) => {
      expect(Object.keys(unitsOf(await reader.status(), 'mongodb'))).toEqual(['mongodb/0', 'mongodb/1', 'mongodb/2']);
      const given = await until('the leader to have told the client', async () => {
        const now = credentialsOf(reader, 'data-integrator');
        if (hostsOf(now).length === 3) return now;
        await reader.type('juju run data-integrator/leader get-credentials');
        return undefined;
      });
      expect(given).toMatchObject({ username: first.username, password: first.password });
      expect(given.endpoints?.split(',')).toHaveLength(3);
      await withMongo(given.uris, async client => {
        const hello = await client.db('admin').command({ hello: 1 });
        // A member that is new is among the passives until it has caught up.
        expect([...hello.hosts, ...(hello.passives ?? [])].sort()).toEqual(hostsOf(given).sort());
      });
    },

    'Connect another client with other rights': async (reader, memory) => {
      memory.reports = credentialsOf(reader, 'reports');
      expect(memory.reports.username).not.toBe(memory.first.username);
      expect(memory.reports.password).not.toBe(memory.first.password);
      await withMongo(memory.reports.uris, async client => {
        expect(await client.db('shop').collection('orders').countDocuments()).toBe(1);
        await client.db('elsewhere').collection('notes').insertOne({ text: 'hello' });
        const { users } = await client.db('admin').command({ usersInfo: 1 });
        expect(namesOf(users)).toEqual(expect.arrayContaining([memory.first.username, memory.reports.username]));
      });
      memory.open = await new MongoClient(memory.reports.uris, { serverSelectionTimeoutMS: 10_000 }).connect();
      await memory.open.db('shop').collection('orders').findOne();
    },

    'Remove a client': async (reader, { first, reports, open }) => {
      await until('the login to be refused', () => isRefused(reports.uris));
      await expect(open?.db('shop').collection('orders').findOne()).rejects.toMatchObject({ codeName: expect.stringMatching(/auth/i) });
      const password = await operatorPassword(reader, 'mongodb');
      await withMongo(operatorUri(first.uris, password), async client => {
        const { users } = await client.db('admin').command({ usersInfo: 1 });
        expect(namesOf(users)).toContain(first.username);
        expect(namesOf(users)).not.toContain(reports.username);
      });
      await withMongo(first.uris, async client => expect(await client.db('shop').collection('orders').countDocuments()).toBe(1));
    },

    'Change the password of a client': async (reader, memory) => {
      const given = credentialsOf(reader, 'data-integrator');
      memory.second = given;
      expect(given.username).not.toBe(memory.first.username);
      expect(given.password).not.toBe(memory.first.password);
      expect(await isRefused(memory.first.uris)).toBe(true);
      await withMongo(given.uris, async client => expect(await client.db('shop').collection('orders').countDocuments()).toBe(1));
    },

    [operatorSection]: async (reader, { second }) => {
      expect(reader.printed('juju run mongodb/leader get-password')).toMatchObject({ password: ownPassword });
      expect(await isRefused(operatorUri(second.uris, ownPassword))).toBe(false);
      await withMongo(second.uris, async client => expect(await client.db('shop').collection('orders').countDocuments()).toBe(1));
      await reader.type('juju run mongodb/1 get-password username=backup');
      expect(reader.printed('juju run mongodb/1 get-password')).toMatchObject({ password: expect.stringMatching(/^\S{32}$/) });
    },

    'Remove a client together with its database': async (_, { second }) => {
      await until('the login to be refused', () => isRefused(second.uris));
      const names = await withMongo(operatorUri(second.uris, ownPassword), client => client.db().admin().listDatabases({ nameOnly: true }));
      expect(names.databases.map(({ name }) => name)).not.toContain('shop');
      expect(names.databases.map(({ name }) => name)).toContain('elsewhere');
    },

    'Connect a client of a sharded cluster': async (reader, memory) => {
      const given = credentialsOf(reader, 'data-integrator', 'mongos');
      memory.routed = given;
      const [mongos] = Object.values(unitsOf(await reader.status(), 'mongos'));
      expect(mongos?.['workload-status'].current).toBe('active');
      expect(given).toMatchObject({
        username: expect.stringMatching(/^relation-\d+$/),
        password: expect.stringMatching(/^\S{16,}$/),
        database: 'shop',
        endpoints: mongos?.['public-address'],
      });
      expect(hostsOf(given)).toEqual([`${mongos?.['public-address']}:27018`]);
      await withMongo(given.uris, async client => {
        expect(await client.db('admin').command({ hello: 1 })).toMatchObject({ msg: 'isdbgrid' });
        await client.db('shop').collection('orders').insertOne({ item: 'lamp' });
        expect(await client.db('shop').collection('orders').findOne({ item: 'lamp' })).toMatchObject({ item: 'lamp' });
        await expect(client.db('elsewhere').collection('orders').insertOne({ item: 'lamp' })).rejects.toMatchObject(unauthorized);
        await expect(client.db('elsewhere').collection('orders').findOne()).rejects.toMatchObject(unauthorized);
        await client.db('admin').command({ enableSharding: 'shop' });
      });
      const cluster = await openCluster(reader);
      expect(await cluster.users()).toContain(given.username);
      expect(await cluster.homeOf('shop')).toBe('shard-a');
    },

    'Remove a client of a sharded cluster': async (reader, { routed }) => {
      await reader.type('juju wait-for unit mongos/0 --query=\'workload-message == "Missing relation to config-server."\'');
      await until('the router to be stopped', async () => {
        const problem = await withMongo(routed.uris, client => client.db().command({ ping: 1 }), { serverSelectionTimeoutMS: 500 }).catch(
          error => error,
        );
        return problem.name === 'MongoServerSelectionError';
      });
      await reader.type('juju run data-integrator/leader get-credentials');
      expect(reader.output('juju run data-integrator/leader get-credentials')).toContain('failed: The action can be run only after');
      const cluster = await openCluster(reader);
      await until('the user to be dropped', async () => !(await cluster.users()).includes(routed.username));
      expect(await cluster.homeOf('shop')).toBe('shard-a');
    },

    'Connect it again': async (reader, { routed }) => {
      const given = credentialsOf(reader, 'data-integrator', 'mongos');
      expect(given.username).not.toBe(routed.username);
      expect(given.password).not.toBe(routed.password);
      expect(await isRefused(routed.uris)).toBe(true);
      await withMongo(given.uris, async client => expect(await client.db('shop').collection('orders').countDocuments()).toBe(1));
    },

    'Clean up': async reader => {
      expect(await reader.models()).toEqual([]);
    },
  },

  commands: {
    'Change the password of a client: juju remove-relation mongodb data-integrator': async reader => {
      await until('the relation to be gone', async () => !(await isListed(reader, 'mongodb:database', 'data-integrator:mongodb')));
    },

    'Remove a client of a sharded cluster: juju remove-relation config-server mongos': async reader => {
      await until('the relation to be gone', async () => !(await isListed(reader, 'config-server:cluster', 'mongos:cluster')));
    },

    [`${operatorSection}: juju run mongodb/leader get-password`]: async (reader, memory) => {
      // The page shows it at its beginning and at its end.
      if (memory.operator !== '') return;
      memory.operator = (reader.printed('juju run mongodb/leader get-password') as { password: string }).password;
      expect(await isRefused(operatorUri(memory.second.uris, memory.operator))).toBe(false);
    },

    [`${operatorSection}: juju run mongodb/leader set-password`]: async (reader, memory) => {
      const { password } = reader.printed('juju run mongodb/leader set-password') as { password: string };
      expect(password).toMatch(/^\S{32}$/);
      expect(await isRefused(operatorUri(memory.second.uris, memory.operator))).toBe(true);
      expect(await isRefused(operatorUri(memory.second.uris, password))).toBe(false);
      memory.operator = password;
    },

    [`${operatorSection}: juju run mongodb/leader set-password password=${ownPassword}`]: async (_, memory) => {
      expect(await isRefused(operatorUri(memory.second.uris, memory.operator))).toBe(true);
    },
  },
};

const namesOf = (users: { user: string }[]): string[] => users.map(({ user }) => user);
