// The shortest history that still fails in the same way: without commands, without chaos, without waiting.
import { CALM, type History, play } from './history.ts';

/** @param tries how many runs it may take at most. */
export async function shrink(history: History, tries = 60): Promise<History> {
  const what = (await play(history)).violations[0]?.what;
  let best = history;
  let left = tries;
  const better = async (next: History): Promise<boolean> => {
    left -= 1;
    if (left < 0 || (await play(next)).violations[0]?.what !== what) return false;
    best = next;
    return true;
  };
  await better({ ...best, chaos: CALM });
  for (const part of ['kill', 'fail', 'hang', 'commit', 'slow'] as const)
    if (best.chaos[part] > 0) await better({ ...best, chaos: { ...best.chaos, [part]: 0 } });
  for (let again = true; again && left > 0; ) {
    again = false;
    for (let at = best.commands.length - 1; at >= 0; at -= 1)
      again = (await better({ ...best, commands: best.commands.toSpliced(at, 1) })) || again;
  }
  for (const [at, command] of best.commands.entries())
    if (command.waitMs !== 60_000 && left > 0) await better({ ...best, commands: best.commands.with(at, { ...command, waitMs: 60_000 }) });
  return best;
}
