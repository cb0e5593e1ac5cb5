// /etc/environment, a file that belongs to the whole machine: one line of it is ours, and no other is touched.
import { stat } from 'node:fs/promises';
import { readText, writeWhole } from './files.ts';

/** Value of a variable in the text of such a file, without quotes; undefined if it has none. */
export function readVariable(text: string, name: string): string | undefined {
  const line = text.split('\n').findLast(one => isOf(one, name));
  return line?.slice(line.indexOf('=') + 1).replace(/^"(.*)"$/, '$1');
}

/** The text with the variable set, or without it. Every other line stays as it is. */
export function withVariable(text: string, name: string, value: string | undefined): string {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop(); // what comes after the last line's end is no line
  const others = lines.filter(line => !isOf(line, name));
  const all = value === undefined ? others : [...others, `${name}="${value}"`];
  return all.map(line => `${line}\n`).join('');
}

/** Changes the file if that is needed; it keeps owner and mode. */
export async function setVariable(path: string, name: string, value: string | undefined): Promise<void> {
  const before = await readText(path);
  if (readVariable(before ?? '', name) === value) return;
  const found = before === undefined ? undefined : await stat(path);
  const owner = found === undefined ? {} : { owner: { uid: found.uid, gid: found.gid } };
  await writeWhole(path, withVariable(before ?? '', name, value), { mode: found === undefined ? 0o644 : found.mode & 0o777, ...owner });
}

const isOf = (line: string, name: string): boolean => line.startsWith(`${name}=`);
