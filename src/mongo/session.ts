// Connections of one dispatch: to this unit's mongod over its unix socket, and to other members by address. Knows no Juju.
// The operator logs in; where that is refused, or there is no operator yet, MongoDB's internal user does, with the key file.
import { existsSync } from 'node:fs';
import type { Document, MongoClient, MongoClientOptions } from 'mongodb';
import { CODES, failureOf, NoAnswer } from './errors.ts';

/** Runs a command, on `admin` unless another database is named. The time is that of the session's probes unless given. */
export type Command = (command: Document, options?: { readonly db?: string; readonly timeoutMs?: number }) => Promise<Document>;
export type Login = { readonly user: string; readonly password: string; readonly source: string };
export type Link =
  | {
      readonly kind: 'open';
      readonly as: 'operator' | 'system';
      command: Command;
      findOne(database: string, collection: string): Promise<Document | null>;
    }
  | { readonly kind: 'silent'; readonly reason: string }
  | { readonly kind: 'locked'; readonly reason: string };
export type OpenLink = Extract<Link, { kind: 'open' }>;

export type Mongo = {
  readonly keyFile: string;
  /** This unit's own mongod. */
  own(): Promise<Link>;
  /** Another member, as address:port. */
  at(host: string): Promise<Link>;
  /** One `hello` without a login; undefined when nothing answers. `host` missing: this unit's own. */
  hello(host?: string): Promise<Document | undefined>;
  /** Whether the operator's password is accepted there. */
  acceptsOperator(host?: string): Promise<boolean>;
  close(): Promise<void>;
};

export type MongoOptions = {
  readonly socket: string;
  readonly keyFile?: string;
  readonly operatorPassword?: string /** of each probe */;
  readonly timeoutMs?: number;
};

/** Nothing is connected, and the driver is not loaded, before something is asked. */
export function openMongo({ socket, keyFile, operatorPassword, timeoutMs = 2_000 }: MongoOptions): Mongo {
  const clients = new Map<string, Promise<Link>>();
  const open: MongoClient[] = [];
  const own = encodeURIComponent(socket);

  const connect = async (target: string, login?: Login): Promise<MongoClient> => {
    const { MongoClient } = await import('./driver.ts');
    const client = new MongoClient(`mongodb://${target}/`, optionsOf(timeoutMs, login));
    try {
      await within(client.connect(), 2 * timeoutMs); // selecting the server and logging in
      open.push(client);
      return client;
    } catch (error) {
      await client.close(true).catch(() => {});
      throw error;
    }
  };

  const linkTo = (target: string): Promise<Link> => {
    if (target === own && !existsSync(socket)) return Promise.resolve({ kind: 'silent', reason: 'its socket does not exist' });
    const known = clients.get(target);
    if (known !== undefined) return known;
    const link = logIn(target);
    clients.set(target, link);
    // What failed is tried anew the next time.
    void link.then(({ kind }) => kind !== 'open' && clients.delete(target));
    return link;
  };

  const logIn = async (target: string): Promise<Link> => {
    const logins: [OpenLink['as'], Login][] = [];
    if (operatorPassword !== undefined) logins.push(['operator', { user: 'operator', password: operatorPassword, source: 'admin' }]);
    // MongoDB compares key files without their white space.
    if (keyFile !== undefined) logins.push(['system', { user: '__system', password: keyFile.replace(/\s/g, ''), source: 'local' }]);
    let reason = 'there is neither a password nor a key file to log in with';
    for (const [as, login] of logins) {
      try {
        const client = await connect(target, login);
        return linkOf(client, as, timeoutMs, () => clients.delete(target));
      } catch (error) {
        const failure = failureOf(error);
        if (failure.code !== CODES.authenticationFailed) return { kind: 'silent', reason: failure.text };
        reason = failure.text;
      }
    }
    return { kind: 'locked', reason };
  };

  return {
    keyFile: keyFile ?? '',
    own: () => linkTo(own),
    at: linkTo,
    hello: async host => {
      if (host === undefined && !existsSync(socket)) return undefined;
      try {
        const client = await connect(host ?? own);
        return await within(client.db('admin').command({ hello: 1 }), timeoutMs);
      } catch {
        return undefined;
      }
    },
    acceptsOperator: async host => {
      if (operatorPassword === undefined) return false;
      const link = await linkTo(host ?? own);
      if (link.kind === 'open' && link.as === 'operator') return true;
      try {
        await connect(host ?? own, { user: 'operator', password: operatorPassword, source: 'admin' });
        clients.delete(host ?? own); // next time as the operator
        return true;
      } catch {
        return false;
      }
    },
    close: async () => {
      clients.clear();
      await Promise.all(open.splice(0).map(client => client.close(true).catch(() => {})));
    },
  };
}

const optionsOf = (timeoutMs: number, login: Login | undefined): MongoClientOptions => ({
  appName: 'charm',
  directConnection: true,
  maxPoolSize: 2,
  serverMonitoringMode: 'poll',
  serverSelectionTimeoutMS: timeoutMs,
  connectTimeoutMS: timeoutMs,
  retryReads: false,
  retryWrites: false,
  ...(login === undefined
    ? {}
    : { auth: { username: login.user, password: login.password }, authSource: login.source, authMechanism: 'SCRAM-SHA-256' as const }),
});

/** A connection that the network took away, or that answers no more, is forgotten, so that a mongod that comes back is reached anew. */
const linkOf = (client: MongoClient, as: OpenLink['as'], probeMs: number, forget: () => void): OpenLink => {
  const guarded = async <Value>(work: Promise<Value>, timeoutMs = probeMs): Promise<Value> => {
    try {
      return await within(work, timeoutMs);
    } catch (error) {
      if (failureOf(error).network) forget();
      throw error;
    }
  };
  return {
    kind: 'open',
    as,
    command: (command, { db = 'admin', timeoutMs } = {}) => guarded(client.db(db).command(command), timeoutMs),
    findOne: (database, collection) => guarded(client.db(database).collection(collection).findOne({})),
  };
};

/** The driver itself waits for an answer for ever: a frozen mongod keeps its connections open. */
async function within<Value>(work: Promise<Value>, timeoutMs: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(`MongoDB has not answered within ${timeoutMs / 1000} s`)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {}); // what comes after the time is over is nobody's
  }
}
