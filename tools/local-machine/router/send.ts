// One command to the primary of a shard: what may be repeated after a fail-over is repeated, and otherwise the driver is told what it may do.
import { pick } from './documents.ts';
import { isNetwork, isNotPrimary, RouterError } from './errors.ts';
import { hasOutput } from './outgoing.ts';
import type { ReplicaSet } from './replica-set.ts';
import type { Request } from './request.ts';
import type { Router } from './router.ts';

const mostTries = 4;

/** @param message made anew for each try. @throws {RouterError} HostUnreachable with the labels of such an error. */
export const sendToShard = async (router: Router, set: ReplicaSet, request: Request, message: () => Buffer): Promise<Buffer> => {
  const tries = mayRepeat(request) ? mostTries : 1;
  for (let tried = 1; ; tried += 1) {
    try {
      const { body, host } = await set.send(message());
      const { ok, code, writeConcernError, $clusterTime } = pick(body, ['ok', 'code', 'writeConcernError', '$clusterTime']);
      router.cluster.clock.see($clusterTime);
      const refused = !Number(ok) && isNotPrimary(code);
      if (refused || isNotPrimary(writeConcernError?.code)) set.lost(host);
      if (!refused || tried >= tries) return body;
    } catch (error) {
      if (!isNetwork(error) || tried >= tries) throw labelled(error, request);
    }
  }
};

/** What drivers expect of a router: https://github.com/mongodb/specifications/blob/master/source/retryable-writes/retryable-writes.md */
const labelled = (error: unknown, { name, command, inTransaction }: Request): unknown => {
  if (!(error instanceof RouterError)) return error;
  const label =
    inTransaction && !ends.has(name) ? 'TransientTransactionError' : command.txnNumber === undefined ? undefined : 'RetryableWriteError';
  return label === undefined ? error : new RouterError('HostUnreachable', error.message, [label]);
};

const ends = new Set(['commitTransaction', 'abortTransaction']);
const reads = new Set(['find', 'count', 'distinct', 'listCollections', 'listIndexes', 'collStats', 'explain']);

/** Reads, and writes that a shard does only once however often it is told. */
const mayRepeat = ({ name, command, inTransaction }: Request): boolean => {
  if (inTransaction) return ends.has(name);
  return command.txnNumber !== undefined || reads.has(name) || (name === 'aggregate' && !hasOutput(command.pipeline));
};
