// The unit's log. pino gives a line its level, puts an error into words, and redacts secrets in its fields; juju-log is where it goes.
// pino is loaded when there is something to write: a hook that does nothing never needs it.
import { inspect } from 'node:util';
import type { Logger } from 'pino';
import { REDACTED, withoutSecrets } from '../core/text.ts';
import type * as Tools from './tools.ts';

export type LogLine = {
  readonly level: Level;
  readonly message: string;
  /** What was thrown: its stack, and its fields, come behind the message. */
  readonly error?: unknown;
};
type Level = 'INFO' | 'WARNING' | 'ERROR';

const METHODS = { INFO: 'info', WARNING: 'warn', ERROR: 'error' } as const;
/** By pino's numbers. */
const LEVELS: Readonly<Record<number, Level>> = { 30: 'INFO', 40: 'WARNING', 50: 'ERROR' };

/** Fields of an error, at any of its levels, that hold secrets or what came out of them. Errors of libraries carry commands and options. */
const SECRET_FIELDS = [
  ...['password', 'operator-password', 'monitor-password', 'backup-password', 'entity-password', 'pwd', 'passphrase'],
  ...['keyFile', 'keyfile', 'key', 'credentials', 'auth', 'uri', 'uris', 'content', 'payload', 'input', 'env', 'stdout'],
];
const DEEPEST = 5;
const SECRET_PATHS = Array.from({ length: DEEPEST }, (_, depth) =>
  SECRET_FIELDS.map(field => `err${'.*'.repeat(depth)}["${field}"]`),
).flat();

/** What pino makes of a line. */
type Written = { readonly level: number; readonly msg: string; readonly err?: unknown };
const written: Written[] = [];
let logger: Promise<Logger> | undefined;

async function openLogger(): Promise<Logger> {
  const { pino } = await import('pino');
  const destination = { write: (line: string) => void written.push(JSON.parse(line) as Written) };
  return pino({ base: null, timestamp: false, redact: { paths: SECRET_PATHS, censor: REDACTED } }, destination);
}

/** One entry of the unit's log for all lines, at the gravest of their levels: each entry is a process. */
export async function writeLog(juju: Pick<typeof Tools, 'jujuLog'>, lines: readonly LogLine[]): Promise<void> {
  if (lines.length === 0) return;
  logger ??= openLogger();
  const opened = await logger;
  for (const { level, message, error } of lines) opened[METHODS[level]]({ err: error }, message);
  const entries = written.splice(0);
  const gravest = Math.max(...entries.map(({ level }) => level));
  await juju.jujuLog(LEVELS[gravest] ?? 'ERROR', entries.map(textOf).join('\n'));
}

/** Juju logs what a hook prints, at the level DEBUG, and a line on which nobody needs to act is worth no process. */
export const printDebug = (message: string): void => console.log(withoutSecrets(message));

type WrittenError = { readonly type: string; readonly message: string; readonly stack: string };

const textOf = ({ msg, err }: Written): string => {
  if (err === undefined) return msg;
  if (typeof err !== 'object' || err === null) return `${msg}: ${err}`;
  const { type: _, message, stack = message, ...fields } = err as WrittenError;
  const shown = Object.keys(fields).length === 0 ? '' : ` ${inspect(fields, { depth: DEEPEST, breakLength: Number.POSITIVE_INFINITY })}`;
  return `${msg}: ${stack}${shown}`;
};
