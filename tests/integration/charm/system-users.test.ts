// The charm's own passwords from an operator's secret, and on Juju's schedule: taken, refused, let go of, and never seen where they do not
// belong.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runAction } from '../../support/client.ts';
import { killAt } from '../../support/kill.ts';
import { openModel, type TestModel } from '../../support/model.ts';
import { leaderOf, settled } from '../../support/status.ts';
import { acceptsLogin, addressesOf, deployMongodb, passwordOf, userUri, wellWith } from './world.ts';

let model: TestModel;
let addresses: readonly string[];
const seen: string[] = ['root-secret-word'];
beforeAll(async () => {
  model = await openModel();
  await deployMongodb(model, 2);
  addresses = addressesOf(await model.status());
});
afterAll(() => model?.close());

const accepts = (user: string, password: string) => acceptsLogin(userUri(user, password, addresses));
const current = async (user: string) => {
  const password = await passwordOf(model, user);
  seen.push(password);
  return password;
};
const untilIt = (user: string, password: string) =>
  model.waitFor(`${user} to have the chosen password`, async status => {
    if (password !== '' && !seen.includes(password)) seen.push(password);
    return settled(status) && (await passwordOf(model, user)) === password && accepts(user, password);
  });
const shows = (sentence: RegExp) =>
  model.waitFor(`the status ${sentence}`, status => {
    const { current: level, message = '' } = status.applications.mongodb?.['application-status'] ?? { current: '' };
    return level === 'blocked' && sentence.test(message);
  });

describe('system-users', () => {
  let uri: string;
  test('that was not granted changes nothing, and says so', async () => {
    uri = (await model.juju('add-secret', 'passwords', 'operator=chosen-by-me')).trim();
    const before = await current('operator');
    await model.juju('config', 'mongodb', `system-users=${uri}`);
    await shows(/^config system-users: the secret cannot be read; .* juju grant-secret$/);
    expect(await current('operator')).toBe(before);
    expect(await accepts('operator', before)).toBe(true);
  });
  test('is taken when it is granted; the other users keep theirs', async () => {
    const monitor = await current('monitor');
    const before = await current('operator');
    await model.juju('grant-secret', 'passwords', 'mongodb');
    await model.juju('config', 'mongodb', 'log-verbosity=1'); // the next hook
    await untilIt('operator', 'chosen-by-me');
    await wellWith(model, 2);
    expect(await accepts('operator', before)).toBe(false);
    expect(await current('monitor')).toBe(monitor);
  });
  test('is taken again when the secret changes', async () => {
    await model.juju('update-secret', 'passwords', 'operator=chosen-again', 'backup=and-backup');
    await untilIt('operator', 'chosen-again');
    await untilIt('backup', 'and-backup');
    expect(await accepts('operator', 'chosen-by-me')).toBe(false);
  });
  test('has its users refused by set-password', async () => {
    const [task] = Object.values(await runAction(model, 'mongodb/leader', 'set-password', 'username=backup'));
    expect(task).toMatchObject({ status: 'failed', message: expect.stringMatching(/^the password of backup comes from the secret/) });
    const [other] = Object.values(await runAction(model, 'mongodb/leader', 'set-password', 'username=monitor'));
    expect(other).toMatchObject({ status: 'completed' });
    seen.push(String(other?.results?.password));
  });
  test.each<[string, string[], RegExp]>([
    [
      'an unknown user',
      ['root=root-secret-word'],
      /^config system-users: it may name operator, monitor, backup: the secret names a user that the charm does not have$/,
    ],
    ['a password that is too long', [`operator=${'x'.repeat(4097)}`], /^config system-users: the password of operator is longer than 4096/],
  ])('with %s changes nothing, and says so', async (_, content, sentence) => {
    await model.juju('update-secret', 'passwords', ...content);
    await shows(sentence);
    expect(await accepts('operator', 'chosen-again')).toBe(true);
    expect(await current('operator')).toBe('chosen-again');
  });
  test('goes on when it is right again, whatever the charm was killed at', async () => {
    const unit = leaderOf(await model.status(), 'mongodb') ?? '';
    const killed = await killAt(model, unit, 'secret-set');
    await model.juju('update-secret', 'passwords', 'operator=chosen-last');
    await model.waitFor('the charm to be killed', () => killed());
    await untilIt('operator', 'chosen-last');
    // Backup is not named any more, and has one of the charm's.
    const backup = await current('backup');
    expect(backup).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(await accepts('backup', backup)).toBe(true);
    await wellWith(model, 2);
  });
  test('that is reset is followed by passwords of the charm', async () => {
    await model.juju('config', 'mongodb', '--reset', 'system-users');
    const password = await model.waitFor('another password', async status => {
      const now = await current('operator');
      return settled(status) && now !== 'chosen-last' && now;
    });
    expect(password).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(await accepts('operator', password)).toBe(true);
    expect(await accepts('operator', 'chosen-last')).toBe(false);
  });
});

test("the charm's passwords change on Juju's schedule, whatever it was killed at", async () => {
  const users = ['operator', 'monitor', 'backup'];
  await model.juju('config', 'mongodb', 'system-password-rotation=monthly');
  await model.waitFor('the schedule', async status => settled(status) && (await model.juju('secrets')).includes('monthly'));
  const before = await Promise.all(users.map(current));
  const unit = leaderOf(await model.status(), 'mongodb') ?? '';
  const killed = await killAt(model, unit, 'secret-set');
  await model.juju('pass-time', '32d');
  await model.waitFor('the charm to be killed', () => killed());
  const after = await model.waitFor('other passwords', async status => {
    const now = await Promise.all(users.map(current));
    return settled(status) && now.every((password, at) => password !== before[at]) && now;
  });
  for (const [at, user] of users.entries()) {
    expect(await accepts(user, after[at] ?? '')).toBe(true);
    expect(await accepts(user, before[at] ?? '')).toBe(false);
  }
  await wellWith(model, 2);
});

test('no password is in a log, a databag or a status', async () => {
  const shown = [
    await model.juju('debug-log', '--no-tail', '--limit', '100000', '--level', 'TRACE'),
    await model.juju('status', '--format=json'),
    await model.juju('show-status-log', 'mongodb/0'),
    await model.juju('show-unit', 'mongodb/0', 'mongodb/1'),
  ].join('\n');
  expect(shown).toContain('system-users');
  for (const password of seen) expect(shown.includes(password), password).toBe(false);
});
