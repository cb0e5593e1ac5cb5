// Names that a client may ask for, on a real mongod: what the charm grants, mongod takes, so that no request is granted and then fails.
// The charm refuses some that mongod would take: they make trouble elsewhere, as in a shell or on another system.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isKeyFile } from '../../../src/core/key-file.ts';
import type { ClientRelation } from '../../../src/core/observed.ts';
import { grantOf } from '../../../src/plan/client-grant.ts';
import { clientOf, launch, look, makeSet } from './open.ts';

const client = (database: string, wish?: ClientRelation['wish']): ClientRelation => ({
  endpoint: 'database',
  id: 3,
  app: 'app',
  units: ['app/0'],
  remote: { database },
  own: {},
  databag: {},
  ...(wish === undefined ? {} : { wish }),
});
const isGranted = (one: ClientRelation): boolean => {
  const grant = grantOf(one, { existing: new Map(), assigned: new Map() });
  return grant !== 'nothing asked' && !('problem' in grant);
};

const around = (letter: string) => [`a${letter}b`, letter, `${letter}x`, `x${letter}`];
/** All but letters and digits, of which one does for all. */
const ascii = Array.from({ length: 128 }, (_, code) => `a${String.fromCharCode(code)}b`).filter(name => !/^a[\dA-Zac-z]b$/.test(name));
const special = ['é', '💥', '\u00a0', '\u2028', '\ufeff', '\u202e', '%', '%00', '-', '_', '__proto__', 'system', '$'].flatMap(around);
const long = [61, 62, 63, 64, 65].flatMap(length => ['x'.repeat(length), `${'x'.repeat(length % 2)}${'é'.repeat(Math.floor(length / 2))}`]);
const word = fc.oneof(fc.string({ maxLength: 20 }), fc.string({ unit: 'grapheme', maxLength: 20 }), fc.stringMatching(/^[\w.$/ -]{1,64}$/));

test('a database that is granted can be made', async () => {
  const [mongod] = await launch(1);
  const mongo = await makeSet([mongod!]);
  const link = await mongo.own();
  if (link.kind !== 'open') throw new Error(link.reason);
  let [granted, refused] = [0, 0];
  const names = [...ascii, ...special, ...long, ...fc.sample(word, { numRuns: 25, seed: 1 })];
  for (const name of new Set(names)) {
    // One that is refused without need costs nobody anything; only some of those are looked at.
    const granting = isGranted(client(name));
    if (!granting && refused > 20) continue;
    const made = await link.command({ create: 'orders' }, { db: name }).then(
      () => true,
      () => false,
    );
    if (granting) {
      granted += 1;
      expect([name, made]).toEqual([name, true]);
    } else if (!made) refused += 1;
    if (made && !['admin', 'config', 'local'].includes(name)) await link.command({ dropDatabase: 1 }, { db: name });
  }
  expect(granted).toBeGreaterThan(40);
  expect(refused).toBeGreaterThan(10);
});

test('a database that differs only by case from one that is there cannot be made, and is not granted', async () => {
  const [mongod] = await launch(1);
  const mongo = await makeSet([mongod!]);
  const link = await mongo.own();
  if (link.kind !== 'open') throw new Error(link.reason);
  await link.command({ create: 'orders' }, { db: 'Orders' });
  await expect(link.command({ create: 'orders' }, { db: 'orders' })).rejects.toMatchObject({ code: 13297 });
  const seen = await look(mongo);
  const names = seen.kind === 'member' ? (seen.primary?.databases ?? []) : [];
  const existing = new Map(names.map(name => [name.toLowerCase(), name]));
  expect(grantOf(client('orders'), { existing, assigned: new Map() })).toMatchObject({ code: 5005 });
  expect(grantOf(client('Orders'), { existing, assigned: new Map() })).toMatchObject({ database: 'Orders' });
});

test('a user by a name that is granted can be made, and logs in with the password that it wished for', async () => {
  const [mongod] = await launch(1);
  const mongo = await makeSet([mongod!]);
  const link = await mongo.own();
  if (link.kind !== 'open') throw new Error(link.reason);
  const names = [
    'a',
    'A-b_c.d@e',
    'x'.repeat(64),
    '0',
    'relationship',
    'a,b',
    'a=b',
    'é',
    'root',
    'operator',
    ...fc.sample(word, { numRuns: 30, seed: 2 }),
  ];
  const password = fc.string({ minLength: 1, maxLength: 40 });
  const wishes = names.map((name, at) => ({ name, password: fc.sample(password, { numRuns: 1, seed: at })[0] ?? 'x' }));
  const granted = wishes.filter(wish => isGranted(client('shop', wish)));
  expect(granted.length).toBeGreaterThan(4);
  for (const { name, password } of granted) {
    await link.command({ createUser: name, pwd: password, roles: [], mechanisms: ['SCRAM-SHA-256'] });
    const other = clientOf(mongod!, name, password);
    expect(await other.db('admin').command({ ping: 1 })).toMatchObject({ ok: 1 });
    await other.close();
  }
});

test('a key file that is too short ends mongod, and is none for the charm', async () => {
  for (const [key, runs] of [
    ['abcde', false],
    ['abcdef', true],
    ['x'.repeat(1_024), true],
    ['x'.repeat(1_025), false],
  ] as const) {
    expect(isKeyFile(key)).toBe(runs);
    const started = await launch(1, { keyFile: key }).then(
      () => true,
      () => false,
    );
    expect([key, started]).toEqual([key, runs]);
  }
});
