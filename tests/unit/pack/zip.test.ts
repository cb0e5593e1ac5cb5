// Charms as zip archives: written by the packer, read by the local Juju.
import { mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { execa } from 'execa';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { ZipFile } from 'yazl';
import { unzip } from '../../../tools/local-juju/engine/unzip.ts';
import { type File, zip } from '../../../tools/pack/zip.ts';
import { packagedNode, projectFolder } from '../../support/project.ts';

let room: string;
beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'zi-'));
  const used = room;
  onTestFinished(() => rm(used, { recursive: true }));
});

const files: readonly File[] = [
  { path: 'lib/äöü.js', mode: 0o644, bytes: Buffer.from('x'.repeat(100_000)) },
  { path: 'dispatch', mode: 0o755, bytes: Buffer.from('#!/bin/sh\n') },
  { path: 'empty', mode: 0o644, bytes: Buffer.alloc(0) },
];

/** A folder with what the archive holds. */
const unpack = async (archive: Buffer): Promise<string> => {
  await writeFile(join(room, 'a.charm'), archive);
  await unzip(join(room, 'a.charm'), join(room, 'charm'));
  return join(room, 'charm');
};

const withLink = (to: string): Promise<Buffer> => {
  const archive = new ZipFile();
  archive.addBuffer(Buffer.from('here'), 'lib/file', { mode: 0o100644, compress: false });
  archive.addBuffer(Buffer.from(to), 'lib/link', { mode: 0o120777 });
  archive.addEmptyDirectory('folder');
  archive.end();
  return buffer(archive.outputStream);
};

const exchanged = (archive: Buffer, before: string, after: string): Buffer =>
  Buffer.from(archive.toString('latin1').replaceAll(before, after), 'latin1');

test('what was packed is unpacked with its content and its modes', async () => {
  const folder = await unpack(await zip(files));
  for (const { path, mode, bytes } of files) {
    expect((await readFile(join(folder, path))).equals(bytes)).toBe(true);
    expect((await stat(join(folder, path))).mode & 0o777).toBe(mode);
  }
});

test('links, folders and files that are stored as they are, are unpacked too', async () => {
  const folder = await unpack(await withLink('../lib/file'));
  expect(await readdir(folder)).toEqual(['folder', 'lib']);
  expect(await readlink(join(folder, 'lib/link'))).toBe('../lib/file');
  expect(await readFile(join(folder, 'lib/link'), 'utf8')).toBe('here');
});

test('the bytes are the same in each time zone and in each order of the files', async () => {
  const program = `import { zip } from '${projectFolder}/tools/pack/zip.ts';
    process.stdout.write((await zip([{ path: 'b', mode: 0o644, bytes: Buffer.from('b') }, { path: 'a', mode: 0o755, bytes: Buffer.from('a') }])).toString('hex'))`;
  const zones = ['Pacific/Kiritimati', 'America/Los_Angeles', 'UTC'];
  const packed = await Promise.all(
    zones.map(TZ => execa(packagedNode, ['--input-type=module', '-e', program], { env: { TZ }, cwd: projectFolder })),
  );
  const here = await zip([
    { path: 'a', mode: 0o755, bytes: Buffer.from('a') },
    { path: 'b', mode: 0o644, bytes: Buffer.from('b') },
  ]);
  expect(packed.map(({ stdout }) => stdout)).toEqual(zones.map(() => here.toString('hex')));
});

const whole = await zip(files);
const damaged = Buffer.from(whole);
damaged.writeUInt8(damaged[42]! ^ 0xff, 42);

test.each([
  ['a text', Buffer.from('this is no archive, though it is long enough to be one'), /^it is not a zip archive: /],
  ['nothing', Buffer.alloc(0), /^it is not a zip archive: /],
  ['an archive without its end', whole.subarray(0, whole.length - 30), /^it is not a zip archive: /],
  ['a file that has changed on its way', damaged, /^dispatch is damaged: /],
  ['a checksum that differs', exchanged(await withLink('file'), 'here', 'hare'), 'lib/file is damaged: its checksum differs'],
  ['a name that leads outside', exchanged(whole, 'lib/', '../l'), /^its zip archive is bad: .*\.\.\/l/],
  ['a name from the root', exchanged(whole, 'dispatch', '/ispatch'), /^its zip archive is bad: .*\/ispatch/],
  ['a link from the root', await withLink('/etc/passwd'), 'lib/link is a link to /etc/passwd: only relative links are allowed'],
  ['a link that leads outside', await withLink('../../other'), 'lib/link would lie outside the charm'],
])('%s is refused with a sentence', async (_, archive, sentence) => {
  await expect(unpack(archive)).rejects.toThrow(sentence);
});
