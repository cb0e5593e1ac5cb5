// The passwords of the charm's own users: changed, refused, repaired, and never seen where they do not belong.
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runAction } from '../../support/client.ts';
import { openModel, type TestModel } from '../../support/model.ts';
import { rootOf } from '../sharding/world.ts';
import { acceptsLogin, addressesOf, asOperator, deployMongodb, passwordOf, userUri, wellWith } from './world.ts';

let model: TestModel;
let addresses: readonly string[];
beforeAll(async () => {
  model = await openModel();
  await deployMongodb(model, 2);
  addresses = addressesOf(await model.status());
});
afterAll(() => model?.close());

const seen: string[] = [];
async function setPassword(...params: string[]): Promise<string> {
  const [task] = Object.values(await runAction(model, 'mongodb/leader', 'set-password', ...params));
  expect(task).toMatchObject({ status: 'completed' });
  expect(task?.results?.['secret-id']).toMatch(/^[0-9a-v]{20}$/);
  seen.push(String(task?.results?.password));
  return String(task?.results?.password);
}
const accepts = (user: string, password: string) => acceptsLogin(userUri(user, password, addresses));

describe.each(['operator', 'monitor', 'backup'])('the password of %s', user => {
  test('as it was made is accepted', async () => {
    const password = await passwordOf(model, user);
    seen.push(password);
    expect(password).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(await accepts(user, password)).toBe(true);
  });
  test('can be chosen: the new one is accepted, the old one is not, any unit tells it', async () => {
    const before = await passwordOf(model, user);
    const chosen = `chosen for ${user}: "ä$%@:/`;
    expect(await setPassword(`username=${user}`, `password='${chosen}'`)).toBe(chosen);
    expect(await accepts(user, chosen)).toBe(true);
    expect(await accepts(user, before)).toBe(false);
    const [task] = Object.values(await runAction(model, 'mongodb/1', 'get-password', `username=${user}`));
    expect(task?.results?.password).toBe(chosen);
  });
  test('is random when none is given', async () => {
    const random = await setPassword(`username=${user}`);
    expect(random).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(await accepts(user, random)).toBe(true);
  });
});

describe('set-password refuses, with a sentence, and changes nothing:', () => {
  test.each<[string, string, string[], RegExp]>([
    ['an unknown user', 'mongodb/leader', ['username=root'], /the charm has no user "root"; username may be operator, monitor or backup/],
    ['an empty password', 'mongodb/leader', ['password=""'], /is empty/],
    ['one that is too long', 'mongodb/leader', [`password=${'x'.repeat(4097)}`], /longer than 4096 characters/],
    ['a line break', 'mongodb/leader', ['password="a\\nb"'], /control characters/],
    ['another unit than the leader', 'mongodb/1', [], /only the leader can change passwords; run set-password on mongodb\/leader/],
  ])('%s', async (_, unit, params, sentence) => {
    const before = await passwordOf(model);
    const [task] = Object.values(await runAction(model, unit, 'set-password', ...params));
    expect(task).toMatchObject({ status: 'failed', message: expect.stringMatching(sentence) });
    expect(await passwordOf(model)).toBe(before);
    expect(await accepts('operator', before)).toBe(true);
  });
});

test.each(['operator', 'backup'])('the password of %s is the old one at once, if Juju does not take the new one', async user => {
  const before = await passwordOf(model, user);
  const spoilt = await failOnce(model, 'mongodb/0', 'secret-set');
  const [task] = Object.values(await runAction(model, 'mongodb/0', 'set-password', `username=${user}`, 'password=never-told'));
  expect([task?.status, spoilt()]).toEqual(['failed', true]);
  expect([await accepts(user, before), await accepts(user, 'never-told')]).toEqual([true, false]); // no hook has run in between
});

test('members and clients notice nothing: both members are well after all this', async () => {
  await wellWith(model, 2);
});

test('a password that somebody changed in the database is set right by the next hook, also that of a user which was dropped', async () => {
  const operator = await passwordOf(model);
  await asOperator(model, async client => {
    await client.db('admin').command({ dropUser: 'monitor' });
    await client.db('admin').command({ updateUser: 'operator', pwd: 'by hand' });
  });
  expect(await accepts('operator', operator)).toBe(false);
  await model.juju('config', 'mongodb', 'log-verbosity=1');
  await model.waitFor('the operator to be let in again', () => accepts('operator', operator));
  await model.waitFor('the monitor to be back', async () => accepts('monitor', await passwordOf(model, 'monitor')));
});

test('no password is in a log, a databag or a status', async () => {
  const units = Object.keys((await model.status()).applications.mongodb?.units ?? {});
  const shown = [
    await model.juju('debug-log', '--no-tail', '--limit', '100000', '--level', 'TRACE'),
    await model.juju('status', '--format=json'),
    await model.juju('show-status-log', 'mongodb/0'),
    ...(await Promise.all(units.map(unit => model.juju('show-unit', unit)))),
    ...filesBelow(model.data, /\.log(\.|$)/).map(path => readFileSync(path, 'utf8')),
  ].join('\n');
  expect(shown).toContain('set-user'); // it is the right text
  seen.push(await passwordOf(model));
  for (const password of seen) expect(shown.includes(password), password).toBe(false);
});

/** The hook tool fails the next time that it is called. Answers whether that has happened. */
async function failOnce(of: TestModel, unit: string, tool: string): Promise<() => boolean> {
  const path = join(await rootOf(of, unit), 'var/lib/juju/tools', `unit-${unit.replace('/', '-')}`, tool);
  cpSync(path, `${path}.kept`, { verbatimSymlinks: true });
  writeFileSync(`${path}.once`, '#!/bin/sh\nmv "$0.kept" "$0"\necho ERROR connection is shut down >&2\nexit 1\n', { mode: 0o755 });
  renameSync(`${path}.once`, path);
  return () => !existsSync(`${path}.kept`);
}

const filesBelow = (folder: string, name: RegExp): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && name.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name));
