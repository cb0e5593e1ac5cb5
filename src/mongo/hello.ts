// `hello`: what a mongod tells everybody about itself.
import type { Document } from 'bson';
import type { View } from '../core/action.ts';
import type { Mongo } from './session.ts';

/** What another member answers about the set, without a login. */
export async function helloOf(mongo: Mongo, host: string): Promise<View> {
  const hello = await mongo.stranger(command => command({ hello: 1 }), host);
  return hello === undefined ? { host, state: 'silent' } : decodeView(host, hello);
}

/** A mongod whose configuration does not list it has no name of a set either, just like one that has no configuration. */
export function decodeView(host: string, hello: Document): View {
  const primary = typeof hello.primary === 'string' ? { primary: hello.primary } : {};
  return { host, state: stateOf(hello), ...primary };
}

function stateOf(hello: Document): View['state'] {
  if (hello.isWritablePrimary === true) return 'primary';
  if (hello.secondary === true) return 'secondary';
  return typeof hello.setName === 'string' ? 'other' : 'not a member';
}

/** Fingerprint of the configuration that mongod was started with; empty if the charm did not start it. */
export const startedWith = (hello: Document): string =>
  /^charm-([0-9a-f]+)$/.exec(String(hello.automationServiceDescriptor ?? ''))?.[1] ?? '';

/** The same of a router. @throws when it is none. */
export function decodeRouter(hello: Document): string {
  if (hello.msg !== 'isdbgrid') throw new Error('this is not a router');
  return startedWith(hello);
}
