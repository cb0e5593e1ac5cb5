// The part of node:fs/promises that the charm uses, over the simulation's files.

import * as disk from '../disk.ts';
import { currentProgram, outward, watch } from '../kernel.ts';
import { currentWorld } from '../world.ts';

const files = () => currentWorld().files;
const call = (name: string, writes: boolean) => ({ kind: 'file', name, writes });
const looks = <Value>(name: string, act: () => Value): Promise<Value> => outward(call(name, false), act);
const changes = <Value>(name: string, act: () => Value): Promise<Value> => outward(call(name, true), act);

export const readFile = (path: string): Promise<string> => looks('readFile', () => disk.readText(files(), path));
export const readlink = (path: string): Promise<string> => looks('readlink', () => disk.linkTarget(files(), path));
export const stat = (path: string) => looks('stat', () => disk.stat(files(), path));
export const lstat = (path: string) => looks('lstat', () => disk.stat(files(), path, false));
export const readdir = (path: string, options?: { withFileTypes?: boolean }) =>
  looks('readdir', () => disk.namesIn(files(), path).map(name => (options?.withFileTypes ? disk.typeOf(files(), path, name) : name)));

export const mkdir = (path: string, _options?: unknown) =>
  outward(call('mkdir', !disk.isFolder(files(), path)), () => disk.makeFolders(files(), path));
export const statfs = async (_path: string) => ({ bavail: 1e6, bsize: 4_096 });
export const mkdtemp = (prefix: string) => looks('mkdtemp', () => disk.makeTemporary(files(), prefix));
export const rename = (from: string, to: string) => changes('rename', () => disk.rename(files(), from, to));
export const rm = (path: string, _options?: unknown) =>
  outward(call('rm', disk.exists(files(), path) && !path.startsWith('/tmp/')), () => disk.remove(files(), path));
export const chmod = (path: string, mode: number) => changes('chmod', () => disk.change(files(), path, { mode }));
export const chown = (path: string, uid: number, gid: number) => changes('chown', () => disk.change(files(), path, { uid, gid }));
export const lchown = chown;
export const writeFile = (path: string, text: string) => changes('writeFile', () => void disk.create(files(), path, text));

export const open = (path: string, flags: string | number, mode = 0o600) => {
  const reads = flags === 'r';
  const temporary = path.startsWith('/tmp/');
  return outward(call('open', !reads && !temporary), () => {
    const entry = reads ? undefined : disk.create(files(), path, '', mode);
    const fd = disk.lend(entry);
    return {
      fd,
      writeFile: (text: string) => {
        if (!temporary && !path.includes('keyFile')) watch.words(currentProgram(), path, text);
        return outward(call('write', !temporary), () => disk.fill(entry, text));
      },
      chown: (uid: number, gid: number) => outward(call('fchown', !temporary), () => disk.set(entry, { uid, gid })),
      chmod: (to: number) => outward(call('fchmod', !temporary), () => disk.set(entry, { mode: to })),
      sync: async () => {},
      close: async () => disk.giveBack(fd),
    };
  });
};
