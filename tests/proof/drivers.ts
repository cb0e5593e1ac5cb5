// The drivers of three languages, each as a program that can be started, or with the reason why it cannot be had on this computer.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { cacheFolder } from '../../tools/local-machine/binaries.ts';
import { packagedNode, projectFolder } from '../support/project.ts';
import { pythonPackages } from '../support/python.ts';
import { runProgram } from '../support/run-program.ts';

/** @property title with the version, for the table. */
export type Driver = { name: DriverName; title: string; command: string; args: readonly string[]; env: Readonly<Record<string, string>> };
export type DriverName = 'node' | 'python' | 'go';
export const driverNames: readonly DriverName[] = ['node', 'python', 'go'];

const folder = join(import.meta.dirname, 'drivers');
const requirements = join(projectFolder, 'tests', 'support', 'pymongo-requirements.txt');

/** @returns the driver, or a sentence why it cannot be had. */
export const findDriver = (name: DriverName): Promise<Driver | { name: DriverName; missing: string }> => finders[name]();

const findNode = async (): Promise<Driver> => {
  const { version } = createRequire(import.meta.url)('mongodb/package.json') as { version: string };
  return { name: 'node', title: `Node mongodb ${version}`, command: packagedNode, args: [join(folder, 'node.ts')], env: {} };
};

const findPython = async () => {
  const packages = await pythonPackages('pymongo', requirements);
  if ('missing' in packages) return { name: 'python' as const, ...packages };
  const title = `Python ${(await readFile(requirements, 'utf8')).trim().replace('==', ' ')}`;
  return {
    name: 'python' as const,
    title,
    command: 'python3',
    args: [join(folder, 'python.py')],
    env: { PYTHONPATH: packages.folder },
  };
};

/** Built once for this user and kept in the cache, beside mongod. */
const findGo = async () => {
  const source = join(folder, 'go');
  const texts = await Promise.all(['go.mod', 'go.sum', 'main.go'].map(name => readFile(join(source, name), 'utf8')));
  const version = /mongo-driver\/v2 v(\S+)/.exec(texts[0] ?? '')?.[1];
  const program = join(cacheFolder(), `go-writer-${createHash('sha256').update(texts.join()).digest('hex').slice(0, 12)}`);
  if (!existsSync(program)) {
    if (!(await go(['version'], source)).ok) return { name: 'go' as const, missing: 'there is no go' };
    await mkdir(cacheFolder(), { recursive: true });
    const fresh = `${program}-${process.pid}`;
    const built = await go(['build', '-mod=readonly', '-buildvcs=false', '-o', fresh, '.'], source);
    if (!built.ok) {
      await rm(fresh, { force: true });
      return { name: 'go' as const, missing: `go cannot build the program: ${built.text.trim().split('\n').at(-1)}` };
    }
    await rename(fresh, program);
  }
  return { name: 'go' as const, title: `Go mongo-driver ${version}`, command: program, args: [], env: {} };
};

const finders: Record<DriverName, () => Promise<Driver | { name: DriverName; missing: string }>> = {
  node: findNode,
  python: findPython,
  go: findGo,
};

/** With the Go that is there: another version of it is not fetched. */
const go = async (args: readonly string[], cwd: string): Promise<{ ok: boolean; text: string }> => {
  const env = { GOTOOLCHAIN: 'local', CGO_ENABLED: '0' };
  const { failed, all: text = '' } = await runProgram('go', args, { cwd, env, timeout: 300_000, all: true });
  return { ok: !failed, text };
};
