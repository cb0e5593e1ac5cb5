// Whose a user is, and what is remembered of its password.
import { expect, test } from 'vitest';
import { userFingerprint } from '../../../src/mongo/fingerprint.ts';
import { decodeUser } from '../../../src/mongo/users.ts';

const roles = [
  { role: 'readWrite', db: 'shop' },
  { role: 'restore', db: 'admin' },
  { role: 'backup', db: 'admin' },
];
const sorted = [
  { role: 'backup', db: 'admin' },
  { role: 'restore', db: 'admin' },
  { role: 'readWrite', db: 'shop' },
];

test('a user with the mark is ours, its roles sorted by database and name', () => {
  const customData = { owner: 'charm', fingerprint: 'f', relation: 7, database: 'shop', salt: 's' };
  expect(decodeUser({ user: 'relation-7', roles, customData, salt: 's' })).toEqual({
    name: 'relation-7',
    ours: true,
    fingerprint: 'f',
    relation: 7,
    database: 'shop',
    roles: sorted,
  });
  const system = decodeUser({ user: 'operator', roles: [], customData: { owner: 'charm', fingerprint: 'f', salt: 's' }, salt: 's' });
  expect(system).toEqual({ name: 'operator', ours: true, fingerprint: 'f', roles: [] });
});

test.each([
  ['the salt that was marked', 's', undefined],
  ['another salt', 'other', 'somebody'],
  ['no password any more', undefined, 'somebody'],
] as const)('a user with %s has a password of', (_, salt, passwordBy) => {
  const customData = { owner: 'charm', fingerprint: 'f', salt: 's', chosen: true };
  expect(decodeUser({ user: 'monitor', roles: [], customData, salt })).toMatchObject({ chosen: true, ...(passwordBy && { passwordBy }) });
  expect(decodeUser({ user: 'monitor', roles: [], customData, salt }).passwordBy).toBe(passwordBy);
});

test('of a user without a marked salt it is not known who set the password', () => {
  const customData = { owner: 'charm', fingerprint: 'f' };
  expect(decodeUser({ user: 'monitor', roles: [], customData, salt: 's' }).passwordBy).toBe('unknown');
});

test.each([
  undefined,
  null,
  'charm',
  {},
  { owner: 'somebody', fingerprint: 'f' },
  { owner: 'charm' },
  { owner: 'charm', fingerprint: 'f', relation: '7' },
])('one with %j is not', customData => {
  expect(decodeUser({ user: 'relation-7', roles, customData })).toEqual({
    name: 'relation-7',
    ours: false,
    fingerprint: '',
    roles: sorted,
  });
});

test('a fingerprint depends on key file, user and password, and tells none of them', () => {
  // printf 'operator\0secret' | openssl dgst -sha256 -hmac key
  const print = userFingerprint('key', 'operator', 'secret');
  expect(print).toBe('8a99b0f649e4f31b324949ed7cfa8fa5219e622d798423b5243bbb92ca59a053');
  expect(new Set([print, userFingerprint('key2', 'operator', 'secret'), userFingerprint('key', 'operato', 'rsecret')]).size).toBe(3);
});
