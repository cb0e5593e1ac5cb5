// Waiting for something in the model, woken by its changes.
import type { LiveModel } from '../contract.ts';

export type WaitOutcome = 'done' | 'timeout' | 'gone';

/** Looks at once and after each change until `done` says so, the client has gone, or the time (ms) is over. */
export async function waitFor(
  live: LiveModel,
  gone: AbortSignal,
  timeoutMs: number | undefined,
  done: () => boolean,
): Promise<WaitOutcome> {
  const timer = timeoutMs === undefined ? undefined : new AbortController();
  const alarm = timer && setTimeout(() => timer.abort(), timeoutMs);
  const signal = timer ? AbortSignal.any([gone, timer.signal]) : gone;
  try {
    for (;;) {
      if (done()) return 'done';
      if (gone.aborted) return 'gone';
      if (signal.aborted) return 'timeout';
      await live.nextChange(signal);
    }
  } finally {
    clearTimeout(alarm);
  }
}
