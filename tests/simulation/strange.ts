// Answers of the simulated servers, made strange on their way: wrong types, missing fields, cut short, huge, errors without a code.
import { Binary, type Document, Long, ObjectId } from 'mongodb';
import { ServerError } from '../../src/mongo/errors.ts';
import { currentProgram } from './kernel.ts';

/** Tells what is to become of an answer; undefined leaves it as it is. */
export type Alter = (machine: string, asked: string, answer: Document) => Document | 'never' | undefined;

let alter: Alter | undefined;
export const setStrange = (now: Alter | undefined): void => {
  alter = now;
};

/** A command by its name and, for one that reads documents, by what it reads: `find config.databases`. */
const askedBy = (database: string, command: Document): string => {
  const [name = '', of] = Object.entries(command)[0] ?? [];
  return typeof of === 'string' && ['find', 'aggregate', 'drop'].includes(name) ? `${name} ${database}.${of}` : name;
};

/** The answer as the charm's connection is given it: a refusal is one, too. */
export async function heard(database: string, command: Document, ask: () => Promise<Document>): Promise<Document> {
  const answer = await ask().catch((error: unknown) => {
    if (error instanceof ServerError) return { ok: 0, errmsg: error.message, code: error.code };
    throw error;
  });
  const altered = alter?.(currentProgram()?.machine ?? '', askedBy(database, command), answer);
  return altered === 'never' ? new Promise<never>(() => {}) : (altered ?? answer);
}

/** Numbers between 0 and 1, from a seed: mulberry32, apart from the simulation's own. */
export function generator(seed: number): { below(limit: number): number; pick<Value>(values: readonly Value[]): Value } {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return { below, pick: values => values[below(values.length)]! };
}

/** What no field of an answer is, and some fields might be. */
const odd: readonly unknown[] = [
  null,
  undefined,
  '',
  'x',
  '\0',
  'a\nb\u001b[31m\u202e',
  '__proto__',
  'constructor',
  'é💥\ud800',
  'x'.repeat(200_000),
  0,
  1,
  -1,
  0.5,
  42,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -Number.MAX_VALUE,
  2 ** 53,
  Long.MAX_VALUE,
  new ObjectId('0123456789abcdef01234567'),
  new Binary(Buffer.from([0, 1, 2])),
  new Date(Number.NaN),
  /x/,
  true,
  false,
  [],
  {},
  [[]],
  [null],
  [{}],
  ['x'],
  { $gt: '' },
  { length: 3 },
  { toString: 'x' },
  JSON.parse('{"__proto__":{"x":1}}'),
];

/** Whole answers that are none. */
const none: readonly Document[] = [
  {},
  { ok: 1 },
  { ok: '1' },
  { ok: true },
  { ok: 0 },
  { ok: 0, errmsg: 'no' },
  { ok: 0, errmsg: { text: 'no' }, code: 'no' },
  { ok: 0, errmsg: 'a\0b\n\u001b[31m', code: 1e300 },
  { ok: 0, errmsg: 'x'.repeat(200_000), code: -1 },
  { ok: 0, errmsg: 'no', code: Number.NaN },
  { ok: 0, errmsg: 'no', codeName: 'NotYetInitialized' },
  { ok: 0, errmsg: 'interrupted', code: 11_601 },
  { ok: 0, errmsg: 'too busy', code: 202 },
  { ok: 0, errmsg: 'requires authentication', code: 13 },
  { ok: 0, errmsg: 'no replset config has been received', code: 94 },
  { ok: 0, errmsg: 'Our replica set config is invalid or we are not a member of it', code: 93 },
  { ok: 0, errmsg: 'not primary', code: 10_107 },
  { ok: 1, cursor: { id: Long.MAX_VALUE, firstBatch: [] } },
  { ok: 1, cursor: { id: 0, firstBatch: {} } },
  { ok: 1, cursor: { firstBatch: [null] } },
  { ok: 1, writeConcernError: 'x' },
  { ok: 1, writeErrors: [{}] },
];

/** How one answer is made strange: the same for the same draw, whenever it is asked again. */
export function distort(answer: Document, seed: number): Document | 'never' {
  const { below, pick } = generator(seed);
  const kind = below(20);
  if (kind === 0) return 'never';
  if (kind < 5) return pick(none);
  const copy = clone(answer) as Document;
  const place = pick(placesIn(copy));
  if (place === undefined) return pick(none);
  const { holder, key } = place;
  const value = holder[key];
  if (Array.isArray(value) && below(2) === 0) {
    const cut = pick([[], value.slice(0, -1), value.slice(1), [...value, ...value], [...value, pick(odd)]]);
    holder[key] = cut;
  } else if (below(3) === 0) {
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete holder[key];
  } else holder[key] = pick(odd);
  return copy;
}

type Holder = Record<string, unknown>;

const isPlain = (value: unknown): value is Holder =>
  Array.isArray(value) || (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype);

const clone = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(clone)
    : isPlain(value)
      ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, clone(one)]))
      : value;

/** Every field of the answer, at whatever depth, but for `ok`. */
function placesIn(value: Holder): { holder: Holder; key: string }[] {
  return Object.entries(value).flatMap(([key, one]) => [
    ...(key === 'ok' ? [] : [{ holder: value, key }]),
    ...(isPlain(one) ? placesIn(one) : []),
  ]);
}
