// Connections of one dispatch: to this unit's mongod over its unix socket, and to other members by address. Knows no Juju.
// The operator logs in; where that is refused, or there is no operator yet, MongoDB's internal user does, with the key file.
import type { Document } from 'mongodb';
import { keysOf } from '../core/key-file.ts';
import { accepted, batchOf, StrangeAnswer } from './answers.ts';
import { type Connection, connect, type Login, type Target } from './connect.ts';
import { within } from './deadline.ts';
import { CODES, type Failure, failureOf } from './errors.ts';

/** Runs a command, on `admin` unless another database is named. The time is that of the session's probes unless given. */
export type Command = (command: Document, options?: { readonly db?: string; readonly timeoutMs?: number }) => Promise<Document>;
export type Link =
  | {
      readonly kind: 'open';
      readonly as: 'operator' | 'system';
      /** @throws what mongod answers, or that it has not answered; then the next link is a new connection. */
      command: Command;
      /** The first document of a collection, or null. */
      findOne(database: string, collection: string): Promise<Document | null>;
      /** All documents that match, with the fields that are named or all of them. For collections that are known to be small. */
      find(database: string, collection: string, filter: Document, fields?: Document): Promise<readonly Document[]>;
      count(database: string, collection: string, filter: Document): Promise<number>;
    }
  | { readonly kind: 'silent'; readonly reason: string }
  | { readonly kind: 'locked'; readonly reason: string };
export type OpenLink = Extract<Link, { kind: 'open' }>;

export type Mongo = {
  /** The key that this unit's members show to each other. */
  readonly key: string;
  /** This unit's own mongod. */
  own(): Promise<Link>;
  /** Another member, as address:port. */
  at(host: string): Promise<Link>;
  /** Asks without a login; undefined when nothing answers. `host` missing: this unit's own. */
  stranger<Answer>(ask: (command: Command) => Promise<Answer>, host?: string): Promise<Answer | undefined>;
  /** Whether the operator's password is accepted there. */
  acceptsOperator(host?: string): Promise<boolean>;
  close(): Promise<void>;
};

export type MongoOptions = {
  readonly socket: string;
  readonly keyFile?: string | undefined;
  readonly operatorPassword?: string | undefined;
  /** of each probe */
  readonly timeoutMs?: number;
};

type Open = { readonly link: OpenLink; readonly connection: Connection };
type NotOpen = Exclude<Link, OpenLink>;

/** Nothing is connected, and nothing loaded for it, before something is asked. */
export function openMongo({ socket, keyFile, operatorPassword, timeoutMs = 2_000 }: MongoOptions): Mongo {
  const links = new Map<Target, Promise<Open | NotOpen>>();
  /** Where the operator gets in but may not do its work: somebody took its roles away. */
  const powerless = new Set<Target>();
  /** Given up, and closed at the end only: another command may still be waiting on it. */
  const retired: Connection[] = [];
  const operator = operatorPassword === undefined ? undefined : { user: 'operator', password: operatorPassword, source: 'admin' };
  const key = keysOf(keyFile ?? '')[0];
  const system = key === undefined ? undefined : { user: '__system', password: key, source: 'local' };

  const linkTo = async (target: Target): Promise<Link> => {
    const known = links.get(target) ?? logIn(target);
    links.set(target, known);
    const found = await known;
    if ('link' in found && !found.connection.isClosed()) return found.link;
    if ('link' in found) {
      retire(target, found.connection);
      return linkTo(target);
    }
    if (links.get(target) === known) links.delete(target); // what failed is tried anew the next time
    return found;
  };

  const logIn = async (target: Target): Promise<Open | NotOpen> => {
    const logins: [OpenLink['as'], Login | undefined][] = [
      ['operator', powerless.has(target) ? undefined : operator],
      ['system', system],
    ];
    let reason = 'there is neither a password nor a key file to log in with';
    for (const [as, login] of logins) {
      if (login === undefined) continue;
      try {
        const connection = await connect(target, { timeoutMs, login });
        return { connection, link: linkOf(target, connection, as) };
      } catch (error) {
        const failure = failureOf(error);
        if (!isRefusal(failure)) return { kind: 'silent', reason: failure.text };
        reason = failure.text;
      }
    }
    return { kind: 'locked', reason };
  };

  const linkOf = (target: Target, connection: Connection, as: OpenLink['as']): OpenLink => {
    /** A connection that the network took away, or on which nothing is answered, is given up: a mongod that comes back is reached anew. */
    const guarded = async <Value>(work: Promise<Value>, limitMs: number, instead: (link: OpenLink) => Promise<Value>): Promise<Value> => {
      try {
        return await within(work, limitMs);
      } catch (error) {
        const { network, code } = failureOf(error);
        if (network) retire(target, connection);
        if (code !== CODES.unauthorized || as !== 'operator') throw error;
        powerless.add(target);
        retire(target, connection);
        const link = await linkTo(target);
        if (link.kind !== 'open') throw error;
        return instead(link);
      }
    };
    const ask = askOn(connection);
    return {
      kind: 'open',
      as,
      command: (command, options = {}) =>
        guarded(ask(options.db ?? 'admin', command), options.timeoutMs ?? timeoutMs, link => link.command(command, options)),
      findOne: (database, collection) => guarded(firstOf(ask, database, collection), timeoutMs, link => link.findOne(database, collection)),
      find: (database, collection, filter, fields = {}) =>
        guarded(allOf(ask, database, { find: collection, filter, projection: fields }), timeoutMs, link =>
          link.find(database, collection, filter, fields),
        ),
      count: (database, collection, filter) =>
        guarded(countOf(ask, database, collection, filter), timeoutMs, link => link.count(database, collection, filter)),
    };
  };

  /** The link of a connection that is not retired is always the one in `links`. */
  const retire = (target: Target, connection: Connection): void => {
    if (retired.includes(connection)) return;
    retired.push(connection);
    links.delete(target);
  };

  return {
    key: key ?? '',
    own: () => linkTo(socket),
    at: linkTo,
    stranger: async (ask, host = socket) => {
      try {
        const connection = await connect(host, { timeoutMs });
        const asked = ask((command, { db = 'admin', timeoutMs: limitMs = timeoutMs } = {}) =>
          within(askOn(connection)(db, command), limitMs),
        );
        return await asked.finally(() => connection.close());
      } catch {
        return undefined;
      }
    },
    acceptsOperator: async (host = socket) => {
      if (operator === undefined) return false;
      const known = await links.get(host);
      if (known !== undefined && 'link' in known && known.link.as === 'operator') return true;
      try {
        (await connect(host, { timeoutMs, login: operator })).close();
      } catch {
        return false;
      }
      if (known !== undefined && 'link' in known && !powerless.has(host)) retire(host, known.connection); // next time as the operator
      return true;
    },
    close: async () => {
      const all = await Promise.all(links.values());
      links.clear();
      for (const connection of [...all.flatMap(one => ('link' in one ? [one.connection] : [])), ...retired.splice(0)]) connection.close();
    },
  };
}

/** A user that has no password for the one mechanism that is spoken is refused as well. */
const isRefusal = ({ code }: Failure): boolean => code === CODES.authenticationFailed || code === CODES.mechanismUnavailable;

type Ask = (database: string, command: Document) => Promise<Document>;

const askOn =
  (connection: Connection): Ask =>
  async (database, command) =>
    accepted(await connection.command(database, command));

const firstOf = async (ask: Ask, database: string, collection: string): Promise<Document | null> =>
  batchOf('find', await ask(database, { find: collection, limit: 1, singleBatch: true }))[0] ?? null;

const allOf = async (ask: Ask, database: string, command: Document): Promise<readonly Document[]> => {
  const first = await ask(database, command);
  const found = [...batchOf('find', first)];
  for (let id = cursorOf(first); id !== '0'; ) {
    const next = await ask(database, { getMore: BigInt(id), collection: command.find });
    found.push(...batchOf('getMore', next, 'nextBatch'));
    id = cursorOf(next);
  }
  return found;
};

/** Where an answer goes on; `0` where it ends. */
function cursorOf({ cursor }: Document): string {
  const id = String(cursor?.id);
  if (!/^-?\d{1,19}$/.test(id)) throw new StrangeAnswer('find', 'cursor.id');
  return id;
}

const countOf = async (ask: Ask, database: string, collection: string, filter: Document): Promise<number> => {
  const pipeline = [{ $match: filter }, { $group: { _id: null, n: { $sum: 1 } } }];
  const [first] = batchOf('aggregate', await ask(database, { aggregate: collection, pipeline, cursor: {} }));
  const n = first === undefined ? 0 : first.n;
  if (!Number.isSafeInteger(n)) throw new StrangeAnswer('aggregate', 'n');
  return n;
};
