// `hello`: what a mongod tells everybody about itself.
import type { Document } from 'mongodb';
import * as z from 'zod/mini';
import type { View } from '../core/action.ts';
import type { Build } from '../core/observed.ts';
import { oneLine } from '../core/text.ts';
import { readAnswer } from './answers.ts';
import type { Mongo } from './session.ts';

/** What another member answers about the set, without a login. */
export async function helloOf(mongo: Mongo, host: string): Promise<View> {
  const hello = await mongo.stranger(command => command({ hello: 1 }), host);
  return hello === undefined ? { host, state: 'silent' } : decodeView(host, hello);
}

/** A mongod whose configuration does not list it has no name of a set either, just like one that has no configuration. */
export function decodeView(host: string, hello: Document): View {
  const primary = typeof hello.primary === 'string' ? { primary: oneLine(hello.primary, LONGEST_HOST) } : {};
  return { host, state: stateOf(hello), ...primary };
}

const LONGEST_HOST = 260;

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

const buildInfo = z.object({ version: z.string().check(z.regex(/^\d[\w.+-]{0,63}$/)), psmdbVersion: z.optional(z.string()) });

/** From the answer of buildInfo, which is told to anybody; Percona's builds name themselves. @throws when it tells no version. */
export function decodeBuild(answer: Document): Build {
  const { version, psmdbVersion } = readAnswer('buildInfo', buildInfo, answer);
  return { version, percona: psmdbVersion !== undefined };
}
