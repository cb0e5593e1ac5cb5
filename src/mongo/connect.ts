// One connection to one server, with a login or without. Bounded in time: a mongod that is down or frozen costs a hook no more than a probe.
import { NoAnswer } from './errors.ts';
import type { Login } from './scram.ts';
import type { Wire } from './wire.ts';

export type { Login } from './scram.ts';
/** Path of a unix socket, or address:port. */
export type Target = string;

/** A server that has been greeted. `router` for a mongos. */
export type Connection = Wire & { readonly router: boolean };

/** @throws ServerError when the login is refused; what the system says when nothing listens there; NoAnswer. */
export async function connect(target: Target, timeoutMs: number, login?: Login): Promise<Connection> {
  const { openWire } = await import('./wire.ts');
  const opening = openWire(whereIs(target));
  try {
    const wire = await within(opening, timeoutMs);
    const hello = await within(greet(wire, login), timeoutMs);
    return { ...wire, router: hello.msg === 'isdbgrid' };
  } catch (error) {
    opening.then(
      wire => wire.close(),
      () => {},
    );
    throw error;
  }
}

const whereIs = (target: Target): { path: string } | { host: string; port: number } => {
  const split = target.lastIndexOf(':');
  if (target.startsWith('/')) return { path: target };
  return { host: target.slice(0, split).replace(/^\[|\]$/g, ''), port: Number(target.slice(split + 1)) };
};

/**
 * Who we are, which mongod's log shows. It refuses a greeting that names a client without its driver and system, and to one that says
 * nothing of helloOk it speaks of a "master" where its errors mean the primary.
 */
const GREETING = {
  hello: 1,
  helloOk: true,
  client: { application: { name: 'charm' }, driver: { name: 'charmed-mongodb', version: '1' }, os: { type: process.platform } },
};

async function greet(wire: Wire, login: Login | undefined) {
  if (login === undefined) return wire.command('admin', GREETING);
  const { greetAndLogIn } = await import('./scram.ts');
  return greetAndLogIn(wire, GREETING, login);
}

/** A frozen mongod keeps its connections open, and would let us wait for ever. @throws NoAnswer */
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
