// With which credentials, and when, a hook connects to this machine's mongod.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import type { Bag } from '../../../src/core/observed.ts';
import { openHost } from '../../../src/host/host.ts';
import type { Connection } from '../../../src/mongo/connect.ts';
import { openSessions } from '../../../src/observe/sessions.ts';
import { openWorld } from '../../../src/observe/world.ts';
import { makeTestFolder } from '../../support/run-folder.ts';
import { secret, steady } from '../plan/world.ts';

const { connect, loadDriver } = vi.hoisted(() => ({ connect: vi.fn(), loadDriver: vi.fn(async () => {}) }));
vi.mock('../../../src/mongo/connect.ts', () => ({ connect, loadDriver }));
afterEach(() => vi.clearAllMocks());

const KEY = 'a2V5IG9mIHRoZSB0ZXN0cyBmb3IgYWxsIG1lbWJlcnM=';
const content: Bag = {
  'operator-password': secret.passwords.operator,
  'monitor-password': secret.passwords.monitor,
  'backup-password': secret.passwords.backup,
  keyfile: KEY,
};

/** A mongod that takes any login and is no member yet. */
async function machine({ keyFile = true } = {}) {
  const silent: Connection = { command: async () => ({ ok: 0, code: 94, errmsg: 'no' }), isClosed: () => false, close: vi.fn() };
  connect.mockImplementation(async () => silent);
  const root = await makeTestFolder('ss-');
  onTestFinished(() => rmSync(root, { recursive: true }));
  const host = openHost(root);
  if (keyFile) {
    mkdirSync(dirname(host.paths.keyFile), { recursive: true });
    writeFileSync(host.paths.keyFile, KEY, { mode: 0o400 });
  }
  const logins = () => connect.mock.calls.map(([, { login }]) => login?.password);
  return { host, sessions: openSessions(host), logins };
}

test('a hook connects while it still asks Juju, once, with the password that it will have', async () => {
  const { sessions, logins } = await machine();
  await sessions.beginEarly(Promise.resolve(content));
  expect(loadDriver).toHaveBeenCalled();
  await sessions.follow({ keyFile: KEY, operatorPassword: secret.passwords.operator });
  await sessions.mongod().own();
  expect(logins()).toEqual([secret.passwords.operator]);
});

test('a hook in which the charm has set up nothing yet does not even load the driver', async () => {
  const { sessions, logins } = await machine({ keyFile: false });
  await sessions.beginEarly(Promise.resolve(content));
  expect(loadDriver).not.toHaveBeenCalled();
  expect(logins()).toEqual([]);
});

test('without a secret, as in the charm of routers, the driver is loaded and nothing connected', async () => {
  const { sessions, logins } = await machine();
  await sessions.beginEarly(undefined);
  await sessions.beginEarly(Promise.resolve({ ...content, keyfile: '' }));
  expect(loadDriver).toHaveBeenCalledTimes(2);
  expect(logins()).toEqual([]);
});

test('a password that the secret has been given within a hook is the one of the next connection', async () => {
  const { host, sessions, logins } = await machine();
  const { context, juju, fresh } = steady(1);
  const facts = { ...juju, secret };
  const world = openWorld({ context, facts, fresh, host, sessions, runsMongod: true });
  await world.observe({ lastChance: false, failed: [] });
  await world.observe({ lastChance: false, failed: [] });
  world.learn({ ...facts, secret: { ...secret, passwords: { ...secret.passwords, operator: 'next' } } });
  await world.observe({ lastChance: false, failed: [] });
  expect(logins()).toEqual([secret.passwords.operator, 'next']);
});
