// Settings of a running mongod: reading and changing them.
import * as z from 'zod/mini';
import type { MongodEffect } from '../core/effects.ts';
import type { RunningSettings } from '../core/observed.ts';
import { readAnswer } from './answers.ts';
import type { OpenLink } from './session.ts';

const profile = z.object({ slowms: z.number() });
const parameters = z.object({ logLevel: z.number() });
const server = z.object({ wiredTiger: z.object({ cache: z.object({ 'maximum bytes configured': z.number() }) }) });
const collections = z.object({ cursor: z.object({ firstBatch: z.array(z.object({ options: z.object({ size: z.number() }) })) }) });

/** serverStatus without the sections that cost time and are not asked for. */
const CACHE_ONLY = {
  serverStatus: 1,
  repl: 0,
  metrics: 0,
  locks: 0,
  network: 0,
  opLatencies: 0,
  tcmalloc: 0,
  transactions: 0,
  mirroredReads: 0,
};

const catalog = z.object({ catalogStats: z.optional(z.object({ collections: z.number() })) });

/** Whether there are collections other than MongoDB's own. Without a replica set a mongod lists none, and counts them all the same (seen on 6.0.5). */
export async function hasCollections(link: OpenLink): Promise<boolean> {
  const answer = readAnswer('serverStatus', catalog, await link.command({ ...CACHE_ONLY, wiredTiger: 0 }));
  return (answer.catalogStats?.collections ?? 0) > 0;
}

/**
 * What the mongod runs with now. The size of its cache stands among 24 kB of other figures, which take a hook longer to read than all other
 * answers together, so it is asked for only where it matters.
 */
export async function readSettings(link: OpenLink, { cache }: { readonly cache: boolean }): Promise<RunningSettings> {
  const [slow, level, memory, oplog] = await Promise.all([
    link.command({ profile: -1 }),
    link.command({ getParameter: 1, logLevel: 1 }),
    cache ? link.command(CACHE_ONLY) : undefined,
    link.command({ listCollections: 1, filter: { name: 'oplog.rs' } }, { db: 'local' }),
  ]);
  return {
    slowMs: readAnswer('profile', profile, slow).slowms,
    verbosity: readAnswer('getParameter', parameters, level).logLevel,
    ...(memory === undefined
      ? {}
      : { cacheBytes: readAnswer('serverStatus', server, memory).wiredTiger.cache['maximum bytes configured'] }),
    // A member that has only begun to copy its data has no oplog yet.
    oplogBytes: readAnswer('listCollections', collections, oplog).cursor.firstBatch[0]?.options.size ?? 0,
  };
}

/** Changes what is named, for this mongod alone; mongod.conf says the same for its next start. */
export async function changeSettings(
  link: OpenLink,
  { slowMs, verbosity, cacheMiB, oplogMB }: Extract<MongodEffect, { do: 'set-mongod' }>,
): Promise<void> {
  // Level -1: the profiler stays as it is; the threshold counts for the log, in all databases.
  if (slowMs !== undefined) await link.command({ profile: -1, slowms: slowMs });
  if (verbosity !== undefined) await link.command({ setParameter: 1, logLevel: verbosity });
  if (cacheMiB !== undefined)
    await link.command({ setParameter: 1, wiredTigerEngineRuntimeConfig: `cache_size=${cacheMiB}M` }, { timeoutMs: 10_000 });
  if (oplogMB !== undefined) {
    const { Double } = await import('mongodb');
    await link.command({ replSetResizeOplog: 1, size: new Double(oplogMB) }, { timeoutMs: 10_000 });
  }
}
