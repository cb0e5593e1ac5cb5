// Users: what the database remembers of them, how the charm gets in when it was locked out, and whose it leaves alone.
import { readFile } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { applyMongod } from '../../../src/apply/mongod.ts';
import type { UserSpec } from '../../../src/core/effects.ts';
import { keysOf } from '../../../src/core/key-file.ts';
import { userFingerprint } from '../../../src/mongo/fingerprint.ts';
import { openMongo } from '../../../src/mongo/session.ts';
import { KEY_FILE } from './launch.ts';
import { accepts, apply, clientOf, launch, lookFor, makeSet, operatorSpec, PASSWORD, session } from './open.ts';

const [KEY = ''] = keysOf(KEY_FILE);

const client: UserSpec = {
  name: 'relation-7',
  password: 'first',
  roles: [{ role: 'readWrite', db: 'shop' }],
  relation: 7,
  database: 'shop',
};

test('a user is made, known by its fingerprint, changed and dropped; an open connection of it loses its rights', async () => {
  const [a] = await launch(1);
  const mongo = await makeSet([a!]);
  await apply(mongo, { do: 'set-user', user: client });
  await apply(mongo, { do: 'set-user', user: client });
  const remembered = { ours: true, fingerprint: userFingerprint(KEY, 'relation-7', 'first'), relation: 7, database: 'shop' };
  expect(await seenUser('relation-7')).toEqual({ name: 'relation-7', roles: client.roles, ...remembered });
  const theirs = clientOf(a!, 'relation-7', 'first');
  await theirs.db('shop').collection('orders').insertOne({ item: 1 });

  // Other roles, the same password.
  const { password: _, ...more } = { ...client, roles: [...client.roles, { role: 'read', db: 'archive' }] };
  await apply(mongo, { do: 'set-user', user: more });
  expect(await seenUser('relation-7')).toEqual({
    name: 'relation-7',
    roles: [
      { role: 'read', db: 'archive' },
      { role: 'readWrite', db: 'shop' },
    ],
    ...remembered,
  });
  expect(await accepts(a!, 'relation-7', 'first')).toBe(true);

  await apply(mongo, { do: 'set-user', user: { ...client, password: 'second' } });
  expect(await accepts(a!, 'relation-7', 'first')).toBe(false);
  expect(await accepts(a!, 'relation-7', 'second')).toBe(true);
  expect((await seenUser('relation-7'))?.fingerprint).toBe(userFingerprint(KEY, 'relation-7', 'second'));

  await apply(mongo, { do: 'drop-user', name: 'relation-7' });
  await apply(mongo, { do: 'drop-user', name: 'relation-7' });
  await expect(theirs.db('shop').collection('orders').findOne({})).rejects.toMatchObject({ code: 13 });
  expect(await accepts(a!, 'relation-7', 'second')).toBe(false);
  expect(await applyMongod(mongo, { do: 'set-user', user: more })).toEqual({ ok: false, reason: 'user relation-7 is gone' });

  expect(await clientOf(a!).db('shop').collection('orders').countDocuments()).toBe(1);
  await apply(mongo, { do: 'drop-database', name: 'shop', through: 'primary' });
  await apply(mongo, { do: 'drop-database', name: 'shop', through: 'primary' });
  expect(await clientOf(a!).db('shop').collection('orders').countDocuments()).toBe(0);

  async function seenUser(name: string) {
    return (await lookFor('member', mongo)).primary?.users.get(name);
  }
});

test('a password that nobody could log in with is given to no user', async () => {
  const [a] = await launch(1);
  const mongo = await makeSet([a!]);
  for (const password of ['\u00ad', '\ue000', 'a\u0627', '\ufffd', 'a💥'])
    expect(await applyMongod(mongo, { do: 'set-user', user: { ...operatorSpec, password } })).toEqual({
      ok: false,
      reason: 'the password has characters that SCRAM-SHA-256 does not allow (SASLprep); give one without them',
    });
  expect(await accepts(a!, 'operator', PASSWORD)).toBe(true);
});

test('a password that somebody sets is seen on the next look, whatever is changed beside it, and set again', async () => {
  const [a] = await launch(1);
  const mongo = await makeSet([a!]);
  await apply(mongo, { do: 'set-user', user: { ...client, chosen: true } });
  const passwordBy = async () => (await lookFor('member', mongo)).primary?.users.get('relation-7')?.passwordBy;
  expect(await passwordBy()).toBeUndefined();
  const admin = clientOf(a!).db('admin');
  await admin.command({ updateUser: 'relation-7', roles: [] });
  expect(await passwordBy()).toBeUndefined();
  await admin.command({ updateUser: 'relation-7', pwd: 'theirs' });
  expect(await passwordBy()).toBe('somebody');
  // Roles alone are no reason to take the password for the charm's.
  const { password: _, ...more } = client;
  await apply(mongo, { do: 'set-user', user: more });
  expect((await lookFor('member', mongo)).primary?.users.get('relation-7')).toMatchObject({ passwordBy: 'somebody', chosen: true });
  await apply(mongo, { do: 'set-user', user: client });
  expect(await passwordBy()).toBeUndefined();
  expect(await accepts(a!, 'relation-7', 'first')).toBe(true);
  expect((await lookFor('member', mongo)).primary?.users.get('relation-7')?.chosen).toBeUndefined();
});

test('a user from before salts were marked is marked with its roles, and keeps its password', async () => {
  const [a] = await launch(1);
  const mongo = await makeSet([a!]);
  await apply(mongo, { do: 'set-user', user: client });
  const admin = clientOf(a!).db('admin');
  const { users } = await admin.command({ usersInfo: 'relation-7', showCustomData: true });
  const { salt: _, ...customData } = users[0].customData;
  await admin.command({ updateUser: 'relation-7', customData });
  const passwordBy = async () => (await lookFor('member', mongo)).primary?.users.get('relation-7')?.passwordBy;
  expect(await passwordBy()).toBe('unknown');
  const { password: __, ...more } = client;
  await apply(mongo, { do: 'set-user', user: more });
  expect(await passwordBy()).toBeUndefined();
  expect(await accepts(a!, 'relation-7', 'first')).toBe(true);
});

test('users that the charm did not make are seen and left alone, but for the names that are its own', async () => {
  const [a] = await launch(1);
  const mongo = await makeSet([a!]);
  const admin = clientOf(a!).db('admin');
  await admin.command({ createUser: 'relation-7', pwd: 'theirs', roles: ['read'], customData: { owner: 'somebody' } });
  await admin.command({ createUser: 'monitor', pwd: 'theirs', roles: [] });
  const { primary } = await lookFor('member', mongo);
  expect(primary?.users.get('relation-7')).toEqual({
    name: 'relation-7',
    ours: false,
    fingerprint: '',
    roles: [{ role: 'read', db: 'admin' }],
  });
  expect(primary?.users.get('monitor')).toMatchObject({ ours: false });

  const refused = { ok: false, reason: 'user relation-7 was not made by this charm' };
  expect(await applyMongod(mongo, { do: 'set-user', user: client })).toEqual(refused);
  expect(await applyMongod(mongo, { do: 'drop-user', name: 'relation-7' })).toEqual(refused);
  expect(await accepts(a!, 'relation-7', 'theirs')).toBe(true);

  await apply(mongo, { do: 'set-user', user: { name: 'monitor', password: 'ours', roles: [{ role: 'clusterMonitor', db: 'admin' }] } });
  expect((await lookFor('member', mongo)).primary?.users.get('monitor')).toMatchObject({ ours: true });
  expect(await accepts(a!, 'monitor', 'ours')).toBe(true);
});

test('no password is written to the log, however much is logged', async () => {
  const [a] = await launch(1);
  const mongo = await makeSet([a!]);
  await apply(mongo, { do: 'set-mongod', verbosity: 5, slowMs: 0 });
  await apply(mongo, { do: 'set-user', user: { ...client, password: 'first-of-the-client' } });
  await apply(mongo, { do: 'set-user', user: { ...client, password: 'second-of-the-client' } });
  expect(await accepts(a!, 'relation-7', 'second-of-the-client')).toBe(true);
  expect(await accepts(a!, 'relation-7', 'third-of-the-client')).toBe(false);
  const log = await readFile(a!.log, 'utf8');
  expect(log).toContain('updateUser');
  for (const secret of ['first-of-the-client', 'second-of-the-client', 'third-of-the-client', PASSWORD, KEY_FILE.trim()])
    expect(log.includes(secret)).toBe(false);
});

test("an operator's password that somebody changed is found out and set right through the key file", async () => {
  const mongods = await launch(2);
  const [a, b] = mongods;
  await makeSet(mongods);
  await clientOf(a!).db('admin').command({ updateUser: 'operator', pwd: 'changed behind our back' });
  const mongo = session(b!); // not the primary: the repair goes over the network
  const broken = await lookFor('member', mongo);
  expect(broken.primary?.operatorAccepted).toBe(false);
  expect(broken.primary?.users.get('operator')?.fingerprint).toBe(userFingerprint(KEY, 'operator', PASSWORD));
  await apply(mongo, { do: 'set-user', user: operatorSpec });
  expect((await lookFor('member', mongo)).primary?.operatorAccepted).toBe(true);
  expect(await accepts(a!, 'operator', PASSWORD)).toBe(true);
});

test('an operator that was dropped or lost its roles stops nobody', async () => {
  const [a] = await launch(1);
  const mongo = await makeSet([a!]);
  const admin = clientOf(a!).db('admin');
  await admin.command({ updateUser: 'operator', roles: [] });
  const powerless = await lookFor('member', mongo);
  expect(powerless.primary?.users.get('operator')?.roles).toEqual([]);
  expect(powerless.primary?.operatorAccepted).toBe(true);
  await apply(mongo, { do: 'set-user', user: operatorSpec });
  expect((await lookFor('member', session(a!))).primary?.users.get('operator')?.roles).toHaveLength(4);

  await admin.command({ dropUser: 'operator' });
  const gone = await lookFor('member', mongo);
  expect(gone.primary?.users.has('operator')).toBe(false);
  expect(gone.primary?.operatorAccepted).toBe(false);
  await apply(mongo, { do: 'set-user', user: operatorSpec });
  expect((await lookFor('member', mongo)).primary?.operatorAccepted).toBe(true);
});

test('without the key file no password is set, for what is remembered of it could be guessed from', async () => {
  const [a] = await launch(1);
  await makeSet([a!]);
  const keyless = openMongo({ socket: a!.socket, operatorPassword: PASSWORD });
  onTestFinished(() => keyless.close());
  expect(await applyMongod(keyless, { do: 'set-user', user: client })).toEqual({
    ok: false,
    reason: 'cannot set the password of user relation-7: there is no key file',
  });
  expect((await lookFor('member', keyless)).primary?.users.has('relation-7')).toBe(false);
});

test('a change that a majority does not take is not done, and can be done again', async () => {
  const mongods = await launch(3);
  const mongo = await makeSet(mongods);
  for (const one of mongods.slice(1)) one.freeze();
  const outcome = await applyMongod(mongo, { do: 'set-user', user: client });
  for (const one of mongods.slice(1)) one.thaw();
  expect(outcome.ok).toBe(false);
  await expect.poll(() => applyMongod(mongo, { do: 'set-user', user: client }), { timeout: 60_000, interval: 100 }).toEqual({ ok: true });
  await expect.poll(() => accepts(mongods[1]!, 'relation-7', 'first'), { timeout: 30_000, interval: 100 }).toBe(true);
});
