// Replies to writes of which a part went to a shard that was not the right one any more.
import { expect, test } from 'vitest';
import { isStale } from '../../../../tools/local-machine/router/errors.ts';
import { nothingSettled, settle, staleFrom } from '../../../../tools/local-machine/router/writes.ts';

test('the first statement that was out of date is found', () => {
  expect(staleFrom({ ok: 1, n: 2 }, isStale)).toBe(undefined);
  expect(staleFrom({ ok: 0, code: 249 }, isStale)).toBe(0);
  expect(staleFrom({ ok: 0, code: 11000 }, isStale)).toBe(undefined);
  expect(staleFrom({ ok: 1, writeErrors: [{ index: 1, code: 11000 }] }, isStale)).toBe(undefined);
  const writeErrors = [
    { index: 1, code: 11000 },
    { index: 5, code: 13388 },
    { index: 4, code: 249 },
  ];
  expect(staleFrom({ ok: 1, writeErrors }, isStale)).toBe(4);
});

test('what was settled in several goes is one reply', () => {
  const first = settle(
    nothingSettled,
    {
      ok: 1,
      n: 3,
      nModified: 2,
      upserted: [{ index: 0, _id: 'a' }],
      writeErrors: [
        { index: 1, code: 11000 },
        { index: 4, code: 249 },
        { index: 5, code: 249 },
      ],
    },
    4,
  );
  expect(first.settled).toBe(4);
  const second = settle(first, { ok: 1, n: 0, nModified: 0, writeErrors: [{ index: 0, code: 249 }] }, 0);
  expect(second.settled).toBe(4);
  const { reply } = settle(second, {
    ok: 1,
    n: 2,
    nModified: 1,
    upserted: [{ index: 1, _id: 'b' }],
    writeErrors: [{ index: 2, code: 11000 }],
    opTime: 'the last',
  });
  expect(reply).toEqual({
    ok: 1,
    n: 5,
    nModified: 3,
    upserted: [
      { index: 0, _id: 'a' },
      { index: 5, _id: 'b' },
    ],
    writeErrors: [
      { index: 1, code: 11000 },
      { index: 6, code: 11000 },
    ],
    opTime: 'the last',
  });
});

test('an insert has no count of changes, and a write concern that was not fulfilled is not forgotten', () => {
  const first = settle(nothingSettled, { ok: 1, n: 1, writeConcernError: { code: 64 } }, 1);
  expect(settle(first, { ok: 1, n: 1 }).reply).toEqual({ ok: 1, n: 2, writeConcernError: { code: 64 } });
});
