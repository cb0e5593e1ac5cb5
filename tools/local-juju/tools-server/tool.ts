// What one hook tool is: its flags, and a function from a call to an answer.
import type { GoValue } from '../format/json.ts';
import type { Flags, FlagValues } from './flags.ts';
import type { Running } from './running.ts';

/** One call, its flags already read. */
export type Call = {
  running: Running;
  /** The words that are not flags. */
  words: readonly string[];
  flags: FlagValues;
  /** The caller's folder. */
  cwd: string;
  /** Reads a file as the caller names it; `-` is the caller's standard input. */
  readFile(path: string): Promise<string>;
  /** A file's content as it is. */
  readBytes(path: string): Promise<Buffer>;
  /** Writes to the caller's standard error, as it is. */
  warn(text: string): void;
};

/** `value` is printed in the format that was asked for, `text` as it is. */
export type Answer = { value: GoValue } | { text: string } | undefined;

/**
 * What is wrong with flags or words is thrown as `UsageError` before anything else is looked at, all else as `ToolError`.
 * Nothing of the model is changed before the last `await`, so that calls made side by side do not meet half-way.
 */
export type Tool = {
  summary: string;
  usage: string;
  flags?: Flags;
  /** Has `--format` and `--output`: with `smart` as the default, or yaml and json only. */
  output?: 'smart' | 'yaml';
  run(call: Call): Answer | Promise<Answer>;
};
