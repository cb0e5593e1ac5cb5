// The log of the background process, daemon.log in the data folder: what went wrong in it, as lines of JSON. A model has a log of its own,
// with what Juju would say.
import { appendFileSync, existsSync, rmSync, statSync } from 'node:fs';
import { type Logger, pino } from 'pino';

/** `log.error(error, 'cannot …')` keeps the stack too. Words of a command line, which may hold passwords, are no part of a line. */
export type Log = Pick<Logger, 'info' | 'warn' | 'error'>;

const largestBytes = 1_000_000;

/** A log that has grown large begins anew. */
export const openLog = (path: string): Log => {
  if (existsSync(path) && statSync(path).size > largestBytes) rmSync(path);
  const destination = {
    write: (line: string) => {
      try {
        appendFileSync(path, line, { mode: 0o600 });
      } catch {
        // Without a folder there is nobody to tell.
      }
    },
  };
  return pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: level => ({ level }) } }, destination);
};
