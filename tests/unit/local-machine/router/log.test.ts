// The stand-in's log is in the form that mongos writes, so that what reads the one reads the other.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openLog } from '../../../../tools/local-machine/router/log.ts';
import { makeTestFolder } from '../../../support/run-folder.ts';

test('a line tells its time, severity, component, message and attributes, and the last ones are kept', async () => {
  const folder = await makeTestFolder('rl-');
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'mongos.log');
  openLog({ path, append: false }).info('CONTROL', 'before');
  const log = openLog({ path, append: false });
  log.info('NETWORK', 'Listening on', { address: '127.0.0.1' });
  log.warning('SHARDING', 'Cannot reach them');
  log.error('COMMAND', 'It failed', { error: 'x "y"' });
  const lines = (await readFile(path, 'utf8')).split('\n');
  const t = { $date: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) };
  expect(lines.pop()).toBe('');
  expect(lines.map(line => JSON.parse(line))).toEqual([
    { t, s: 'I', c: 'NETWORK ', ctx: 'standin', msg: 'Listening on', attr: { address: '127.0.0.1' } },
    { t, s: 'W', c: 'SHARDING', ctx: 'standin', msg: 'Cannot reach them' },
    { t, s: 'E', c: 'COMMAND ', ctx: 'standin', msg: 'It failed', attr: { error: 'x "y"' } },
  ]);
  expect(log.lines()).toEqual(lines);
  for (let count = 0; count < 2_000; count += 1) log.info('CONTROL', String(count));
  expect(log.lines()).toHaveLength(1_024);
  expect(log.lines().at(-1)).toContain('"1999"');
});
