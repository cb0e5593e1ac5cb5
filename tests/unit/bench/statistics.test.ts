// What the bench makes of many figures.
import { describe, expect, test } from 'vitest';
import { lineThrough, spreadOf } from '../../../tools/bench/statistics.ts';

describe('the median and the quartiles', () => {
  test.each([
    [[5], { median: 5, low: 5, high: 5 }],
    [[4, 1, 3, 2], { median: 2.5, low: 1.75, high: 3.25 }],
    [[9, 1, 5, 3, 7], { median: 5, low: 3, high: 7 }],
  ])('of %j', (values, spread) => expect(spreadOf(values)).toEqual(spread));

  test('of nothing are none', () => expect(() => spreadOf([])).toThrow('no figures'));
});

describe('a line', () => {
  test('through points that lie on one explains all of them', () => {
    const { base, slope, fit } = lineThrough([
      [1, 12],
      [3, 16],
      [50, 110],
    ]);
    expect([base, slope, fit].map(one => Math.round(one * 1e9) / 1e9)).toEqual([10, 2, 1]);
  });

  test('through points that bend explains less', () => {
    const squares = [1, 2, 3, 4, 5, 6].map(x => [x, x * x] as const);
    const { fit } = lineThrough(squares);
    expect(fit).toBeGreaterThan(0.9);
    expect(fit).toBeLessThan(0.99);
  });

  test('through points at one place is none', () =>
    expect(() =>
      lineThrough([
        [2, 1],
        [2, 3],
      ]),
    ).toThrow('two places'));
});
