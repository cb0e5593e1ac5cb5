// Unpacks a zip archive (a .charm file) with its unix modes and links.
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, relative } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';

/** Unpacks into a new folder. @throws {Error} with a sentence when the archive is damaged or reaches outside the folder. */
export const unzip = async (archive: string, folder: string): Promise<void> => {
  const zip = await openPromise(archive).catch((error: Error) => {
    throw new Error(`it is not a zip archive: ${error.message}`);
  });
  await mkdir(folder, { recursive: true });
  // Names that lead outside are refused by yauzl.
  for await (const entry of entriesOf(zip)) {
    const target = join(folder, entry.fileName);
    if (entry.fileName.endsWith('/')) {
      await mkdir(target, { recursive: true });
      continue;
    }
    await mkdir(dirname(target), { recursive: true });
    const content = await contentOf(zip, entry);
    const mode = entry.externalFileAttributes >>> 16 || 0o100644;
    if ((mode & 0o170000) === 0o120000) await link(folder, target, entry.fileName, content.toString());
    else {
      await writeFile(target, content);
      await chmod(target, (mode & 0o777) | 0o600);
    }
  }
};

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  try {
    yield* zip.eachEntry();
  } catch (error) {
    throw new Error(`its zip archive is bad: ${(error as Error).message}`);
  }
}

const contentOf = async (zip: ZipFile, entry: Entry): Promise<Buffer> => {
  const content = await zip
    .openReadStreamPromise(entry)
    .then(buffer)
    .catch((error: Error) => {
      throw new Error(`${entry.fileName} is damaged: ${error.message}`);
    });
  if (crc32(content) !== entry.crc32) throw new Error(`${entry.fileName} is damaged: its checksum differs`);
  return content;
};

const link = async (folder: string, target: string, name: string, to: string): Promise<void> => {
  if (isAbsolute(to)) throw new Error(`${name} is a link to ${to}: only relative links are allowed`);
  const path = relative(folder, normalize(join(dirname(target), to)));
  if (path === '..' || path.startsWith('../')) throw new Error(`${name} would lie outside the charm`);
  await symlink(to, target);
};
