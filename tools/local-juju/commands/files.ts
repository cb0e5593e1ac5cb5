// Files that a person names on the command line: relative to where the command was typed.
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { type Console, JujuError } from '../contract.ts';

/** The text of a file, `-` being the client's standard input. */
export async function readClientFile(console: Console, path: string): Promise<string> {
  if (path === '-') return readAll(console);
  try {
    return await readFile(clientPath(console, path), 'utf8');
  } catch (error) {
    throw new JujuError(
      `open ${path}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file or directory' : String(error)}`,
    );
  }
}

export function clientPath(console: Console, path: string): string {
  if (path === '~' || path.startsWith('~/')) return resolve(console.env.HOME ?? homedir(), path.slice(2));
  return resolve(console.cwd, path);
}

async function readAll(console: Console): Promise<string> {
  const lines: string[] = [];
  for (let line = await console.readLine(); line !== undefined; line = await console.readLine()) lines.push(`${line}\n`);
  return lines.join('');
}
