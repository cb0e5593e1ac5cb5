// A sample of `npm run simulate`. Whoever changes the charm tries thousands.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const program = join(import.meta.dirname, 'simulate.ts');
const simulate = (...words: string[]) =>
  promisify(execFile)(process.execPath, [program, ...words], { maxBuffer: 1 << 26 }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string; stderr: string }) => ({ code: error.code, stdout: error.stdout + error.stderr }),
  );

test('random histories keep every promise', { timeout: 600_000 }, async () => {
  const { code, stdout } = await simulate('--histories', '80', '--seed', '1', '--workers', '1');
  expect(stdout).toMatch(/^80 histories from seed 1: \d{4,} hooks, \d{5,} outward calls, 0 failed/m);
  expect(code).toBe(0);
});
