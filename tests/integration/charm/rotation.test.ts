// Clients' passwords change while the clients write: by the action, on Juju's schedule, for clients with secrets and for those without, and
// however the charm ends in the middle of it.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getCredentials, runAction } from '../../support/client.ts';
import { killAt } from '../../support/kill.ts';
import { openModel, type TestModel } from '../../support/model.ts';
import { projectFolder } from '../../support/project.ts';
import { leaderOf, settled } from '../../support/status.ts';
import { type StrictWriter, strictWriter } from '../../support/strict-writer.ts';
import { acceptsLogin, deployMongodb } from './world.ts';

let model: TestModel;
let writer: StrictWriter;
const seen: string[] = [];
beforeAll(async () => {
  model = await openModel();
  await Promise.all([
    deployMongodb(model, 2),
    model.juju('deploy', 'data-integrator', 'shop', '--config', 'database-name=shop'),
    model.juju('deploy', join(projectFolder, 'tests', 'charms', 'plain-client'), 'old'),
  ]);
  await model.juju('integrate', 'mongodb', 'shop');
  await model.juju('integrate', 'mongodb', 'old');
  await model.waitFor('both clients to be served', async status => settled(status) && (await given()) !== undefined);
  writer = strictWriter((await credentials()).uris, 'shop');
});
afterAll(async () => {
  await writer?.end();
  await model?.close();
});

const credentials = async () => {
  const found = await getCredentials(model, 'shop/leader');
  seen.push(found.password);
  return found;
};
type Given = { username: string; password: string; uris: string; created: string };
/** What the client without secrets has in its databag, and how often it has taken that for new. */
const given = async (): Promise<Given | undefined> => {
  const [task] = Object.values(await runAction(model, 'old/leader', 'credentials'));
  return task?.status === 'completed' ? (task.results as Given) : undefined;
};
const rotate = async (...params: string[]) =>
  Object.values(await runAction(model, 'mongodb/leader', 'rotate-client-password', ...params))[0];
type Secret = { revision: number; label?: string; owner: string; rotation?: string };
const secretOfShop = async (): Promise<[string, Secret]> => {
  const all = JSON.parse(await model.juju('secrets', '--format=json')) as Record<string, Secret>;
  const found = Object.entries(all).find(([, { label }]) => /^database\.\d+\..*user\.secret$/.test(label ?? ''));
  if (found === undefined) throw new Error(`no secret of a client among ${JSON.stringify(all)}`);
  return found;
};
const goesOn = async () => {
  const before = writer.acknowledged();
  await model.waitFor('more writes', () => writer.acknowledged() > before + 5);
  expect(writer.failures()).toEqual([]);
};

describe('rotate-client-password', () => {
  test('changes the password in the same secret; the old one opens nothing more, and the client writes on', async () => {
    await goesOn();
    const before = await credentials();
    const [id, { revision }] = await secretOfShop();
    expect(await rotate('application=shop')).toMatchObject({
      status: 'completed',
      results: { rotated: expect.stringMatching(/^shop \(relation \d+\)$/) },
    });
    const after = await credentials();
    expect(after).toMatchObject({ username: before.username, database: 'shop', endpoints: before.endpoints });
    expect(after.password).not.toBe(before.password);
    expect(await acceptsLogin(after.uris)).toBe(true);
    expect(await acceptsLogin(before.uris)).toBe(false);
    expect(await secretOfShop()).toMatchObject([id, { revision: revision + 1 }]);
    await model.waitFor('the client to have been told', async () =>
      (await model.juju('debug-log', '--no-tail', '--include', 'unit-shop-0', '--limit', '50')).includes('secret-changed'),
    );
    await goesOn();
  });

  test('of a client without secrets is noticed by it as new credentials', async () => {
    const before = await given();
    const status = await model.waitFor('calm', one => settled(one) && one);
    expect(leaderOf(status, 'old')).toBe('old/0');
    expect(await rotate('application=old')).toMatchObject({ results: { 'rotated-soon': expect.stringMatching(/^old \(relation \d+\)$/) } });
    const after = await model.waitFor('the new one', async () => {
      const now = await given();
      return now !== undefined && now.password !== before?.password && now.created !== before?.created && now;
    });
    expect(after).toMatchObject({ username: before?.username, created: String(Number(before?.created) + 1) });
    expect(await acceptsLogin(after.uris)).toBe(true);
    expect(await acceptsLogin(before?.uris ?? '')).toBe(false);
    seen.push(after.password, before?.password ?? '');
  });

  test('changes all without a parameter, and refuses what there is not', async () => {
    const before = [(await credentials()).password, (await given())?.password];
    expect((await rotate())?.results).toMatchObject({
      rotated: expect.stringContaining('shop'),
      'rotated-soon': expect.stringContaining('old'),
    });
    await model.waitFor('both to be new', async () => {
      const now = [(await credentials()).password, (await given())?.password];
      return now[1] !== undefined && now.every((password, at) => password !== before[at]);
    });
    expect(await rotate('application=shp')).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(/^no client has application "shp"; there are (shop|old) \(relation \d+\)/),
    });
    const follower = leaderOf(await model.status(), 'mongodb') === 'mongodb/0' ? 'mongodb/1' : 'mongodb/0';
    const [task] = Object.values(await runAction(model, follower, 'rotate-client-password'));
    expect(task).toMatchObject({ status: 'failed', message: expect.stringContaining('run rotate-client-password on mongodb/leader') });
    await goesOn();
  });

  test.each(['secret-set', 'relation-set'])('that ends at its %s is healed: what is published is what the database has', async tool => {
    const before = await credentials();
    const unit = leaderOf(await model.status(), 'mongodb') ?? '';
    const killed = await killAt(model, unit, tool);
    expect(await rotate('application=shop')).toMatchObject({ status: 'failed' });
    expect(killed()).toBe(true);
    expect(await acceptsLogin(before.uris)).toBe(false); // the database has one that nobody knows
    await model.juju('config', 'mongodb', `log-verbosity=${tool === 'secret-set' ? 1 : 0}`); // any hook will do
    await model.waitFor('the published one to be accepted', async status => settled(status) && acceptsLogin((await credentials()).uris));
    await goesOn();
  });

  test.each(['takes the old one away from', 'gives the new one to'])(
    'that ends while it %s a client without secrets is healed',
    async end => {
      const before = await model.waitFor('credentials', given);
      const unit = leaderOf(await model.status(), 'mongodb') ?? '';
      // The client's unit has no hook while a command runs on it, so it notices nothing before it is let go.
      const gate = join(model.data, `gate-${end.length}`);
      const held = model.juju('exec', '--unit', 'old/0', '--', `touch ${gate}.there; while [ ! -e ${gate} ]; do sleep 0.1; done`);
      await model.waitFor('the client to be held', () => existsSync(`${gate}.there`));
      const isFirst = end.startsWith('takes');
      const early = isFirst ? await killAt(model, unit, 'relation-set') : undefined;
      expect(await rotate('application=old')).toMatchObject({ status: isFirst ? 'failed' : 'completed' });
      const killed = early ?? (await killAt(model, unit, 'relation-set'));
      await writeFile(gate, '');
      await held;
      if (isFirst) await model.juju('config', 'mongodb', 'log-verbosity=2'); // any hook will do
      await model.waitFor('the charm to be killed', () => killed());
      const after = await model.waitFor('one that is accepted', async status => {
        const now = await given();
        return settled(status) && now !== undefined && (await acceptsLogin(now.uris)) && now;
      });
      if (!isFirst) expect(after.password).not.toBe(before.password);
      expect(after.username).toBe(before.username);
      seen.push(before.password, after.password);
      await goesOn();
    },
  );
});

describe("Juju's schedule", () => {
  test('changes the password when it is due, and not before', async () => {
    await model.juju('config', 'mongodb', 'client-password-rotation=daily');
    const [id] = await model.waitFor('the schedule', async status => {
      const found = await secretOfShop();
      return settled(status) && found[1].rotation === 'daily' && found;
    });
    const before = await credentials();
    await model.juju('pass-time', '23h');
    await model.waitFor('calm', status => settled(status));
    expect((await credentials()).password).toBe(before.password);
    await model.juju('pass-time', '2h');
    const after = await model.waitFor('another password', async () => {
      const now = await credentials();
      return now.password !== before.password && now;
    });
    expect(await acceptsLogin(after.uris)).toBe(true);
    expect((await secretOfShop())[0]).toBe(id);
    await goesOn();
  });
  test('that is interrupted is kept', async () => {
    const before = await credentials();
    const unit = leaderOf(await model.status(), 'mongodb') ?? '';
    const killed = await killAt(model, unit, 'secret-set');
    await model.juju('pass-time', '25h');
    await model.waitFor('the charm to be killed', () => killed());
    await model.waitFor('the published one to be accepted', async status => {
      const now = await credentials();
      return settled(status) && now.password !== before.password && (await acceptsLogin(now.uris));
    });
    await goesOn();
  });
  test('ends when the option is reset', async () => {
    await model.juju('config', 'mongodb', '--reset', 'client-password-rotation');
    await model.waitFor('no schedule', async status => settled(status) && (await secretOfShop())[1].rotation === undefined);
    const before = await credentials();
    await model.juju('pass-time', '400d');
    await model.waitFor('calm', status => settled(status));
    expect((await credentials()).password).toBe(before.password);
  });
  test('takes no other word', async () => {
    await model.juju('config', 'mongodb', 'client-password-rotation=often');
    await model.waitFor('the sentence', status =>
      status.applications.mongodb?.['application-status'].message?.startsWith(
        'set it with juju config: config client-password-rotation=often must be never, hourly',
      ),
    );
    await model.juju('config', 'mongodb', '--reset', 'client-password-rotation');
  });
});

test('no password is in a log or a status', async () => {
  const shown = [
    await model.juju('debug-log', '--no-tail', '--limit', '100000', '--level', 'TRACE'),
    await model.juju('status', '--format=json'),
    await model.juju('show-status-log', 'mongodb/0'),
  ].join('\n');
  expect(shown).toContain('publish-client');
  expect(seen.length).toBeGreaterThan(10);
  for (const password of seen) expect(shown.includes(password), password).toBe(false);
});
