// YAML as Juju reads it.
import { expect, test } from 'vitest';
import { loadGoYaml } from '../../../../tools/local-juju/engine/go-yaml.ts';

test.each([
  ['n: {default: yes}', { n: { default: true } }],
  ['on: 1\n"y": no', { on: 1, y: false }],
  ['- [off, "off", 2020-01-01, ~]', [[false, 'off', '2020-01-01', null]]],
  ['a: &x {b: 1}\nc: {<<: *x, d: 2}', { a: { b: 1 }, c: { b: 1, d: 2 } }],
  ['yes', true],
  ['', undefined],
])('%s', (text, value) => {
  expect(loadGoYaml(text, 'kept')).toEqual(value);
});

test.each(['a: {n: 1}', 'a: {1: x}', '{a: {b: [{yes: 1}]}}'])('%s has a key that is no string', text => {
  expect(() => loadGoYaml(text, 'refused')).toThrow('map keyed with non-string value');
});

test('a key in quotes is a string', () => {
  expect(loadGoYaml('a: {"n": 1, \'1\': 2}', 'refused')).toEqual({ a: { n: 1, '1': 2 } });
});
