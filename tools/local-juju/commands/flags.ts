// The client's reading of flags: mixed with arguments, `--flag value`, `--flag=value`, letters in a row (`-fm model`), `--` ends them.
import { JujuError } from '../contract.ts';
import type { FlagSpec, Flags } from './spec.ts';

/** Splits words into flags and arguments; throws Juju's texts with exit code 2. */
export function parseFlags(specs: readonly FlagSpec[], words: readonly string[], flagsFirst = false): { flags: Flags; args: string[] } {
  const found = new Map<string, string[]>();
  const args: string[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      args.push(...rest);
      break;
    }
    if (word === '-' || !word.startsWith('-')) {
      args.push(word);
      if (!flagsFirst) continue;
      args.push(...rest);
      break;
    }
    if (word.startsWith('--')) takeLong(specs, word, rest, found);
    else takeLetters(specs, word, rest, found);
  }
  return { flags: flagsOf(found), args };
}

function takeLong(specs: readonly FlagSpec[], word: string, rest: string[], found: Map<string, string[]>): void {
  const at = word.indexOf('=');
  const name = at < 0 ? word.slice(2) : word.slice(2, at);
  const spec = specFor(specs, name, `--${name}`);
  if (at >= 0) add(found, spec, `--${name}`, word.slice(at + 1));
  else if (spec.value === undefined) add(found, spec, `--${name}`, 'true');
  else add(found, spec, `--${name}`, needed(rest, `--${name}`));
}

function takeLetters(specs: readonly FlagSpec[], word: string, rest: string[], found: Map<string, string[]>): void {
  for (let at = 1; at < word.length; at++) {
    const shown = `-${word[at]}`;
    const spec = specFor(specs, word[at] ?? '', shown);
    const tail = word.slice(at + 1);
    if (spec.value === undefined) {
      add(found, spec, shown, 'true');
      continue;
    }
    add(found, spec, shown, tail === '' ? needed(rest, shown) : tail.replace(/^=/, ''));
    return;
  }
}

function specFor(specs: readonly FlagSpec[], name: string, shown: string): FlagSpec {
  const spec = specs.find(one => one.names.includes(name));
  if (!spec) throw new JujuError(`option provided but not defined: ${shown}`, 2);
  return spec;
}

function needed(rest: string[], shown: string): string {
  const value = rest.shift();
  if (value === undefined) throw new JujuError(`option needs an argument: ${shown}`, 2);
  return value;
}

function add(found: Map<string, string[]>, spec: FlagSpec, shown: string, value: string): void {
  const key = spec.names[0] ?? '';
  const values = found.get(key) ?? [];
  values.push(spec.value === undefined ? switchValue(shown, value) : value);
  found.set(key, values);
}

function switchValue(shown: string, value: string): string {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(value)) return 'true';
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(value)) return 'false';
  throw new JujuError(`invalid value "${value}" for option ${shown}: strconv.ParseBool: parsing "${value}": invalid syntax`, 2);
}

function flagsOf(found: Map<string, string[]>): Flags {
  const all = (name: string) => found.get(name) ?? [];
  return {
    has: name => found.has(name),
    on: name => all(name).at(-1) === 'true',
    text: name => all(name).at(-1),
    all,
    integer: name => {
      const text = all(name).at(-1);
      if (text === undefined) return undefined;
      if (/^[+-]?\d+$/.test(text)) return Number(text);
      const shown = name.length === 1 ? `-${name}` : `--${name}`;
      throw new JujuError(`invalid value "${text}" for option ${shown}: strconv.ParseInt: parsing "${text}": invalid syntax`, 2);
    },
  };
}
