// A sample of what strange answers of the database do to the life of a set and of a cluster.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('strange answers lose nothing and fail no hook', { timeout: 600_000 }, async () => {
  const words = [join(import.meta.dirname, 'answers.ts'), '--runs', '60', '--seed', '1'];
  const { code, stdout } = await promisify(execFile)(process.execPath, words, { maxBuffer: 1 << 26 }).then(
    ended => ({ code: 0, stdout: ended.stdout }),
    (error: { code: number; stdout: string; stderr: string }) => ({ code: error.code, stdout: error.stdout + error.stderr }),
  );
  expect(stdout).toMatch(/^60 runs from seed 1: \d{4,} answers of \d{2,} commands were strange, 0 runs failed/m);
  expect(code).toBe(0);
});
