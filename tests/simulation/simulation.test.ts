// A sample of `npm run simulate`. Whoever changes the charm tries thousands.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runProgram } from '../support/run-program.ts';

const program = join(import.meta.dirname, 'simulate.ts');
const simulate = async (...words: string[]) => {
  const { exitCode: code, all: stdout } = await runProgram(process.execPath, [program, ...words], { all: true });
  return { code, stdout };
};

test('random histories keep every promise', { timeout: 600_000 }, async () => {
  const { code, stdout } = await simulate('--histories', '60', '--seed', '1', '--workers', '1');
  expect(stdout).toMatch(/^60 histories from seed 1: \d{4,} hooks, \d{5,} outward calls, 0 failed/m);
  expect(code).toBe(0);
});

test('histories that failed once', { timeout: 600_000 }, async () => {
  const { code, stdout } = await simulate('--found', '--workers', '1');
  expect(stdout).toMatch(/^[1-9]\d* histories that failed once: 0 failed/m);
  expect(code).toBe(0);
});

test('a sample of the crash points: the end is as without the crash', { timeout: 600_000 }, async () => {
  const { code, stdout } = await simulate('--crashes', '--every', '250', '--seed', '11', '--workers', '1');
  expect(stdout).toMatch(/^\d{5,} crash points in 21 phases with \d{5,} outward calls: \d{2,} played, 0 failed/m);
  expect(code).toBe(0);
});
