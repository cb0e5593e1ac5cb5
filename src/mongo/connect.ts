// One connection to one server, with a login or without, through MongoDB's driver. What the driver does besides (looking for members,
// retrying, reconnecting) is left to the planners: it is switched off, or its connection is given up. Simulations take the place of `connect`.
import type { Document, MongoClientOptions } from 'mongodb';
import { serverError } from './answers.ts';
import { within } from './deadline.ts';
import { ConnectionLost } from './errors.ts';

export type Login = { readonly user: string; readonly password: string; readonly source: string };
/** Path of a unix socket, or address:port with an IPv6 address in brackets. */
export type Target = string;
export type ConnectOptions = {
  /** Until the server has taken the login. */
  readonly timeoutMs: number;
  readonly login?: Login | undefined;
};

export type Connection = {
  /** The server's answer, be it a refusal. @throws ConnectionLost */
  command(database: string, command: Document): Promise<Document>;
  isClosed(): boolean;
  close(): void;
};

type Driver = typeof import('mongodb');

/** Most of what the first connection of a hook costs; done already, it costs nothing. */
export const loadDriver = (): Promise<Driver> => import('mongodb');

/** @throws ServerError when the login is refused; ConnectionLost, at once where nothing listens; NoAnswer. */
export async function connect(target: Target, { timeoutMs, login }: ConnectOptions): Promise<Connection> {
  const driver = await loadDriver();
  const client = new driver.MongoClient(`mongodb://${target.startsWith('/') ? encodeURIComponent(target) : target}/`, {
    ...LIMITED,
    // They end what goes on behind an attempt that was given up.
    serverSelectionTimeoutMS: timeoutMs * 2,
    connectTimeoutMS: timeoutMs * 2,
    ...(login === undefined ? {} : credentialsOf(login)),
  });
  let closed = false;
  // The driver looks at a server again, after up to 0.5 s, once it has answered such as `not primary`. A new connection is made sooner.
  client.on('serverDescriptionChanged', ({ newDescription }) => {
    closed ||= newDescription.type === 'Unknown';
  });
  // The driver alone would try again until the time is over.
  const refused = new Promise<never>((_, reject) => client.once('serverHeartbeatFailed', ({ failure }) => reject(failure)));
  try {
    await within(Promise.race([client.connect(), refused]), timeoutMs);
  } catch (error) {
    void client.close();
    throw error instanceof driver.MongoServerError ? serverError(error.errorResponse) : lostOr(error, driver);
  }
  return {
    command: async (database, command) => {
      if (closed) throw new ConnectionLost(CLOSED);
      try {
        return await client.db(database).command(command);
      } catch (error) {
        if (error instanceof driver.MongoServerError) return error.errorResponse;
        throw lostOr(error, driver);
      }
    },
    isClosed: () => closed,
    close: () => {
      closed = true;
      void client.close();
    },
  };
}

const LIMITED: MongoClientOptions = {
  appName: 'charm',
  directConnection: true,
  maxPoolSize: 1,
  retryReads: false,
  retryWrites: false,
  // The driver's monitor looks at the server once, at the beginning.
  serverMonitoringMode: 'poll',
  heartbeatFrequencyMS: 2 ** 31 - 1,
};

const credentialsOf = ({ user, password, source }: Login): MongoClientOptions => ({
  auth: { username: user, password },
  authMechanism: 'SCRAM-SHA-256',
  authSource: source,
});

const CLOSED = 'the server closed the connection';

/** What the driver says of a connection of no more use. Its own words name a number for the connection, which means nothing to a reader. */
function lostOr(error: unknown, { MongoError, MongoInvalidArgumentError, MongoNetworkError, MongoParseError }: Driver): unknown {
  if (!(error instanceof MongoError) || error instanceof MongoInvalidArgumentError) return error;
  if (error instanceof MongoParseError) return new ConnectionLost(`what answers there is not a MongoDB server: ${error.message}`);
  return new ConnectionLost(error instanceof MongoNetworkError && error.cause === undefined ? CLOSED : error.message);
}
