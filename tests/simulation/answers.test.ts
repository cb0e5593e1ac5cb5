// A sample of what strange answers of the database do to the life of a set and of a cluster.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runProgram } from '../support/run-program.ts';

test('strange answers lose nothing and fail no hook', { timeout: 600_000 }, async () => {
  const words = [join(import.meta.dirname, 'answers.ts'), '--runs', '60', '--seed', '1'];
  const { exitCode, all } = await runProgram(process.execPath, words, { all: true });
  expect(all).toMatch(/^60 runs from seed 1: \d{4,} answers of \d{2,} commands were strange, 0 runs failed/m);
  expect(exitCode).toBe(0);
});
