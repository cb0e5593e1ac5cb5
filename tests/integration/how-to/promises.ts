// What a how-to page promises, checked at the place where it does so.
import type { Reader } from './reader.ts';

export type Check<Memory> = (reader: Reader, memory: Memory) => Promise<void>;
export type Promises<Memory> = {
  /** What passes from check to check. */
  memory: () => Memory;
  /** At the end, however it came: closes what the checks have left open. */
  leave?: (memory: Memory) => Promise<void>;
  /** By the section's title: when all its commands have run. */
  sections: Record<string, Check<Memory>>;
  /** By `<section>: <command>`: when that command has run, before the next one. */
  commands: Record<string, Check<Memory>>;
};
