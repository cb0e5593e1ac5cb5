// The folder on which Juju mounts the storage. snapd takes the same folder for its own, so it must be kept from emptying it.
import { chmod, lchown, lstat, readdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { linkTarget, namesIn, type Owner, readText } from './files.ts';

export type Kept = {
  readonly reason: string;
  /** Juju takes nothing away that lies on the machine's own disk, whether it is mounted there or not; storage on a disk of its own still goes. */
  readonly forGood: boolean;
};

/**
 * Why snapd must not remove the snap; undefined if it may. It deletes the folder with all that lies in it, also what is mounted there
 * (os.RemoveAll in its overlord/snapstate/backend/snapdata.go), and only then fails, because a mount point cannot be removed.
 */
export async function whyKept(paths: { common: string; data: string }): Promise<Kept | undefined> {
  const reason = await reasonToKeep(paths);
  return reason === undefined ? undefined : { reason, forGood: await areOnOneDisk(paths.common, dirname(paths.common)) };
}

async function reasonToKeep({ common, data }: { common: string; data: string }): Promise<string | undefined> {
  if ((await namesIn(data)).length > 0) return `there is data in ${data}`;
  if ((await linkTarget(common)) !== undefined) return `the storage is still at ${common}`; // on a local machine a link stands for a mount
  const mounts = decodeMountPoints((await readText('/proc/self/mountinfo')) ?? '');
  return mounts.some(point => point === common || point.startsWith(`${common}/`)) ? `the storage is still mounted at ${common}` : undefined;
}

const areOnOneDisk = (one: string, other: string): Promise<boolean> =>
  Promise.all([stat(one), stat(other)]).then(
    ([a, b]) => a.dev === b.dev,
    () => false,
  );

/** Bytes that an account without privileges may still write there; undefined where that cannot be told. */
export const freeBytesAt = (folder: string): Promise<number | undefined> =>
  statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => undefined,
  );

/** Where something is mounted, by the fifth field of each line of /proc/self/mountinfo, in which blanks stand as `\040`: proc_pid_mountinfo(5). */
export const decodeMountPoints = (text: string): readonly string[] =>
  text
    .split('\n')
    .map(line => line.split(' ')[4])
    .filter(point => point !== undefined)
    .map(point => point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))));

/**
 * Gives everything in the folder to the owner and opens it to his group. A storage that an earlier unit left may be closed to the snap's
 * install hook, which runs confined, so that being root does not help it. The installation then fails, and snapd undoes it by deleting the
 * folder with the data in it.
 */
export async function giveAll(folder: string, owner: Owner): Promise<void> {
  await giveOne(folder, owner);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    await (entry.isDirectory() ? giveAll(path, owner) : giveOne(path, owner));
  }
}

async function giveOne(path: string, { uid, gid }: Owner): Promise<void> {
  const found = await lstat(path);
  if (found.uid !== uid || found.gid !== gid) await lchown(path, uid, gid);
  const open = found.isDirectory() ? 0o070 : 0o060;
  if (!found.isSymbolicLink() && (found.mode & open) !== open) await chmod(path, (found.mode & 0o7777) | open);
}
