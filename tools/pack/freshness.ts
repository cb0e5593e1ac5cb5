// Whether a build is up to date: beside it lies a stamp with the size and time of every file that it was made from.
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { projectFolder } from './charms.ts';

/** Size and time of change (ms) of each input, by its path from the project's folder. */
export type Stamp = Record<string, readonly [size: number, changedMs: number]>;

export const isFresh = async (folder: string, stampFile: string): Promise<boolean> => {
  const stamp = await readStamp(stampFile);
  if (stamp === undefined || !(await exists(folder))) return false;
  const answers = await Promise.all(
    Object.entries(stamp).map(async ([path, [size, changedMs]]) => {
      const now = await stat(resolve(projectFolder, path)).catch(() => undefined);
      return now !== undefined && now.size === size && now.mtimeMs === changedMs;
    }),
  );
  return answers.every(Boolean);
};

/** @param started when the build began (ms): a file that changed later may have been read before or after, and makes the stamp void. */
export const stampOf = async (inputs: readonly string[], started: number): Promise<Stamp> => {
  const stamp: Stamp = {};
  for (const path of inputs) {
    const { size, mtimeMs } = await stat(path);
    stamp[relative(projectFolder, path)] = [size, mtimeMs < started ? mtimeMs : -1];
  }
  return stamp;
};

export const writeStamp = async (file: string, stamp: Stamp): Promise<void> => {
  await writeFile(`${file}.new`, JSON.stringify(stamp));
  await rename(`${file}.new`, file);
};

const readStamp = async (file: string): Promise<Stamp | undefined> => {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Stamp;
  } catch {
    return undefined;
  }
};

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
