// Clients of one driver, in one process, that write all the time. What they were told and what became of it is kept here.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Driver } from './drivers.ts';

/** @property turn which of the URIs that it was given the writer used. @property refused whether it was a login that failed. */
export type Failure = { turn: number; text: string; refused: boolean };
export type Written = { numbers: readonly number[]; failures: readonly Failure[] };
export type Writers = {
  readonly driver: Driver;
  /** A writer by that name begins, or goes on with another URI. It writes into the collection of its name. */
  write(name: string, uri: string): void;
  written(name: string): Written;
  /** Resolves when the writer has made that many more writes. @throws after two minutes. */
  more(name: string, count: number): Promise<void>;
  /** A new connection. @returns accepted, refused, or what else went wrong. */
  tryLogin(uri: string): Promise<string>;
  /** Resolves when the last write has been answered. */
  end(name: string): Promise<void>;
  /** Ends the process, whatever its writers do. */
  close(): Promise<void>;
};
const limitMs = 120_000;

type Line = { name: string; turn?: number; wrote?: number; failed?: string; refused?: boolean; tried?: string; ended?: true };
type State = { numbers: number[]; failures: Failure[]; ended: boolean };

export const startWriters = (driver: Driver): Writers => {
  const { command, args, env } = driver;
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  const states = new Map<string, State>();
  const tries = new Map<string, (answer: string) => void>();
  let complaints = '';
  let gone = false;
  child.stderr.on('data', text => {
    complaints = (complaints + text).slice(-4_000);
  });
  const closed = once(child, 'close').then(() => {
    gone = true;
  });
  const state = (name: string): State => {
    const known = states.get(name) ?? { numbers: [], failures: [], ended: false };
    states.set(name, known);
    return known;
  };
  createInterface({ input: child.stdout }).on('line', text => {
    const { name, turn = 0, wrote, failed, refused = false, tried, ended } = JSON.parse(text) as Line;
    if (tried !== undefined) tries.get(name)?.(tried);
    else if (wrote !== undefined) state(name).numbers.push(wrote);
    else if (failed !== undefined) state(name).failures.push({ turn, text: failed, refused });
    else if (ended) state(name).ended = true;
  });
  const say = (words: Record<string, string>) => void child.stdin.write(`${JSON.stringify(words)}\n`);
  const until = async (what: string, condition: () => boolean): Promise<void> => {
    const deadline = Date.now() + limitMs;
    while (!condition()) {
      if (gone) throw new Error(`the writers of ${driver.title} have ended: ${complaints}`);
      if (Date.now() > deadline) throw new Error(`waited ${limitMs / 1000} s for ${what} of ${driver.title}: ${complaints}`);
      await sleep(20);
    }
  };
  return {
    driver,
    write: (name, uri) => say({ do: 'write', name, uri }),
    written: state,
    more: async (name, count) => {
      const wanted = state(name).numbers.length + count;
      await until(`${count} more writes of ${name} (the last failure: ${state(name).failures.at(-1)?.text})`, () => {
        return state(name).numbers.length >= wanted;
      });
    },
    tryLogin: async uri => {
      const name = `try-${tries.size}`;
      let answer: string | undefined;
      tries.set(name, given => {
        answer = given;
      });
      say({ do: 'try', name, uri });
      await until('the answer to a login', () => answer !== undefined);
      return answer ?? '';
    },
    end: async name => {
      say({ do: 'end', name });
      await until(`the end of ${name}`, () => state(name).ended);
    },
    close: async () => {
      child.stdin.end();
      const killing = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await closed;
      clearTimeout(killing);
    },
  };
};
