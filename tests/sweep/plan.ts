// What the trap is to do, and what it tells of it.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a call can suffer instead of the end of the charm. The first four are mongod's, and go by the way that it answers. */
export const faults = ['no-answer', 'dropped', 'answer-lost', 'step-down', 'tool-fails', 'tool-is-slow', 'commit-fails'] as const;
export type Fault = (typeof faults)[number];

/**
 * - `none`: the trap is off. `count`: it only counts.
 * - `every`: each run of a dispatch is killed at the next of its points, until it has been killed at all of them; a call that only looks is
 *   one point for all hooks of its name that a unit runs, or one for each dispatch with `literally`.
 * - `once`: each dispatch is killed once at most, at one of its first `most` points, by the seed.
 * - `point`: only the point with this id.
 * - `fault`: one call of each dispatch goes wrong, each call once for each unit.
 */
export type Plan =
  | { readonly mode: 'none' | 'count' }
  | { readonly mode: 'every'; readonly literally?: boolean }
  | { readonly mode: 'once'; readonly seed: number; readonly most?: number }
  | { readonly mode: 'point'; readonly point: string }
  | { readonly mode: 'fault'; readonly fault: Fault };

/** One line that the trap has written. */
export type Told = {
  readonly step: string;
  readonly dispatch: string;
  readonly attempt: number;
  readonly did: 'kill' | 'end' | Fault;
  /** Of a kill or a fault: the side of the call, and the call. */
  readonly point?: string;
  /** Of a kill: what `--point` takes. */
  readonly id?: string;
  /** Of a dispatch that came to its end: how many points it had, and its exit code. */
  readonly points?: number;
  readonly code?: number;
};

/** The trap lies with its plan, this program where it finds the driver. */
const stepDown = join(import.meta.dirname, 'step-down.mjs');

export async function setPlan(folder: string, step: string, plan: Plan): Promise<void> {
  const path = join(folder, 'plan.json');
  await writeFile(`${path}.new`, JSON.stringify({ step, stepDown, ...plan }));
  await rename(`${path}.new`, path);
}

export async function readTold(folder: string): Promise<Told[]> {
  const text = await readFile(join(folder, 'calls.ndjson'), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Told);
}
