// A replica set as the router sees it: where its primary is, connections to it that are logged in as __system, and their end when the
// primary is gone or says nothing any more.
import { setTimeout as delay } from 'node:timers/promises';
import { type Connection, openConnection } from './connection.ts';
import type { Document } from './documents.ts';
import { isNetwork, isNotPrimary, RouterError, ServerError } from './errors.ts';
import { logInAsSystem } from './scram.ts';
import type { Message } from './wire.ts';

export type ReplicaSet = {
  readonly name: string;
  /** More addresses at which members may be found. */
  learn(hosts: readonly string[]): void;
  /** Sends a message to the primary, as __system. @throws {RouterError} HostUnreachable: it may have been carried out, or not. */
  send(message: Buffer): Promise<Message & { host: string }>;
  /**
   * A command of the router's own, which must be one that can be given twice: after a fail-over it is.
   * @throws {ServerError} when the answer is an error. @throws {RouterError} when no primary is found in time.
   */
  command(database: string, command: Document): Promise<Document>;
  /** A connection to the primary on which nobody is logged in. It is the caller's to close. */
  connect(): Promise<Connection>;
  /** From now on looks each second who is primary, and closes connections to whoever is not any more once nobody waits on them. */
  follow(): void;
  /** A member said that it is not the primary, or cannot be reached. */
  lost(host: string): void;
  /** Nothing new is sent; what is under way comes to its end. */
  retire(): void;
};

/** Time limits in milliseconds. */
const limits = {
  findPrimary: 15_000,
  hello: 2_000,
  betweenQuestions: 100,
  betweenLooks: 1_000,
  suspicion: 1_000,
  silence: 10_000,
  acceptEarlierElection: 5_000,
};
const mostIdle = 16;

/** @param seeds `address:port` of members. @param key the key file's text without whitespace. */
export const openReplicaSet = (name: string, seeds: readonly string[], key: string): ReplicaSet => {
  let hosts: readonly string[] = [...seeds];
  let primary: string | undefined;
  let finding: Promise<string> | undefined;
  let lastElection = '';
  let idle: Connection[] = [];
  let retired = false;
  const open = new Set<Connection>();

  const whereIsPrimary = (): Promise<string> => {
    if (primary !== undefined) return Promise.resolve(primary);
    finding ??= findPrimary()
      .then(host => {
        primary = host;
        return host;
      })
      .finally(() => {
        finding = undefined;
      });
    return finding;
  };

  /** Asks all members again and again, each at its own pace, for one that is halted takes its time. The first primary wins. */
  const findPrimary = (): Promise<string> =>
    new Promise((settle, refuse) => {
      const begun = Date.now();
      const asked = new Set<string>();
      let over = false;
      const end = (done: () => void) => {
        over = true;
        clearTimeout(timer);
        done();
      };
      const timer = setTimeout(() => end(() => refuse(noPrimary(name))), limits.findPrimary);
      const follow = async (host: string): Promise<void> => {
        while (!over) {
          const reply = await hello(host);
          if (over) return;
          if (reply?.setName === name) {
            learnFrom(reply);
            const election = String(reply.electionId ?? '');
            // One that was primary before may not know yet that there is another.
            const isLatest = election >= lastElection || Date.now() - begun > limits.acceptEarlierElection;
            if (reply.isWritablePrimary && isLatest) {
              lastElection = election;
              return end(() => settle(String(reply.me ?? host)));
            }
            askAll();
          }
          await delay(limits.betweenQuestions);
        }
      };
      const askAll = () => {
        for (const host of hosts) {
          if (asked.has(host)) continue;
          asked.add(host);
          follow(host);
        }
      };
      askAll();
    });

  const learnFrom = (reply: Document) => {
    const named = [...(reply.hosts ?? []), ...(reply.passives ?? [])] as string[];
    if (named.length === 0) return;
    // Only a primary knows for certain who does not belong any more.
    hosts = reply.isWritablePrimary ? named : [...new Set([...named, ...hosts])];
  };

  const lost = (host: string) => {
    if (primary === host) primary = undefined;
    for (const connection of idle.filter(one => one.host === host)) connection.close();
  };

  const track = (connection: Connection): Connection => {
    open.add(connection);
    connection.onClose(() => {
      open.delete(connection);
      if (retired && open.size === 0) clearInterval(watch);
      idle = idle.filter(other => other !== connection);
    });
    return connection;
  };

  const borrow = async (): Promise<Connection> => {
    const host = await whereIsPrimary();
    for (let kept = idle.pop(); kept !== undefined; kept = idle.pop()) {
      if (kept.host === host && !kept.closed()) return kept;
      kept.close();
    }
    const connection = track(openConnection(host));
    try {
      await logInAsSystem(connection, key);
      return connection;
    } catch (error) {
      connection.close();
      if (isNetwork(error)) lost(host);
      throw error;
    }
  };

  const giveBack = (connection: Connection) => {
    if (!retired && primary === connection.host && idle.length < mostIdle && !connection.closed()) idle.push(connection);
    else connection.close();
  };

  const send = async (message: Buffer) => {
    const connection = await borrow();
    try {
      const reply = await connection.send(message);
      giveBack(connection);
      return { ...reply, host: connection.host };
    } catch (error) {
      lost(connection.host);
      throw error;
    }
  };

  const command = async (database: string, wanted: Document): Promise<Document> => {
    const deadline = Date.now() + limits.findPrimary;
    for (;;) {
      const problem = await attempt(database, wanted).catch(error => error);
      if (!(problem instanceof Error)) return problem;
      const again = isNetwork(problem) || (problem instanceof ServerError && isNotPrimary(problem.code));
      if (!again || Date.now() > deadline) throw problem;
      await delay(limits.betweenQuestions);
    }
  };

  const attempt = async (database: string, wanted: Document): Promise<Document> => {
    const connection = await borrow();
    let reply: Document;
    try {
      reply = await connection.ask(database, wanted);
    } catch (error) {
      lost(connection.host);
      throw error;
    }
    if (!Number(reply.ok) && isNotPrimary(reply.code)) lost(connection.host);
    giveBack(connection);
    if (!Number(reply.ok)) throw new ServerError(reply);
    return reply;
  };

  // A member that is halted or cut off closes nothing. So one that lets somebody wait is asked on a new connection whether it is there,
  // and given up when there is another primary, or when it has said nothing for long.
  const doubted = new Set<string>();
  const doubt = async (host: string) => {
    const since = Date.now();
    while (isAwaited(host) && (await hello(host)) === undefined) {
      lost(host);
      const other = await whereIsPrimary().catch(() => undefined);
      if ((other !== undefined && other !== host) || Date.now() - since > limits.silence) {
        for (const connection of open) if (connection.host === host) connection.close('it does not answer');
      }
      await delay(limits.betweenQuestions);
    }
  };
  const isAwaited = (host: string): boolean => {
    const now = Date.now();
    return [...open].some(one => one.host === host && now - (one.waitingSince() ?? now) > limits.suspicion);
  };
  const watch = setInterval(() => {
    for (const host of new Set([...open].map(one => one.host))) {
      if (doubted.has(host) || !isAwaited(host)) continue;
      doubted.add(host);
      doubt(host).finally(() => doubted.delete(host));
    }
  }, limits.suspicion).unref();

  let monitor: Connection | undefined;
  const look = async () => {
    const host = await whereIsPrimary().catch(() => undefined);
    if (host === undefined) return;
    if (monitor?.host !== host || monitor.closed()) {
      monitor?.close();
      monitor = openConnection(host);
    }
    if ((await helloOn(monitor))?.isWritablePrimary !== true) return lost(host);
    for (const connection of open) if (connection.host !== host && connection.waitingSince() === undefined) connection.close();
  };
  const follow = async () => {
    for (;;) {
      await look();
      await delay(limits.betweenLooks);
    }
  };

  return {
    name,
    follow,
    learn: more => {
      hosts = [...new Set([...hosts, ...more])];
    },
    send,
    command,
    connect: async () => track(openConnection(await whereIsPrimary())),
    lost,
    retire: () => {
      retired = true;
      if (open.size === 0) clearInterval(watch);
      for (const connection of [...idle]) connection.close();
    },
  };
};

/** What a member says of itself, or undefined when it does not answer in time. */
const hello = async (host: string): Promise<Document | undefined> => {
  const connection = openConnection(host);
  const reply = await helloOn(connection);
  connection.close();
  return reply;
};

/** The connection is closed when there is no answer. */
const helloOn = async (connection: Connection): Promise<Document | undefined> => {
  const timer = setTimeout(() => connection.close('it does not answer'), limits.hello);
  try {
    return await connection.ask('admin', { hello: 1 });
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
};

const noPrimary = (name: string) =>
  new RouterError('FailedToSatisfyReadPreference', `Could not find host matching read preference { mode: "primary" } for set ${name}`);
