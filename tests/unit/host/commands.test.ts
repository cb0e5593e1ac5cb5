// Commands of the machine: what they print, what is said when they fail, and that they come to an end.
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { run } from '../../../src/host/commands.ts';

let room: string;
beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'co-'));
  const used = room;
  onTestFinished(() => rm(used, { recursive: true }));
});

const program = async (text: string): Promise<string> => {
  const path = join(room, 'program');
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
  return path;
};

const timeoutMs = 30_000;

test('a command prints what it was given, word for word, in an environment with what was added', async () => {
  const path = await program('printf "%s|" "$@" "$ADDED" "$HOME"; echo');
  const words = ['a b', '$HOME', '; exit 3', '"', '*'];
  expect(await run(path, words, { timeoutMs, env: { ADDED: 'yes' } })).toBe(`${words.join('|')}|yes|${process.env.HOME}|\n`);
});

test('a command reads nothing from the hook', async () => {
  expect(await run(await program('cat; echo end'), [], { timeoutMs })).toBe('end\n');
});

test.each([
  ['what it wrote to standard error', 'echo out; echo " error: no snap " >&2; exit 3', 'error: no snap'],
  ['its exit code, where it wrote nothing', 'exit 3', 'it ended with 3'],
  ['the signal that ended it', 'kill -9 $$', 'it was ended by SIGKILL'],
])('a command that fails is told with %s', async (_, text, why) => {
  const path = await program(text);
  await expect(run(path, ['a', 'b'], { timeoutMs })).rejects.toThrow(new Error(`cannot run ${path} a b: ${why}`));
});

test('a command that is not there is named', async () => {
  await expect(run('no-such-command', ['a'], { timeoutMs })).rejects.toThrow('cannot run no-such-command a: spawn no-such-command ENOENT');
});

test.each([
  ['does not answer', 'exec sleep 1000'],
  ['does not answer, and has started a program that keeps its output open', 'sleep 1000 & echo $! >"$0.pid"; wait'],
  ['has left behind a program that keeps its output open', 'sleep 1000 & echo $! >"$0.pid"'],
])('a command that %s is given up in time', async (_, text) => {
  const path = await program(text);
  await expect(run(path, [], { timeoutMs: 300 })).rejects.toThrow(`cannot run ${path} : no answer within 0.3 s`);
  const left = await readFile(`${path}.pid`, 'utf8').catch(() => undefined);
  if (left !== undefined) process.kill(Number(left));
});
