// `hello`: what a mongod tells everybody about itself.
import type { View } from '../core/action.ts';
import type { Mongo } from './session.ts';

type Hello = { readonly [key: string]: unknown };

/** What another member answers about the set, without a login. */
export async function helloOf(mongo: Mongo, host: string): Promise<View> {
  const hello = await mongo.hello(host);
  if (hello === undefined) return { host, state: 'silent' };
  const primary = typeof hello.primary === 'string' ? { primary: hello.primary } : {};
  return { host, state: stateOf(hello), ...primary };
}

function stateOf(hello: Hello): View['state'] {
  if (hello.isWritablePrimary === true) return 'primary';
  if (hello.secondary === true) return 'secondary';
  return typeof hello.setName === 'string' ? 'other' : 'not a member';
}

/** Fingerprint of the configuration that mongod was started with; empty if the charm did not start it. */
export const startedWith = (hello: Hello): string => /^charm-([0-9a-f]+)$/.exec(String(hello.automationServiceDescriptor ?? ''))?.[1] ?? '';
