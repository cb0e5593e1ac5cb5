// Writes a zip archive, the form of a .charm file: the same bytes for the same files, wherever and whenever it is written.
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
import { crc32, deflateRawSync } from 'node:zlib';

/** A file of the archive. `mode` holds its unix permissions, which Juju keeps as they are. */
export type File = { readonly path: string; readonly mode: number; readonly bytes: Buffer };

const UTF8 = 0x0800;
const DEFLATED = 8;
/** The first day that a zip archive knows: the time of a build says nothing about its content. */
const DAY = (1 << 5) | 1;
const REGULAR_FILE = 0o100000;
/** Version 2.0 of the format, by a unix system, whose modes stand in the upper half of the attributes. */
const MADE_BY = (3 << 8) | 20;

/** @param files in any order; they are written in the order of their paths. */
export const zip = (files: readonly File[]): Buffer => {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { path, mode, bytes } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const name = Buffer.from(path);
    const packed = deflateRawSync(bytes, { level: 6 });
    const known = Buffer.alloc(26);
    known.writeUInt16LE(20, 0);
    known.writeUInt16LE(UTF8, 2);
    known.writeUInt16LE(DEFLATED, 4);
    known.writeUInt16LE(DAY, 8);
    known.writeUInt32LE(crc32(bytes), 10);
    known.writeUInt32LE(packed.length, 14);
    known.writeUInt32LE(bytes.length, 18);
    known.writeUInt16LE(name.length, 22);
    const here = [signature('PK\x03\x04'), known, name, packed];
    const attributes = Buffer.alloc(14);
    attributes.writeUInt32LE(((REGULAR_FILE | mode) << 16) >>> 0, 6);
    attributes.writeUInt32LE(at, 10);
    directory.push(signature('PK\x01\x02'), number16(MADE_BY), known, attributes, name);
    parts.push(...here);
    at += lengthOf(here);
  }
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(lengthOf(directory), 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...parts, ...directory, signature('PK\x05\x06'), end]);
};

const signature = (text: string): Buffer => Buffer.from(text, 'latin1');

const number16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
};

const lengthOf = (parts: readonly Buffer[]): number => parts.reduce((sum, part) => sum + part.length, 0);
