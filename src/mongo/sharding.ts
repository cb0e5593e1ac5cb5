// The cluster, asked and changed through a router.
import type { Document } from 'mongodb';
import * as z from 'zod/mini';
import { isReserved } from '../core/names.ts';
import type { ClusterFacts, Remaining, Shard } from '../core/observed.ts';
import { batchOf, readAnswer } from './answers.ts';
import { CODES, failureOf, NoAnswer } from './errors.ts';
import type { OpenLink } from './session.ts';

const MAJORITY = { w: 'majority', wtimeout: 10_000 };
/** What the config servers do with a shard's members may take some heartbeats. */
const CHANGE_MS = 12_000;

/** Of a shard, a database or a collection, in log and status. */
const name = () => z.string().check(z.regex(/^[^\p{Cc}]{1,300}$/u));
const shard = z.object({
  _id: name(),
  host: z.string().check(z.regex(/^[^\s\p{Cc}]{1,65535}$/u)),
  draining: z.optional(z.boolean()),
});
const shards = z.object({ shards: z.array(shard) });
const databases = z.array(z.object({ _id: name(), primary: name() }));
const balancer = z.object({ mode: z.string() });
const collections = z.array(z.object({ _id: name(), uuid: z.optional(z.unknown()) }));
const deletions = z.array(z.object({ nss: name().check(z.includes('.')) }));
const named = z.array(z.object({ name: name() }));

/** What the cluster knows of its shards; of those that are being drained, what is left on them. @throws what the router answers. */
export async function readCluster(link: OpenLink): Promise<ClusterFacts> {
  const [listed, mode, found] = await Promise.all([
    link.command({ listShards: 1 }),
    link.command({ balancerStatus: 1 }),
    link.find('config', 'databases', {}),
  ]);
  const known = readAnswer('listShards', shards, listed).shards.map(decodeShard);
  const draining = known.filter(shard => shard.draining);
  const homes = readAnswer('find config.databases', databases, found);
  const [database] = homes;
  const free = draining.length === 0 || database === undefined ? new Map<string, number>() : await readRoom(link, database._id);
  const left = await Promise.all(draining.map(async ({ name }) => [name, await readRemaining(link, name)] as const));
  return {
    shards: known.map(shard => ({ ...shard, ...(free.has(shard.name) ? { freeBytes: free.get(shard.name) ?? 0 } : {}) })),
    balancing: readAnswer('balancerStatus', balancer, mode).mode !== 'off',
    databases: homes.map(({ _id: name, primary }) => ({ name, primary })),
    remaining: new Map(left),
  };
}

/** `shard-a/10.0.0.1:27017,10.0.0.2:27017` */
export function decodeShard({ _id: name, host, draining = false }: z.infer<typeof shard>): Shard {
  return { name, hosts: host.slice(host.indexOf('/') + 1).split(','), draining };
}

/** Bytes that are free on each shard's disk, by its name. A router asks every shard for dbStats, whichever database it is of. */
async function readRoom(link: OpenLink, database: string): Promise<ReadonlyMap<string, number>> {
  const { raw = {} } = await link.command({ dbStats: 1 }, { db: database }).catch(() => ({}) as Document);
  return decodeRoom(raw);
}

export const decodeRoom = (raw: Document): ReadonlyMap<string, number> =>
  new Map(
    Object.entries(raw).flatMap(([host, stats]) => {
      const { fsTotalSize, fsUsedSize } = (stats ?? {}) as Document;
      const free = Number(fsTotalSize) - Number(fsUsedSize);
      return Number.isFinite(free) ? [[host.split('/')[0] ?? host, free] as const] : [];
    }),
  );

async function readRemaining(link: OpenLink, shard: string): Promise<Remaining> {
  const [chunks, big] = await Promise.all([
    link.count('config', 'chunks', { shard }),
    link.find('config', 'chunks', { shard, jumbo: true }, { uuid: 1 }),
  ]);
  if (big.length === 0) return { chunks, jumbo: [] };
  const uuids = new Set(big.map(chunk => String(chunk.uuid)));
  const names = readAnswer('find config.collections', collections, await link.find('config', 'collections', {}, { uuid: 1 }));
  return {
    chunks,
    jumbo: names
      .filter(({ uuid }) => uuids.has(String(uuid)))
      .map(({ _id }) => _id)
      .sort(),
  };
}

/** Adding what is there already, at the same hosts, is as good. */
export async function addShard(link: OpenLink, name: string, host: string): Promise<void> {
  await link.command({ addShard: host, name, writeConcern: MAJORITY }, { timeoutMs: CHANGE_MS });
}

/** The first call begins the draining, one when nothing is left ends it; a shard that is not there any more is as good. */
export async function removeShard(link: OpenLink, name: string): Promise<void> {
  try {
    await link.command({ removeShard: name, writeConcern: MAJORITY }, { timeoutMs: CHANGE_MS });
  } catch (error) {
    if (failureOf(error).code !== CODES.shardNotFound) throw error;
  }
}

export async function startBalancer(link: OpenLink): Promise<void> {
  await link.command({ balancerStart: 1 }, { timeoutMs: CHANGE_MS });
}

/**
 * Moves what is not sharded of a database. The cluster copies it for as long as it takes; the same command again joins the one that runs.
 * An answer that has not come within the time of a probe is therefore no failure.
 */
export async function movePrimary(link: OpenLink, database: string, to: string): Promise<void> {
  try {
    await link.command({ movePrimary: database, to, writeConcern: MAJORITY });
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
  }
}

/**
 * Drops the collections of a database on a shard that is not its primary, but for the sharded ones. A movePrimary whose shard was killed
 * leaves such copies, and the next one is refused because of them (48 NamespaceExists, seen on 6.0.5).
 * @throws when the shard is the primary of the database by now.
 */
export async function dropLeftovers(router: OpenLink, target: OpenLink, database: string): Promise<void> {
  const [[entry], sharded, { setName }] = await Promise.all([
    router.find('config', 'databases', { _id: database }),
    router.find('config', 'collections', {}, { _id: 1 }),
    target.command({ hello: 1 }),
  ]);
  const [known] = readAnswer('find config.databases', databases, entry === undefined ? [] : [entry]);
  const kept = new Set(readAnswer('find config.collections', collections, sharded).map(({ _id }) => _id));
  if (known === undefined || known.primary === readAnswer('hello', name(), setName))
    throw new Error(`database ${database} has been moved in between`);
  for (const name of await collectionsOf(target, database)) {
    if (!kept.has(`${database}.${name}`))
      await target.command({ drop: name, writeConcern: MAJORITY }, { db: database, timeoutMs: CHANGE_MS });
  }
}

const collectionsOf = async (link: OpenLink, db: string): Promise<readonly string[]> => {
  const found = batchOf('listCollections', await link.command({ listCollections: 1, nameOnly: true }, { db }));
  return readAnswer('listCollections', named, found).map(one => one.name);
};

/** The cluster follows a shard whose members move one by one; one that has moved altogether it cannot find. */
export async function setShardHost(link: OpenLink, name: string, host: string): Promise<void> {
  await link.command(
    { update: 'shards', updates: [{ q: { _id: name }, u: { $set: { host } } }], writeConcern: MAJORITY },
    { db: 'config', timeoutMs: CHANGE_MS },
  );
}

const IDENTITY = { _id: 'shardIdentity' };

/** Whether the data says to which cluster it belongs. A mongod that is started as a shard then waits for that cluster before it answers. */
export const belongsToCluster = async (link: OpenLink): Promise<boolean> =>
  (await link.find('admin', 'system.version', IDENTITY)).length > 0;

/**
 * Also what it remembers of where the cluster's databases and chunks are, copies of what was moved, and databases in which no document is
 * left: the next cluster would take them for its own, or refuse the shard because of them (96). What else has documents stays.
 * @throws while mongod runs as a shard (40070).
 */
export async function forgetCluster(link: OpenLink): Promise<void> {
  await dropMoved(link);
  for (const name of (await collectionsOf(link, 'config')).filter(one => one === RANGE_DELETIONS || one.startsWith('cache.')))
    await link.command({ drop: name, writeConcern: MAJORITY }, { db: 'config', timeoutMs: CHANGE_MS });
  const { databases: listed } = await link.command({ listDatabases: 1, nameOnly: true });
  const users = readAnswer('listDatabases', named, listed).flatMap(one => (isReserved(one.name) ? [] : [one.name]));
  for (const name of users) if (await isEmpty(link, name)) await link.command({ dropDatabase: 1, writeConcern: MAJORITY }, { db: name });
  await link.command({ delete: 'system.version', deletes: [{ q: IDENTITY, limit: 1 }], writeConcern: MAJORITY }, { timeoutMs: CHANGE_MS });
}

/** The shard's own list of chunks that have gone to another shard, and whose documents it is still to delete. */
const RANGE_DELETIONS = 'rangeDeletions';

/** A shard keeps the documents of chunks that were moved for 15 minutes. One that has been drained has no chunk, so they are all such. */
async function dropMoved(link: OpenLink): Promise<void> {
  const found = await link.find('config', RANGE_DELETIONS, {}, { nss: 1 });
  const moved = new Set(readAnswer('find config.rangeDeletions', deletions, found).map(({ nss }) => nss));
  for (const namespace of moved) {
    const dot = namespace.indexOf('.');
    const [database, name] = [namespace.slice(0, dot), namespace.slice(dot + 1)];
    if ((await collectionsOf(link, database)).includes(name))
      await link.command({ drop: name, writeConcern: MAJORITY }, { db: database, timeoutMs: CHANGE_MS });
  }
}

async function isEmpty(link: OpenLink, database: string): Promise<boolean> {
  for (const name of await collectionsOf(link, database)) if ((await link.findOne(database, name)) !== null) return false;
  return true;
}
