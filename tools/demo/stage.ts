// What every story of the demo is told with: commands that are run as they are shown, and waiting for what they bring about.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Juju, UnitJson } from './juju.ts';
import type { Screen } from './screen.ts';

/** @property limitMs how long anything is waited for. */
export type Stage = { juju: Juju; screen: Screen; interrupted: AbortSignal; limitMs?: number };

const waitLimitMs = 120_000;
const pollMs = 250;

/** Types the command, runs it and shows what it answers. */
export const type = async ({ juju, screen }: Stage, line: string): Promise<string> => {
  screen.typed(line);
  screen.progress('…');
  const { stdout, text } = await juju.run(...line.split(' ').slice(1));
  // What an action's task is called is told on stderr, and of no interest here.
  screen.answer(line.startsWith('juju run ') ? stdout : text);
  return stdout;
};

/** Waits until that many units are active and have nothing left to do, and shows meanwhile what they say. */
export const untilActive = (stage: Stage, application: string, count: number): Promise<true> => {
  const started = Date.now();
  let words = '';
  const what = () => `${count} active ${count === 1 ? 'unit' : 'units'} of ${application}${words && `: ${words}`}`;
  return untilTrue(stage, what, async () => {
    const units = Object.entries((await stage.juju.status()).applications[application]?.units ?? {});
    words = units.map(([name, unit]) => `${name} ${wordsOf(unit)}`).join(' · ');
    stage.screen.progress(`${Math.round((Date.now() - started) / 1000)} s · ${words}`);
    return units.length === count && units.every(([, unit]) => isSettled(unit)) ? true : undefined;
  });
};

const isSettled = (unit: UnitJson): boolean => unit['workload-status'].current === 'active' && unit['juju-status'].current === 'idle';

const wordsOf = ({ 'workload-status': { current, message } }: UnitJson): string => message || current;

/** @throws when it has waited too long, with a sentence that says for `what`. */
export const untilTrue = async <Answer>(
  stage: Stage,
  what: string | (() => string),
  ask: () => Promise<Answer | undefined | false>,
): Promise<Answer> => {
  const limitMs = stage.limitMs ?? waitLimitMs;
  const deadline = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${limitMs / 1000} s in vain for ${typeof what === 'string' ? what : what()}`);
    await sleep(pollMs, undefined, { signal: stage.interrupted }).catch(() => stage.interrupted.throwIfAborted());
  }
};

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

export const demand = (holds: unknown, otherwise: string): void => {
  if (!holds) throw new Error(otherwise);
};
