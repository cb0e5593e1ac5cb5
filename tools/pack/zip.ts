// Writes a zip archive, the form of a .charm file: the same bytes for the same files, wherever and whenever it is written.
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';

/** A file of the archive. `mode` holds its unix permissions, which Juju keeps as they are. */
export type File = { readonly path: string; readonly mode: number; readonly bytes: Buffer };

/** The first day that a zip archive knows, in each time zone: the time of a build says nothing about its content. */
const TIME = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true };
const REGULAR_FILE = 0o100000;

/** @param files in any order; they are written in the order of their paths. */
export const zip = (files: readonly File[]): Promise<Buffer> => {
  const archive = new ZipFile();
  for (const { path, mode, bytes } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1)))
    archive.addBuffer(bytes, path, { mode: REGULAR_FILE | mode, ...TIME });
  archive.end();
  return buffer(archive.outputStream);
};
