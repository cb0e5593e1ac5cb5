// One line of /etc/environment is ours; every other stays as it is.
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readVariable, setVariable, withVariable } from '../../../src/host/environment.ts';

describe('the text', () => {
  test.each([
    ['an empty file', '', 'MONGOS_ARGS="--config /a"\n'],
    ['other variables', 'PATH="/bin"\nA=1\n', 'PATH="/bin"\nA=1\nMONGOS_ARGS="--config /a"\n'],
    ['no end of the last line', 'A=1', 'A=1\nMONGOS_ARGS="--config /a"\n'],
    ['ours with another value', 'MONGOS_ARGS="--old"\nA=1\n', 'A=1\nMONGOS_ARGS="--config /a"\n'],
    ['ours twice', 'MONGOS_ARGS=1\nA=1\nMONGOS_ARGS=2\n', 'A=1\nMONGOS_ARGS="--config /a"\n'],
    [
      'names that only begin or end like it',
      'MONGOS_ARGS_2=x\nMY_MONGOS_ARGS=y\n',
      'MONGOS_ARGS_2=x\nMY_MONGOS_ARGS=y\nMONGOS_ARGS="--config /a"\n',
    ],
    ['comments and empty lines', '# MONGOS_ARGS=no\n\nA=1\n', '# MONGOS_ARGS=no\n\nA=1\nMONGOS_ARGS="--config /a"\n'],
  ])('%s', (_, before, after) => {
    expect(withVariable(before, 'MONGOS_ARGS', '--config /a')).toBe(after);
    expect(readVariable(after, 'MONGOS_ARGS')).toBe('--config /a');
    expect(readVariable(withVariable(after, 'MONGOS_ARGS', undefined), 'MONGOS_ARGS')).toBeUndefined();
  });
});

test('the file keeps its mode, and is not written when it is right already', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'environment-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'environment');
  await setVariable(path, 'B', undefined); // nothing to take away from nothing
  await expect(stat(path)).rejects.toThrow('ENOENT');
  await writeFile(path, 'A=1\n', { mode: 0o644 });
  await setVariable(path, 'B', 'two words');
  expect(await readFile(path, 'utf8')).toBe('A=1\nB="two words"\n');
  const { ino, mode } = await stat(path);
  expect(mode & 0o777).toBe(0o644);
  await setVariable(path, 'B', 'two words');
  expect((await stat(path)).ino).toBe(ino);
  await setVariable(path, 'B', undefined);
  expect(await readFile(path, 'utf8')).toBe('A=1\n');
});
