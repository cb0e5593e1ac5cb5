// The Python peers, installed from PyPI into environments that live as long as the bench runs.
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { modernPython, type Python } from '../measure/python.ts';

/** `imports` is a program that does nothing but import. */
export type Peer = { name: string; python: string; version: string; imports: string };
export type Peers = { installed: Peer[]; missing: string[]; observer?: ObserverCharm };
/** A charm on `ops`, ready to be deployed. */
export type ObserverCharm = { folder: string; version: string };

const observer = resolve(import.meta.dirname, '..', '..', '..', 'tests', 'charms', 'ops-observer');
const limitMs = 300_000;

/** What the charm `mongodb` that is built on it imports at the start of each hook. */
const kernelImports = [
  'import ops',
  'import single_kernel_mongo.abstract_charm',
  'import single_kernel_mongo.config.literals',
  'import single_kernel_mongo.config.relations',
  'import single_kernel_mongo.core.structured_config',
  'import single_kernel_mongo.managers.mongodb_operator',
].join('\n');

/** Installs below `room`. What cannot be had is told in a sentence, and does without. */
export const installPeers = async (room: string, any: Python): Promise<Peers> => {
  const modern = await modernPython();
  const [ops, kernel] = await Promise.all([
    installOps(room, modern ?? any),
    modern === undefined
      ? { missing: 'mongo-charms-single-kernel wants Python 3.12 or later, and there is none' }
      : installKernel(room, modern),
  ]);
  const found = [ops, kernel];
  return {
    installed: found.flatMap(one => ('missing' in one ? [] : [one.peer])),
    missing: found.flatMap(one => ('missing' in one ? [one.missing] : [])),
    ...('observer' in ops ? { observer: ops.observer } : {}),
  };
};

type Missing = { missing: string };

const installOps = async (room: string, python: Python): Promise<{ peer: Peer; observer: ObserverCharm } | Missing> => {
  const environment = join(room, 'ops');
  const installed = await install(environment, python, ['-r', join(observer, 'requirements.txt')]);
  if ('missing' in installed) return { missing: `ops: ${installed.missing}` };
  const version = await versionOf(environment, 'ops');
  const folder = join(room, 'ops-observer');
  await cp(observer, folder, { recursive: true });
  await symlink(installed.packages, join(folder, 'venv'));
  await mkdir(join(room, 'events'));
  await writeFile(join(folder, 'events-folder'), `${join(room, 'events')}\n`);
  const program = join(folder, 'src', 'charm.py');
  const text = await readFile(program, 'utf8');
  await writeFile(program, text.replace(/^#!.*/, `#!${join(environment, 'bin', 'python')}`));
  return {
    peer: { name: `import ops ${version}`, python: join(environment, 'bin', 'python'), version: python.version, imports: 'import ops' },
    observer: { folder, version },
  };
};

/**
 * The package wants python-ldap, which is compiled where it is installed and needs headers that few computers have. Where that fails it is
 * left out, and empty modules take its place: that makes the peer look a little better than it is.
 */
const installKernel = async (room: string, python: Python): Promise<{ peer: Peer } | Missing> => {
  const environment = join(room, 'kernel');
  const name = 'mongo-charms-single-kernel';
  const alone = await install(environment, python, ['--no-deps', name]);
  if ('missing' in alone) return { missing: `${name}: ${alone.missing}` };
  const wanted = await run(join(environment, 'bin', 'python'), [
    '-c',
    `import importlib.metadata as m; print(*m.requires(${JSON.stringify(name)}), sep="\\n")`,
  ]);
  const needs = wanted.text.split('\n').filter(line => line.trim() !== '');
  const pip = join(environment, 'bin', 'pip');
  const others = await run(pip, [...pipWords, ...needs.filter(need => !need.startsWith('python-ldap'))]);
  if (!others.ok) return { missing: `${name}: ${lastLine(others.text)}` };
  const ldap = await run(pip, [...pipWords, ...needs.filter(need => need.startsWith('python-ldap'))]);
  if (!ldap.ok) {
    await writeFile(join(alone.packages, 'ldap.py'), '');
    await writeFile(join(alone.packages, 'ldapurl.py'), 'LDAPUrl = object\n');
  }
  const peer = {
    name: `import ${name} ${await versionOf(environment, name)}${ldap.ok ? '' : ' (without python-ldap, which does not compile here)'}`,
    python: join(environment, 'bin', 'python'),
    version: python.version,
    imports: kernelImports,
  };
  const tried = await run(peer.python, ['-c', peer.imports]);
  return tried.ok ? { peer } : { missing: `${name} cannot be imported: ${lastLine(tried.text)}` };
};

const pipWords = ['install', '--quiet', '--disable-pip-version-check', '--no-input'];

const install = async (environment: string, python: Python, words: readonly string[]): Promise<{ packages: string } | Missing> => {
  const made = await run(python.path, ['-m', 'venv', environment]);
  if (!made.ok) return { missing: `python ${python.version} makes no virtual environment: ${lastLine(made.text)}` };
  const installed = await run(join(environment, 'bin', 'pip'), [...pipWords, ...words]);
  if (!installed.ok) return { missing: `pip cannot install it: ${lastLine(installed.text)}` };
  const place = await run(join(environment, 'bin', 'python'), ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))']);
  return { packages: place.text.trim() };
};

const versionOf = async (environment: string, name: string): Promise<string> =>
  (
    await run(join(environment, 'bin', 'python'), ['-c', `import importlib.metadata as m; print(m.version(${JSON.stringify(name)}))`])
  ).text.trim();

const run = async (command: string, words: readonly string[]): Promise<{ ok: boolean; text: string }> => {
  const { failed, stdout, all } = await execa(command, words, { timeout: limitMs, all: true, reject: false });
  return failed ? { ok: false, text: all } : { ok: true, text: stdout };
};

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';
