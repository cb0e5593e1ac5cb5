// YAML as Juju prints it (Go's yaml.v2): two blanks of indentation, lists at the level of their key, keys sorted with numbers in
// their natural order, strings quoted where they would be read as something else, long lines folded after column 80.
// A `Map` stands for a Go struct: its keys keep their order. Entries that are undefined are left out.
import { entriesOf, type GoValue, goTime, isList } from './json.ts';
import { isGoFloat, shortestFloat } from './numbers.ts';
import { readsAsText } from './yaml-resolve.ts';
import { doubleQuoted, literal, plain, type Sink, scalarLimits, singleQuoted } from './yaml-scalars.ts';

/** The document without a newline at its end; a value that is null or undefined is `null`. */
export const goYaml = (value: GoValue): string => {
  const sink: Sink = { text: '', column: 0 };
  node(sink, value, -1, 'root');
  let end = sink.text.length;
  while (end > 1 && sink.text[end - 1] === '\n') end -= 1;
  return sink.text.slice(0, end);
};

/** Natural order of keys: letters after other signs, runs of digits by their number. */
export const naturalOrder = (a: string, b: string): number => (a === b ? 0 : comesFirst([...a], [...b]) ? -1 : 1);

type Place = 'root' | 'item' | 'value' | 'key';

/** `indent` is that of the surrounding collection, -1 at the root. */
const node = (sink: Sink, value: GoValue, indent: number, place: Place): void => {
  if (isList(value)) list(sink, value, indent, place);
  else if (isMapping(value)) mapping(sink, value, indent, place);
  else scalar(sink, value, indent < 0 ? 2 : indent + 2, place);
};

const isMapping = (value: GoValue): value is Mapping =>
  typeof value === 'object' && value !== null && !(value instanceof Date) && !(value instanceof Uint8Array) && !isGoFloat(value);

const isText = (bytes: Uint8Array): boolean => Buffer.from(Buffer.from(bytes).toString()).equals(Buffer.from(bytes));

const bare = (value: unknown): string => {
  if (value === null || value === undefined) return 'null';
  if (value instanceof Date) return goTime(value);
  if (isGoFloat(value)) return shortestFloat(value.float);
  return typeof value === 'number' && !Number.isInteger(value) ? shortestFloat(value) : String(value);
};

const scalar = (sink: Sink, value: GoValue, indent: number, place: Place): void => {
  if (place !== 'root' && place !== 'key') write(sink, ' ');
  if (typeof value === 'string') string(sink, value, indent, place !== 'key');
  else if (!(value instanceof Uint8Array)) write(sink, bare(value));
  else if (isText(value)) string(sink, Buffer.from(value).toString(), indent, place !== 'key');
  else write(sink, `!!binary ${Buffer.from(value).toString('base64')}`);
};

const list = (sink: Sink, items: readonly GoValue[], indent: number, place: Place): void => {
  if (items.length === 0) write(sink, place === 'root' ? '[]' : ' []');
  const own = place === 'value' ? indent : indent < 0 ? 0 : indent + 2;
  items.forEach((item, index) => {
    startLine(sink, own, place === 'item' && index === 0);
    write(sink, '-');
    node(sink, item, own, 'item');
  });
};

type Mapping = ReadonlyMap<string, GoValue> | { readonly [key: string]: GoValue };

const mapping = (sink: Sink, value: Mapping, indent: number, place: Place): void => {
  const entries = entriesOf(value, naturalOrder);
  if (entries.length === 0) write(sink, place === 'root' ? '{}' : ' {}');
  const own = indent < 0 ? 0 : indent + 2;
  entries.forEach(([key, item], index) => {
    startLine(sink, own, place === 'item' && index === 0);
    if (Buffer.byteLength(key) > 128 || scalarLimits(key).multiline) {
      write(sink, '?');
      node(sink, key, own, 'item');
      startLine(sink, own, false);
      write(sink, ':');
      node(sink, item, own, 'item');
    } else {
      node(sink, key, own, 'key');
      write(sink, ':');
      node(sink, item, own, 'value');
    }
  });
};

const string = (sink: Sink, text: string, indent: number, mayBreak: boolean): void => {
  const limits = scalarLimits(text);
  const isBlock = text.includes('\n');
  if (isBlock && limits.block && mayBreak) literal(sink, text, indent);
  else if (isBlock || !readsAsText(text)) doubleQuoted(sink, text, indent, mayBreak);
  else if (limits.plain) plain(sink, text, indent, mayBreak);
  else if (limits.singleQuoted) singleQuoted(sink, text, indent, mayBreak);
  else doubleQuoted(sink, text, indent, mayBreak);
};

const write = (sink: Sink, text: string): void => {
  sink.text += text;
  sink.column += [...text].length;
};

/** Begins an entry: on a new line, or, for the first one below a dash, right behind it. */
const startLine = (sink: Sink, indent: number, behindDash: boolean): void => {
  if (!behindDash && sink.text !== '' && sink.column > 0) {
    sink.text += '\n';
    sink.column = 0;
  }
  write(sink, ' '.repeat(Math.max(0, indent - sink.column)));
};

const isDigit = (c: string | undefined): boolean => c !== undefined && /\p{Nd}/u.test(c);
const isLetter = (c: string): boolean => /\p{L}/u.test(c);

const comesFirst = (a: readonly string[], b: readonly string[]): boolean => {
  const at = a.findIndex((c, i) => b[i] !== undefined && c !== b[i]);
  if (at < 0) return a.length < b.length;
  const [left, right] = [a[at] as string, b[at] as string];
  if (isLetter(left) && isLetter(right)) return codeOf(left) < codeOf(right);
  if (isLetter(left) || isLetter(right)) return isLetter(right);
  const lead = left === '0' || right === '0' ? leadOf(a, at) : 0n;
  const [x, y] = [numberAt(a, at, lead), numberAt(b, at, lead)];
  if (x.value !== y.value) return x.value < y.value;
  return x.end === y.end ? codeOf(left) < codeOf(right) : x.end < y.end;
};

const codeOf = (c: string): number => c.codePointAt(0) ?? 0;

/** 1 if the digits before the difference hold one that is not zero, so that zeros behind it count. */
const leadOf = (text: readonly string[], at: number): bigint => {
  for (let i = at - 1; i >= 0 && isDigit(text[i]); i--) if (text[i] !== '0') return 1n;
  return 0n;
};

const numberAt = (text: readonly string[], at: number, lead: bigint): { value: bigint; end: number } => {
  let value = lead;
  let end = at;
  for (; isDigit(text[end]); end++) value = value * 10n + BigInt(codeOf(text[end] as string) - 48);
  return { value, end };
};
