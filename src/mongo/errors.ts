// What went wrong with a command, as data. mongod's messages hold no passwords.
import { oneLine } from '../core/text.ts';

/** `network`: the connection is of no more use, or mongod has not answered on it. */
export type Failure = { readonly code?: number; readonly network: boolean; readonly text: string };

/** Numbers of MongoDB's errors. */
export const CODES = {
  userNotFound: 11,
  unauthorized: 13,
  authenticationFailed: 18,
  alreadyInitialized: 23,
  shardNotFound: 70,
  invalidReplicaSetConfig: 93,
  notYetInitialized: 94,
  newConfigIncompatible: 103,
  configurationInProgress: 109,
  mechanismUnavailable: 334,
  notWritablePrimary: 10107,
  roleNotFound: 31,
  duplicateKey: 11000,
  passwordNotAllowed: 50692,
  roleAlreadyExists: 51002,
} as const;

/** What a server answers instead of doing what it was told. */
export class ServerError extends Error {
  readonly code: number;
  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

/** The connection has ended: what was asked on it may have been done, or not. */
export class ConnectionLost extends Error {}

/** mongod keeps the connection and says nothing. */
export class NoAnswer extends Error {}

const UNKNOWN_ANSWER = 'MongoDB answered in a way that the charm does not know';
/** Longer than any that says something. */
const LONGEST = 1_000;

export function failureOf(error: unknown): Failure {
  const known = error as { code?: unknown; message?: unknown };
  const code = typeof known.code === 'number' ? known.code : undefined;
  // Something that every answer has was not there.
  if (error instanceof TypeError && code === undefined) return { network: false, text: `${UNKNOWN_ANSWER} (${error.message})` };
  // Errors of the system, such as ECONNREFUSED, have a word for their code.
  const network = error instanceof NoAnswer || error instanceof ConnectionLost || (known.code !== undefined && code === undefined);
  const text = oneLine(String(known.message ?? error).split('\n')[0] ?? '', LONGEST);
  return { ...(code === undefined ? {} : { code }), network, text };
}
