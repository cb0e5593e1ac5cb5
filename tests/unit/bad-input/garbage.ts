// What another application, or an operator, may write where something else is expected.
import fc from 'fast-check';

/** Runs of each property; BAD_INPUT_RUNS asks for more, BAD_INPUT_SEED for those of an earlier run. A failure prints its seed. */
export const runs = (few: number) => ({
  numRuns: Number(process.env.BAD_INPUT_RUNS ?? few),
  ...(process.env.BAD_INPUT_SEED === undefined ? {} : { seed: Number(process.env.BAD_INPUT_SEED) }),
});

/** For all runs of a property, on a computer that has other things to do, and for the search of the smallest example that fails. */
export const LIMIT_MS = Number(process.env.BAD_INPUT_RUNS ?? 0) * 1_000 + 180_000;

export const LONG = 200_000;
/** A secret of Juju by its id; nobody has made it. */
const NO_SECRET = 'secret:d0000000000000000000';

const odd = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'null',
  'undefined',
  'NaN',
  '-1',
  '1e999',
  'true',
  '[]',
  '{}',
  '[[[[[[]]]]]]',
  '[null]',
  '[1,2]',
  '{"__proto__":{"admin":true}}',
  '["username","password","uris"]',
  '"username"',
  '[ "username" ]',
  '["USERNAME","PASSWORD","URIS"]',
  '["password"]',
  '["username","password","key-file"]',
  '["username","password","key-file","operator-password","backup-password"]',
  'admin',
  'ADMIN',
  'Local',
  'config',
  'admin ',
  'shop',
  'Shop',
  'SHOP',
  'admin,king',
  'root',
  'default,admin,__system',
  'clusterAdmin',
  'a\0b',
  'a\nb: c\n',
  '\u001b[31mred\u001b[0m',
  '\u202eevil',
  '../../etc/passwd',
  '/var/run/x.sock',
  '$(reboot)',
  '`reboot`',
  '; rm -rf /',
  '--help',
  '--label=mongodb.app',
  '--format=yaml',
  '-r',
  'x@evil.example:27017/admin?authSource=x&replicaSet=',
  'shop?authMechanism=MONGODB-X509',
  '%00%2f%40',
  'secret:',
  'secret:x',
  NO_SECRET,
  'secret://00000000-0000-4000-8000-000000000000/d0000000000000000000',
  'http://example.com/secret',
  'é'.repeat(40),
  '💥'.repeat(16),
  'x'.repeat(64),
  '\ud800',
  ' ',
  ',',
  ',,,',
  '"',
  "'",
  '\\',
  '\u0085\u2028\ufeff',
  'v0',
  'v1',
  '[{"resource":"loot","request-id":"93cb0551feeff5ee","salt":"AAAAAAAAAAAAAAAA","extra-user-roles":"admin"}]',
  '[{"resource":"loot","request-id":"__proto__","salt":"A"},{"resource":"admin","request-id":"constructor"},{"resource":"GOOD","request-id":"toString"}]',
  '[{"resource":"a","request-id":"b","extra-user-roles":["root"],"secret-user":"x","password":"y","data":{}},{"resource":"c","request-id":"b"}]',
  '[{"resource":{"$gt":""},"request-id":7},null,[]]',
  '[{"resource":"x.y","request-id":"../../x"},{"resource":"","request-id":"e"}]',
  'v99',
  'USER',
  'GROUP',
  '127.0.0.1',
  '["127.0.0.1"]',
  '["a b","c"]',
  '["10.0.0.1:27017,evil.example"]',
  `["${'1'.repeat(300)}"]`,
];

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.json(),
  fc.stringMatching(/^[a-z0-9,./:?&@=%$"{}[\]-]{1,40}$/),
);

/** One value of a databag: never empty, for Juju takes that as none. */
export const value: fc.Arbitrary<string> = fc
  .oneof(
    { weight: 5, arbitrary: fc.constantFrom(...odd) },
    { weight: 3, arbitrary: text },
    { weight: 1, arbitrary: fc.constantFrom('x'.repeat(LONG), '"'.repeat(LONG), 'é\n'.repeat(LONG / 2), `["${'y'.repeat(LONG)}"]`) },
  )
  .filter(one => one !== '');

/** What is right four times in six, and otherwise anything, or not there. */
export const mostly = (right: string): fc.Arbitrary<string | undefined> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(right) }, { weight: 1, arbitrary: value }, { weight: 1, arbitrary: fc.constant(undefined) });

/** A databag in which these keys are what is right or anything else, and others beside them. */
export function bag(keys: readonly string[], right: Readonly<Record<string, string>> = {}): fc.Arbitrary<Record<string, string>> {
  const seldom = fc.oneof({ weight: 1, arbitrary: value }, { weight: 4, arbitrary: fc.constant(undefined) });
  const known = Object.fromEntries(keys.map(key => [key, right[key] === undefined ? seldom : mostly(right[key])]));
  const strange = fc.oneof(
    fc.constantFrom('__proto__', 'constructor', 'data', 'username', 'password', 'secret-user', 'endpoints'),
    fc.string(),
  );
  return fc
    .tuple(fc.dictionary(strange, value, { maxKeys: 2 }), fc.record(known))
    .map(all =>
      Object.fromEntries(
        all.flatMap(one => Object.entries(one)).flatMap(([key, text]) => (key === '' || text === undefined ? [] : [[key, text]])),
      ),
    );
}
