// Flags and tables as Go's programs read and print them.
import { expect, test } from 'vitest';
import { fullChannel, revisionOf } from '../../../tools/local-machine/snap-channels.ts';
import { readWords, table } from '../../../tools/local-machine/snap-words.ts';

const known = { channel: 'value', n: 'value', hold: 'optional', enable: 'none', d: 'none' } as const;

test.each([
  { words: ['a', 'b'], flags: {}, names: ['a', 'b'] },
  { words: ['--channel=6/edge', 'a'], flags: { channel: '6/edge' }, names: ['a'] },
  { words: ['--channel', '6/edge', 'a'], flags: { channel: '6/edge' }, names: ['a'] },
  { words: ['--hold', 'a'], flags: { hold: '' }, names: ['a'] },
  { words: ['--hold=2h', 'a'], flags: { hold: '2h' }, names: ['a'] },
  { words: ['a', '--enable'], flags: { enable: 'true' }, names: ['a'] },
  { words: ['-n5', '-d', 'a'], flags: { n: '5', d: 'true' }, names: ['a'] },
  { words: ['-n=5'], flags: { n: '5' }, names: [] },
  { words: ['-n', '5'], flags: { n: '5' }, names: [] },
  { words: ['--', '--enable'], flags: {}, names: ['--enable'] },
  { words: ['a', '-'], flags: {}, names: ['a', '-'] },
])('$words', ({ words, flags, names }) => {
  expect(readWords(words, known)).toEqual({ flags, names });
});

test.each([
  { words: ['--fast'], message: "unknown flag `fast'" },
  { words: ['-x'], message: "unknown flag `x'" },
  { words: ['--d'], message: "unknown flag `d'" },
  { words: ['--enable=yes'], message: "bool flag `--enable' cannot have an argument" },
  { words: ['--channel'], message: "expected argument for flag `--channel'" },
  { words: ['--toString'], message: "unknown flag `toString'" },
])('$words is refused', ({ words, message }) => {
  expect(() => readWords(words, known)).toThrow(message);
});

test('columns are as wide as their widest cell and two blanks, and at least five', () => {
  expect(
    table([
      ['A', 'Long name', 'Z'],
      ['1', 'x', 'last'],
    ]),
  ).toBe('A    Long name  Z\n1    x          last\n');
});

test.each([
  ['stable', undefined, '6/stable'],
  ['edge', '8/beta', '8/edge'],
  ['8', '6/edge', '8/stable'],
  ['latest/edge', undefined, '6/edge'],
  ['6/candidate', undefined, '6/candidate'],
])('channel %s, while on %s, means %s', (asked, current, full) => {
  expect(fullChannel(asked, current)).toBe(full);
  expect(revisionOf(full)).toMatch(/^\d+$/);
});

test.each(['9/edge', '6/nightly', '6/edge/fix', 'nonsense'])('channel %s is refused', asked => {
  expect(() => fullChannel(asked)).toThrow(`snap "charmed-mongodb" is not available on ${asked}`);
});

test('the pinned revision is that of 6/edge', () => {
  expect(revisionOf('6/edge')).toBe('123');
});
