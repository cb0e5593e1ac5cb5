// The YAML printer: what Go's yaml.v2 prints, by table, and that a YAML 1.1 reader gets back what went in.
import fc from 'fast-check';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { type GoValue, goJson } from '../../../../tools/local-juju/format/json.ts';
import { goFloat } from '../../../../tools/local-juju/format/numbers.ts';
import { goQuote } from '../../../../tools/local-juju/format/quote.ts';
import { formatted } from '../../../../tools/local-juju/format/smart.ts';
import { goYaml } from '../../../../tools/local-juju/format/yaml.ts';

const yamlTable: [GoValue, string][] = [
  [null, 'null'],
  ['', '""'],
  ['a b', 'a b'],
  ['1', '"1"'],
  ['0x1f', '"0x1f"'],
  ['1_000', '"1_000"'],
  ['1.5e3', '"1.5e3"'],
  ['1:20', '"1:20"'],
  ['10.0.0.1:27017', '10.0.0.1:27017'],
  ['2035-01-01', '"2035-01-01"'],
  ['2035-01-01T06:06:06Z', '"2035-01-01T06:06:06Z"'],
  ['2035-01-01 06:06:06Z', '2035-01-01 06:06:06Z'],
  ['2035-13-01', '2035-13-01'],
  ['no', '"no"'],
  ['~', '"~"'],
  ['a: b', "'a: b'"],
  ["it's: b", "'it''s: b'"],
  ['- a', "'- a'"],
  ['-a', '-a'],
  ['a #b', "'a #b'"],
  ['{a}', "'{a}'"],
  [' a', "' a'"],
  ['a\tb', '"a\\tb"'],
  ['\u{1f600}', '"\\U0001F600"'],
  ['a\nb', '|-\n  a\n  b'],
  [{ k: 'a\nb\n' }, 'k: |\n  a\n  b'],
  [{ k: 'a\n\n', l: 'b' }, 'k: |+\n  a\n\nl: b'],
  [{ k: ' a\n', l: 'b' }, 'k: |2\n   a\nl: b'],
  [{ k: 'a \nb' }, 'k: "a \\nb"'],
  [{ n: '1', y: 'b', on: 1, '3': 'x' }, '"3": x\n"n": "1"\n"on": 1\n"y": b'],
  [{ a10: 1, a9: 2, a1: 3 }, 'a1: 3\na9: 2\na10: 1'],
  [{ a: [], b: {}, c: ['x'], d: { e: [1, true] } }, 'a: []\nb: {}\nc:\n- x\nd:\n  e:\n  - 1\n  - true'],
  [[['a', 'b'], { c: '1', d: ['e'] }, []], '- - a\n  - b\n- c: "1"\n  d:\n  - e\n- []'],
  [
    new Map<string, GoValue>([
      ['z', 1],
      ['a', undefined],
      ['b', null],
    ]),
    'z: 1\nb: null',
  ],
  [
    { since: new Date('2026-11-23T08:15:11Z'), until: new Date('2026-11-23T08:15:11.120Z') },
    'since: 2026-11-23T08:15:11Z\nuntil: 2026-11-23T08:15:11.12Z',
  ],
  [[1.5, goFloat(2), goFloat(1e6), 1e6, 0.00001, -3], '- 1.5\n- 2\n- 1e+06\n- 1000000\n- 1e-05\n- -3'],
  [{ bin: new Uint8Array([0xff, 0xfe]), text: new TextEncoder().encode('on') }, 'bin: !!binary //4=\ntext: "on"'],
  [{ m: `${'word '.repeat(20)}end` }, `m: ${'word '.repeat(15)}word\n  ${'word '.repeat(4)}end`],
  [{ m: `${'wo:rd '.repeat(14)}a: b` }, `m: '${'wo:rd '.repeat(12)}wo:rd\n  wo:rd a: b'`],
  [{ [`${'k'.repeat(129)}`]: 'v' }, `? ${'k'.repeat(129)}\n: v`],
];

describe('goYaml', () => {
  test.each(yamlTable)('%#', (value, text) => {
    expect(goYaml(value)).toBe(text);
  });

  // js-yaml reads YAML 1.2, to which U+2028 is no line break: kept out here.
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 120 }).map(s => s.replace(/[\u2028\u2029]/g, '')),
    fc.string({ unit: fc.constantFrom(...' \n:-#\'"|>&*!%@`,[]{}?.0159nyoe~\t\\'), maxLength: 130 }),
    fc.constantFrom('yes', 'On', 'null', '.inf', '012', '0o7', '-0b1', '1e5', '.5', '5.', '2020-02-30', '<<', '---', '...', '='),
  );
  const tree = fc.letrec(tie => ({
    node: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('node'), { maxLength: 4 }),
      fc.dictionary(
        text.filter(key => key !== '__proto__'),
        tie('node'),
        { maxKeys: 4 },
      ),
    ),
  })).node;

  test('is read back as what it was', () => {
    fc.assert(
      fc.property(tree, value => {
        // Something follows, because line ends at the very end are cut off, as Juju does.
        expect(load(`${goYaml([value as GoValue, 'end'])}\n`)).toEqual([value, 'end']);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('goJson', () => {
  test.each([
    [{ b: '<a&b>', a: 'x\u2028', c: '\b\f\x01\x7f' }, '{"a":"x\\u2028","b":"\\u003ca\\u0026b\\u003e","c":"\\b\\f\\u0001\x7f"}'],
    [
      new Map<string, GoValue>([
        ['z', []],
        ['y', undefined],
        ['x', {}],
      ]),
      '{"z":[],"x":{}}',
    ],
    [[1e21, 1e-7, goFloat(1.5), 10n, null], '[1e+21,1e-7,1.5,10,null]'],
    [new Uint8Array([0x61, 0xff]), '"a\\ufffd"'],
  ] as [GoValue, string][])('%#', (value, text) => {
    expect(goJson(value)).toBe(text);
  });

  test('is read back as what it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), drawn => {
        const value = JSON.parse(JSON.stringify(drawn)); // JSON has no negative zero
        expect(JSON.parse(goJson(value as GoValue))).toEqual(value);
      }),
    );
  });
});

test.each([
  [true, 'True\n'],
  [['a', 'b'], 'a\nb\n'],
  [[], ''],
  ['', ''],
  [null, ''],
  [1.5, '1.5\n'],
  [{ a: '1' }, 'a: "1"\n'],
  [{}, '{}\n'],
] as [GoValue, string][])('smart: %j', (value, text) => {
  expect(formatted(value, 'smart')).toBe(text);
});

test('quoting as in error texts', () => {
  expect(goQuote('a"b\\\n\u00e9\u{1f600}\x01')).toBe('"a\\"b\\\\\\n\u00e9\u{1f600}\\x01"');
});
