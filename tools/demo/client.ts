// What a client of the database does in the demo, with nothing but the URI that it was given.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Collection, type Document, MongoClient, MongoNetworkError, MongoServerError } from 'mongodb';

/** Connects, hands the client over and closes it. */
export const withClient = async <Result>(uri: string, use: (client: MongoClient) => Promise<Result>): Promise<Result> => {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 20_000, appName: 'demo' });
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.close();
  }
};

/** Writes a document and reads it back. */
export const writeAndRead = (uri: string, collection: string, document: Document): Promise<Document | null> =>
  withClient(uri, async client => {
    const documents = client.db().collection(collection);
    const { insertedId } = await documents.insertOne({ ...document }, { writeConcern: { w: 'majority' } });
    return documents.findOne({ _id: insertedId }, { projection: { _id: 0 } });
  });

/** Returns the server's words if it refuses the login, undefined if it lets us in. @throws when there is no answer at all. */
export const refusal = async (uri: string): Promise<string | undefined> => {
  try {
    await withClient(uri, client => client.db().command({ ping: 1 }));
    return undefined;
  } catch (error) {
    if (!(error instanceof MongoServerError)) throw error;
    if (error.codeName === 'AuthenticationFailed') return error.message;
    // The user was dropped in the middle of this login; the next one is refused from its beginning.
    if (error.codeName === 'UserNotFound') return refusal(uri);
    throw error;
  }
};

/** Whether anything takes connections at this `address:port`. */
export const listens = (host: string): Promise<boolean> =>
  new Promise(settle => {
    const [, address = '', port] = /^(.*):(\d+)$/.exec(host) ?? [];
    const socket = connect({ host: address, port: Number(port) });
    const say = (answer: boolean) => {
      socket.destroy();
      settle(answer);
    };
    socket.once('connect', () => say(true)).once('error', () => say(false));
  });

export type Writing = {
  /** Documents whose writing a majority of the members has confirmed so far. */
  confirmed(): number;
  /** The longest time between two confirmations (ms). */
  longestPauseMs(): number;
  /** How often a write was refused, and tried again, because the database was just moving to another shard. */
  refused(): number;
  /** Stops, and looks for every document whose writing was confirmed. */
  end(): Promise<Written>;
};
/** `lost` holds the numbers of those confirmed documents that are not there. */
export type Written = { confirmed: number; lost: number[] };

/** Writes one document after the other, each until it is confirmed, as an application that knows nothing of what happens to the members. */
export const keepWriting = async (uri: string, collection: string): Promise<Writing> => {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 30_000, writeConcern: { w: 'majority' }, appName: 'demo' });
  await client.connect();
  const documents = client.db().collection<Numbered>(collection);
  let confirmed = 0;
  let refused = 0;
  let longest = 0;
  let last = Date.now();
  let going = true;
  let failure: Error | undefined;
  const loop = (async () => {
    while (going) {
      refused += await writeSurely(documents, confirmed);
      confirmed += 1;
      longest = Math.max(longest, Date.now() - last);
      last = Date.now();
    }
  })().catch(error => {
    failure = error;
  });
  const check = () => {
    if (failure) throw new Error(`a write failed: ${failure.message}`);
  };
  const finish = async (): Promise<Written> => {
    going = false;
    try {
      await loop;
      check();
      const found = new Set((await documents.find({}, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id));
      return { confirmed, lost: Array.from({ length: confirmed }, (_, number) => number).filter(number => !found.has(number)) };
    } finally {
      await client.close();
    }
  };
  let ended: Promise<Written> | undefined;
  return {
    confirmed: () => {
      check();
      return confirmed;
    },
    longestPauseMs: () => Math.max(longest, Date.now() - last),
    refused: () => refused,
    end: () => {
      ended ??= finish();
      return ended;
    },
  };
};

type Numbered = { _id: number };
const duplicateKey = 11000;
/** The database is being moved to another shard; until it is there nobody may write it. */
const movePrimaryInProgress = 319;
const movePauseMs = 20;
const maxAttempts = 5;

/**
 * The driver tries a second time by itself, but not where it has learned of a lost connection elsewhere before. Trying again with the same
 * _id does no harm: if the first attempt has arrived after all, the second is refused. Returns how often the database was moving meanwhile.
 */
const writeSurely = async (documents: Collection<Numbered>, number: number): Promise<number> => {
  let moving = 0;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await documents.insertOne({ _id: number });
      return moving;
    } catch (error) {
      if (error instanceof MongoServerError && error.code === movePrimaryInProgress) {
        attempt -= 1;
        moving += 1;
        await sleep(movePauseMs);
        continue;
      }
      if (attempt > 1 && error instanceof MongoServerError && error.code === duplicateKey) return moving;
      if (!(error instanceof MongoNetworkError) || attempt === maxAttempts) throw error;
    }
  }
};
