// Files as they are on the disk: whole at any time, and of the right owner.
import { chmod, lstat, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ensureFolder, ownerOf, readText, removeFile, writeWhole } from '../../../src/host/files.ts';
import { giveAll } from '../../../src/host/storage.ts';
import { makeTestFolder } from '../../support/run-folder.ts';
import { modeOf } from './open.ts';

async function emptyFolder(): Promise<string> {
  const folder = await makeTestFolder('hf');
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const isRoot = process.getuid?.() === 0;
/** Only root can give files away; others have a go at what is theirs already. */
const other = isRoot ? { uid: 54321, gid: 54322 } : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

test('a reader sees the one text or the other, never a part', async () => {
  const path = join(await emptyFolder(), 'mongod.conf');
  const texts = ['a', 'b'].map(letter => letter.repeat(200_000));
  await writeWhole(path, texts[0] ?? '', { mode: 0o640 });
  let writing = true;
  const seen = new Set<string>();
  const reading = (async () => {
    while (writing) seen.add(await readFile(path, 'utf8'));
  })();
  for (let n = 1; n <= 40; n++) await writeWhole(path, texts[n % 2] ?? '', { mode: 0o640 });
  writing = false;
  await reading;
  for (const text of seen) expect(texts.includes(text)).toBe(true);
  expect(await readText(path)).toBe(texts[0]);
  expect(await readdir(join(path, '..'))).toEqual(['mongod.conf']);
});

test('owner and mode are those asked for, whatever was there and whatever a killed hook left', async () => {
  const path = join(await emptyFolder(), 'keyFile');
  await writeFile(path, 'an older one, longer than the next', { mode: 0o666 });
  await writeFile(`${path}.new`, 'half of', { mode: 0o666 });
  await writeWhole(path, 'key', { mode: 0o400, owner: other });
  expect(await stat(path)).toMatchObject(other);
  expect(await modeOf(path)).toBe(0o400);
  expect(await readText(path)).toBe('key');
  await writeWhole(path, 'next', { mode: 0o400, owner: other }); // over a file that may not be written
  expect(await readText(path)).toBe('next');
  await removeFile(path);
  await removeFile(path);
  expect(await readText(path)).toBeUndefined();
});

test('a file that cannot be replaced stays, and nothing is left beside it', async () => {
  const folder = await emptyFolder();
  await mkdir(join(folder, 'taken', 'by a folder'), { recursive: true });
  await expect(writeWhole(join(folder, 'taken'), 'text', { mode: 0o600 })).rejects.toThrow(/EISDIR|ENOTEMPTY/);
  expect(await readdir(folder)).toEqual(['taken']);
});

test('folders that are made are all given away; those that were there only at the end of the path', async () => {
  const folder = await emptyFolder();
  await mkdir(join(folder, 'there'));
  await ensureFolder(join(folder, 'there', 'a', 'b'), other);
  for (const made of ['there/a', 'there/a/b']) {
    expect(await ownerOf(join(folder, made))).toEqual(other);
    expect((await modeOf(join(folder, made))) & 0o007).toBe(0);
  }
  expect(await ownerOf(join(folder, 'there'))).toEqual(await ownerOf(folder));
  await ensureFolder(join(folder, 'there'), other);
  expect((await ownerOf(join(folder, 'there')))?.uid).toBe(other.uid);
});

test('a storage from elsewhere is given to the account and opened to its group; links are not followed', async () => {
  const folder = await emptyFolder();
  const journal = join(folder, 'lib', 'journal');
  await mkdir(journal, { recursive: true });
  await writeFile(join(journal, 'log.1'), 'x', { mode: 0o600 });
  await writeFile(join(folder, 'script'), 'x', { mode: 0o750 });
  await chmod(journal, 0o700);
  const outside = join(await emptyFolder(), 'outside');
  await writeFile(outside, 'x', { mode: 0o600 });
  await symlink(outside, join(folder, 'link'));
  const before = await lstat(outside);

  await giveAll(folder, other);
  await giveAll(folder, other);
  for (const path of ['', 'lib', 'lib/journal', 'lib/journal/log.1', 'script', 'link'])
    expect(await lstat(join(folder, path))).toMatchObject(other);
  expect(await Promise.all([journal, join(journal, 'log.1'), join(folder, 'script')].map(modeOf))).toEqual([0o770, 0o660, 0o770]);
  expect(await lstat(outside)).toMatchObject({ uid: before.uid, gid: before.gid, mode: before.mode });
});
