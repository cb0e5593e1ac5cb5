// Which Python there is: one to measure with, and one that is new enough for the peers.
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { findProgram } from '../../local-machine/binaries.ts';

export type Python = { path: string; version: string };

const oldest = [3, 9] as const;

/** Any that can measure. @throws when there is none. */
export const anyPython = async (): Promise<Python> => {
  const program = await findProgram('python3');
  const found = program === undefined ? undefined : await ask(program);
  if (found === undefined || isOlder(found.version, oldest))
    throw new Error(
      `the bench measures with python3 ${oldest.join('.')} or later, and ${found === undefined ? 'there is none' : `found ${found.version}`}`,
    );
  return found;
};

/** The newest that the Python package of today's MongoDB charms runs on: 3.12 or 3.13. Undefined where there is none. */
export const modernPython = async (): Promise<Python | undefined> => {
  const inPath = await Promise.all(['python3.13', 'python3.12', 'python3'].map(name => findProgram(name)));
  for (const program of [...inPath, ...(await keptByPyenv())]) {
    const found = program === undefined ? undefined : await ask(program);
    if (found !== undefined && !isOlder(found.version, [3, 12])) return found;
  }
  return undefined;
};

/** What stands in PATH for one of them runs only when it has been chosen. */
const keptByPyenv = async (): Promise<string[]> => {
  const versions = join(process.env.PYENV_ROOT || join(homedir(), '.pyenv'), 'versions');
  const names = await readdir(versions).catch(() => []);
  return names.filter(name => /^3\.1[23]\.\d+$/.test(name)).map(name => join(versions, name, 'bin', 'python3'));
};

/** A program in PATH may be a script that looks for the real one; its own path is what is measured. */
const ask = async (program: string): Promise<Python | undefined> => {
  const words = ['-I', '-c', 'import sys; print(sys.executable, *sys.version_info[:3])'];
  const { failed, stdout } = await execa(program, words, { timeout: 20_000, reject: false });
  const text = failed ? '' : stdout;
  const [, path, ...numbers] = /^(\S+) (\d+) (\d+) (\d+)$/.exec(text.trim()) ?? [];
  return path === undefined ? undefined : { path, version: numbers.join('.') };
};

const isOlder = (version: string, [major, minor]: readonly [number, number]): boolean => {
  const [first = 0, second = 0] = version.split('.').map(Number);
  return first < major || (first === major && second < minor);
};
