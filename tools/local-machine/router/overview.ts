// Lists and statistics that mongos puts together from all shards: listDatabases, dbStats, collStats, listCollections.
import type { Login } from './client.ts';
import { type Document, plain } from './documents.ts';
import { RouterError } from './errors.ts';
import { allows, entersDatabase } from './privileges.ts';
import type { ReplicaSet } from './replica-set.ts';
import type { Request } from './request.ts';
import type { Router } from './router.ts';

/** Without the privilege to list all, those on which the user may do something. */
export const listDatabases = async (router: Router, login: Login, { command }: Request): Promise<Document> => {
  const { cluster } = router;
  const all = allows(login.privileges, { action: 'listDatabases', on: 'cluster' });
  if (!all && command.authorizedDatabases === false)
    throw new RouterError('Unauthorized', 'not authorized on admin to execute command listDatabases');
  const limited = !all || command.authorizedDatabases === true;
  const options = { nameOnly: command.nameOnly === true, ...(command.filter === undefined ? {} : { filter: command.filter }) };
  const found = new Map<string, { size: number; empty: boolean; shards: Record<string, number> }>();
  const add = (shard: string, entries: Document[]) => {
    for (const { name, sizeOnDisk, empty } of entries) {
      const before = found.get(name) ?? { size: 0, empty: true, shards: {} };
      const size = Number(sizeOnDisk ?? 0);
      found.set(name, { size: before.size + size, empty: before.empty && Boolean(empty), shards: { ...before.shards, [shard]: size } });
    }
  };
  await everyShard(router, async (shard, set) => {
    const { databases } = await set.command('admin', { listDatabases: 1, ...options });
    add(
      shard,
      databases.filter(({ name }: Document) => !own.has(name)),
    );
  });
  const { databases } = await cluster.config.command('admin', { listDatabases: 1, ...options });
  add(
    'config',
    databases.filter(({ name }: Document) => name === 'admin' || name === 'config'),
  );
  const listed = [...found]
    .filter(([name]) => !limited || entersDatabase(login.privileges, name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { size, empty, shards }]) => (options.nameOnly ? { name } : { name, sizeOnDisk: size, empty, shards }));
  const totalSize = listed.reduce((sum, entry) => sum + ('sizeOnDisk' in entry ? entry.sizeOnDisk : 0), 0);
  return { databases: listed, ...(options.nameOnly ? {} : { totalSize, totalSizeMb: Math.floor(totalSize / 1_048_576) }), ok: 1 };
};

const own = new Set(['admin', 'config', 'local']);

/** With `raw`: what each shard says, by its connection string. https://www.mongodb.com/docs/v6.0/reference/command/dbStats/ */
export const dbStats = async (router: Router, { db, name, command }: Request): Promise<Document> => {
  const options = { scale: command.scale ?? 1, ...(command.freeStorage === undefined ? {} : { freeStorage: command.freeStorage }) };
  const raw: Record<string, Document> = {};
  const ask = async (connectionString: string, set: ReplicaSet) => {
    raw[connectionString] = plain(await set.command(db, { [name]: 1, ...options }));
  };
  if (own.has(db)) await ask(router.cluster.configString, router.cluster.config);
  else await everyShard(router, (_, set, connectionString) => ask(connectionString, set));
  const sum = (field: string) => Object.values(raw).reduce((total, stats) => total + Number(stats[field] ?? 0), 0);
  const objects = sum('objects');
  const sums = [
    'collections',
    'views',
    'objects',
    'dataSize',
    'storageSize',
    'freeStorageSize',
    'indexes',
    'indexSize',
    'indexFreeStorageSize',
  ];
  const more = ['totalSize', 'totalFreeStorageSize'];
  const isThere = (field: string) => Object.values(raw).some(stats => field in stats);
  const summed = (fields: string[]) => Object.fromEntries(fields.filter(isThere).map(field => [field, sum(field)]));
  const average =
    objects === 0
      ? 0
      : Object.values(raw).reduce((total, { avgObjSize, objects: count }) => total + Number(avgObjSize) * Number(count), 0) / objects;
  return { raw: sorted(raw), db, ...summed(sums), avgObjSize: average, ...summed(more), scaleFactor: Number(options.scale), ok: 1 };
};

/** Of a collection that lies on one shard. */
export const collStats = (shard: string, primary: string, unsharded: boolean, reply: Document): Document => {
  const stats = plain(reply);
  const { ok, ...rest } = stats;
  return { sharded: !unsharded, ...(unsharded ? { primary } : {}), ...rest, shards: { [shard]: stats }, ok };
};

const everyShard = async (router: Router, ask: (name: string, set: ReplicaSet, connectionString: string) => Promise<void>) => {
  const shards = await router.cluster.shards();
  await Promise.all(shards.map(async ({ _id, host }) => ask(_id, await router.cluster.shard(_id), host)));
};

const sorted = (record: Record<string, Document>): Record<string, Document> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
