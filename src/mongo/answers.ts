// What a server answers, taken for nothing more than it shows: a strange answer is told in a sentence, and nothing is decided by it.
import type { Document } from 'mongodb';
import type * as z from 'zod/mini';
import { ServerError } from './errors.ts';

/** An answer that is none of those which the command is known to have. */
export class StrangeAnswer extends Error {
  /** @param where path of what is strange in it. */
  constructor(command: string, where: string) {
    super(`MongoDB answered ${command} in a way that the charm does not know${where === '' ? '' : ` (${where})`}`);
  }
}

/**
 * The answer of a command that did all it was told to. MongoDB answers `ok: 1` also where one of the writes was refused, and where a
 * majority did not take it in time. @throws ServerError
 */
export function accepted(answer: Document): Document {
  const { ok, writeErrors, writeConcernError } = answer;
  if (ok !== 1) throw serverError(answer);
  if (writeErrors !== undefined) throw serverError(Array.isArray(writeErrors) ? writeErrors[0] : undefined);
  if (writeConcernError === undefined) return answer;
  const { message, code } = serverError(writeConcernError);
  throw new ServerError(`not kept by a majority of the members: ${message}`, code);
}

/** From what goes along with a refusal. */
export function serverError(refusal: unknown): ServerError {
  const { errmsg, code } = (refusal ?? {}) as { readonly errmsg?: unknown; readonly code?: unknown };
  return new ServerError(
    typeof errmsg === 'string' && errmsg !== '' ? errmsg : 'the server gave no reason',
    typeof code === 'number' && Number.isInteger(code) ? code : 0,
  );
}

/** @param command its name, for the sentence. @throws StrangeAnswer */
export function readAnswer<Value>(command: string, schema: z.ZodMiniType<Value>, answer: unknown): Value {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new StrangeAnswer(command, parsed.error.issues[0]?.path.join('.') ?? '');
}

/** The documents that an answer brings. An empty list is a fact; what is no list is none. @throws StrangeAnswer */
export function batchOf(command: string, answer: Document, kind: 'firstBatch' | 'nextBatch' = 'firstBatch'): readonly Document[] {
  const batch: unknown = answer.cursor?.[kind];
  if (Array.isArray(batch) && batch.every(one => typeof one === 'object' && one !== null)) return batch;
  throw new StrangeAnswer(command, `cursor.${kind}`);
}
