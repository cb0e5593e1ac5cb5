// What went wrong with a command, as data. The driver's messages hold no passwords.
export type Failure = { readonly code?: number; readonly network: boolean; readonly text: string };

export const CODES = {
  unauthorized: 13,
  authenticationFailed: 18,
  invalidReplicaSetConfig: 93,
  notYetInitialized: 94,
  alreadyInitialized: 23,
  userNotFound: 11,
  userAlreadyExists: 51003,
  roleAlreadyExists: 51002,
  newConfigIncompatible: 103,
  configurationInProgress: 109,
} as const;

/** mongod keeps the connection and says nothing. */
export class NoAnswer extends Error {}

export function failureOf(error: unknown): Failure {
  const known = error as { code?: unknown; name?: unknown; message?: unknown };
  const code = typeof known.code === 'number' ? known.code : undefined;
  const name = String(known.name ?? '');
  const network =
    /^Mongo(Network|ServerSelection|PoolCleared|TopologyClosed|OperationTimeout|NotConnected|PoolClosed|ConnectionPool|WaitQueue)/.test(
      name,
    );
  const text = String(known.message ?? error).split('\n')[0] ?? '';
  return { ...(code === undefined ? {} : { code }), network, text };
}
