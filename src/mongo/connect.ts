// One connection to one mongod, with a login or without. Bounded in time: a mongod that is down or frozen costs a hook no more than a probe.
import { connect as openSocket } from 'node:net';
import type { MongoClient, MongoClientOptions } from 'mongodb';
import { NoAnswer } from './errors.ts';

/** Path of a unix socket, or address:port. */
export type Target = string;
export type Login = { readonly user: string; readonly password: string; readonly source: string };

/** @throws what the driver throws; at once when nothing listens there. */
export async function connect(target: Target, timeoutMs: number, login?: Login): Promise<MongoClient> {
  // The driver goes on trying for as long as it may; that nothing listens can be known at once.
  await listens(target, timeoutMs);
  const { MongoClient } = await import('./driver.ts');
  const client = new MongoClient(`mongodb://${target.startsWith('/') ? encodeURIComponent(target) : target}/`, optionsOf(timeoutMs, login));
  try {
    await within(client.connect(), 2 * timeoutMs); // finding the server, and logging in
    return client;
  } catch (error) {
    await disconnect(client);
    throw error;
  }
}

/** Never fails, and waits for nothing: what was asked and not answered is given up. */
export async function disconnect(client: MongoClient): Promise<void> {
  await within(client.close(true), 1_000).catch(() => {});
}

function listens(target: Target, timeoutMs: number): Promise<void> {
  const split = target.lastIndexOf(':');
  const where = target.startsWith('/')
    ? { path: target }
    : { host: target.slice(0, split).replace(/^\[|\]$/g, ''), port: Number(target.slice(split + 1)) };
  const socket = openSocket(where);
  const connected = new Promise<void>((done, failed) => socket.once('connect', done).once('error', failed));
  return within(connected, timeoutMs).finally(() => socket.destroy());
}

const optionsOf = (timeoutMs: number, login: Login | undefined): MongoClientOptions => ({
  appName: 'charm',
  directConnection: true,
  maxPoolSize: 1, // a login costs more than a few commands that wait for each other
  serverMonitoringMode: 'poll',
  serverSelectionTimeoutMS: timeoutMs,
  connectTimeoutMS: timeoutMs,
  retryReads: false,
  retryWrites: false,
  ...(login === undefined
    ? {}
    : { auth: { username: login.user, password: login.password }, authSource: login.source, authMechanism: 'SCRAM-SHA-256' as const }),
});

/** The driver itself waits for an answer for ever: a frozen mongod keeps its connections open. @throws NoAnswer */
export async function within<Value>(work: Promise<Value>, timeoutMs: number): Promise<Value> {
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
