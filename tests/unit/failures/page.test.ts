// The table of failures, from figures made up for the purpose.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { replaceBetween, tellFailures } from '../../../tools/failures/page.ts';
import { projectFolder } from '../../support/project.ts';

const figures = (seconds: number, lost = 0) => {
  const spread = { median: seconds * 1000, low: seconds * 900, high: seconds * 1100 };
  return { pauseMs: spread, healedMs: spread, confirmed: 100, lost };
};
const measured = { at: '2026-11-25T15:00:00.000Z', computer: '2 × something' };

test('each failure stands beside the floor, where there is one, and the lost writes are counted', () => {
  const rows = [
    { key: 'kill', name: 'kill', charm: figures(6), floor: figures(5) },
    { key: 'agents', name: 'agents', charm: figures(1, 2) },
  ];
  const text = tellFailures({ rounds: 3, rows, measured });
  expect(text).toContain('| kill | 6.0 (5.4–6.6) | 5.0 (4.5–5.5) | 6.0 (5.4–6.6) | 5.0 (4.5–5.5) | 100 | 0 |');
  expect(text).toContain('| agents | 1.0 (0.9–1.1) | – | 1.0 (0.9–1.1) | – | 100 | 2 |');
  expect(text).toContain("Of 200 writes that were confirmed to the client of the charm's set, 2 were lost.");
});

test('the page keeps all but what stands between its marks', async () => {
  const page = await readFile(join(projectFolder, 'docs', 'reliability.md'), 'utf8');
  const once = replaceBetween(page, 'a table\n');
  expect(once).toContain('\n\na table\n\n');
  expect(replaceBetween(once, 'a table\n')).toBe(once);
  expect(once.slice(0, 500)).toBe(page.slice(0, 500));
  expect(once.slice(-300)).toBe(page.slice(-300));
  expect(replaceBetween(page, 'a table\n', 'proof')).toContain('\n\na table\n\n<!-- end of what npm run proof writes -->');
  expect(() => replaceBetween('# No marks', '')).toThrow('the page has no');
});
