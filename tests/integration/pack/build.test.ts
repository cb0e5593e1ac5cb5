// A charm's folder as it is built: what lies in it, that it runs by itself, and when it is built again.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build } from '../../../tools/pack/build.ts';
import { charmParts } from '../../../tools/pack/charms.ts';
import { stage } from '../../../tools/pack/stage.ts';
import { startFakeJuju } from '../../support/fake-hook-tools/fake-juju.ts';
import { fakeState } from '../../support/fake-hook-tools/state.ts';
import { packagedNode, projectFolder } from '../../support/project.ts';
import { makeTestFolder } from '../../support/run-folder.ts';

const run = promisify(execFile);
const environment = { PATH: '/usr/bin:/bin' };

let target: string;
let folder: string;
beforeAll(async () => {
  target = await makeTestFolder('pk-');
  folder = await build('data-integrator', target);
});
afterAll(() => rm(target, { recursive: true, force: true }));

/** Tells one making of a folder from another. */
const birth = (path: string) => {
  const { ino, birthtimeMs } = statSync(path);
  return `${ino} ${birthtimeMs}`;
};
const stamp = () => join(target, 'data-integrator.json');

describe('the folder', () => {
  test('holds an unpacked charm and nothing else', () => {
    expect(folder).toBe(join(target, 'data-integrator'));
    expect(readdirSync(folder).sort()).toEqual(
      [
        'LICENSE',
        'THIRD-PARTY-LICENSES',
        'actions.yaml',
        'bin',
        'config.yaml',
        'dispatch',
        'lib',
        'manifest.yaml',
        'metadata.yaml',
        'version',
      ].sort(),
    );
    const yaml = join(projectFolder, 'tests', 'charms', 'data-integrator', 'metadata.yaml');
    expect(readFileSync(join(folder, 'metadata.yaml'), 'utf8')).toBe(readFileSync(yaml, 'utf8'));
    for (const program of ['dispatch', 'bin/node', 'lib/charm.cjs']) expect(statSync(join(folder, program)).mode & 0o111).toBe(0o111);
  });

  test('brings its own Node, the packaged one', async () => {
    const { stdout } = await run(join(folder, 'bin', 'node'), ['--version'], { env: environment });
    expect(stdout).toMatch(/^v24\./);
  });

  test('refuses to run outside a hook, with a sentence', async () => {
    await expect(run(join(folder, 'dispatch'), { cwd: folder, env: environment })).rejects.toMatchObject({
      code: 1,
      stderr: 'cannot run outside a hook: JUJU_UNIT_NAME is not set\n',
    });
  });

  test('answers a hook by itself', async () => {
    const juju = await startFakeJuju(fakeState({ config: { 'database-name': 'shop' } }));
    try {
      const reply = await juju.run([join(folder, 'dispatch')], folder, {
        JUJU_HOOK_NAME: 'config-changed',
        JUJU_DISPATCH_PATH: 'hooks/config-changed',
      });
      expect(reply).toEqual({ code: 0, stderr: '' });
      expect(juju.calls.find(({ tool }) => tool === 'status-set')?.args.join(' ')).toContain('Please relate the data-integrator');
    } finally {
      await juju.stop();
    }
  });
});

describe('building again', () => {
  test('leaves a folder that is up to date alone', async () => {
    const before = birth(folder);
    await build('data-integrator', target);
    expect(birth(folder)).toBe(before);
  });

  test('replaces it whole when a source has another time than when it was built', async () => {
    const before = birth(folder);
    const times = JSON.parse(readFileSync(stamp(), 'utf8')) as Record<string, [number, number]>;
    expect(Object.keys(times)).toEqual(
      expect.arrayContaining([
        'tests/charms/data-integrator/src/requirer.ts',
        'tests/charms/data-integrator/config.yaml',
        'tools/pack/stage.ts',
      ]),
    );
    times['tests/charms/data-integrator/src/requirer.ts']![1] -= 1;
    writeFileSync(stamp(), JSON.stringify(times));
    writeFileSync(join(folder, 'stray'), '');
    await build('data-integrator', target);
    expect(birth(folder)).not.toBe(before);
    expect(existsSync(join(folder, 'stray'))).toBe(false);
  });

  test('replaces it when it was interrupted before its end', async () => {
    const before = birth(folder);
    rmSync(stamp());
    await build('data-integrator', target);
    expect(birth(folder)).not.toBe(before);
  });

  test('is done once when four processes want it at the same time, and leaves nothing beside it', async () => {
    rmSync(folder, { recursive: true });
    const program = `
      const { build } = await import(${JSON.stringify(join(projectFolder, 'tools', 'pack', 'build.ts'))});
      const { statSync, readFileSync } = await import('node:fs');
      const folder = await build('data-integrator', ${JSON.stringify(target)});
      readFileSync(folder + '/lib/charm.cjs');
      const { ino, birthtimeMs } = statSync(folder);
      process.stdout.write(ino + ' ' + birthtimeMs);`;
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => run(packagedNode, ['--input-type=module', '--eval', program], { cwd: target })),
    );
    expect(new Set(answers.map(({ stdout }) => stdout))).toEqual(new Set([birth(folder)]));
    expect(readdirSync(target).sort()).toEqual(['data-integrator', 'data-integrator.json']);
  });
});

describe('what cannot be built', () => {
  test('is named in a sentence: a charm that is not there', async () => {
    await expect(build('mariadb' as 'mongodb', target)).rejects.toThrow(
      'this repository has no charm "mariadb" (only mongodb, mongos and data-integrator)',
    );
  });

  test.each([
    ['does not bundle', "import './absent.ts';", /^the program of charm broken does not bundle: .*broken\.ts:1: Could not resolve/],
    ['runs outside a hook', 'process.exitCode = 0;', /^charm broken does not refuse to run outside a hook \(exit code 0\)$/],
  ])('is named in a sentence: a program that %s', async (_, text, sentence) => {
    const room = join(target, 'broken');
    await mkdir(room, { recursive: true });
    try {
      writeFileSync(join(room, 'broken.ts'), text);
      const parts = { ...charmParts('data-integrator'), name: 'broken', entry: join(room, 'broken.ts') };
      await expect(stage(parts, join(room, 'staged'))).rejects.toThrow(sentence);
    } finally {
      await rm(room, { recursive: true });
    }
  });
});

describe('a program that imports the driver when it comes to it', () => {
  let room: string;
  const dispatch = (hook: string) => run(join(room, 'dispatch'), { cwd: room, env: { ...environment, JUJU_HOOK_NAME: hook } });
  beforeAll(async () => {
    room = join(target, 'lazy');
    const entry = join(import.meta.dirname, 'fixture', 'charm.ts');
    await stage({ ...charmParts('data-integrator'), name: 'lazy', entry }, room);
  });
  afterAll(() => rm(room, { recursive: true, force: true }));

  test('finds it in the bundle, without the packages that it could use besides', async () => {
    expect((await dispatch('start')).stdout).toBe('connect ECONNREFUSED 127.0.0.1:1\n');
  });

  test('runs as it was compiled ahead, whichever folder it lies in', async () => {
    const program = `
      const { readFileSync } = require('node:fs');
      const [cachedData, source] = [readFileSync('lib/charm.cache'), readFileSync('lib/charm.js', 'latin1')];
      process.stdout.write(String(new (require('node:vm').Script)(source, { filename: '/elsewhere', cachedData }).cachedDataRejected));`;
    expect((await run(join(room, 'bin', 'node'), ['--eval', program], { cwd: room, env: environment })).stdout).toBe('false');
  });

  test('runs without that too, as where it was packed for another architecture', async () => {
    rmSync(join(room, 'lib', 'charm.cache'));
    expect((await dispatch('start')).stdout).toBe('connect ECONNREFUSED 127.0.0.1:1\n');
  });

  test('does not load it for another hook', async () => {
    const loaded = async (hook: string) =>
      (
        await run(join(room, 'bin', 'node'), ['--eval', countingLoad, hook], {
          cwd: room,
          env: { ...environment, JUJU_HOOK_NAME: hook },
        })
      ).stdout;
    expect(await loaded('install')).not.toContain('mongodb');
    expect(await loaded('start')).toContain('mongodb');
  });
});

/** Runs the program with a `load` that tells what it is asked for. */
const countingLoad = `
  const { readFileSync } = require('node:fs');
  const run = name => {
    const module = { exports: {} };
    (0, eval)(readFileSync('lib/' + name + '.js', 'latin1'))(require, module, load);
    return module.exports;
  };
  const load = name => (process.stdout.write(name + ' '), run(name));
  run('charm');`;
