// What the long programs of the project have in common: a folder for a while, an end by a signal, and a word now and then.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Room = {
  /** Goes when the work is over, however it ends. */
  readonly room: string;
  readonly interrupted: AbortSignal;
  /** To standard error, with the seconds since the beginning. */
  say(text: string): void;
};

/** @param prefix of the folder's name. @param what cannot go on, for the sentence. @returns the exit code: that of the work, or 1. */
export async function inRoom(prefix: string, what: string, work: (room: Room) => Promise<number>): Promise<number> {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort(new Error('interrupted')));
  const room = await mkdtemp(join(tmpdir(), prefix));
  const started = Date.now();
  const say = (text: string): void => void process.stderr.write(`${Math.round((Date.now() - started) / 1000)} s · ${text}\n`);
  try {
    return await work({ room, interrupted: interrupted.signal, say });
  } catch (error) {
    process.stderr.write(`${what} cannot go on: ${(error as Error).message}\n`);
    return 1;
  } finally {
    await rm(room, { recursive: true, force: true, maxRetries: 5 });
  }
}
