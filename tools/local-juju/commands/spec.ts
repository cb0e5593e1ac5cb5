// What a command of the client is, as data: its names, flags, help, and the function that runs it.
import type { Console, Controller, LiveModel } from '../contract.ts';

/** One flag. With `value` (a word for the help) it takes one, otherwise it is a switch. `names` without dashes; the first is its key. */
export type FlagSpec = { names: readonly string[]; value?: string; initial?: string; help: string };

/** The flags that were given: every value of each, in order. A switch holds 'true' or 'false'. */
export type Flags = {
  has(name: string): boolean;
  on(name: string): boolean;
  text(name: string): string | undefined; // the last one
  all(name: string): readonly string[];
  integer(name: string): number | undefined;
};

/** One use of a command. */
export type Call = {
  readonly controller: Controller;
  readonly console: Console;
  readonly flags: Flags;
  readonly args: readonly string[];
  /** The model that -m, $JUJU_MODEL or `juju switch` chose. Throws when there is none. */
  model(): LiveModel;
};

export type CommandSpec = {
  name: string;
  aliases?: readonly string[];
  summary: string;
  usage: string; // what follows the name
  /** How many arguments it takes at most, where the command itself does not look. */
  most?: number;
  details: string;
  examples?: readonly string[];
  flags: readonly FlagSpec[];
  /** Flags end at the first argument, as in `juju exec ls -l`. */
  flagsFirst?: boolean;
  /** It has no -m. */
  controllerWide?: boolean;
  /** Juju prints an empty map on stdout as well when such a command fails. */
  emptyMapOnError?: boolean;
  run(call: Call): Promise<number> | number;
};
