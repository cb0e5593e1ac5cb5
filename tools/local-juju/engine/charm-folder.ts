// A unit's own copy of its charm. Big files are hard links to the model's copy: a charm that carries a Node is there at once.
import { chmod, copyFile, link, lstat, mkdir, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const linkFromBytes = 1_000_000;

/**
 * Brings the files of a charm to a unit. What `old` had and the new one has not is deleted, what the charm made itself stays.
 * Doing it again after an interruption is harmless.
 */
export const deployCharm = async (from: string, to: string, old?: string): Promise<void> => {
  const wanted = await listFiles(from);
  if (old !== undefined) {
    const known = new Set(wanted);
    for (const path of await listFiles(old)) if (!known.has(path)) await rm(join(to, path), { force: true, recursive: true });
  }
  await mkdir(to, { recursive: true });
  for (const path of wanted) await place(join(from, path), join(to, path));
};

const place = async (from: string, to: string): Promise<void> => {
  const info = await lstat(from);
  await mkdir(dirname(to), { recursive: true });
  const present = await lstat(to).catch(() => undefined);
  if (present && present.ino === info.ino && present.dev === info.dev) return;
  await rm(to, { force: true, recursive: true });
  if (info.isSymbolicLink()) await symlink(await readlink(from), to);
  else if (info.size <= linkFromBytes || !(await linked(from, to))) {
    await copyFile(from, to);
    await chmod(to, info.mode & 0o777);
  }
};

const linked = (from: string, to: string): Promise<boolean> =>
  link(from, to).then(
    () => true,
    () => false,
  );

/** Files and links below a folder, as relative paths. */
const listFiles = async (folder: string, below = ''): Promise<string[]> => {
  const entries = await readdir(join(folder, below), { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(below, entry.name);
    if (entry.isDirectory()) found.push(...(await listFiles(folder, path)));
    else found.push(path);
  }
  return found;
};
