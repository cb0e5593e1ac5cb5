// `npm run demo` without a terminal: to its end, interrupted, and with a wrong word. It leaves nothing in any case.
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runJuju } from '../../support/model.ts';
import { deployPackedCharms } from '../../support/packed.ts';
import { packagedNode, projectFolder } from '../../support/project.ts';
import { makeTestFolder } from '../../support/run-folder.ts';
import { until } from '../../support/until.ts';
import { routerName } from '../router/cluster.ts';

type Demo = { process: ChildProcess; text(): string; ended: Promise<number | null> };

let folder: string;
beforeAll(deployPackedCharms);
beforeEach(async () => {
  folder = await makeTestFolder('d-');
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));

const start = (...words: string[]): Demo => {
  const program = join(projectFolder, 'tools', 'demo', 'demo.ts');
  const env = { ...process.env, TMPDIR: folder, COLUMNS: '200' };
  const child = spawn(packagedNode, [program, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', piece => (text += piece));
  return { process: child, text: () => text, ended: new Promise(settle => child.on('close', code => settle(code))) };
};

describe('the demo', () => {
  test('tells its story to the end, and clears away', async () => {
    const demo = start();
    expect(await demo.ended, demo.text()).toBe(0);
    const text = demo.text();
    for (const line of [
      '$ juju deploy mongodb -n 3',
      '$ juju integrate mongodb data-integrator',
      'wrote a document into shop.orders and read it back: {"item":"lamp","pieces":2}',
      '✓ the old password is refused, the new one works, and the application goes on writing',
      'took over; the application waited',
      'can no longer log in: ',
      '✓ no process and no file is left',
    ]) {
      expect(text).toContain(line);
    }
    expect(text).toMatch(/all (\d{3,}) confirmed documents are there/);
    expect(text).not.toContain('\x1b');
    expect(readdirSync(folder)).toEqual([]);
  });

  test(`tells of a sharded cluster too, with ${routerName}`, async () => {
    const demo = start('sharded');
    expect(await demo.ended, demo.text()).toBe(0);
    const text = demo.text();
    for (const line of [
      '$ juju deploy mongodb config-server --config role=config-server',
      '$ juju integrate config-server mongos',
      'reads and writes both through its router',
      '✓ the old password is refused, the new one works on every server; ',
      "can no longer log in, not even at the config server's router: ",
      '✓ the router beside the application has ended',
      '✓ what it wrote into shop and archive is still there',
      '✓ no process and no file is left',
    ]) {
      expect(text).toContain(line);
    }
    const [, home, other] = /✓ shop lives on (shard-[ab]), archive on (shard-[ab]);/.exec(text) ?? [];
    expect(text).toContain(`✓ ${home} is empty, and shop lives on ${other}\n`);
    expect(text).toMatch(/✓ all \d{3,} documents that were confirmed are there/);
    expect(readdirSync(folder)).toEqual([]);
  }, 300_000);

  test('clears away when it is interrupted', async () => {
    const demo = start();
    await until('units to be there', () => demo.text().includes('$ juju deploy data-integrator'), 60_000);
    await until('a data folder', () => readdirSync(folder).length > 0, 60_000);
    demo.process.kill('SIGINT');
    expect(await demo.ended, demo.text()).toBe(130);
    expect(demo.text()).toMatch(/Interrupted\.\nNo process and no file of it is left\.\n$/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('leaves the model up with --keep, and says how to go on', async () => {
    const demo = start('--keep');
    try {
      expect(await demo.ended, demo.text()).toBe(0);
      const data = /export JUJU_DATA=(\S+)/.exec(demo.text())?.[1];
      expect(data).toBe(join(folder, readdirSync(folder)[0] ?? ''));
      const { stdout } = await runJuju(data!, ['status', '--format=json'], {});
      expect(Object.keys(JSON.parse(stdout).applications)).toEqual(['data-integrator', 'mongodb']);
      const line = /npx juju (destroy-model .*)/.exec(demo.text())?.[1];
      expect((await runJuju(data!, line!.split(' '), {})).code).toBe(0);
    } finally {
      const flags = ['--no-prompt', '--force', '--no-wait', '--destroy-storage'];
      for (const name of readdirSync(folder)) await runJuju(join(folder, name), ['destroy-model', ...flags, 'demo'], {});
    }
  });

  test('refuses a word that it does not know', async () => {
    const demo = start('--kept');
    expect(await demo.ended).toBe(2);
    expect(demo.text()).toContain('There is no --kept.');
  });
});
