// The tables of `npm run proof`, from figures made up for the purpose.
import { expect, test } from 'vitest';
import { tellProofs } from '../../proof/page.ts';
import type { Row } from '../../proof/prove.ts';

const row = (driver: Row['driver'], way: Row['way'], more: Partial<Row> = {}): Row => ({
  operation: 'rotate-all',
  client: 'v1',
  driver,
  way,
  acknowledged: 100,
  failed: 0,
  refused: 0,
  whileRemoved: 0,
  lost: 0,
  old: 'refused',
  ...more,
});

test('one line for each operation and client, a column for each driver that could be had, and what failed is not hidden', () => {
  const text = tellProofs({
    'replica-set': {
      drivers: { node: 'Node 1', go: 'Go 2' },
      members: 3,
      router: 'a `mongos`',
      rows: [
        row('node', 'follows'),
        row('node', 'keeps', { failed: 3, refused: 2 }),
        row('go', 'follows', { lost: 1 }),
        row('go', 'keeps', { whileRemoved: 4, old: 'accepted' }),
      ],
      measured: { at: '2026-11-25T15:00:00.000Z', computer: '2 × something' },
    },
  });
  expect(text).toContain('### Replica set');
  expect(text).not.toContain('Python');
  expect(text).toContain('| `rotate-client-password` | v1 | 200 | 200 | 3 | 2 | 1 | 4 | refused, accepted |');
  expect(text).toContain('On a set of 3: 400 writes were acknowledged, 3 failed and 1 were lost.');
  expect(tellProofs({})).toBe('');
});
