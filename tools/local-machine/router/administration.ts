// The commands of a router that concern the cluster as a whole: what mongos makes of them for the config servers and the shards.
import { setTimeout as delay } from 'node:timers/promises';
import { type Cluster, type DatabaseEntry, majority } from './cluster.ts';
import type { Document } from './documents.ts';
import { isStale, RouterError, ServerError } from './errors.ts';
import type { Need, Target } from './privileges.ts';
import type { Router } from './router.ts';

type Administration = {
  readonly needs: (command: Document) => readonly Need[];
  readonly run: (router: Router, command: Document) => Promise<Document>;
};

/** Commands that may be run against the admin database only, each with what the user must be allowed to do. */
export const administration: Readonly<Record<string, Administration>> = {
  addShard: {
    needs: () => [on('cluster', 'addShard')],
    run: ({ cluster }, { addShard, name, maxTimeMS }) =>
      cluster.config.command('admin', { _configsvrAddShard: addShard, name, maxTimeMS, ...majority }),
  },
  removeShard: {
    needs: () => [on('cluster', 'removeShard')],
    run: ({ cluster }, { removeShard, maxTimeMS }) =>
      cluster.config.command('admin', { _configsvrRemoveShard: removeShard, maxTimeMS, ...majority }),
  },
  listShards: {
    needs: () => [on('cluster', 'listShards')],
    run: async ({ cluster }) => ({ shards: await cluster.shards(), ok: 1 }),
  },
  enableSharding: {
    needs: ({ enableSharding }) => [on({ db: String(enableSharding), collection: '' }, 'enableSharding')],
    run: async ({ cluster }, { enableSharding, primaryShard }) => {
      await cluster.createDatabase(String(enableSharding), primaryShard);
      return { ok: 1 };
    },
  },
  movePrimary: {
    needs: ({ movePrimary }) => [on({ db: String(movePrimary), collection: '' }, 'moveChunk')],
    run: ({ cluster }, command) => movePrimaryOf(cluster, command),
  },
  shardCollection: {
    needs: ({ shardCollection }) => [on(divided(shardCollection), 'enableSharding')],
    run: ({ cluster }, command) => shardCollectionOf(cluster, command),
  },
  renameCollection: {
    needs: ({ renameCollection, to, dropTarget }) => [
      on({ db: divided(renameCollection).db, collection: '' }, 'renameCollectionSameDB'),
      ...(dropTarget ? [on(divided(to), 'dropCollection')] : []),
    ],
    run: ({ cluster }, command) => renameCollectionOf(cluster, command),
  },
  clearJumboFlag: {
    needs: ({ clearJumboFlag }) => [on(divided(clearJumboFlag), 'clearJumboFlag')],
    run: ({ cluster }, command) => clearJumboFlagOf(cluster, command),
  },
  balancerStart: {
    needs: () => [on(settings, 'update')],
    run: ({ cluster }) => cluster.config.command('admin', { _configsvrBalancerStart: 1 }),
  },
  balancerStop: {
    needs: () => [on(settings, 'update')],
    run: ({ cluster }) => cluster.config.command('admin', { _configsvrBalancerStop: 1 }),
  },
  balancerStatus: {
    needs: () => [on(settings, 'find')],
    run: ({ cluster }) => cluster.config.command('admin', { _configsvrBalancerStatus: 1 }),
  },
  setUserWriteBlockMode: {
    needs: () => [on('cluster', 'setUserWriteBlockMode')],
    run: ({ cluster }, { global }) => cluster.config.command('admin', { _configsvrSetUserWriteBlockMode: 1, global, ...majority }),
  },
  flushRouterConfig: {
    needs: () => [on('cluster', 'flushRouterConfig')],
    run: async ({ cluster }) => {
      cluster.forgetAll();
      return { flushed: true, ok: 1 };
    },
  },
};

const settings: Target = { db: 'config', collection: 'settings' };

const on = (target: Target, action: string): Need => ({ action, on: target });

const divided = (namespace: unknown): { db: string; collection: string } => {
  const [db = '', ...rest] = String(namespace).split('.');
  return { db, collection: rest.join('.') };
};

/**
 * The shard moves its database by itself once it is told to, whatever becomes of this router and of the one who asked. The same
 * request again waits for the move that is under way.
 */
const movePrimaryOf = async (cluster: Cluster, { movePrimary, to, maxTimeMS }: Document): Promise<Document> => {
  const db = String(movePrimary);
  const target = (await cluster.shards()).find(({ _id, host }) => _id === to || host === to)?._id;
  if (target === undefined) throw new RouterError('ShardNotFound', `Could not find shard ${to}`);
  for (;;) {
    const entry = await existing(cluster, db);
    if (entry.primary === target) return { ok: 1 };
    try {
      const set = await cluster.shard(entry.primary);
      const command = { _shardsvrMovePrimary: db, to: target, maxTimeMS, databaseVersion: entry.version, ...majority };
      const reply = await set.command('admin', command);
      await cluster.refresh(db, undefined);
      return reply;
    } catch (error) {
      if (!(error instanceof ServerError && isStale(error.code))) throw error;
      await delay(50);
    }
  }
};

const existing = async (cluster: Cluster, db: string): Promise<DatabaseEntry> => {
  const entry = await cluster.database(db, true);
  if (entry === undefined) throw new RouterError('NamespaceNotFound', `database ${db} not found`);
  return entry;
};

const shardCollectionOf = async (cluster: Cluster, command: Document): Promise<Document> => {
  const { db, collection } = divided(command.shardCollection);
  const { key, unique = false, numInitialChunks, presplitHashedZones, collation, timeseries } = command;
  if ((await cluster.database(db, true)) === undefined) await cluster.createDatabase(db);
  const entry = await existing(cluster, db);
  const options = { numInitialChunks, presplitHashedZones, collation, timeseries };
  const set = await cluster.shard(entry.primary);
  await set.command(db, {
    _shardsvrCreateCollection: collection,
    shardKey: key,
    unique,
    ...options,
    databaseVersion: entry.version,
    ...majority,
  });
  await cluster.refresh(db, undefined);
  return { collectionsharded: command.shardCollection, ok: 1 };
};

const renameCollectionOf = async (cluster: Cluster, { renameCollection, to, dropTarget, maxTimeMS }: Document): Promise<Document> => {
  const { db, collection } = divided(renameCollection);
  if (divided(to).db !== db) {
    throw new RouterError('CommandNotSupported', 'this stand-in for mongos cannot rename a collection into another database');
  }
  if (isInternal(db)) throw new RouterError('IllegalOperation', `cannot rename a collection of ${db}`);
  for (;;) {
    const entry = await existing(cluster, db);
    try {
      const set = await cluster.shard(entry.primary);
      const options = { to, dropTarget: dropTarget === true, maxTimeMS };
      return await set.command(db, { _shardsvrRenameCollection: collection, ...options, databaseVersion: entry.version, ...majority });
    } catch (error) {
      if (!(error instanceof ServerError && isStale(error.code))) throw error;
      await delay(50);
    }
  }
};

const isInternal = (db: string): boolean => db === 'admin' || db === 'config' || db === 'local';

const clearJumboFlagOf = async (cluster: Cluster, { clearJumboFlag, find, bounds }: Document): Promise<Document> => {
  const collection = await cluster.collection(String(clearJumboFlag));
  if (collection === undefined) throw new RouterError('NamespaceNotFound', `${clearJumboFlag} is not sharded`);
  let range = bounds as Document[] | undefined;
  if (range === undefined) {
    if (find === undefined) throw new RouterError('InvalidOptions', 'clearJumboFlag needs "find" or "bounds"');
    if (Object.values(collection.key).includes('hashed')) {
      throw new RouterError('CommandNotSupported', 'this stand-in for mongos finds no chunk by a hashed key: give its bounds');
    }
    const { cursor } = await cluster.config.command('config', {
      find: 'chunks',
      filter: { uuid: collection.uuid, min: { $lte: find }, max: { $gt: find } },
      limit: 1,
    });
    const [chunk] = cursor.firstBatch as Document[];
    if (chunk === undefined) throw new RouterError('InvalidOptions', 'there is no chunk with this key');
    range = [chunk.min, chunk.max];
  }
  const [minKey, maxKey] = range;
  return cluster.config.command('admin', {
    _configsvrClearJumboFlag: clearJumboFlag,
    epoch: collection.lastmodEpoch,
    minKey,
    maxKey,
    ...majority,
  });
};
