// The first half of the set-up, on a small copy of the repository with a script in npm's place: when packages are installed, and what is said.
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeTestFolder } from '../../support/run-folder.ts';
import { runProgram } from '../../support/run-program.ts';

const repository = join(import.meta.dirname, '../../..');
const packages = {
  '': { name: 'small' },
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/for-another-computer': { version: '1.0.0', optional: true },
};

const clone = async () => {
  const folder = await makeTestFolder('p');
  onTestFinished(() => rm(folder, { recursive: true }));
  await cp(join(repository, 'tools/setup'), join(folder, 'tools/setup'), { recursive: true });
  await mkdir(join(folder, 'tools/local-machine'));
  await cp(join(repository, 'tools/local-machine/binaries.ts'), join(folder, 'tools/local-machine/binaries.ts'));
  await writeFile(join(folder, 'package.json'), '{"type": "module"}');
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ packages }));
  await writeFile(join(folder, 'mongod'), '#!/bin/sh\necho "db version v6.0.9"\n', { mode: 0o755 });
  // In npm's place: notes its words, and installs the Node that runs these tests.
  await writeFile(
    join(folder, 'npm.mjs'),
    `import { appendFileSync, mkdirSync, symlinkSync, writeFileSync, rmSync } from 'node:fs';
    appendFileSync('npm-calls', process.argv.slice(2).join(' ') + '\\n');
    if (process.env.NPM_FAILS) { console.error('npm error code ENOTFOUND'); process.exit(1); }
    rmSync('node_modules', { recursive: true, force: true });
    mkdirSync('node_modules/.bin', { recursive: true });
    if (!process.env.NPM_OMITS) symlinkSync(${JSON.stringify(process.execPath)}, 'node_modules/.bin/node');
    const { '': _, 'node_modules/for-another-computer': __, ...packages } = ${JSON.stringify(packages)};
    writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages }));`,
  );
  const setUp = async (more: Record<string, string> = {}, ...words: string[]) => {
    const env = { PATH: '/usr/bin:/bin', HOME: folder, MONGOD: join(folder, 'mongod'), npm_execpath: join(folder, 'npm.mjs'), ...more };
    const command = [join(folder, 'tools/setup/setup.mjs'), ...words];
    const { exitCode: code, stdout, stderr } = await runProgram(process.execPath, command, { env, extendEnv: false, timeout: 60_000 });
    return { code, stdout, stderr };
  };
  const npmCalls = async () => (await readFile(join(folder, 'npm-calls'), 'utf8').catch(() => '')).split('\n').filter(Boolean);
  return { folder, setUp, npmCalls };
};

const ready = `Ready: Node ${process.versions.node}, mongod 6.0.9`;

test('packages are installed once, from the lock file and without running their scripts', async () => {
  const { setUp, npmCalls } = await clone();
  const first = await setUp();
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect(first.stdout).toMatch(new RegExp(`^Installing the npm packages of package-lock.json .*\\n${ready} .*\\n$`));
  expect((await npmCalls())[0]).toMatch(/^ci --ignore-scripts /);
  const second = await setUp();
  expect(second.stdout).toMatch(new RegExp(`^${ready} .*\\n$`));
  expect(await npmCalls()).toHaveLength(1);
});

test('who only packs is given the packages, and no mongod is asked for', async () => {
  const { setUp, npmCalls } = await clone();
  const { code, stdout, stderr } = await setUp({ MONGOD: '/absent/mongod' }, 'packages');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^Installing the npm packages of package-lock.json .*\n$/);
  expect(await npmCalls()).toHaveLength(1);
  expect(await setUp({ MONGOD: '/absent/mongod' }, 'packages')).toEqual({ code: 0, stdout: '', stderr: '' });
});

test.each([
  ['another version is wanted', { ...packages, 'node_modules/a': { version: '1.0.1', integrity: 'sha512-a' } }],
  ['another file is wanted', { ...packages, 'node_modules/a': { version: '1.0.0', integrity: 'sha512-b' } }],
  ['a package is missing', { ...packages, 'node_modules/b': { version: '1.0.0' } }],
  ['a package is no longer wanted', { '': { name: 'small' } }],
])('they are installed again when %s', async (_, changed) => {
  const { folder, setUp, npmCalls } = await clone();
  await setUp();
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ packages: changed }));
  expect(await setUp()).toMatchObject({ code: 0 });
  expect(await npmCalls()).toHaveLength(2);
});

test('what npm says when it fails is shown, in a sentence and without a trace', async () => {
  const { setUp } = await clone();
  expect(await setUp({ NPM_FAILS: '1' })).toMatchObject({
    code: 1,
    stderr: 'Setup cannot go on: npm could not install the packages.\n  npm error code ENOTFOUND\n',
  });
  expect((await setUp({ NPM_OMITS: '1' })).stderr).toContain('npm left out the packaged Node: optional packages must be allowed');
});

test('without npm it says so', async () => {
  const { folder, setUp } = await clone();
  await mkdir(join(folder, 'empty'));
  await symlink('/usr/bin/env', join(folder, 'empty/env'));
  expect((await setUp({ npm_execpath: '', PATH: join(folder, 'empty') })).stderr).toBe(
    'Setup cannot go on: npm is not to be found. Install Node 20 or later together with npm.\n',
  );
});
