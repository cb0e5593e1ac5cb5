// Where a real mongod (and mongos) is found on this computer. Used by the set-up step, which fetches one when there is none,
// and by the machines, which run it. Looking only; nothing is downloaded here.
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

/** The version that the set-up step fetches. One found in `MONGOD` or `PATH` may be any from `oldestMajor` on. */
export const serverVersion = '6.0.5';
const oldestMajor = 6;

export type Server = 'mongod' | 'mongos';
export type FoundServer = { path: string; version: string; source: 'environment' | 'PATH' | 'cache' };
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Finds a server binary: `MONGOD` (or `MONGOS`), then `PATH`, then the cache.
 *
 * What `MONGOD` names is taken or refused, never passed over; one in `PATH` that does not run or is too old is passed over.
 * @returns the binary, or a sentence that says why there is none.
 */
export const findServer = async (server: Server, env: Environment = process.env): Promise<FoundServer | { missing: string }> => {
  const variable = server.toUpperCase();
  const named = env[variable];
  if (named) {
    const answer = await askVersion(server, resolve(named));
    return 'version' in answer
      ? { path: resolve(named), version: answer.version, source: 'environment' }
      : { missing: `${variable}=${named} cannot be used: ${answer.problem}` };
  }
  const problems: string[] = [];
  for (const path of await inPath(server, env)) {
    const answer = await askVersion(server, path);
    if ('version' in answer) return { path, version: answer.version, source: 'PATH' };
    problems.push(`${path} cannot be used: ${answer.problem}`);
  }
  // What lies in the cache was run once before it was put there, so it need not be asked again.
  const cached = cachedServer(server, env);
  if (await isExecutable(cached)) return { path: cached, version: serverVersion, source: 'cache' };
  return { missing: [...problems, `there is no ${server} in ${variable}, PATH or ${dirname(cached)}`].join('; ') };
};

/** Where the set-up step keeps the server binaries of `serverVersion`, shared by all clones of this user. */
export const cachedServer = (server: Server, env: Environment = process.env): string =>
  join(cacheFolder(env), `mongodb-${serverVersion}-${process.arch}`, 'bin', server);

export const cacheFolder = (env: Environment = process.env): string =>
  join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'charmed-mongodb');

/**
 * Runs `<path> --version`.
 * @returns the version, or what is in the way as a phrase that can follow "cannot be used: ".
 */
export const askVersion = async (server: Server, path: string): Promise<{ version: string } | { problem: string }> => {
  if (!(await isExecutable(path))) return { problem: 'there is no such executable file' };
  const { failed, text } = await run(path, ['--version']);
  if (failed !== undefined) return { problem: explain(server, text, failed) };
  const version = /^(?:db|mongos) version v(\d+\.\d+\.\d+\S*)/m.exec(text)?.[1];
  if (version === undefined) return { problem: `it does not answer as a ${server}` };
  return Number.parseInt(version, 10) < oldestMajor
    ? { problem: `it is version ${version}, and ${oldestMajor}.0 or later is needed` }
    : { version };
};

const run = (path: string, args: string[]) =>
  new Promise<{ failed?: string; text: string }>(settle => {
    execFile(path, args, { timeout: 20_000 }, (error, stdout, stderr) => {
      settle(error ? { failed: error.message.split('\n')[0] ?? 'failed', text: stdout + stderr } : { text: stdout + stderr });
    });
  });

const libraryPackages: readonly [RegExp, string][] = [
  [/^lib(ssl|crypto)\.so\.3/, 'libssl3'],
  [/^libcurl\.so\.4/, 'libcurl4'],
  [/^liblzma\.so\.5/, 'liblzma5'],
];

const explain = (server: Server, text: string, failed: string): string => {
  const library = /error while loading shared libraries: (\S+):/.exec(text)?.[1];
  if (library !== undefined) {
    const needed = libraryPackages.find(([pattern]) => pattern.test(library))?.[1];
    const hint = needed === undefined ? 'install it' : 'install it with: sudo apt install libssl3 libcurl4';
    return `it needs the library ${library}, which is missing (${hint})`;
  }
  if (/version `GLIBC\S*' not found/.test(text)) return 'it was built for a newer Linux than this one (glibc 2.34 or later is needed)';
  return `\`${server} --version\` fails (${text.trim().split('\n')[0] || failed})`;
};

/** The first program of this name in PATH. */
export const findProgram = async (name: string, env: Environment = process.env): Promise<string | undefined> =>
  (await inPath(name, env))[0];

const inPath = async (name: string, env: Environment): Promise<string[]> => {
  const candidates = (env.PATH ?? '').split(delimiter).filter(Boolean);
  const found: string[] = [];
  for (const folder of candidates) {
    const path = resolve(folder, name);
    if (!found.includes(path) && (await isExecutable(path))) found.push(path);
  }
  return found;
};

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
