// The sharded cluster of a page, as its operator sees it through the config server's own mongos.
import type { MongoClient } from 'mongodb';
import { withMongo } from '../../support/client.ts';
import { unitsOf } from '../../support/status.ts';
import { operatorPassword } from './credentials.ts';
import type { Reader } from './reader.ts';

export type Cluster = {
  /** Names of the shards, and whether each is being drained. */
  shards(): Promise<Record<string, 'here' | 'draining'>>;
  /** The shard on which a database is; undefined when there is no such database. */
  homeOf(database: string): Promise<string | undefined>;
  moveTo(shard: string, database: string): Promise<void>;
  users(): Promise<string[]>;
};

/** The application `config-server` of the page, with the password that it has now. */
export const openCluster = async (reader: Reader): Promise<Cluster> => {
  const password = await operatorPassword(reader, 'config-server');
  const [server] = Object.values(unitsOf(await reader.status(), 'config-server'));
  const uri = `mongodb://operator:${encodeURIComponent(password)}@${server?.['public-address']}:27018/admin`;
  const ask = <Answer>(use: (client: MongoClient) => Promise<Answer>) => withMongo(uri, use);
  return {
    shards: () =>
      ask(async client => {
        const { shards } = await client.db('admin').command({ listShards: 1 });
        const entries = (shards as { _id: string; draining?: boolean }[]).map(({ _id, draining }) => [_id, draining ? 'draining' : 'here']);
        return Object.fromEntries(entries);
      }),
    homeOf: database =>
      ask(async client => {
        const entry = await client.db('config').collection<{ _id: string; primary: string }>('databases').findOne({ _id: database });
        return entry?.primary;
      }),
    moveTo: (shard, database) => ask(async client => void (await client.db('admin').command({ movePrimary: database, to: shard }))),
    users: () =>
      ask(async client => {
        const { users } = await client.db('admin').command({ usersInfo: 1 });
        return (users as { user: string }[]).map(({ user }) => user);
      }),
  };
};
