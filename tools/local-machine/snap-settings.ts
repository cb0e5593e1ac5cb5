// The verbs of `snap` for a snap's settings: set, unset, get. Names are paths with dots; values are JSON where they can be read as such.

import { snapName } from './snap-folders.ts';
import type { SnapHost, Verb } from './snap-host.ts';
import { readWords, SnapError, table } from './snap-words.ts';

type Settings = Record<string, unknown>;

export const set: Verb = async (host, words) => {
  const { flags, names } = readWords(words, { s: 'none', t: 'none' });
  const [snap, ...changes] = names;
  if (snap === undefined) throw new SnapError('the required arguments `<snap>` and `<conf value> (at least 1 argument)` were not provided');
  if (changes.length === 0) throw new SnapError('the required argument `<conf value> (at least 1 argument)` was not provided');
  let settings = structuredClone(settingsOf(host, snap));
  for (const change of changes) {
    const equals = change.indexOf('=');
    if (change.endsWith('!') && equals < 0) settings = without(settings, path(change.slice(0, -1)));
    else if (equals < 1) throw new SnapError(`invalid configuration: "${change}" (want key=value)`);
    else settings = withValue(settings, path(change.slice(0, equals)), readValue(change.slice(equals + 1), flags));
  }
  host.state.settings[snap] = settings;
  await host.save();
  return {};
};

export const unset: Verb = async (host, words) => {
  const { names } = readWords(words, {});
  const [snap, ...keys] = names;
  if (snap === undefined || keys.length === 0) {
    throw new SnapError('the required arguments `<snap>` and `<conf key> (at least 1 argument)` were not provided');
  }
  let settings = settingsOf(host, snap);
  for (const key of keys) settings = without(settings, path(key));
  host.state.settings[snap] = settings;
  await host.save();
  return {};
};

export const get: Verb = async (host, words) => {
  const { flags, names } = readWords(words, { d: 'none', l: 'none', t: 'none' });
  const [snap, ...keys] = names;
  if (snap === undefined) throw new SnapError('the required argument `<snap>` was not provided');
  if (flags.d !== undefined && flags.l !== undefined) throw new SnapError('cannot use -d and -l together');
  const settings = settingsOf(host, snap);
  if (keys.length === 0 && Object.keys(settings).length === 0) throw new SnapError(`snap "${snap}" has no configuration`);
  const found: Settings = keys.length === 0 ? settings : {};
  for (const key of keys) {
    const value = valueAt(settings, path(key));
    if (value === undefined) throw new SnapError(`snap "${snap}" has no "${key}" configuration option`);
    found[key] = value;
  }
  if (flags.d !== undefined) return { stdout: `${JSON.stringify(sorted(found), null, '\t')}\n` };
  const [only] = keys.length === 1 ? Object.values(found) : [];
  if (only !== undefined && flags.l === undefined && !isObject(only)) return { stdout: printed(only, flags.t !== undefined) };
  const rows = Object.entries(keys.length === 1 && isObject(only) ? prefixed(keys[0] ?? '', only) : found)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => [key, isObject(value) ? '{...}' : printed(value, false).trimEnd()]);
  return { stdout: table([['Key', 'Value'], ...rows]) };
};

const settingsOf = (host: SnapHost, snap: string): Settings => {
  const known = snap === 'system' || snap === 'core' || (snap === snapName && host.state.snap !== undefined);
  if (!known) throw new SnapError(`snap "${snap}" is not installed`);
  return host.state.settings[snap] ?? {};
};

const path = (key: string): string[] => {
  const parts = key.split('.');
  const wrong = parts.find(part => !/^(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*$/.test(part));
  if (wrong !== undefined) throw new SnapError(`invalid option name: "${wrong}"`);
  return parts;
};

const readValue = (text: string, flags: Record<string, string>): unknown => {
  if (flags.s !== undefined) return text;
  try {
    return JSON.parse(text);
  } catch {
    if (flags.t !== undefined) throw new SnapError(`failed to parse JSON: invalid value ${text}`);
    return text;
  }
};

const valueAt = (settings: unknown, [first, ...rest]: readonly string[]): unknown => {
  if (first === undefined) return settings;
  return isObject(settings) ? valueAt(settings[first], rest) : undefined;
};

// Null means that the option is taken away, as with `key!`.
const withValue = (settings: Settings, [first = '', ...rest]: readonly string[], value: unknown): Settings => {
  if (rest.length === 0) return value === null ? without(settings, [first]) : { ...settings, [first]: value };
  const inner = settings[first];
  return { ...settings, [first]: withValue(isObject(inner) ? inner : {}, rest, value) };
};

const without = (settings: Settings, [first = '', ...rest]: readonly string[]): Settings => {
  const { [first]: inner, ...others } = settings;
  if (rest.length === 0) return others;
  return isObject(inner) ? { ...settings, [first]: without(inner, rest) } : settings;
};

const prefixed = (prefix: string, settings: Settings): Settings =>
  Object.fromEntries(Object.entries(settings).map(([key, value]) => [`${prefix}.${key}`, value]));

const printed = (value: unknown, typed: boolean): string =>
  `${typeof value === 'string' && !typed ? value : JSON.stringify(sorted(value), null, isObject(value) ? '\t' : undefined)}\n`;

// Go prints the keys of a map in order.
const sorted = (value: unknown): unknown =>
  isObject(value)
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, inner]) => [key, sorted(inner)]),
      )
    : value;

const isObject = (value: unknown): value is Settings => typeof value === 'object' && value !== null && !Array.isArray(value);
