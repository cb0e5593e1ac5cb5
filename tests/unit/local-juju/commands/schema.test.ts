// Action parameters against their schema.
import { expect, test } from 'vitest';
import { schemaFailures, withDefaults } from '../../../../tools/local-juju/commands/actions/schema.ts';

const schema = (properties: Record<string, unknown>, more: Record<string, unknown> = {}) => ({ type: 'object', properties, ...more });

const rows: [Record<string, unknown>, unknown, string[]][] = [
  [schema({ n: { type: 'integer' } }), { n: 1 }, []],
  [schema({ n: { type: 'integer' } }), { n: 1.5 }, ['(root).n : must be of type integer, given 1.5']],
  [schema({ n: { type: 'number' } }), { n: 1.5 }, []],
  [schema({ b: { type: 'boolean' } }), { b: 'true' }, ['(root).b : must be of type boolean, given "true"']],
  [schema({ s: { type: 'string' } }), { s: null }, ['(root).s : must be of type string, given null']],
  [schema({ a: { type: ['string', 'null'] } }), { a: null }, []],
  [schema({}, { required: ['num'] }), {}, ['(root) : "num" property is missing and required, given {}']],
  [
    schema({ num: {} }, { additionalProperties: false }),
    { num: 1, zip: 2 },
    ['(root) : additional property "zip" is not allowed, given {"num":1,"zip":2}'],
  ],
  [schema({}), { anything: 1 }, []],
  [schema({ e: { type: 'string', enum: ['a', 'b'] } }), { e: 'c' }, ['(root).e : must match one of the enum values ["a","b"], given "c"']],
  [schema({ n: { type: 'integer', minimum: 2, maximum: 4 } }), { n: 1 }, ['(root).n : must be greater than or equal to 2, given 1']],
  [schema({ n: { type: 'integer', minimum: 2, maximum: 4 } }), { n: 5 }, ['(root).n : must be lower than or equal to 4, given 5']],
  [schema({ s: { type: 'string', pattern: '^a' } }), { s: 'b' }, ['(root).s : does not match pattern \'^a\', given "b"']],
  [schema({ s: { type: 'string', minLength: 2 } }), { s: 'b' }, ['(root).s : string length must be greater than or equal to 2, given "b"']],
  [schema({ l: { type: 'array', items: { type: 'string' } } }), { l: ['a', 1] }, ['(root).l.1 : must be of type string, given 1']],
  [schema({ o: schema({ n: { type: 'integer' } }) }), { o: { n: 'x' } }, ['(root).o.n : must be of type integer, given "x"']],
  [
    schema({ a: { type: 'integer' }, b: { type: 'integer' } }),
    { a: 'x', b: 'y' },
    ['(root).a : must be of type integer, given "x"', '(root).b : must be of type integer, given "y"'],
  ],
];
test.each(rows)('%j with %j', (one, value, failures) => {
  expect(schemaFailures(one, value)).toEqual(failures);
});

test('defaults fill what is absent, nested ones too, and change nothing that is there', () => {
  const own = schema({ a: { default: 1 }, b: { default: 2 }, deep: schema({ x: { default: true }, y: {} }), plain: schema({ z: {} }) });
  const given = { b: 3, deep: { y: 4 } };
  expect(withDefaults(own, given)).toEqual({ a: 1, b: 3, deep: { x: true, y: 4 } });
  expect(withDefaults(own, {})).toEqual({ a: 1, b: 2, deep: { x: true } });
  expect(given).toEqual({ b: 3, deep: { y: 4 } });
});
