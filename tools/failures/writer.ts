// A client that writes all the time, as an application with short patience would, and keeps what was confirmed.
import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { until } from '../bench/cluster/replica-set.ts';

export type Writer = {
  /** Forgets the longest pause so far; one that lasts goes on. */
  mark(): void;
  /** The longest time between two confirmations since `mark`, in milliseconds. */
  pauseMs(): number;
  /** Resolves after a write that began from now on was confirmed. */
  writesAgain(): Promise<void>;
  /** Numbers of the documents whose writing a majority has confirmed. */
  confirmed(): readonly number[];
  close(): Promise<void>;
};

export const database = 'shop';
export const collection = 'writes';

/**
 * What the client waits for. With the driver's own settings an open connection to a member that says nothing any more is waited for much
 * longer, which tells of the driver and not of the set.
 */
const patience = { serverSelectionTimeoutMS: 500, connectTimeoutMS: 1_000, socketTimeoutMS: 2_000, heartbeatFrequencyMS: 500 };
const betweenMs = 5;

/** Each attempt writes a document of its own: one whose fate is not known is never counted. */
export const openWriter = async (uri: string): Promise<Writer> => {
  const client = new MongoClient(uri, { ...patience, writeConcern: { w: 'majority' }, appName: 'failures' });
  const documents = client.db(database).collection<{ _id: number }>(collection);
  const confirmed: number[] = [];
  let number = 1 + ((await documents.find().sort({ _id: -1 }).limit(1).next())?._id ?? 0);
  let last = Date.now();
  let longest = 0;
  let going = true;
  const loop = (async () => {
    for (; going; number += 1) {
      const written = await documents.insertOne({ _id: number }).then(
        () => true,
        () => false,
      );
      if (written) {
        confirmed.push(number);
        longest = Math.max(longest, Date.now() - last);
        last = Date.now();
      }
      await sleep(betweenMs);
    }
  })();
  return {
    mark: () => {
      longest = 0;
      last = Date.now();
    },
    pauseMs: () => Math.max(longest, Date.now() - last),
    writesAgain: async () => {
      const from = number + 1;
      await until('a write to be confirmed', async () => (confirmed.at(-1) ?? 0) >= from);
    },
    confirmed: () => confirmed,
    close: async () => {
      going = false;
      await loop;
      await client.close();
    },
  };
};
