// Unpacks a zip archive (a .charm file) with its unix modes and links. Only what charm files use: stored and deflated entries.
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, relative } from 'node:path';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';

const inflate = promisify(inflateRaw);
const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
type Entry = { name: string; mode: number; method: number; size: number; packedSize: number; offset: number };

/** Unpacks into a new folder. @throws {Error} with a sentence when the archive is damaged or reaches outside the folder. */
export const unzip = async (archive: string, folder: string): Promise<void> => {
  const bytes = await readFile(archive);
  await mkdir(folder, { recursive: true });
  for (const entry of readEntries(bytes)) {
    const target = join(folder, entry.name);
    refuseOutside(folder, target, entry.name);
    if (entry.name.endsWith('/')) {
      await mkdir(target, { recursive: true });
      continue;
    }
    await mkdir(dirname(target), { recursive: true });
    const content = await contentOf(bytes, entry);
    const type = entry.mode & 0o170000;
    if (type === 0o120000) {
      const to = content.toString();
      if (isAbsolute(to)) throw new Error(`${entry.name} is a link to ${to}: only relative links are allowed`);
      refuseOutside(folder, join(dirname(target), to), entry.name);
      await symlink(to, target);
    } else {
      await writeFile(target, content);
      await chmod(target, (entry.mode & 0o777) | 0o600);
    }
  }
};

const readEntries = (bytes: Buffer): Entry[] => {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0 || bytes.readUInt32LE(end) !== endSignature) throw new Error('it is not a zip archive');
  const count = bytes.readUInt16LE(end + 10);
  const entries: Entry[] = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let index = 0; index < count; index += 1) {
    if (bytes.readUInt32LE(at) !== entrySignature) throw new Error('the zip archive is damaged');
    const nameLength = bytes.readUInt16LE(at + 28);
    const mode = bytes.readUInt32LE(at + 38) >>> 16;
    entries.push({
      name: bytes.toString('utf8', at + 46, at + 46 + nameLength),
      mode: mode === 0 ? 0o100644 : mode,
      method: bytes.readUInt16LE(at + 10),
      packedSize: bytes.readUInt32LE(at + 20),
      size: bytes.readUInt32LE(at + 24),
      offset: bytes.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
};

const contentOf = async (bytes: Buffer, entry: Entry): Promise<Buffer> => {
  const start = entry.offset + 30 + bytes.readUInt16LE(entry.offset + 26) + bytes.readUInt16LE(entry.offset + 28);
  const packed = bytes.subarray(start, start + entry.packedSize);
  if (entry.method === 0) return packed;
  if (entry.method !== 8) throw new Error(`${entry.name} is packed by a method (${entry.method}) that is not known here`);
  const content = await inflate(packed);
  if (content.length !== entry.size) throw new Error(`${entry.name} is damaged`);
  return content;
};

const refuseOutside = (folder: string, target: string, name: string): void => {
  const path = relative(folder, normalize(target));
  if (path === '..' || path.startsWith('../') || isAbsolute(path)) throw new Error(`${name} would lie outside the charm`);
};
