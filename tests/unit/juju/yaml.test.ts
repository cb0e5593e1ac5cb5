import fc from 'fast-check';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { yamlOf } from '../../../src/juju/yaml.ts';

test('is ASCII but for whole characters beyond, and means the same as JSON and as YAML', () => {
  const text = fc.string({
    unit: fc.oneof(fc.constantFrom('\u007f', '\u0085', '\u2028', '\ufeff', '😀', "'", ':'), fc.string({ unit: 'binary', maxLength: 1 })),
  });
  fc.assert(
    fc.property(fc.dictionary(text, text, { noNullPrototype: true }), values => {
      const written = yamlOf(values);
      expect(written).toMatch(/^[\x20-\x7e\u{10000}-\u{10ffff}]*$/u);
      expect(JSON.parse(written)).toEqual(values);
    }),
  );
  const odd = { odd: '\u007f\u0085\u2028\ufeff\uffff é 😀\n"\\' };
  expect(load(yamlOf(odd))).toEqual(odd);
});
