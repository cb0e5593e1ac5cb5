// Passwords of a cluster change while clients write through their routers: those of the clients reach their hosts in the secret that they
// have, and those of the charm every shard. Without a mongos on this computer, the routers are stand-ins.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Driver, findDriver } from '../../proof/drivers.ts';
import { startWriters, type Writers } from '../../proof/writers.ts';
import { runAction, withMongo } from '../../support/client.ts';
import { killAt } from '../../support/kill.ts';
import { openModel, type TestModel } from '../../support/model.ts';
import { projectFolder } from '../../support/project.ts';
import { leaderOf, settled } from '../../support/status.ts';
import { type StrictWriter, strictWriter } from '../../support/strict-writer.ts';
import { addressesOf, deployClient, deployCluster, logIn, routerCredentials, untilCalm } from './world.ts';

let model: TestModel;
let writer: StrictWriter;
// The drivers for Python and Go, where they can be had, write too, all the time on the connection that they have.
const drivers = (await Promise.all((['python', 'go'] as const).map(findDriver))).filter((one): one is Driver => !('missing' in one));
let others: Writers[] = [];
beforeAll(async () => {
  model = await openModel();
  await deployCluster(model, { 'shard-a': 1 });
  await deployClient(model, 'database-name=shop');
  await model.juju('deploy', join(projectFolder, 'tests', 'charms', 'plain-client'), 'old');
  await model.juju('deploy', 'mongos', 'old-mongos');
  await model.juju('integrate', 'old-mongos', 'old');
  await model.juju('integrate', 'config-server', 'old-mongos');
  await untilCalm(model, 'old', 'old-mongos');
  const { uris } = await routerCredentials(model);
  writer = strictWriter(uris, 'shop');
  others = drivers.map(startWriters);
  for (const one of others) one.write(`kept-${one.driver.name}`, uris);
}, 400_000);
afterAll(async () => {
  await writer?.end();
  for (const one of others) await one.close();
  await model?.close();
});

const rotate = async (unit: string, ...params: string[]) =>
  Object.values(await runAction(model, unit, 'rotate-client-password', ...params))[0];
const accepts = (uri: string): Promise<boolean> =>
  withMongo(uri, async client => (await client.db('admin').command({ ping: 1 })).ok === 1).catch(error => {
    if ((error as { code?: number }).code === 18) return false;
    throw error;
  });
const goesOn = async () => {
  const before = writer.acknowledged();
  await model.waitFor('more writes', () => writer.acknowledged() > before + 5);
  expect(writer.failures()).toEqual([]);
  for (const one of others) {
    await one.more(`kept-${one.driver.name}`, 5);
    expect(one.written(`kept-${one.driver.name}`).failures, one.driver.title).toEqual([]);
  }
};
type Given = { password: string; uris: string; created: string };
const given = async (): Promise<Given | undefined> => {
  const [task] = Object.values(await runAction(model, 'old/leader', 'credentials'));
  return task?.status === 'completed' ? (task.results as Given) : undefined;
};
type Secret = { revision: number; label?: string };
const hostSecret = async (): Promise<[string, Secret]> => {
  const all = Object.entries(JSON.parse(await model.juju('secrets', '--format=json', '--owner', 'mongos')) as Record<string, Secret>);
  const found = all.find(([, { label }]) => /^mongos_proxy\.\d+\.user\.secret$/.test(label ?? ''));
  if (found === undefined) throw new Error(`no secret of the host among ${JSON.stringify(all)}`);
  return found;
};

test("a client's password changes on the config server and reaches its host in the secret that it has; the client writes on", async () => {
  await goesOn();
  const before = await routerCredentials(model);
  const [id, { revision }] = await hostSecret();
  expect(await rotate('config-server/leader', 'application=mongos')).toMatchObject({
    results: { rotated: expect.stringMatching(/^mongos \(relation \d+\)$/) },
  });
  const after = await model.waitFor('the host to be told', async status => {
    const now = await routerCredentials(model);
    return settled(status) && now.password !== before.password && now;
  });
  expect(after).toMatchObject({ username: before.username, database: 'shop' });
  expect([await accepts(after.uris), await accepts(before.uris)]).toEqual([true, false]);
  expect(await hostSecret()).toMatchObject([id, { revision: revision + 1 }]);
  await goesOn();
});

test('a host without secrets takes the new one for new', async () => {
  const before = await model.waitFor('credentials', given);
  await rotate('config-server/leader', 'application=old-mongos');
  const after = await model.waitFor('the new one', async () => {
    const now = await given();
    return now !== undefined && now.password !== before.password && now.created !== before.created && now;
  });
  expect(after.created).toBe(String(Number(before.created) + 1));
  expect([await accepts(after.uris), await accepts(before.uris)]).toEqual([true, false]);
});

test('a shard says where clients are', async () => {
  expect(await rotate('shard-a/leader')).toMatchObject({
    status: 'failed',
    message: expect.stringContaining('run rotate-client-password on config-server/leader'),
  });
});

test('a router whose charm ends while it hands the new one on does it again', async () => {
  const before = await routerCredentials(model);
  const unit = leaderOf(await model.status(), 'mongos') ?? '';
  const killed = await killAt(model, unit, 'secret-set');
  await rotate('config-server/leader', 'application=mongos');
  await model.waitFor('the charm to be killed', () => killed());
  await model.waitFor('the host to have one that is accepted', async status => {
    const now = await routerCredentials(model);
    return settled(status) && now.password !== before.password && (await accepts(now.uris));
  });
  await goesOn();
});

const passwordOf = async (application: string, user: string): Promise<string> => {
  const [task] = Object.values(await runAction(model, `${application}/leader`, 'get-password', `username=${user}`));
  return String(task?.results?.password);
};
const untilEverywhere = (user: string, right: (password: string) => boolean) =>
  model.waitFor(`the password of ${user} to be everywhere`, async status => {
    const password = await passwordOf('config-server', user);
    const servers = [...addressesOf(status, 'config-server'), ...addressesOf(status, 'shard-a')];
    const answers = await Promise.allSettled(servers.map(address => logIn(address, user, password)));
    return settled(status) && right(password) && servers.length === 2 && answers.every(one => one.status === 'fulfilled') && password;
  });

test("the cluster's own passwords change on Juju's schedule, and reach the shard", async () => {
  const before = { operator: await passwordOf('config-server', 'operator'), backup: await passwordOf('config-server', 'backup') };
  await model.juju('config', 'config-server', 'system-password-rotation=weekly');
  await model.waitFor('the schedule', async status => settled(status) && (await model.juju('secrets')).includes('weekly'));
  await model.juju('pass-time', '8d');
  for (const user of ['operator', 'backup'] as const) {
    const after = await untilEverywhere(user, password => password !== before[user]);
    expect(await passwordOf('shard-a', user)).toBe(after);
  }
  await untilCalm(model, 'config-server', 'shard-a', 'mongos');
  await goesOn();
});

test("an operator's secret is for the config server, and reaches the shard", async () => {
  const uri = (await model.juju('add-secret', 'passwords', 'operator=chosen-for-all')).trim();
  await model.juju('grant-secret', 'passwords', 'config-server,shard-a');
  await model.juju('config', 'shard-a', `system-users=${uri}`);
  await model.waitFor('the shard to say where to set it', status => {
    const { message } = status.applications['shard-a']?.['application-status'] ?? {};
    return message?.startsWith(
      'config system-users: set the option on the config server, and reset it here: a shard has the passwords of its cluster',
    );
  });
  await model.juju('config', 'shard-a', '--reset', 'system-users');
  await model.juju('config', 'config-server', `system-users=${uri}`);
  await untilEverywhere('operator', password => password === 'chosen-for-all');
  await untilCalm(model, 'config-server', 'shard-a', 'mongos');
  await goesOn();
});
