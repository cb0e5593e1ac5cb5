// The clock and the timers of this thread are the simulation's, and what a killed program says to nobody is not shown.
import { clock, currentProgram, schedule } from '../kernel.ts';

type Timer = { cancel(): void };
const timers = globalThis as unknown as { setTimeout(run: () => void, ms?: number): Timer; clearTimeout(timer: Timer | undefined): void };
timers.setTimeout = (run, ms = 0) => schedule(currentProgram()?.dead ? 0 : ms, run);
timers.clearTimeout = timer => timer?.cancel();
performance.now = () => clock.now();

const say = console.error;
console.error = (...words) => {
  if (currentProgram() === undefined) say(...words);
};

// Both cost more than all else that a hook does here: the traces of errors that are expected, and reading the real environment.
Error.stackTraceLimit = 0;
process.env = { ...process.env };
