// Files of all machines, as plain data: one map from path to entry. Links to folders stand where snapd and the local Juju have them.
export type Entry =
  | { kind: 'file'; text: string; mode: number; uid: number; gid: number }
  | { kind: 'folder'; mode: number; uid: number; gid: number }
  | { kind: 'link'; to: string };
export type Files = Map<string, Entry>;

const failing = (code: string, path: string): Error => Object.assign(new Error(`${code}: ${path}`), { code });

/** Where paths led to since the last entry came or went. */
const resolved = new WeakMap<Files, Map<string, string>>();

/** The path without links on the way; the last part itself may stay one. */
export function resolve(files: Files, path: string, last = true): string {
  let known = resolved.get(files);
  if (known === undefined) {
    known = new Map();
    resolved.set(files, known);
  }
  const name = last ? path : `${path} `;
  const found = known.get(name) ?? walk(files, path, last);
  known.set(name, found);
  return found;
}

const put = (files: Files, path: string, entry: Entry): void => {
  resolved.delete(files);
  files.set(path, entry);
};
const drop = (files: Files, path: string): void => {
  resolved.delete(files);
  files.delete(path);
};

function walk(files: Files, path: string, last: boolean): string {
  let found = path;
  for (let at = found.indexOf('/', 1); ; at = found.indexOf('/', at + 1)) {
    const end = at < 0;
    if (end && !last) return found;
    const part = end ? found : found.slice(0, at);
    const entry = files.get(part);
    if (entry?.kind === 'link') {
      const target = entry.to.startsWith('/') ? entry.to : `${part.slice(0, part.lastIndexOf('/'))}/${entry.to}`;
      return walk(files, `${target}${end ? '' : found.slice(at)}`, last);
    }
    if (end) return found;
    if (entry === undefined) return found; // nothing below it can be there
    found = path;
  }
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
const entryAt = (files: Files, path: string, last = true): Entry => {
  const entry = files.get(lent(path) === undefined ? resolve(files, path, last) : path) ?? lent(path);
  if (entry === undefined) throw failing('ENOENT', path);
  return entry;
};

export const exists = (files: Files, path: string): boolean => files.has(resolve(files, path, false));
export const isFolder = (files: Files, path: string): boolean => files.get(resolve(files, path))?.kind === 'folder';

export function readText(files: Files, path: string): string {
  const entry = entryAt(files, path);
  if (entry.kind !== 'file') throw failing('EISDIR', path);
  return entry.text;
}

export function linkTarget(files: Files, path: string): string {
  const entry = entryAt(files, path, false);
  if (entry.kind !== 'link') throw failing('EINVAL', path);
  return entry.to;
}

export function stat(files: Files, path: string, last = true) {
  const entry = entryAt(files, path, last);
  const { mode, uid, gid } = entry.kind === 'link' ? { mode: 0o777, uid: 0, gid: 0 } : entry;
  return {
    dev: 1,
    mode,
    uid,
    gid,
    size: entry.kind === 'file' ? entry.text.length : 0,
    isDirectory: () => entry.kind === 'folder',
    isSymbolicLink: () => entry.kind === 'link',
  };
}

export function namesIn(files: Files, path: string): string[] {
  const folder = resolve(files, path);
  if (files.get(folder)?.kind !== 'folder') throw failing(files.has(folder) ? 'ENOTDIR' : 'ENOENT', path);
  const start = `${folder}/`;
  return [...files.keys()].filter(one => one.startsWith(start) && !one.includes('/', start.length)).map(one => one.slice(start.length));
}

export const typeOf = (files: Files, path: string, name: string) => {
  const entry = entryAt(files, `${path}/${name}`, false);
  return { name, isDirectory: () => entry.kind === 'folder', isSymbolicLink: () => entry.kind === 'link' };
};

/** With all above it; answers the first that was made. */
export function makeFolders(files: Files, path: string): string | undefined {
  const folder = resolve(files, path);
  const entry = files.get(folder);
  if (entry?.kind === 'folder' || folder === '') return undefined;
  if (entry !== undefined) throw failing('EEXIST', path);
  const above = makeFolders(files, parentOf(folder));
  put(files, folder, { kind: 'folder', mode: 0o750, uid: 0, gid: 0 });
  return above ?? folder;
}

let temporaries = 0;
export function makeTemporary(files: Files, prefix: string): string {
  temporaries += 1;
  const path = `${prefix}${temporaries}`;
  makeFolders(files, path);
  return path;
}

export function create(files: Files, path: string, text: string, mode = 0o644): Entry {
  const target = resolve(files, path);
  if (files.get(parentOf(target))?.kind !== 'folder') throw failing('ENOENT', path);
  const entry: Entry = { kind: 'file', text, mode, uid: 0, gid: 0 };
  put(files, target, entry);
  return entry;
}

export function link(files: Files, path: string, to: string): void {
  makeFolders(files, parentOf(path));
  put(files, resolve(files, path, false), { kind: 'link', to });
}

export function rename(files: Files, from: string, to: string): void {
  const source = resolve(files, from, false);
  const entry = entryAt(files, from, false);
  drop(files, source);
  put(files, resolve(files, to, false), entry);
}

export function remove(files: Files, path: string): void {
  const target = resolve(files, path, false);
  const entry = files.get(target);
  if (entry === undefined) return;
  drop(files, target);
  if (entry.kind !== 'folder') return;
  for (const one of [...files.keys()]) if (one.startsWith(`${target}/`)) drop(files, one);
}

export const change = (files: Files, path: string, to: object): void => set(entryAt(files, path), to);
export const set = (entry: Entry | undefined, to: object): void => void Object.assign(entry ?? {}, to);
export const fill = (entry: Entry | undefined, text: string): void => {
  if (entry?.kind === 'file') entry.text = text;
};

/** Open files, which the tool server reads by their number. */
const open = new Map<number, Entry | undefined>();
let numbers = 10;
export const lend = (entry: Entry | undefined): number => {
  numbers += 1;
  open.set(numbers, entry);
  return numbers;
};
export const giveBack = (fd: number): void => void open.delete(fd);
const lent = (path: string): Entry | undefined => (path.startsWith('/proc/') ? open.get(Number(path.split('/').at(-1))) : undefined);
