// Replies to inserts, updates and deletes of which a part went to a shard that was not the right one any more. Pure.
import type { Document } from './documents.ts';

/** How many statements are settled, and what was answered to them. */
export type Progress = { readonly settled: number; readonly reply: Document };
export const nothingSettled: Progress = { settled: 0, reply: {} };

/**
 * From which statement on a reply says that the router's knowledge is out of date: 0 also for a command as a whole.
 * A shard that finds so at one statement does none of those after it, whether they are ordered or not.
 */
export const staleFrom = (reply: Document, isStale: (code: unknown) => boolean): number | undefined => {
  if (!Number(reply.ok)) return isStale(reply.code) ? 0 : undefined;
  const errors = (reply.writeErrors ?? []) as Document[];
  const indexes = errors.filter(({ code }) => isStale(code)).map(({ index }) => Number(index));
  return indexes.length === 0 ? undefined : Math.min(...indexes);
};

/** Adds the reply to the statements after those that were settled before. @param count how many of them are settled by it, all if left out. */
export const settle = ({ settled, reply }: Progress, next: Document, count = Number.POSITIVE_INFINITY): Progress => {
  const shifted = (list: unknown) =>
    ((list ?? []) as Document[]).filter(({ index }) => index < count).map(entry => ({ ...entry, index: entry.index + settled }));
  const upserted = [...(reply.upserted ?? []), ...shifted(next.upserted)];
  const writeErrors = [...(reply.writeErrors ?? []), ...shifted(next.writeErrors)];
  const retried = [...(reply.retriedStmtIds ?? []), ...(next.retriedStmtIds ?? [])];
  const { upserted: _, writeErrors: __, retriedStmtIds: ___, ...rest } = next;
  return {
    settled: settled + count,
    reply: {
      ...rest,
      n: Number(reply.n ?? 0) + Number(next.n ?? 0),
      ...('nModified' in next ? { nModified: Number(reply.nModified ?? 0) + Number(next.nModified) } : {}),
      ...(upserted.length === 0 ? {} : { upserted }),
      ...(writeErrors.length === 0 ? {} : { writeErrors }),
      ...(retried.length === 0 ? {} : { retriedStmtIds: retried }),
      ...(reply.writeConcernError === undefined ? {} : { writeConcernError: reply.writeConcernError }),
    },
  };
};
