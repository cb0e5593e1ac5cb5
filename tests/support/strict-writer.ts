// A client that writes all the time and takes no failure: what a change of passwords must not disturb.
import { MongoClient } from 'mongodb';

export type StrictWriter = {
  readonly acknowledged: () => number;
  /** What went wrong, in the order of time. Nothing is tried a second time. */
  readonly failures: () => readonly string[];
  end(): Promise<void>;
};

/** Inserts one document after the other, on the connection that it has; without `retryWrites`, which would hide a failure. */
export function strictWriter(uri: string, database: string): StrictWriter {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 10_000, retryWrites: false });
  const failures: string[] = [];
  let acknowledged = 0;
  let going = true;
  const loop = (async () => {
    while (going) {
      try {
        await client.db(database).collection('written').insertOne({ at: acknowledged });
        acknowledged += 1;
      } catch (error) {
        failures.push(`after ${acknowledged}: ${error}`);
      }
      await new Promise(wake => setTimeout(wake, 5));
    }
  })();
  return {
    acknowledged: () => acknowledged,
    failures: () => failures,
    end: async () => {
      going = false;
      await loop;
      await client.close();
    },
  };
}
