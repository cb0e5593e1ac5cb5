// The lock between builders: one at a time, and nothing to clean up after one that was killed.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { withLock } from '../../../tools/pack/lock.ts';
import { packagedNode, projectFolder } from '../../support/project.ts';

const lockFile = JSON.stringify(join(projectFolder, 'tools', 'pack', 'lock.ts'));
const name = `${process.pid} ${import.meta.filename}`;

test('lets one after the other work, in this process and in others', async () => {
  let inside = 0;
  const work = async () => {
    inside += 1;
    expect(inside).toBe(1);
    await new Promise(wake => setTimeout(wake, 5));
    inside -= 1;
    return true;
  };
  const other = promisify(execFile)(packagedNode, [
    '--input-type=module',
    '--eval',
    `const { withLock } = await import(${lockFile}); await withLock(${JSON.stringify(name)}, async () => undefined);`,
  ]);
  expect(await Promise.all(Array.from({ length: 8 }, () => withLock(name, work)))).toEqual(Array(8).fill(true));
  await other;
});

test('is free again when the work fails', async () => {
  await expect(withLock(name, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await withLock(name, async () => 'yes')).toBe('yes');
});

test('goes on when the holder is killed', async () => {
  const program = `const { withLock } = await import(${lockFile});
    await withLock(${JSON.stringify(name)}, () => new Promise(() => { process.stdout.write('held'); setInterval(() => undefined, 1000); }));`;
  const holder = spawn(packagedNode, ['--input-type=module', '--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  const order: string[] = [];
  const mine = withLock(name, async () => order.push('mine'));
  setTimeout(() => {
    order.push('killed');
    holder.kill('SIGKILL');
  }, 50);
  await mine;
  expect(order).toEqual(['killed', 'mine']);
});
