// The clock and the timers of this thread are the simulation's, and what a killed program says to nobody is not shown.
import { clock, currentProgram, schedule, watch } from '../kernel.ts';

type Timer = { cancel(): void };
const timers = globalThis as unknown as { setTimeout(run: () => void, ms?: number): Timer; clearTimeout(timer: Timer | undefined): void };
timers.setTimeout = (run, ms = 0) => schedule(currentProgram()?.dead ? 0 : clock.late(ms), run);
timers.clearTimeout = timer => timer?.cancel();
performance.now = () => clock.now();

/** What a program prints is in the unit's log; what a killed one still says is heard by nobody. */
for (const stream of ['log', 'error'] as const) {
  const say = console[stream];
  console[stream] = (...words) => {
    const program = currentProgram();
    if (program === undefined) say(...words);
    else if (!program.dead) watch.words(program, `log of ${program.unit}`, words.join(' '));
  };
}

// Both cost more than all else that a hook does here: the traces of errors that are expected, and reading the real environment.
Error.stackTraceLimit = 0;
process.env = { ...process.env };
