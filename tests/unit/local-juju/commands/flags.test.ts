// The client's flags: where they may stand, and the texts when they are wrong.
import { describe, expect, test } from 'vitest';
import { parseFlags } from '../../../../tools/local-juju/commands/flags.ts';
import type { FlagSpec } from '../../../../tools/local-juju/commands/spec.ts';

const specs: FlagSpec[] = [
  { names: ['n', 'num-units'], value: 'integer', help: '' },
  { names: ['config'], value: 'text', help: '' },
  { names: ['force'], help: '' },
  { names: ['x'], help: '' },
];

const reads: [string, string[], Record<string, readonly string[]>][] = [
  ['a b', ['a', 'b'], {}],
  ['a --force b', ['a', 'b'], { force: ['true'] }],
  ['--force=false a', ['a'], { force: ['false'] }],
  ['--num-units 3 a', ['a'], { n: ['3'] }],
  ['--num-units=3 a -n 4', ['a'], { n: ['3', '4'] }],
  ['-n3 a', ['a'], { n: ['3'] }],
  ['-xn 3', [], { x: ['true'], n: ['3'] }],
  ['--config a=b --config c=d', [], { config: ['a=b', 'c=d'] }],
  ['a -- --force -n', ['a', '--force', '-n'], {}],
  ['- a', ['-', 'a'], {}],
];
test.each(reads)('%s', (line, args, values) => {
  const parsed = parseFlags(specs, line.split(' '));
  expect(parsed.args).toEqual(args);
  for (const spec of specs) expect(parsed.flags.all(spec.names[0]!)).toEqual(values[spec.names[0]!] ?? []);
});

const refusals: [string, string][] = [
  ['--bogus', 'option provided but not defined: --bogus'],
  ['--bogus=1', 'option provided but not defined: --bogus'],
  ['-z', 'option provided but not defined: -z'],
  ['-xz', 'option provided but not defined: -z'],
  ['--config', 'option needs an argument: --config'],
  ['-n', 'option needs an argument: -n'],
  ['--force=perhaps', 'invalid value "perhaps" for option --force: strconv.ParseBool: parsing "perhaps": invalid syntax'],
];
test.each(refusals)('%s is refused', (line, message) => {
  expect(() => parseFlags(specs, line.split(' '))).toThrow(expect.objectContaining({ message, exitCode: 2 }));
});

describe('flags before the first argument only', () => {
  test('what follows is left alone', () => {
    const { flags, args } = parseFlags(specs, ['--force', 'ls', '-l', '--', 'x'], true);
    expect([flags.on('force'), args]).toEqual([true, ['ls', '-l', '--', 'x']]);
  });
});

test('an integer that is none', () => {
  const { flags } = parseFlags(specs, ['-n', 'three']);
  expect(() => flags.integer('n')).toThrow('invalid value "three" for option -n: strconv.ParseInt: parsing "three": invalid syntax');
});
