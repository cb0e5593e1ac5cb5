// One failure: a client writes, harm is done, and the end is looked at by somebody who asks each member.
import { setTimeout as sleep } from 'node:timers/promises';
import type { MongoClient } from 'mongodb';
import { areVotingSecondaries, clientOf, until } from '../bench/cluster/replica-set.ts';
import type { Case, Scene } from './cases.ts';
import type { Cluster, Who } from './cluster.ts';
import { collection, database, openWriter, type Writer } from './writer.ts';

/**
 * @property pauseMs the longest time without a confirmed write. @property healedMs from the last thing that was done until all were members
 * again that vote and have all data. @property confirmed of all writes. @property lost those of them that a member does not have.
 */
export type Outcome = { pauseMs: number; healedMs: number; confirmed: number; lost: number[] };

/** Before and after it the client writes as if nothing were. @throws when the set does not heal within four minutes. */
export const inflict = async ({ name, run }: Case, set: Cluster): Promise<Outcome> => {
  const writer = await openWriter(await set.client());
  try {
    await writer.writesAgain();
    const scene = await sceneOf(set, writer);
    writer.mark();
    await run(scene);
    const done = Date.now();
    await until(`the set to be whole again after: ${name}`, () => isWhole(set));
    const healedMs = Date.now() - done;
    await writer.writesAgain();
    const pauseMs = writer.pauseMs();
    await writer.close();
    const lost = await missing(set, writer.confirmed());
    await set.calm();
    return { pauseMs, healedMs, confirmed: writer.confirmed().length, lost };
  } finally {
    await writer.close();
  }
};

const sceneOf = async (set: Cluster, writer: Writer): Promise<Scene> => {
  const hosts = await set.hosts();
  const newPrimary = () => primaryOf(set);
  const primary = await newPrimary();
  const all = [...hosts.keys()];
  const secondary = all.find(who => who !== primary)!;
  return { set, primary, secondary, all, newPrimary, writesAgain: writer.writesAgain };
};

const primaryOf = (set: Cluster): Promise<Who> =>
  asOperator(set, async client => {
    const hosts = await set.hosts();
    const { primary } = await client.db('admin').command({ hello: 1 });
    const found = [...hosts].find(([, host]) => host === primary);
    if (found === undefined) throw new Error(`the primary ${primary} is not one of ${[...hosts.values()].join(', ')}`);
    return found[0];
  });

/** Just the members that there should be, one of them primary, and the others voting secondaries. */
const isWhole = async (set: Cluster): Promise<boolean> => {
  const hosts = [...(await set.hosts()).values()];
  return asOperator(set, async client => {
    const admin = client.db('admin');
    const { primary, hosts: members } = await admin.command({ hello: 1 });
    if ([...(members ?? [])].sort().join() !== [...hosts].sort().join()) return false;
    return areVotingSecondaries(
      admin,
      hosts.filter(host => host !== primary),
    );
  }).catch(() => false);
};

/** Each member is asked by itself. What it is still about to copy is waited for. */
const missing = async (set: Cluster, confirmed: readonly number[]): Promise<number[]> => {
  const { username, password } = await set.operator();
  const lost = new Set<number>();
  for (const host of (await set.hosts()).values()) {
    const client = await clientOf(`mongodb://${host}/?directConnection=true&readPreference=secondaryPreferred`, username, password);
    try {
      const absent = async (): Promise<readonly number[]> => {
        const found = await client
          .db(database)
          .collection<{ _id: number }>(collection)
          .find({}, { projection: { _id: 1 } })
          .toArray();
        const there = new Set(found.map(({ _id }) => _id));
        return confirmed.filter(number => !there.has(number));
      };
      // One that was primary may still have to give up what nobody else has, and shows nothing meanwhile.
      const look = () =>
        absent().catch(error => {
          if (error.code === notReadableCode) return sleep(100).then(() => confirmed);
          throw error;
        });
      const deadline = Date.now() + copyLimitMs;
      let left = await look();
      while (left.length > 0 && Date.now() < deadline) left = await look();
      for (const number of left) lost.add(number);
    } finally {
      await client.close();
    }
  }
  return [...lost].sort((a, b) => a - b);
};
const copyLimitMs = 30_000;
/** NotPrimaryOrSecondary. */
const notReadableCode = 13436;

const asOperator = async <Result>(set: Cluster, use: (client: MongoClient) => Promise<Result>): Promise<Result> => {
  const { uri, username, password } = await set.operator();
  const client = await clientOf(uri, username, password);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
};
