// What lies where the charm's files go when it first looks there: of an older version, of somebody else, or nothing that can be read.
import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { applyHost } from '../../../src/apply/host.ts';
import { openHost, readFiles } from '../../../src/host/host.ts';
import { freeBytesAt } from '../../../src/host/storage.ts';
import { planMachine } from '../../../src/plan/machine.ts';
import { makeTestFolder } from '../../support/run-folder.ts';
import { steady } from '../plan/world.ts';

async function machine() {
  const root = await makeTestFolder('of-');
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const host = openHost(root);
  await mkdir(host.paths.settings, { recursive: true });
  await mkdir(dirname(host.paths.snap), { recursive: true });
  await symlink('123', host.paths.snap);
  return host;
}
const rotate = async () => {};

test("a machine is of Node's architecture in Juju's words; the snap of a local one is the same for all", () => {
  expect(openHost('').architecture).toBe(process.arch === 'x64' ? 'amd64' : process.arch);
  expect(openHost('/somewhere').architecture).toBe('amd64');
});
const steadyText = steady(1).host.config ?? '';

test.each([
  ['is empty', ''],
  [
    'is of an older version',
    'storage:\n  dbPath: /data\n  journal: {enabled: true}\nnet: {port: 27017}\nsecurity: {authorization: enabled}\n',
  ],
  ['is a list', '- a\n- b\n'],
  ['is no YAML', '{{{\0\u0007'],
  ['is JSON', '{"__proto__":{"x":1}}'],
  ['is large', '# \n'.repeat(2_000_000)],
  ['refers to itself', 'a: &a [*a]\n'],
])('a mongod.conf that %s is written anew, and mongod not stopped for that', async (_, text) => {
  const host = await machine();
  await writeFile(host.paths.config, text);
  const { config } = await readFiles(host);
  expect(config).toBe(text);
  const seen = steady(1);
  const { effects } = planMachine({ ...seen, host: { ...seen.host, config: text } });
  expect(effects).toEqual([{ do: 'write-files', config: steadyText }]);
  expect(await applyHost(host, { do: 'write-files', config: steadyText }, rotate)).toEqual({ ok: true });
  expect(await readFile(host.paths.config, 'utf8')).toBe(steadyText);
});

test('a folder in the place of a file is told of, and stays', async () => {
  const host = await machine();
  for (const path of [host.paths.config, host.paths.keyFile, host.paths.routerConfig]) {
    await mkdir(path);
    await writeFile(join(path, 'of-somebody'), 'x');
  }
  expect(await readFiles(host)).toMatchObject({ config: '', keyFile: '', router: { config: '' } });
  const outcome = await applyHost(host, { do: 'write-files', config: 'x', keyFile: 'theKey' }, rotate);
  expect(outcome).toEqual({ ok: false, reason: expect.stringMatching(/^E(ISDIR|NOTEMPTY|EXIST): /) });
  expect(await readdir(host.paths.keyFile)).toEqual(['of-somebody']);
  expect((await readdir(host.paths.settings)).filter(name => name.endsWith('.new'))).toEqual([]);
});

test.skipIf(process.getuid?.() === 0)('a file that may not be read is one to be written', async () => {
  const host = await machine();
  await writeFile(host.paths.config, 'x');
  await chmod(host.paths.config, 0o000);
  expect(await readFiles(host)).toMatchObject({ config: '' });
});

test('what is free is told of a folder, and of none nothing', async () => {
  const { paths } = await machine();
  expect(await freeBytesAt(paths.common)).toBeUndefined();
  await mkdir(paths.common, { recursive: true });
  expect(await freeBytesAt(paths.common)).toBeGreaterThan(0);
});
