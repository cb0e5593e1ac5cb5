import { expect, test } from 'vitest';
import { userFingerprint } from '../../../src/mongo/fingerprint.ts';
import { mintFresh } from '../../../src/observe/fresh.ts';

test('passwords of 32 letters and digits, a key file that mongod takes, never the same twice', () => {
  const [one, two] = [mintFresh(undefined, []), mintFresh(undefined, [])];
  expect(one.keyFile).toMatch(/^[A-Za-z0-9]{1024}$/);
  const all = [one, two].flatMap(({ keyFile, passwords }) => [keyFile, ...Object.values(passwords)]);
  expect(new Set(all).size).toBe(all.length);
  for (const password of Object.values(one.passwords)) expect(password).toMatch(/^[A-Za-z0-9]{32}$/);
  expect(new Set(one.keyFile).size).toBe(62); // each letter is as likely as any other, so none is missing among 1024
});

test('a client’s password comes with what the database will remember of it', () => {
  const { clients, keyFile } = mintFresh('theKey', [{ user: 'relation-3' }, { user: 'relation-12' }]);
  expect(keyFile).toBe('theKey');
  expect([...clients.keys()]).toEqual(['relation-3', 'relation-12']);
  for (const [user, { password, fingerprint }] of clients) {
    expect(password).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(fingerprint).toBe(userFingerprint('theKey', user, password));
  }
});

test('without a committed secret nothing is made for clients', () => {
  expect(mintFresh(undefined, [{ user: 'relation-3' }]).clients.size).toBe(0);
});
