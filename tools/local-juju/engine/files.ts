// What is kept on disk: the state in one piece, logs line by line with a bound.
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { unmountBelow } from './mounts.ts';

/** Replaces a file in one step: a reader, or a start after a crash, sees the old content or the new. */
export const writeWhole = (path: string, text: string): void => {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
};

export const readJson = <Content>(path: string): Content | undefined => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Content;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`cannot read ${path}: ${(error as Error).message}`);
  }
};

/** Entries appended to a file, the oldest forgotten once it has grown too large. */
export type Journal<Entry> = { add(entry: Entry): void; read(): Entry[]; close(): void };

/** @param largestBytes when the file is larger it becomes the old half, and the former old half is forgotten. */
export const openJournal = <Entry>(path: string, largestBytes: number): Journal<Entry> => {
  const older = `${path}.1`;
  let file = openSync(path, 'a', 0o600);
  let size = statSync(path).size;
  let waiting: string[] = [];
  let scheduled = false;
  let open = true;

  const flush = (): void => {
    scheduled = false;
    if (waiting.length === 0 || !open) return;
    const text = waiting.join('');
    waiting = [];
    size += writeSync(file, text);
    if (size < largestBytes) return;
    closeSync(file);
    renameSync(path, older);
    file = openSync(path, 'a', 0o600);
    size = 0;
  };

  return {
    add: entry => {
      waiting.push(`${JSON.stringify(entry)}\n`);
      if (scheduled) return;
      scheduled = true;
      setImmediate(flush);
    },
    read: () => {
      flush();
      return [older, path].flatMap(one => (existsSync(one) ? parseLines<Entry>(readFileSync(one, 'utf8')) : []));
    },
    close: () => {
      flush();
      if (open) closeSync(file);
      open = false;
    },
  };
};

/** Removes a folder with all in it; storage with a file system of its own is unmounted before. */
export const removeTree = (path: string): void => {
  unmountBelow(path);
  rmSync(path, { recursive: true, force: true, maxRetries: 3 });
};

// A line cut off by a crash is left out.
const parseLines = <Entry>(text: string): Entry[] =>
  text.split('\n').flatMap(line => {
    if (line === '') return [];
    try {
      return [JSON.parse(line) as Entry];
    } catch {
      return [];
    }
  });
