// Pure text: tables, times, ports, names, sizes, YAML words.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sizeText } from '../../../../tools/local-juju/commands/status/storage.ts';
import { isApplicationName, isUnitName, naturally } from '../../../../tools/local-juju/commands/text/names.ts';
import { groupPorts, openPorts } from '../../../../tools/local-juju/commands/text/ports.ts';
import { layTable } from '../../../../tools/local-juju/commands/text/table.ts';
import {
  ageOf,
  clockTime,
  durationMs,
  goTime,
  stampTime,
  statusTime,
  wholeSecond,
} from '../../../../tools/local-juju/commands/text/times.ts';
import { yamlValue } from '../../../../tools/local-juju/commands/text/yaml-value.ts';
import { ports } from './world.ts';

describe('tables', () => {
  test('the last cell of a row neither counts nor is padded; an empty one keeps the blanks before it', () => {
    expect(
      layTable([
        ['A', 'B', 'C'],
        ['long', 'b', 'a long message'],
        ['x', 'y', ''],
      ]),
    ).toBe('A     B  C\nlong  b  a long message\nx     y  \n');
  });
  test('right-aligned columns', () => {
    expect(
      layTable(
        [
          ['App', 'Scale', 'X'],
          ['a', '2', 'x'],
        ],
        { right: [1] },
      ),
    ).toBe('App  Scale  X\na        2  x\n');
  });
  test('colour does not change the width', () => {
    const rows = [
      ['S', 'M'],
      [{ text: 'active', colour: 'green' as const }, 'm'],
    ];
    expect(layTable(rows)).toBe('S       M\nactive  m\n');
    expect(layTable(rows, { colour: true })).toBe('S       M\n\u001b[32mactive\u001b[0m  m\n');
  });
});

describe('times', () => {
  const winter = '2026-11-23T08:07:05.123Z';
  const rows: [string, string, string, string, string][] = [
    ['UTC', '08:07:05', '08:07:05Z', '23 Nov 2026 08:07:05Z', '2026-11-23 08:07:05 +0000 UTC'],
    ['Europe/Berlin', '09:07:05', '09:07:05+01:00', '23 Nov 2026 09:07:05+01:00', '2026-11-23 09:07:05 +0100 CET'],
    ['America/St_Johns', '04:37:05', '04:37:05-03:30', '23 Nov 2026 04:37:05-03:30', '2026-11-23 04:37:05 -0330 -0330'],
  ];
  test.each(rows)('in %s', (zone, clock, stamp, status, go) => {
    expect([clockTime(winter, zone), stampTime(winter, zone), statusTime(winter, zone), goTime(winter, zone)]).toEqual([
      clock,
      stamp,
      status,
      go,
    ]);
  });
  test('in UTC whatever the zone', () => {
    expect(statusTime(winter, 'Europe/Berlin', true)).toBe('2026-11-23 08:07:05Z');
    expect(wholeSecond(winter)).toEqual(new Date('2026-11-23T08:07:05Z'));
  });
  const ages: [number, string][] = [
    [0, 'just now'],
    [1, 'just now'],
    [2, '2 seconds ago'],
    [59, '59 seconds ago'],
    [60, '1 minute ago'],
    [3599, '59 minutes ago'],
    [3600, '1 hour ago'],
    [7300, '2 hours ago'],
    [86400, '2026-11-23'],
  ];
  test.each(ages)('%d seconds', (seconds, text) => {
    expect(ageOf(winter, new Date(Date.parse(winter) + seconds * 1000).toISOString())).toBe(text);
  });
  const durations: [string, number | undefined][] = [
    ['90s', 90_000],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
    ['0', 0],
    ['10m0s', 600_000],
    ['', undefined],
    ['5', undefined],
    ['s', undefined],
    ['1d', undefined],
  ];
  test.each(durations)('duration %s', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });
});

describe('ports', () => {
  const rows: [string[], string[], string][] = [
    [
      ['27017', '8080-8082/tcp', '8081/udp', '53/udp'],
      ['8080-8082/tcp', '27017/tcp', '53/udp', '8081/udp'],
      '27017,8080-8082/tcp 53,8081/udp',
    ],
    [['81', '80'], ['80/tcp', '81/tcp'], '80-81/tcp'],
    [['9', '10', '12'], ['9/tcp', '10/tcp', '12/tcp'], '12,9-10/tcp'],
    [['80', '80'], ['80/tcp'], '80/tcp'],
    [['0/icmp', '80'], ['icmp', '80/tcp'], 'icmp 80/tcp'],
    [[], [], ''],
  ];
  test.each(rows)('%j', (given, list, cell) => {
    expect(openPorts(ports(...given))).toEqual(list);
    expect(groupPorts(list)).toBe(cell);
  });
});

describe('names', () => {
  test('natural order', () => {
    expect(['a/10', 'a/2', 'req/0', 'req2/0', 'b', '10', '9'].sort(naturally)).toEqual(['9', '10', 'a/2', 'a/10', 'b', 'req2/0', 'req/0']);
  });
  test('it is an order', () => {
    const name = fc.stringMatching(/^[a-z]{1,3}[0-9]{0,3}\/[0-9]{1,3}$/);
    fc.assert(
      fc.property(name, name, name, (a, b, c) => {
        expect(Math.sign(naturally(a, b))).toBe(-Math.sign(naturally(b, a)) + 0);
        if (naturally(a, b) <= 0 && naturally(b, c) <= 0) expect(naturally(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });
  test.each([
    ['a', true],
    ['mongodb-2x', true],
    ['bad-1', false],
    ['Bad', false],
    ['1a', false],
    ['', false],
  ])('application %s', (name, good) => {
    expect(isApplicationName(name)).toBe(good);
  });
  test.each([
    ['a/0', true],
    ['a/01', false],
    ['a', false],
    ['a/leader', false],
    ['bad-1/0', false],
  ])('unit %s', (name, good) => {
    expect(isUnitName(name)).toBe(good);
  });
});

test.each([
  [512, '512 MiB'],
  [1024, '1.0 GiB'],
  [1536, '1.5 GiB'],
  [20480, '20 GiB'],
  [1048576, '1.0 TiB'],
])('%d MiB', (size, text) => {
  expect(sizeText(size)).toBe(text);
});

const words: [string, unknown][] = [
  ['5', 5],
  ['1.5', 1.5],
  ['yes', true],
  ['off', false],
  ['y', true],
  ['n', false],
  ['', null],
  ['null', null],
  ['plain text', 'plain text'],
  ['"5"', '5'],
  ['[a, 1]', ['a', 1]],
  ['{a: {b: 1}}', { a: { b: 1 } }],
];
test.each(words)('YAML word %s', (text, value) => {
  expect(yamlValue(text)).toEqual(value);
});
test('a word that is no YAML', () => {
  expect(() => yamlValue('[a')).toThrow(/^cannot parse "\[a": yaml: /);
});
