// How `snap` reads its words and says no: flags as go-flags takes them, errors as snapd words them.

/** A refusal, printed as `error: <message>`. */
export class SnapError extends Error {}

/** What a flag takes: nothing, a value, or a value after `=` only. */
export type Flags = Readonly<Record<string, 'none' | 'value' | 'optional'>>;
export type Words = { flags: Record<string, string>; names: string[] };

/** @param known long flags without their dashes; single letters are short flags. @throws {SnapError} in go-flags' words. */
export const readWords = (words: readonly string[], known: Flags): Words => {
  const flags: Record<string, string> = {};
  const names: string[] = [];
  const left = [...words];
  while (left.length > 0) {
    const word = left.shift() ?? '';
    if (word === '--') {
      names.push(...left);
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      names.push(word);
      continue;
    }
    const { name, dashes, value } = divide(word);
    const kind = Object.hasOwn(known, name) ? known[name] : undefined;
    if (kind === undefined || (name.length === 1) !== (dashes === '-')) throw new SnapError(`unknown flag \`${name}'`);
    if (kind === 'none') {
      if (value !== undefined) throw new SnapError(`bool flag \`${dashes}${name}' cannot have an argument`);
      flags[name] = 'true';
    } else if (kind === 'optional') {
      flags[name] = value ?? '';
    } else {
      const next = value ?? left.shift();
      if (next === undefined) throw new SnapError(`expected argument for flag \`${dashes}${name}'`);
      flags[name] = next;
    }
  }
  return { flags, names };
};

const divide = (word: string): { name: string; dashes: string; value: string | undefined } => {
  const dashes = word.startsWith('--') ? '--' : '-';
  const rest = word.slice(dashes.length);
  const equals = rest.indexOf('=');
  // A short flag's value may follow without a blank: -n5.
  if (dashes === '-' && rest.length > 1 && equals !== 1) return { name: rest.slice(0, 1), dashes, value: rest.slice(1) };
  return equals < 0 ? { name: rest, dashes, value: undefined } : { name: rest.slice(0, equals), dashes, value: rest.slice(equals + 1) };
};

/** Columns as Go's tabwriter aligns them for snap: at least 5 wide, 2 blanks between, the last one as it is. */
export const table = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(5, ...rows.map(row => (row[column] ?? '').length + 2)));
  return rows
    .map(row => `${row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('')}\n`)
    .join('');
};
