// Connections of one dispatch: to this unit's mongod over its unix socket, and to other members by address. Knows no Juju.
// The operator logs in; where that is refused, or there is no operator yet, MongoDB's internal user does, with the key file.
import type { Document, MongoClient } from 'mongodb';
import { keysOf } from '../core/key-file.ts';
import { connect, disconnect, type Login, type Target, within } from './connect.ts';
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
  readonly keyFile?: string;
  readonly operatorPassword?: string;
  /** of each probe */
  readonly timeoutMs?: number;
};

type Open = { readonly link: OpenLink; readonly client: MongoClient; lost: boolean };
type NotOpen = Exclude<Link, OpenLink>;

/** Nothing is connected, and the driver is not loaded, before something is asked. */
export function openMongo({ socket, keyFile, operatorPassword, timeoutMs = 2_000 }: MongoOptions): Mongo {
  const links = new Map<Target, Promise<Open | NotOpen>>();
  /** Where the operator gets in but may not do its work: somebody took its roles away. */
  const powerless = new Set<Target>();
  /** Given up, and closed at the end only: another command may still be waiting on it. */
  const retired: MongoClient[] = [];
  const operator = operatorPassword === undefined ? undefined : { user: 'operator', password: operatorPassword, source: 'admin' };
  const key = keysOf(keyFile ?? '')[0];
  const system = key === undefined ? undefined : { user: '__system', password: key, source: 'local' };

  const linkTo = async (target: Target): Promise<Link> => {
    const known = links.get(target) ?? logIn(target);
    links.set(target, known);
    const found = await known;
    if ('link' in found && !found.lost) return found.link;
    if ('link' in found) {
      retire(target, found.client);
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
        const client = await connect(target, timeoutMs, login);
        const open: Open = { client, link: linkOf(target, client, as), lost: false };
        // Otherwise a command would wait for the driver to find its server again.
        client.on('serverDescriptionChanged', ({ newDescription }) => {
          if (newDescription.type === 'Unknown') open.lost = true;
        });
        return open;
      } catch (error) {
        const failure = failureOf(error);
        if (!isRefusal(failure)) return { kind: 'silent', reason: failure.text };
        reason = failure.text;
      }
    }
    return { kind: 'locked', reason };
  };

  const linkOf = (target: Target, client: MongoClient, as: OpenLink['as']): OpenLink => {
    /** A connection that the network took away, or on which nothing is answered, is given up: a mongod that comes back is reached anew. */
    const guarded = async <Value>(work: Promise<Value>, limitMs: number, instead: (link: OpenLink) => Promise<Value>): Promise<Value> => {
      try {
        return await within(work, limitMs);
      } catch (error) {
        const { network, code } = failureOf(error);
        if (network) retire(target, client);
        if (code !== CODES.unauthorized || as !== 'operator') throw error;
        powerless.add(target);
        retire(target, client);
        const link = await linkTo(target);
        if (link.kind !== 'open') throw error;
        return instead(link);
      }
    };
    return {
      kind: 'open',
      as,
      command: (command, options = {}) =>
        guarded(
          client
            .db(options.db ?? 'admin')
            .command(command)
            .then(kept),
          options.timeoutMs ?? timeoutMs,
          link => link.command(command, options),
        ),
      findOne: (database, collection) =>
        guarded(client.db(database).collection(collection).findOne({}), timeoutMs, link => link.findOne(database, collection)),
      find: (database, collection, filter, fields = {}) =>
        guarded(client.db(database).collection(collection).find(filter, { projection: fields }).toArray(), timeoutMs, link =>
          link.find(database, collection, filter, fields),
        ),
      count: (database, collection, filter) =>
        guarded(client.db(database).collection(collection).countDocuments(filter), timeoutMs, link =>
          link.count(database, collection, filter),
        ),
    };
  };

  /** The link of a client that is not retired is always the one in `links`. */
  const retire = (target: Target, client: MongoClient): void => {
    if (retired.includes(client)) return;
    retired.push(client);
    links.delete(target);
  };

  return {
    key: key ?? '',
    own: () => linkTo(socket),
    at: linkTo,
    stranger: async (ask, host = socket) => {
      try {
        const client = await connect(host, timeoutMs);
        const asked = ask((command, { db = 'admin', timeoutMs: limitMs = timeoutMs } = {}) =>
          within(client.db(db).command(command), limitMs),
        );
        return await asked.finally(() => disconnect(client));
      } catch {
        return undefined;
      }
    },
    acceptsOperator: async (host = socket) => {
      if (operator === undefined) return false;
      const known = await links.get(host);
      if (known !== undefined && 'link' in known && known.link.as === 'operator') return true;
      try {
        await disconnect(await connect(host, timeoutMs, operator));
      } catch {
        return false;
      }
      if (known !== undefined && 'client' in known && !powerless.has(host)) retire(host, known.client); // next time as the operator
      return true;
    },
    close: async () => {
      const all = await Promise.all(links.values());
      links.clear();
      const clients = all.flatMap(one => ('client' in one ? [one.client] : []));
      await Promise.all([...clients, ...retired.splice(0)].map(disconnect));
    },
  };
}

/** A write that a majority did not take in time is answered as done, with a remark. The driver passes it on. */
function kept(answer: Document): Document {
  const { writeConcernError: doubt } = answer;
  if (doubt === undefined) return answer;
  throw Object.assign(new Error(`not kept by a majority of the members: ${doubt.errmsg}`), { code: doubt.code });
}

/** A user that has no password for the one mechanism that is spoken is refused as well. */
const isRefusal = ({ code }: Failure): boolean => code === CODES.authenticationFailed || code === CODES.mechanismUnavailable;
