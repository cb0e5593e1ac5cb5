// Durations as Juju writes them, and the points in time that follow from them.
import type { Model } from '../state.ts';

const unitMs: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
/** Milliseconds of a Go duration like `5m` or `1h30m`; undefined if it is none. */
export const parseDuration = (text: string): number | undefined => {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) total += Number(amount) * unitMs[unit!]!;
  return total;
};

/** When update-status runs next: the model's interval, give or take a fifth. @param random between 0 and 1. */
export const updateStatusAfter = (model: Model, now: string, random: number): string => {
  const interval = parseDuration(String(model.config['update-status-hook-interval'] ?? '5m')) ?? 300_000;
  return new Date(Date.parse(now) + interval * (0.8 + 0.4 * random)).toISOString();
};

/** Longest that what was removed with --force may take before it goes without its hooks. */
const forcedEndMs = 60_000;

/** When something that was removed by force goes whatever its hooks do. */
export const endOfForce = ({ forcedAt }: { forcedAt?: string }): string | undefined =>
  forcedAt === undefined ? undefined : new Date(Date.parse(forcedAt) + forcedEndMs).toISOString();

/** How long a failed hook waits for its next run: 5 s, doubling, at most 5 minutes. @param retries how many runs have failed. */
export const retryDelayMs = (retries: number): number => Math.min(5_000 * 2 ** Math.max(0, retries - 1), 300_000);
