// A storage that takes no more data. Where it has a file system of its own, that is filled; where it has not, the computer's disk must stay
// usable, and the services are limited in what they may write.
import { existsSync } from 'node:fs';
import { type FileHandle, open, realpath, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { FaultHost } from './faults.ts';
import { serviceNames } from './machine-state.ts';
import { snapName } from './snap-folders.ts';

/** What fills a file system; nothing else in the storage has this name. */
const ballast = 'ballast-of-juju-fault';
const pieceBytes = 1_048_576;

/** @returns what was done, in a sentence. @throws {Error} with a sentence when it cannot be done. */
export const fillDisk = async (host: FaultHost): Promise<string> => {
  if (host.state.snap === undefined) throw new Error(`cannot fill the disk: ${snapName} is not installed, so nothing writes to it`);
  const folder = await realpath(host.folders.common);
  if (await ownsFileSystem(folder, host.folders.root)) {
    const bytes = await fillFileSystem(folder);
    return `filled the file system of the storage with ${Math.ceil(bytes / pieceBytes)} MiB; nothing more can be written there`;
  }
  if (host.state.diskLimited) throw new Error('cannot fill the disk: it is full already');
  // First of all for what is started from now on, so that none slips through.
  host.state.diskLimited = true;
  await limitRunning(host, true).catch(error => {
    host.state.diskLimited = false;
    throw error;
  });
  await host.save();
  return 'the storage lies on the disk of this computer, which is left alone; instead the services may write to no file any more';
};

/** @returns what was done, in a sentence. @throws {Error} with a sentence when the disk is not full. */
export const freeDisk = async (host: FaultHost): Promise<string> => {
  const folder = await realpath(host.folders.common).catch(() => host.folders.common);
  if (host.state.diskLimited) {
    host.state.diskLimited = false;
    await host.save();
    await limitRunning(host, false);
    return 'the services may write to files again';
  }
  if ((await stat(join(folder, ballast)).catch(() => undefined)) === undefined) throw new Error('cannot free the disk: it is not full');
  await freeFileSystem(folder);
  return 'removed what filled the file system of the storage';
};

/** The program and the words that start a service under the limit. */
export const limited = (command: string, args: readonly string[]): { command: string; args: string[] } => ({
  command: 'prlimit',
  args: ['--fsize=0:', command, ...args],
});

/** Whether something is mounted at the folder, or between it and the root. */
export const ownsFileSystem = async (folder: string, root: string): Promise<boolean> => (await stat(folder)).dev !== (await stat(root)).dev;

/** Writes a file until nothing fits any more: in large pieces first, then in ever smaller ones. @returns how large it is, in bytes. */
export const fillFileSystem = async (folder: string): Promise<number> => {
  const file = await open(join(folder, ballast), 'a', 0o600);
  try {
    for (let size = pieceBytes; size >= 1; size = Math.floor(size / 16)) await fillWith(file, Buffer.alloc(size));
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
};

export const freeFileSystem = (folder: string): Promise<void> => rm(join(folder, ballast));

const fillWith = async (file: FileHandle, piece: Buffer): Promise<void> => {
  try {
    for (;;) await file.write(piece);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
};

/** One that has just ended needs no limit, and is started again with the right one. */
const limitRunning = async (host: FaultHost, full: boolean): Promise<void> => {
  for (const service of serviceNames) {
    const pid = host.services[service].running()?.pid;
    if (pid === undefined) continue;
    await limitWriting(pid, full).catch(error => {
      if (existsSync(`/proc/${pid}`)) throw error;
    });
  }
};

/** Lets a running process write to no file any more, or again. The hard limit stays, so that the other can be lifted. @throws {Error} */
export const limitWriting = async (pid: number, full: boolean): Promise<void> => {
  const words = [`--pid=${pid}`, `--fsize=${full ? '0' : 'unlimited'}:`];
  const { failed, stderr, originalMessage } = await execa('prlimit', words, { reject: false });
  if (failed) throw new Error(`cannot change what a service may write: ${stderr || originalMessage}`);
};
