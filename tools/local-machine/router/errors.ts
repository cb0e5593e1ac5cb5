// Errors as a MongoDB server words them: a code, its name, a sentence, and labels that tell a driver what it may do.
import type { Document } from './documents.ts';

/** What the router answers by itself. */
export class RouterError extends Error {
  readonly code: number;
  readonly codeName: string;
  readonly labels: readonly string[];
  constructor(codeName: CodeName, message: string, labels: readonly string[] = []) {
    super(message);
    this.code = codes[codeName];
    this.codeName = codeName;
    this.labels = labels;
  }
}

/** What another server answered to a command of the router's own. */
export class ServerError extends Error {
  readonly reply: Document;
  constructor(reply: Document) {
    super(String(reply.errmsg ?? 'the server gave no reason'));
    this.reply = reply;
  }
  get code(): number {
    return Number(this.reply.code ?? 0);
  }
}

/** The reply for whatever went wrong. */
export const errorReply = (error: unknown): Document => {
  if (error instanceof ServerError) return { ...error.reply, ok: 0 };
  if (error instanceof RouterError) {
    const { message, code, codeName, labels } = error;
    return { ok: 0, errmsg: message, code, codeName, ...(labels.length === 0 ? {} : { errorLabels: [...labels] }) };
  }
  return { ok: 0, errmsg: error instanceof Error ? error.message : String(error), code: codes.InternalError, codeName: 'InternalError' };
};

/** A member that answers so is not the primary, or not for long. */
export const isNotPrimary = (code: unknown): boolean => notPrimary.has(Number(code));

/** What a router knows of the cluster has changed in the meantime, and is to be read again. */
export const isStale = (code: unknown): boolean => stale.has(Number(code));

export const isNetwork = (error: unknown): boolean => error instanceof RouterError && error.code === codes.HostUnreachable;

/** https://github.com/mongodb/mongo/blob/r6.0.5/src/mongo/base/error_codes.yml */
export const codes = {
  InternalError: 1,
  BadValue: 2,
  HostUnreachable: 6,
  FailedToParse: 9,
  Unauthorized: 13,
  AuthenticationFailed: 18,
  IllegalOperation: 20,
  NamespaceNotFound: 26,
  CursorNotFound: 43,
  CommandNotFound: 59,
  ShardNotFound: 70,
  InvalidOptions: 72,
  InvalidNamespace: 73,
  CommandNotSupported: 115,
  FailedToSatisfyReadPreference: 133,
  NoSuchTransaction: 251,
  OperationNotSupportedInTransaction: 263,
} as const;

export type CodeName = keyof typeof codes;

const notPrimary = new Set([91, 189, 10107, 11600, 11602, 13435, 13436]);
// StaleEpoch, StaleDbVersion, StaleConfig; NoShardingEnabled, of what was a shard once.
const stale = new Set([150, 249, 13388, 193]);
