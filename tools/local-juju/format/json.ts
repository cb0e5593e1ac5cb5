// JSON as Go prints it: sorted keys, `<>&` and the two line separators escaped, no blanks.
// A `Map` stands for a Go struct: its keys keep their order. Entries that are undefined are left out.
import { type GoFloat, isGoFloat } from './numbers.ts';

/** Anything that the printers take: a `Map` keeps its order, an object is sorted, bytes are a string that may be no valid UTF-8. */
export type GoValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | Date
  | Uint8Array
  | GoFloat
  | readonly GoValue[]
  | ReadonlyMap<string, GoValue>
  | { readonly [key: string]: GoValue };

/** One line without its end. */
export const goJson = (value: GoValue): string => {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return jsonString(value);
  if (typeof value === 'number') return Number.isFinite(value) ? String(value).replace(/e-0?/, 'e-') : 'null';
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (value instanceof Date) return jsonString(goTime(value));
  if (value instanceof Uint8Array) return jsonBytes(value);
  if (isGoFloat(value)) return goJson(value.float);
  if (isList(value)) return `[${value.map(goJson).join(',')}]`;
  const members = entriesOf(value).map(([key, item]) => `${jsonString(key)}:${goJson(item)}`);
  return `{${members.join(',')}}`;
};

/** `2026-11-23T08:15:11Z`; a fraction only if there is one. */
export const goTime = (time: Date): string => time.toISOString().replace(/\.?0*Z$/, 'Z');

export const isList = (value: unknown): value is readonly GoValue[] => Array.isArray(value);

/** Keys in the order in which Go prints them: as they are in a `Map`, by `compare` otherwise (bytes by default). */
export const entriesOf = (
  value: ReadonlyMap<string, GoValue> | { readonly [key: string]: GoValue },
  compare: (a: string, b: string) => number = byBytes,
): (readonly [string, GoValue])[] => {
  const entries = value instanceof Map ? [...value] : Object.entries(value).sort(([a], [b]) => compare(a, b));
  return entries.filter(([, item]) => item !== undefined);
};

/** Code point order, which is that of UTF-8 bytes; JavaScript's own comparison differs beyond U+FFFF. */
export const byBytes = (a: string, b: string): number =>
  isBasic(a) && isBasic(b) ? (a < b ? -1 : a > b ? 1 : 0) : Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Without the code units that stand for what lies beyond U+FFFF. */
const isBasic = (text: string): boolean => !/[\ud800-\udfff]/.test(text);

const jsonString = (text: string): string => {
  const quoted = JSON.stringify(text);
  return ESCAPED.test(quoted) ? quoted.replace(EACH_ESCAPED, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`) : quoted;
};
const ESCAPED = /[<>&\u2028\u2029]/;
const EACH_ESCAPED = new RegExp(ESCAPED, 'g');

const jsonBytes = (bytes: Uint8Array): string => {
  const text = new TextDecoder('utf-8').decode(bytes);
  const valid = Buffer.from(text).equals(Buffer.from(bytes));
  return valid ? jsonString(text) : jsonString(text).replaceAll('\ufffd', '\\ufffd');
};
