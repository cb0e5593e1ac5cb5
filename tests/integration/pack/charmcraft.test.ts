// What others say of the packed charms: charmcraft's linters, charmcraft's own packing, and Juju's own parser. Each where it can be had.
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unzip } from '../../../tools/local-juju/engine/unzip.ts';
import { build } from '../../../tools/pack/build.ts';
import { charmParts } from '../../../tools/pack/charms.ts';
import { type Arch, architectures } from '../../../tools/pack/node.ts';
import { packedCharms, released } from '../../support/packed.ts';
import { projectFolder } from '../../support/project.ts';
import { pythonPackages } from '../../support/python.ts';
import { makeTestFolder } from '../../support/run-folder.ts';
import { copyCheckout, sharePackages } from './checkout.ts';
import { contentOf } from './content.ts';

const run = promisify(execFile);

const room = await makeTestFolder('cc-');
const rooms = [room];
let packed: string;
beforeAll(async () => {
  packed = await packedCharms();
}, 300_000);
afterAll(() => Promise.all(rooms.map(folder => rm(folder, { recursive: true, force: true }))));

/** Where Debian and Ubuntu keep the packages of their own python3. */
const systemPackages = '/usr/lib/python3/dist-packages';
const asUbuntu = `
import os, subprocess, sys, tempfile
with tempfile.NamedTemporaryFile('w', dir=os.environ['HOME']) as release:
    release.write('ID=ubuntu\\nNAME="Ubuntu"\\nVERSION_ID="24.04"\\n')
    release.flush()
    subprocess.run(['mount', '--bind', release.name, os.path.realpath('/etc/os-release')], check=True)
os.execvp(sys.argv[1], sys.argv[1:])
`;

const charmcraft = await pythonPackages('charmcraft', join(import.meta.dirname, 'charmcraft.txt'));
/** Runs charmcraft in a home of its own, so that it leaves nothing with the user. */
const craft = async (
  words: readonly string[],
  cwd: string,
  system: Pick<Ubuntu, 'before' | 'apt'> = { before: [], apt: [] },
): Promise<{ code: number; text: string }> => {
  if ('missing' in charmcraft) throw new Error(charmcraft.missing);
  const home = join(room, 'home');
  await mkdir(join(home, 'run'), { recursive: true, mode: 0o700 });
  const env = { ...process.env, HOME: home, XDG_RUNTIME_DIR: join(home, 'run'), PYTHONPATH: [charmcraft.folder, ...system.apt].join(':') };
  const [program = '', ...rest] = [...system.before, 'python3', join(charmcraft.folder, 'bin', 'charmcraft'), ...words];
  return run(program, rest, { cwd, env, timeout: 300_000 }).then(
    ({ stdout, stderr }) => ({ code: 0, text: stdout + stderr }),
    error => ({ code: error.code as number, text: `${error.stdout}${error.stderr}` }),
  );
};

if ('missing' in charmcraft) {
  test.skip(`charmcraft (${charmcraft.missing})`);
} else {
  test.each(released)('charmcraft analyse finds nothing wrong with %s', async name => {
    const { code, text } = await craft(['analyse', '--format=json', join(packed, `${name}.charm`)], room);
    const [, json = ''] = /(\[.*\])/s.exec(text) ?? [];
    const found = JSON.parse(json) as { name: string; result: string }[];
    expect(found.filter(({ result }) => result === 'warning' || result === 'error')).toEqual([]);
    expect(found.map(one => one.name)).toContain('entrypoint');
    expect(code).toBe(0);
  });

  test('charmcraft analyse would find a program that cannot be run', async () => {
    const broken = join(room, 'broken');
    await cp(await build('mongos'), broken, { recursive: true });
    await writeFile(join(broken, 'dispatch'), '#!/bin/sh\nexec ./bin/node ./lib/absent.cjs\n', { mode: 0o755 });
    await run('python3', ['-c', zipFolder, broken, join(room, 'broken.charm')]);
    const { code, text } = await craft(['analyse', join(room, 'broken.charm')], room);
    expect(text).toContain('entrypoint');
    expect(code).toBe(2);
  });

  const system = await ubuntu();
  const charms = { mongodb: prepareMongodb, mongos: prepareMongos };
  test.skipIf('missing' in system).each(released)(
    `charmcraft pack makes the charm %s${'missing' in system ? ` (${system.missing})` : ''}`,
    async name => {
      if ('missing' in system) throw new Error(system.missing);
      const folder = join(room, name);
      await charms[name](folder);
      const platform = `ubuntu@${system.version}:${architectures[process.arch as Arch]}`;
      const { code, text } = await craft(['pack', '--destructive-mode', '--platform', platform], folder, system);
      expect(text).toContain('Packed');
      expect(code).toBe(0);
      const made = join(folder, `${name}_${platform.replace(':', '-')}.charm`);
      await unzip(made, join(folder, 'unzipped'));
      const [ours, theirs] = await Promise.all([join(packed, name), join(folder, 'unzipped')].map(contentOf));
      // charmcraft writes the manifest by itself, and no actions.yaml for a charm that declares no actions.
      const { 'manifest.yaml': _, 'actions.yaml': actions, ...same } = ours!;
      expect(theirs).toMatchObject(name === 'mongos' ? same : { ...same, 'actions.yaml': actions });
      expect(Object.keys(theirs!).sort()).toEqual(
        Object.keys(ours!)
          .filter(path => name === 'mongodb' || path !== 'actions.yaml')
          .sort(),
      );
      expect(await craft(['analyse', made], room)).toMatchObject({ code: 0 });
    },
    300_000,
  );
}

/** As in a clone: charmcraft's own build makes the charm. The snap with a Node is left out, for a test installs none on this computer. */
async function prepareMongodb(folder: string): Promise<void> {
  await copyCheckout(folder);
  const file = join(folder, 'charmcraft.yaml');
  const text = await readFile(file, 'utf8');
  expect(text).toContain('build-snaps: [node/24/stable]');
  await writeFile(file, text.replace(/^ +build-snaps: .*\n/m, ''));
  await sharePackages(folder);
}

/** As mongos/charmcraft.yaml says: built before, because charmcraft sees that folder alone. */
async function prepareMongos(folder: string): Promise<void> {
  await cp(charmParts('mongos').yaml, folder, { recursive: true });
  await cp(await build('mongos'), join(folder, 'charm'), { recursive: true });
}

/** What charmcraft needs to pack without a container: the system that the charm is for, and that system's python3-apt. */
interface Ubuntu {
  version: string;
  /** Words before the command, that show it another system than this one. */
  before: readonly string[];
  /** Where python3 finds apt, if not by itself. */
  apt: string[];
}

/**
 * On Ubuntu, the computer as it is. Elsewhere root shows charmcraft, in a mount namespace of its own, another os-release: the charm has no
 * parts that look at anything else of the system.
 */
async function ubuntu(): Promise<Ubuntu | { missing: string }> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const version = /^VERSION_ID="(2[24]\.04)"$/m.exec(release)?.[1];
  const here = /^ID=ubuntu$/m.test(release) && version !== undefined;
  const canUnshare = await succeeds('unshare', ['--mount', 'mount', '--bind', '/etc/os-release', '/etc/os-release']);
  if (!here && !canUnshare) return { missing: 'this is not Ubuntu 22.04 or 24.04, and no mount namespace can be had here' };
  const apt = await findApt();
  if (apt === undefined) return { missing: 'there is no python3-apt for this python3' };
  if (here) return { version, before: [], apt };
  return { version: '24.04', before: ['unshare', '--mount', 'python3', '-c', asUbuntu], apt };
}

/** Nothing more than the two names of apt is taken from the system's packages: the others would hide those of charmcraft. */
async function findApt(): Promise<string[] | undefined> {
  if (await succeeds('python3', ['-c', 'import apt'])) return [];
  const names = (await readdir(systemPackages).catch(() => [])).filter(name => name === 'apt' || name.startsWith('apt_pkg.'));
  const folder = await makeTestFolder('ap-');
  rooms.push(folder);
  for (const name of names) await symlink(join(systemPackages, name), join(folder, name));
  return (await succeeds('python3', ['-c', `import sys; sys.path.append(sys.argv[1]); import apt`, folder])) ? [folder] : undefined;
}

async function succeeds(program: string, words: readonly string[]): Promise<boolean> {
  return run(program, words).then(
    () => true,
    () => false,
  );
}

const zipFolder = `
import os, sys, zipfile
with zipfile.ZipFile(sys.argv[2], 'w') as archive:
    for folder, _, files in os.walk(sys.argv[1]):
        for name in files:
            path = os.path.join(folder, name)
            archive.write(path, os.path.relpath(path, sys.argv[1]))
`;

const parser = await buildParser();
if ('missing' in parser) {
  test.skip(`Juju's own parser (${parser.missing})`);
} else {
  describe("Juju's own parser", () => {
    test.each(released)('reads all that %s declares', async name => {
      const { stdout } = await run(parser.program, [join(packed, `${name}.charm`)]);
      const read = JSON.parse(stdout);
      const { yaml } = charmParts(name);
      const declared = async (file: string) => (load(await readFile(join(yaml, file), 'utf8')) ?? {}) as Record<string, never>;
      const [metadata, config, actions] = await Promise.all(['metadata.yaml', 'config.yaml', 'actions.yaml'].map(declared));
      const endpoints = (['provides', 'requires', 'peers'] as const).flatMap(role => Object.keys(metadata?.[role] ?? {}));
      expect(read).toMatchObject({
        name,
        summary: metadata?.summary,
        subordinate: metadata?.subordinate ?? false,
        format: 2,
        bases: [expect.stringContaining('24.04'), expect.stringContaining('22.04')],
        storage: Object.fromEntries(Object.keys(metadata?.storage ?? {}).map(kind => [kind, 'filesystem'])),
      });
      expect(Object.keys(read.endpoints).sort()).toEqual(expect.arrayContaining(endpoints.sort()));
      expect(Object.keys(read.options).sort()).toEqual(Object.keys(config?.options ?? {}).sort());
      expect((read.actions ?? []).sort()).toEqual(Object.keys(actions ?? {}).sort());
    });

    test('refuses what is not right', async () => {
      const broken = join(room, 'refused');
      await cp(await build('mongos'), broken, { recursive: true });
      await writeFile(join(broken, 'metadata.yaml'), 'name: mongos\ndescription: A router.\n');
      await run('python3', ['-c', zipFolder, broken, join(room, 'refused.charm')]);
      await expect(run(parser.program, [join(room, 'refused.charm')])).rejects.toMatchObject({
        stderr: expect.stringContaining('summary'),
      });
    });
  });
}

/**
 * Built in a folder of its own: what Go downloads stays with the user, as anything that Go does.
 * @throws when all is there and it does not compile.
 */
async function buildParser(): Promise<{ program: string } | { missing: string }> {
  if (!(await succeeds('go', ['version']))) return { missing: 'there is no go' };
  const options = { cwd: join(projectFolder, 'tools', 'pack', 'juju-parser'), timeout: 240_000 };
  const problem = await run('go', ['mod', 'download'], options).then(
    () => undefined,
    (error: { stderr?: string }) => String(error.stderr).trim().split('\n').at(-1),
  );
  if (problem !== undefined) return { missing: `go cannot fetch what it is made from: ${problem}` };
  const program = join(room, 'juju-parser');
  await run('go', ['build', '-o', program, '.'], options);
  return { program };
}
