// Time and chance of a simulation: virtual milliseconds, one seeded generator, and the programs that run in it. A program is one dispatch
// of a charm; each of its calls to the outside passes through `outward`, which may delay it, let it fail, or kill the program.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { HookContext } from '../../tools/local-juju/contract.ts';

/** Begin of all virtual time. */
export const START = Date.parse('2026-01-01T00:00:00.000Z');

/** What a killed program is told by every call from then on. */
export class Killed extends Error {}

export type Moment = 'before' | 'after';
export type Call = { readonly kind: string; readonly name: string; readonly writes: boolean };
/** What may happen at a call: the program dies, or the call fails, or a database never answers, before or after it has had its effect. */
export type Mishap = { readonly at: number; readonly moment: Moment; readonly what: 'kill' | 'fail' | 'hang' };

export type Program = {
  readonly unit: string;
  readonly machine: string;
  readonly context: HookContext | undefined;
  readonly calls: Call[];
  readonly mishap: Mishap | undefined;
  dead: boolean;
  die(): void;
};

type Due = { at: number; turn: number; run: (() => void) | undefined };

/** Set for the length of one simulation: everything below reads it. */
let now = START;
let turns = 0;
let due: Due[] = [];
let random = 1;
/** How often, and for how long at most, a call takes time. */
let slowness = { chance: 0, mostMs: 0 };
/** How many times as long as they should the short timers of a program take: on a busy machine they are late. */
let lateness = 1;
let iso = { at: START, text: '' };

export const clock = {
  now: (): number => now,
  iso: (): string => {
    if (iso.at !== now || iso.text === '') iso = { at: now, text: new Date(now).toISOString() };
    return iso.text;
  },
  /** Begins anew, at the given time, with the given chance. */
  reset: (at: number, seed: number): void => {
    now = at;
    turns = 0;
    due = [];
    setChance(seed);
    slowness = { chance: 0, mostMs: 0 };
    lateness = 1;
  },
  setSlowness: (chance: number, mostMs: number): void => {
    slowness = { chance, mostMs };
  },
  setLateness: (times: number): void => {
    lateness = times;
  },
  /** When a timer of a program ends. Those that bound the time of an answer are long, and kept to. */
  late: (ms: number): number => (ms < 1_000 ? ms * lateness : ms),
};

/** Begins the chances of a seed; the time stays. */
export function setChance(seed: number): void {
  random = seed | 0;
}

/** Between 0 and 1: mulberry32. */
export function chance(): number {
  random = (random + 0x6d2b79f5) | 0;
  let mixed = Math.imul(random ^ (random >>> 15), 1 | random);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
}
/** A whole number from 0 to below the limit. */
export const below = (limit: number): number => Math.floor(chance() * limit);
export const between = (least: number, most: number): number => least + below(most - least + 1);
export const pick = <Value>(values: readonly Value[]): Value | undefined => values[below(values.length)];

const earlier = (a: Due, b: Due): boolean => a.at < b.at || (a.at === b.at && a.turn < b.turn);

/** Runs something later; the answer takes it back. */
export function schedule(afterMs: number, run: () => void): { cancel(): void } {
  const one: Due = { at: now + Math.max(0, afterMs), turn: turns++, run };
  let at = due.push(one) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!earlier(one, due[parent]!)) break;
    due[at] = due[parent]!;
    at = parent;
  }
  due[at] = one;
  return {
    cancel: () => {
      one.run = undefined;
    },
  };
}

function takeFirst(): Due | undefined {
  const first = due[0];
  const last = due.pop();
  if (first === undefined || last === undefined || due.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= due.length) break;
    if (child + 1 < due.length && earlier(due[child + 1]!, due[child]!)) child += 1;
    if (!earlier(due[child]!, last)) break;
    due[at] = due[child]!;
    at = child;
  }
  due[at] = last;
  return first;
}

export const sleep = (ms: number): Promise<void> => new Promise(wake => schedule(ms, wake));

const breathe = (): Promise<void> => new Promise(wake => setImmediate(wake));

/**
 * Lets everything happen that is due, in its order, until `over` says so or nothing is left to happen.
 * @param over asked whenever nothing can go on without time passing.
 */
export async function run(over: () => boolean): Promise<void> {
  for (;;) {
    await breathe();
    if (over()) return;
    let next = takeFirst();
    while (next !== undefined && next.run === undefined) next = takeFirst();
    if (next?.run === undefined) return;
    now = Math.max(now, next.at);
    next.run();
  }
}

const programs = new AsyncLocalStorage<Program>();
export const currentProgram = (): Program | undefined => programs.getStore();
export const within = <Value>(program: Program, work: () => Value): Value => programs.run(program, work);

/** Told of each call that had an effect, and of each word that left a program. */
export const watch: {
  wrote(program: Program | undefined, call: Call): void;
  words(program: Program | undefined, where: string, text: string): void;
} = { wrote: () => {}, words: () => {} };

/**
 * One call of the current program to the outside.
 * @param failure what the program sees when the call is to fail; missing for one that does not fail by itself.
 */
export async function outward<Value>(call: Call, act: () => Value | Promise<Value>, failure?: () => Error): Promise<Value> {
  const program = programs.getStore();
  if (program === undefined) return act();
  if (program.dead) throw new Killed();
  const at = program.calls.push(call) - 1;
  if (slowness.chance > 0 && chance() < slowness.chance) {
    await sleep(below(slowness.mostMs));
    if (program.dead) throw new Killed();
  }
  const mishap = program.mishap?.at === at ? program.mishap : undefined;
  const hangs = mishap?.what === 'hang' && call.kind === 'mongo';
  if (mishap?.moment === 'before') {
    if (hangs) return new Promise(() => {});
    strike(program, mishap, failure);
  }
  const value = await act();
  if (program.dead) throw new Killed();
  if (call.writes) watch.wrote(program, call);
  if (hangs) return new Promise(() => {});
  if (mishap?.moment === 'after') strike(program, mishap, failure);
  return value;
}

function strike(program: Program, { what }: Mishap, failure: (() => Error) | undefined): void {
  if (what === 'kill') kill(program);
  else if (what === 'fail' && failure !== undefined) throw failure();
}

/** Ends the program at once, as SIGKILL does: whatever it still tries has no effect. @throws always, in the program itself. */
export function kill(program: Program): never {
  program.dead = true;
  program.die();
  throw new Killed();
}
