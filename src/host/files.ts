// Files that must never be seen half written: temp 0600 → owner → fsync → rename → fsync of the folder.
import { constants } from 'node:fs';
import { chmod, chown, mkdir, open, readdir, readFile, readlink, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

export type Owner = { readonly uid: number; readonly gid: number };

/** Text of a file; undefined if there is none. */
export async function readText(path: string): Promise<string | undefined> {
  return orNone(readFile(path, 'utf8'));
}

/** The same of a file that is the charm's to write. Of one that cannot be read, such as a folder in its place, the text is empty. */
export const readOwn = (path: string): Promise<string | undefined> => readText(path).catch(() => '');

/** Replaces a file whole. `mode` is what it ends with; it is never readable to others before. @throws on any failure; the file is then as it was. */
export async function writeWhole(path: string, text: string, wanted: { mode: number; owner?: Owner }): Promise<void> {
  const temporary = temporaryOf(path);
  await rm(temporary, { force: true });
  try {
    await writeNew(temporary, text, wanted);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }); // it may hold a secret
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Deletes a file, and what a write that came to an early end left of it. */
export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(temporaryOf(path), { force: true });
}

/** Makes the folder and those above it that are missing, closed to others. With an owner it is given to him, and so are those made. */
export async function ensureFolder(path: string, owner?: Owner): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o750 });
  if (owner === undefined) return;
  if (first !== undefined) for (let made = dirname(path); made.length >= first.length; made = dirname(made)) await give(made, owner);
  await give(path, owner);
}

/** Lets everybody go through the folder to what he knows the name of; nobody sees more of it than before. */
export async function openWay(folder: string): Promise<void> {
  const { mode } = await stat(folder);
  if ((mode & 0o011) !== 0o011) await chmod(folder, (mode & 0o7777) | 0o011);
}

export async function ownerOf(path: string): Promise<Owner | undefined> {
  const found = await orNone(stat(path));
  return found && { uid: found.uid, gid: found.gid };
}

/** Bytes; 0 if there is no such file. */
export async function sizeOf(path: string): Promise<number> {
  return (await orNone(stat(path)))?.size ?? 0;
}

/** Names in a folder, sorted; none if there is no such folder. */
export async function namesIn(path: string): Promise<readonly string[]> {
  return ((await orNone(readdir(path))) ?? []).sort();
}

/** Where a symbolic link points to; undefined if there is none. */
export async function linkTarget(path: string): Promise<string | undefined> {
  return orNone(readlink(path));
}

async function writeNew(path: string, text: string, { mode, owner }: { mode: number; owner?: Owner }): Promise<void> {
  const file = await open(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
  try {
    await file.writeFile(text);
    if (owner !== undefined) await file.chown(owner.uid, owner.gid);
    await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
}

const temporaryOf = (path: string): string => `${path}.new`;

async function give(folder: string, owner: Owner): Promise<void> {
  if ((await stat(folder)).uid !== owner.uid) await chown(folder, owner.uid, owner.gid);
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function orNone<Found>(asked: Promise<Found>): Promise<Found | undefined> {
  try {
    return await asked;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EINVAL') return undefined;
    throw error;
  }
}
