// The packed charms: what they are made of, what Juju takes out of them, and that they run.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unzip } from '../../../tools/local-juju/engine/unzip.ts';
import { build } from '../../../tools/pack/build.ts';
import { type CharmName, charmParts } from '../../../tools/pack/charms.ts';
import { packagedNode, strip } from '../../../tools/pack/node.ts';
import { filesOf, pack } from '../../../tools/pack/pack.ts';
import { stage } from '../../../tools/pack/stage.ts';
import { openModel, type TestModel } from '../../support/model.ts';
import { makeTestFolder } from '../../support/run-folder.ts';
import { unitsOf } from '../../support/status.ts';

const run = promisify(execFile);
const released: CharmName[] = ['mongodb', 'mongos'];

let room: string;
beforeAll(async () => {
  room = await makeTestFolder('ch-');
  for (const name of released) {
    await writeFile(join(room, `${name}.charm`), await pack(name));
    await unzip(join(room, `${name}.charm`), join(room, name));
  }
}, 120_000);
afterAll(() => rm(room, { recursive: true, force: true }));

/** What tells one charm from another: each file's path, mode and content. */
const contentOf = async (folder: string): Promise<Record<string, string>> => {
  const files = await filesOf(folder);
  const lines = files.map(
    ({ path, mode, bytes }) => [path, `${mode.toString(8)} ${createHash('sha256').update(bytes).digest('hex')}`] as const,
  );
  return Object.fromEntries(lines.sort(([a], [b]) => (a < b ? -1 : 1)));
};

describe.each(released)('%s.charm', name => {
  test('holds what was built, which is what the tests deploy', async () => {
    expect(await contentOf(join(room, name))).toEqual(await contentOf(await build(name)));
    expect((await readdir(join(room, name))).sort()).toEqual(
      ['LICENSE', 'actions.yaml', 'bin', 'config.yaml', 'dispatch', 'icon.svg', 'lib', 'manifest.yaml', 'metadata.yaml', 'version'].sort(),
    );
  });

  test('has the same content when it is staged anew in another folder', async () => {
    const again = join(room, `${name}-again`);
    await stage(charmParts(name), again);
    expect(await contentOf(again)).toEqual(await contentOf(join(room, name)));
  });

  test('runs with nothing in its environment, writes nothing, and needs no right to write', async () => {
    const before = await contentOf(join(room, name));
    const outside = (words: string[]) =>
      run('/usr/bin/env', ['-i', 'PATH=/usr/bin:/bin', ...words, './dispatch'], { cwd: join(room, name) }).catch(error => error);
    expect(await outside([])).toMatchObject({ code: 1, stderr: expect.stringContaining('JUJU_UNIT_NAME') });
    expect(await contentOf(join(room, name))).toEqual(before);
    if (process.getuid?.() !== 0) return;
    // Another user may not even read the folder of the tests, so it gets a copy of its own.
    const copy = join('/tmp', `${name}-${process.pid}`);
    try {
      await cp(join(room, name), copy, { recursive: true });
      const nobody = await run(join(copy, 'dispatch'), { cwd: copy, env: { PATH: '/usr/bin:/bin' }, uid: 65_534, gid: 65_534 }).catch(
        error => error,
      );
      expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining('JUJU_UNIT_NAME') });
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  });
});

test('a charm that is packed again has the same bytes', async () => {
  const [one, two] = await Promise.all([readFile(join(room, 'mongos.charm')), pack('mongos')]);
  expect(two.equals(one)).toBe(true);
});

test('Python’s zip reader finds nothing wrong with the archive', async () => {
  const program = 'import sys, zipfile; print(zipfile.ZipFile(sys.argv[1]).testzip())';
  expect((await run('python3', ['-c', program, join(room, 'mongos.charm')])).stdout).toBe('None\n');
});

test('a Node without its sections runs as before; what is no program is refused', async () => {
  const [file] = await filesOf(join(room, 'mongodb', 'bin'));
  const { size } = await stat(packagedNode);
  expect(file?.bytes.length).toBeLessThan(size * 0.9);
  const program = "const { createHash } = require('node:crypto'); console.log(createHash('sha256').update('x').digest('hex'))";
  const answers = await Promise.all([packagedNode, join(room, 'mongodb', 'bin', 'node')].map(node => run(node, ['-e', program])));
  expect(answers[1]?.stdout).toBe(answers[0]?.stdout);
  expect(() => strip(Buffer.from('#!/bin/sh\n'.repeat(10)))).toThrow('node is not a 64-bit ELF file');
});

describe('deployed from the file', () => {
  let model: TestModel;
  beforeAll(async () => {
    model = await openModel();
  });
  afterAll(() => model?.close());

  test('mongodb starts, and its unit has what the archive holds', async () => {
    await model.juju('deploy', join(room, 'mongodb.charm'));
    await model.waitFor('the unit to be active', status =>
      Object.values(unitsOf(status, 'mongodb')).some(unit => unit['workload-status'].current === 'active'),
    );
    const folder = (await model.juju('exec', '--unit', 'mongodb/0', '--', 'pwd')).trim();
    expect(await contentOf(folder)).toMatchObject(await contentOf(join(room, 'mongodb')));
  });
});
