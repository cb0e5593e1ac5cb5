// The packed charms: what they are made of, what Juju takes out of them, and that they run.
import { execFile } from 'node:child_process';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build } from '../../../tools/pack/build.ts';
import { charmParts } from '../../../tools/pack/charms.ts';
import { packagedNode, strip } from '../../../tools/pack/node.ts';
import { filesOf } from '../../../tools/pack/pack.ts';
import { stage } from '../../../tools/pack/stage.ts';
import { zip } from '../../../tools/pack/zip.ts';
import { withMongo } from '../../support/client.ts';
import { openModel, type TestModel } from '../../support/model.ts';
import { packedCharms, released } from '../../support/packed.ts';
import { makeTestFolder } from '../../support/run-folder.ts';
import { calm, routerCredentials, untilCalm } from '../sharding/world.ts';
import { contentOf } from './content.ts';

const run = promisify(execFile);

let packed: string;
let room: string;
beforeAll(async () => {
  packed = await packedCharms();
  room = await makeTestFolder('ch-');
}, 300_000);
afterAll(() => rm(room, { recursive: true, force: true }));

describe.each(released)('%s.charm', name => {
  test('holds what was built', async () => {
    expect(await contentOf(join(packed, name))).toEqual(await contentOf(await build(name)));
    expect((await readdir(join(packed, name))).sort()).toEqual(
      [
        'LICENSE',
        'THIRD-PARTY-LICENSES',
        'actions.yaml',
        'bin',
        'config.yaml',
        'dispatch',
        'icon.svg',
        'lib',
        'manifest.yaml',
        'metadata.yaml',
        'version',
      ].sort(),
    );
  });

  test('names the licence of Node, with all that Node is made from, and of each package in the program', async () => {
    const licences = await readFile(join(packed, name, 'THIRD-PARTY-LICENSES'), 'utf8');
    const node = await readFile(join(packagedNode, '../../LICENSE'), 'utf8');
    for (const part of ['V8', 'OpenSSL', 'ICU', 'libuv']) expect(node).toContain(`- ${part}, `);
    expect(licences).toContain(node.trimEnd());
    const named = licences.match(/(?<=^={80}\n).*(?=\n={80}$)/gm)?.map(title => title.replace(/ .*/, ''));
    // esbuild writes above each module which file it is.
    const programs = (await filesOf(join(packed, name, 'lib'))).filter(({ path }) => path.endsWith('.js'));
    const modules = programs.flatMap(({ bytes }) => bytes.toString().match(/(?<=^ *\/\/ (substitute:)?node_modules\/).*(?=\/)/gm) ?? []);
    const inside = modules.map(path => /(?:@[^/]+\/)?[^/]+/.exec(path.split('node_modules/').at(-1)!)![0]);
    expect(inside).toEqual(expect.arrayContaining(['mongodb', 'bson', 'execa', 'pino']));
    expect(named).toEqual([`node-linux-${process.arch}`, ...[...new Set(inside)].sort()]);
  });

  test('has the same bytes when it is staged anew in another folder', async () => {
    const again = join(room, name);
    await stage(charmParts(name), again);
    expect(await contentOf(again)).toEqual(await contentOf(join(packed, name)));
    expect((await zip(await filesOf(again))).equals(await readFile(join(packed, `${name}.charm`)))).toBe(true);
  });

  test('does not run outside a hook, and says so', async () => {
    const outside = run('/usr/bin/env', ['-i', 'PATH=/usr/bin:/bin', './dispatch'], { cwd: join(packed, name) });
    await expect(outside).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('JUJU_UNIT_NAME') });
  });
});

test('Python’s zip reader finds nothing wrong with the archive', async () => {
  const program = 'import sys, zipfile; print(zipfile.ZipFile(sys.argv[1]).testzip())';
  expect((await run('python3', ['-c', program, join(packed, 'mongos.charm')])).stdout).toBe('None\n');
});

test('a Node without its sections runs as before; what is no program is refused', async () => {
  const [file] = await filesOf(join(packed, 'mongodb', 'bin'));
  const { size } = await stat(packagedNode);
  expect(file?.bytes.length).toBeLessThan(size * 0.9);
  const program = "const { createHash } = require('node:crypto'); console.log(createHash('sha256').update('x').digest('hex'))";
  const answers = await Promise.all([packagedNode, join(packed, 'mongodb', 'bin', 'node')].map(node => run(node, ['-e', program])));
  expect(answers[1]?.stdout).toBe(answers[0]?.stdout);
  expect(() => strip(Buffer.from('#!/bin/sh\n'.repeat(10)))).toThrow('node is not a 64-bit ELF file');
});

describe('deployed from their files', () => {
  let model: TestModel;
  const client = 'data-integrator';
  const folderOf = async (unit: string): Promise<string> => (await model.juju('exec', '--unit', unit, '--', 'pwd')).trim();
  beforeAll(async () => {
    model = await openModel();
  });
  afterAll(() => model?.close());

  test('the two make up a sharded cluster that serves a client, and each unit has what the archive holds', async () => {
    const mongodb = join(packed, 'mongodb.charm');
    await model.juju('deploy', mongodb, 'config-server', '--config', 'role=config-server');
    await model.juju('deploy', mongodb, 'shard-a', '--config', 'role=shard');
    await model.juju('deploy', join(packed, 'mongos.charm'));
    await model.juju('deploy', client, '--config', 'database-name=shop');
    await model.juju('integrate', 'config-server:config-server', 'shard-a:sharding');
    await model.juju('integrate', 'mongos', client);
    await model.juju('integrate', 'config-server', 'mongos');
    await untilCalm(model, 'config-server', 'shard-a', 'mongos', client);
    const { uris } = await routerCredentials(model);
    await withMongo(uris, async driver => {
      const orders = driver.db('shop').collection('orders');
      await orders.insertOne({ item: 'lamp' });
      expect(await orders.countDocuments()).toBe(1);
    });
    for (const [unit, name] of [
      ['config-server/0', 'mongodb'],
      ['mongos/0', 'mongos'],
    ] as const) {
      expect(await contentOf(await folderOf(unit))).toMatchObject(await contentOf(join(packed, name)));
    }
  });

  test('by name, the tests deploy the same: it shares the big files with what was packed', async () => {
    await model.juju('deploy', 'mongodb', 'named');
    await model.waitFor('it to be active', status => calm(status, 'named'));
    const [used, shipped] = await Promise.all(
      [await folderOf('named/0'), join(packed, 'mongodb')].map(folder => stat(join(folder, 'bin', 'node'))),
    );
    expect(used?.ino).toBe(shipped?.ino);
  });
});
