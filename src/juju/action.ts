// An action's parameters, results and refusal.
import type { Results } from '../core/action.ts';
import { oneLine } from '../core/text.ts';
import { actionFail, actionGet, actionSet } from './tools.ts';

/** Longer than any that says something. */
const LONGEST = 1_000;

export const readParams = (): Promise<Readonly<Record<string, unknown>>> => actionGet();

/** Results are what the caller asked for, passwords included; Juju shows them to the caller and keeps them with the operation. */
export async function setResults(results: Results): Promise<void> {
  const words = flat(results, '');
  if (words.length > 0) await actionSet(words);
}

export const failAction = (sentence: string): Promise<void> => actionFail(oneLine(sentence, LONGEST));

const flat = (results: Results, prefix: string): readonly string[] =>
  Object.entries(results).flatMap(([key, value]) =>
    typeof value === 'string' ? [`${prefix}${key}=${value}`] : flat(value, `${prefix}${key}.`),
  );
