// A client's command as it goes to a shard: with the versions by which the shard sees whether it is the right one, the session under its
// user's name, the write concern that a shard does not fill in by itself, and the cluster's time.
import { type Login, userDigest } from './client.ts';
import type { Cluster, Placement } from './cluster.ts';
import { change, type Document } from './documents.ts';
import { allows } from './privileges.ts';
import type { Request } from './request.ts';
import { type Sequence, writeMessage } from './wire.ts';

/** What is the same at each attempt. */
export type Dressing = { readonly fields: Document; readonly without: readonly string[] };

/** @param login the user for whom it is sent. */
export const dress = async (cluster: Cluster, request: Request, login: Login): Promise<Dressing> => {
  const { command } = request;
  const fields: Document = { ...(await concerns(cluster, request)) };
  // A shard takes no notice of a block on writes by itself when it is __system that writes.
  fields.mayBypassWriteBlocking = allows(login.privileges, { action: 'bypassWriteBlockingMode', on: 'cluster' });
  if (command.lsid !== undefined) fields.lsid = { ...command.lsid, uid: userDigest(login) };
  return { fields, without: ['$clusterTime', '$configTime', '$topologyTime', 'databaseVersion', 'shardVersion', 'recoveryToken'] };
};

/** The message for a shard. @param from the first of the request's statements that is sent, when some of them are done already. */
export const messageFor = (
  cluster: Cluster,
  request: Request,
  { fields, without }: Dressing,
  { versions }: Pick<Placement, 'versions'>,
  from = 0,
): Buffer => {
  const added = { ...fields, ...versions, ...cluster.clock.field() };
  const { statements } = request;
  if (statements === undefined || from === 0) {
    return writeMessage(change(request.message.body, without, added), request.message.sequences);
  }
  // A retryable write counts its statements, and those that are left keep their numbers.
  if (request.command.txnNumber !== undefined && !request.inTransaction) {
    const given = request.command.stmtIds as number[] | undefined;
    added.stmtIds = (given ?? statements.documents.map((_, index) => index)).slice(from);
  }
  const rest: Sequence = { name: statements.field, documents: Buffer.concat(statements.documents.slice(from)) };
  return writeMessage(change(request.message.body, [...without, statements.field], added), [rest]);
};

const writes = new Set(
  'insert update delete findAndModify findandmodify create createIndexes dropIndexes deleteIndexes drop dropDatabase collMod renameCollection commitTransaction abortTransaction'.split(
    ' ',
  ),
);
const reads = new Set(['find', 'aggregate', 'count', 'distinct']);

/**
 * Shards fill in no defaults: a write without a write concern would be acknowledged by the primary alone, and lost with it.
 * https://github.com/mongodb/mongo/blob/r6.0.5/src/mongo/db/write_concern.cpp
 */
const concerns = async (cluster: Cluster, { name, command, silent, inTransaction }: Request): Promise<Document> => {
  const ends = name === 'commitTransaction' || name === 'abortTransaction';
  if (inTransaction && !ends) return {};
  const writing = writes.has(name) || (name === 'aggregate' && hasOutput(command.pipeline));
  const fields: Document = {};
  if (writing) {
    const given = (command.writeConcern ?? {}) as Document;
    const chosen = given.w === undefined ? { ...(await cluster.defaults()).writeConcern, ...given } : given;
    // One that waits for nothing is told nothing either, but the router has to know whether it went to the right shard.
    fields.writeConcern = silent && chosen.w === 0 ? { ...chosen, w: 1 } : chosen;
  }
  if (reads.has(name) && command.readConcern === undefined) {
    const { readConcern } = await cluster.defaults();
    if (readConcern.level !== undefined && readConcern.level !== 'local') fields.readConcern = readConcern;
  }
  return fields;
};

/** Whether the aggregation writes its result into a collection. */
export const hasOutput = (pipeline: unknown): boolean => {
  const last = Array.isArray(pipeline) ? pipeline.at(-1) : undefined;
  return last !== undefined && last !== null && ('$out' in last || '$merge' in last);
};
