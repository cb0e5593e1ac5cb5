// Reading the words of a hook tool as Juju's gnuflag does: flags and arguments mixed, `--` ends the flags, `--name value`,
// `--name=value`, `-n value`, `-n=value`, `-nvalue`; words with a single dash letter by letter; a boolean takes a value only after `=`.
import { goQuote } from '../format/quote.ts';
import { UsageError } from './errors.ts';
import type { Running } from './running.ts';

/** `check` throws an error whose message says what is wrong with the value. */
export type Flag = { boolean?: true; also?: readonly string[]; check?: (value: string, running: Running) => void; about: string };
export type Flags = Readonly<Record<string, Flag>>;
export type FlagValues = Readonly<Record<string, string | boolean | undefined>>;

/** The user asked for help. */
export const helpAsked = Symbol('help');

/** @throws {UsageError} with gnuflag's text. */
export const parseFlags = (
  flags: Flags,
  words: readonly string[],
  running: Running,
): { words: string[]; values: FlagValues } | typeof helpAsked => {
  const known = namesOf(flags);
  const rest = [...words];
  const plain: string[] = [];
  const values: Record<string, string | boolean> = {};

  /** @returns what is left of a word of single letters. */
  const take = (typed: string, attached: string | undefined): string => {
    const shown = [...typed].length > 1 ? `--${typed}` : `-${typed}`;
    const found = known.get(typed);
    if (found === undefined) throw new UsageError(`option provided but not defined: ${shown}`);
    const { name, flag } = found;
    if (flag.boolean && !attached?.startsWith('=')) {
      values[name] = true;
      return attached ?? '';
    }
    const value = attached ? attached.replace(/^=/, '') : rest.shift();
    if (value === undefined) throw new UsageError(`option needs an argument: ${shown}`);
    try {
      values[name] = flag.boolean ? parseBool(value) : value;
      flag.check?.(value, running);
    } catch (error) {
      throw new UsageError(`invalid value ${goQuote(value)} for option ${shown}: ${(error as Error).message}`);
    }
    return '';
  };

  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      plain.push(...rest);
      break;
    }
    if (word === '-' || !word.startsWith('-')) {
      plain.push(word);
    } else if (word.startsWith('--')) {
      const [, name = '', value] = /^--([^=]*)(=.*)?$/s.exec(word) ?? [];
      if (name === '') throw new UsageError(`empty option in argument ${goQuote(word)}`);
      if (name === 'help' && !known.has(name)) return helpAsked;
      take(name, value);
    } else {
      for (let letters = word.slice(1); letters !== ''; ) {
        const letter = String.fromCodePoint(letters.codePointAt(0) ?? 0);
        if (letter === 'h' && !known.has(letter)) return helpAsked;
        letters = take(letter, letters.slice(letter.length));
      }
    }
  }
  return { words: plain, values };
};

type Known = ReadonlyMap<string, { name: string; flag: Flag }>;
const names = new WeakMap<Flags, Known>();

/** Every word that a flag goes by. */
const namesOf = (flags: Flags): Known => {
  const known =
    names.get(flags) ??
    new Map(Object.entries(flags).flatMap(([name, flag]) => [name, ...(flag.also ?? [])].map(alias => [alias, { name, flag }])));
  names.set(flags, known);
  return known;
};

/** Refuses words that no one wants. @throws {UsageError} */
export const noMore = (words: readonly string[]): void => {
  if (words.length > 0) throw new UsageError(`unrecognized args: [${words.map(goQuote).join(' ')}]`);
};

/** Go's ParseBool. */
export const parseBool = (text: string): boolean => {
  if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
  if (/^(0|f|F|FALSE|false|False)$/.test(text)) return false;
  throw new Error(`strconv.ParseBool: parsing ${goQuote(text)}: invalid syntax`);
};

/** Go's Atoi: a decimal number with an optional sign. */
export const parseInteger = (text: string): number => {
  if (!/^[-+]?[0-9]+$/.test(text)) throw new Error(`strconv.Atoi: parsing ${goQuote(text)}: invalid syntax`);
  if (!Number.isSafeInteger(Number(text))) throw new Error(`strconv.Atoi: parsing ${goQuote(text)}: value out of range`);
  return Number(text);
};
