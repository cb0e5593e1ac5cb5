// Packages of PyPI, installed once for this user and kept in the cache, beside mongod.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../../tools/local-machine/binaries.ts';
import { runProgram } from './run-program.ts';

/** Installs what the file pins, for the python3 in PATH. Returns the folder, or a sentence why it cannot be had. */
export const pythonPackages = async (name: string, file: string): Promise<{ folder: string } | { missing: string }> => {
  const requirements = await readFile(file);
  const python = await run(['-c', 'import sys; print(sys.version, sys.implementation.cache_tag)']);
  if (!python.ok) return { missing: 'there is no python3' };
  const made = `${name}-${createHash('sha256').update(requirements).update(python.text).digest('hex').slice(0, 12)}`;
  const folder = join(cacheFolder(), made);
  if (existsSync(folder)) return { folder };
  if (!(await run(['-m', 'pip', '--version'])).ok) return { missing: 'python3 has no pip (on Ubuntu: apt install python3-pip)' };
  await mkdir(cacheFolder(), { recursive: true });
  const fresh = await mkdtemp(`${folder}-`);
  try {
    const words = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', '--target', fresh];
    const installed = await run([...words, '-r', file]);
    if (!installed.ok) return { missing: `pip cannot install ${name}: ${installed.text.trim().split('\n').at(-1)}` };
    // Another run may have been quicker; then its folder serves as well.
    await rename(fresh, folder).catch(error => {
      if (!existsSync(folder)) throw error;
    });
    return { folder };
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
};

const run = async (args: readonly string[]): Promise<{ ok: boolean; text: string }> => {
  const { failed, all: text = '' } = await runProgram('python3', args, { timeout: 180_000, all: true });
  return { ok: !failed, text };
};
