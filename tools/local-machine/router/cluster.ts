// What the config servers know of the cluster, as far as this router has read it: shards, where each database lives and in which version,
// which collections are sharded. It may be out of date at any time; the shards say so, and then it is read again.
import { type Binary, ObjectId, Timestamp } from 'mongodb';
import { type Clock, openClock } from './clock.ts';
import type { Document } from './documents.ts';
import { RouterError } from './errors.ts';
import { openReplicaSet, type ReplicaSet } from './replica-set.ts';

export type ShardEntry = { readonly _id: string; readonly host: string; readonly draining?: boolean } & Document;
export type DatabaseEntry = { readonly _id: string; readonly primary: string; readonly version: Document };
/** Where a command for a collection or a database goes, with the versions by which the shard sees whether that is still right. */
export type Placement = { readonly shard: string; readonly set: ReplicaSet; readonly versions: Document };

export type Defaults = { readonly writeConcern: Document; readonly readConcern: Document };

export type Cluster = {
  readonly config: ReplicaSet;
  readonly configString: string;
  readonly clock: Clock;
  shards(): Promise<ShardEntry[]>;
  /** @throws {RouterError} ShardNotFound. */
  shard(name: string): Promise<ReplicaSet>;
  /** As last read; with `fresh`, as it is. Undefined when there is no such database. */
  database(name: string, fresh?: boolean): Promise<DatabaseEntry | undefined>;
  /** @throws {RouterError} ShardNotFound when there are no shards. */
  createDatabase(name: string, shard?: string): Promise<DatabaseEntry>;
  /** @param collection undefined for what concerns the whole database. */
  place(entry: DatabaseEntry, collection: string | undefined): Promise<Placement>;
  /** Reads again what a shard said is out of date. @throws {RouterError} when the collection's chunks lie on several shards. */
  refresh(database: string, collection: string | undefined): Promise<void>;
  /** What is stored of a sharded collection. @param namespace `database.collection`. */
  collection(namespace: string): Promise<Document | undefined>;
  /** Everything is read again when it is next needed. */
  forgetAll(): void;
  /** What holds for a command that says nothing of it itself. */
  defaults(): Promise<Defaults>;
  forgetDefaults(): void;
};

export const majority = { writeConcern: { w: 'majority', wtimeout: 60_000 } } as const;
const freshRead = { readConcern: { level: 'majority' } } as const;
const surelyLatest = { readConcern: { level: 'linearizable' }, maxTimeMS: 10_000 } as const;
const defaultsForMs = 10_000;

/** @param configString `set/address:port,…` of the config servers. */
export const openCluster = (configString: string, key: string): Cluster => {
  const [setName = '', hosts = ''] = configString.split('/');
  const config = openReplicaSet(setName, hosts.split(','), key);
  // Clients are logged in on connections to its primary.
  config.follow();
  const clock = openClock();
  const sets = new Map<string, ReplicaSet>();
  const databases = new Map<string, DatabaseEntry>();
  const versions = new Map<string, { shard: string; version: Document }>();
  let defaults: { at: number; value: Promise<Defaults> } | undefined;

  const read = async (collection: string, query: Document, concern: Document = freshRead): Promise<Document[]> => {
    const reply = await config.command('config', { find: collection, ...query, batchSize: 10_000, ...concern });
    return reply.cursor.firstBatch;
  };

  const shards = async () => {
    const entries = (await read('shards', { sort: { _id: 1 } })) as ShardEntry[];
    for (const [name, set] of sets) {
      const entry = entries.find(({ _id }) => _id === name);
      if (entry !== undefined) set.learn(hostsOf(entry));
      else {
        set.retire();
        sets.delete(name);
      }
    }
    return entries;
  };

  const shard = async (name: string) => {
    const known = sets.get(name);
    if (known !== undefined) return known;
    const entry = (await shards()).find(({ _id }) => _id === name);
    if (entry === undefined) throw new RouterError('ShardNotFound', `Could not find shard ${name}`);
    const set = sets.get(name) ?? openReplicaSet(entry.host.split('/')[0] ?? name, hostsOf(entry), key);
    sets.set(name, set);
    return set;
  };

  const database = async (name: string, fresh = false) => {
    const known = databases.get(name);
    if (known !== undefined && !fresh) return known;
    const query = { filter: { _id: name }, limit: 1 };
    // Just after a fail-over even what a majority had may not be seen yet, and an empty answer must not come of that.
    const entry = ((await read('databases', query))[0] ?? (await read('databases', query, surelyLatest))[0]) as DatabaseEntry | undefined;
    if (entry === undefined) databases.delete(name);
    else databases.set(name, entry);
    return entry;
  };

  const createDatabase = async (name: string, primary?: string) => {
    const wanted = primary === undefined ? {} : { primaryShardId: primary };
    await config.command('admin', { _configsvrCreateDatabase: name, ...wanted, ...majority });
    const entry = await database(name, true);
    if (entry === undefined) throw new RouterError('NamespaceNotFound', `database ${name} was dropped while it was created`);
    return entry;
  };

  const place = async (entry: DatabaseEntry, collection: string | undefined): Promise<Placement> => {
    try {
      return await placeOf(entry, collection);
    } catch (error) {
      // The shard has left the cluster since this was read.
      if (!(error instanceof RouterError) || error.codeName !== 'ShardNotFound') throw error;
      await refresh(entry._id, collection);
      return placeOf(databases.get(entry._id) ?? entry, collection);
    }
  };

  const placeOf = async (entry: DatabaseEntry, collection: string | undefined): Promise<Placement> => {
    if (collection === undefined) {
      return { shard: entry.primary, set: await shard(entry.primary), versions: { databaseVersion: entry.version } };
    }
    const owner = versions.get(`${entry._id}.${collection}`);
    // As a router does: of what is not known to be sharded it is said so, and the shard objects if that is wrong.
    if (owner === undefined) {
      return {
        shard: entry.primary,
        set: await shard(entry.primary),
        versions: { databaseVersion: entry.version, shardVersion: unsharded },
      };
    }
    return { shard: owner.shard, set: await shard(owner.shard), versions: { shardVersion: owner.version } };
  };

  const collection = async (namespace: string) => (await read('collections', { filter: { _id: namespace }, limit: 1 }))[0];

  const readVersion = async (namespace: string) => {
    versions.delete(namespace);
    const entry = await collection(namespace);
    if (entry === undefined) return;
    const uuid = entry.uuid as Binary;
    const owners = await config.command('config', { distinct: 'chunks', key: 'shard', query: { uuid }, ...freshRead });
    const [owner, ...others] = owners.values as string[];
    if (owner === undefined) return;
    if (others.length > 0) {
      throw new RouterError(
        'CommandNotSupported',
        `the chunks of ${namespace} lie on several shards (${[owner, ...others].sort().join(', ')}), which this stand-in for mongos cannot serve: only a real mongos can`,
      );
    }
    const [latest] = await read('chunks', { filter: { uuid }, sort: { lastmod: -1 }, limit: 1 });
    const version = { e: entry.lastmodEpoch, t: entry.timestamp, v: latest?.lastmod };
    versions.set(namespace, { shard: owner, version });
  };

  const refresh = async (name: string, collection: string | undefined) => {
    await database(name, true);
    if (collection !== undefined) await readVersion(`${name}.${collection}`);
  };

  const readDefaults = async (): Promise<Defaults> => {
    const reply = await config.command('admin', { getDefaultRWConcern: 1 });
    return {
      writeConcern: reply.defaultWriteConcern ?? { w: 'majority', wtimeout: 0 },
      readConcern: reply.defaultReadConcern ?? { level: 'local' },
    };
  };

  return {
    config,
    configString,
    clock,
    shards,
    shard,
    database,
    createDatabase,
    place,
    refresh,
    collection,
    forgetAll: () => {
      databases.clear();
      versions.clear();
      defaults = undefined;
    },
    defaults: () => {
      const now = Date.now();
      if (defaults === undefined) {
        defaults = { at: now, value: readDefaults() };
        defaults.value.catch(() => {
          defaults = undefined;
        });
      } else if (now - defaults.at > defaultsForMs) {
        // While the config servers have no primary, what was last known goes on to hold.
        defaults.at = now;
        readDefaults().then(
          value => {
            defaults = { at: now, value: Promise.resolve(value) };
          },
          () => undefined,
        );
      }
      return defaults.value;
    },
    forgetDefaults: () => {
      defaults = undefined;
    },
  };
};

const none = new Timestamp({ t: 0, i: 0 });
const unsharded = { e: new ObjectId('000000000000000000000000'), t: none, v: none };

const hostsOf = (entry: ShardEntry): string[] => (entry.host.split('/')[1] ?? '').split(',').filter(Boolean);
