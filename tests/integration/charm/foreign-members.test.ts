// Members that somebody added to the set by hand: a hidden one for analytics, and an arbiter. They stay as they are, whatever the units do.
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Document } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { getCredentials, runAction } from '../../support/client.ts';
import { rootOf } from '../../support/kill.ts';
import { openModel, type TestModel } from '../../support/model.ts';
import { makeTestFolder } from '../../support/run-folder.ts';
import { settled } from '../../support/status.ts';
import { type Launched, launchMongod } from '../mongo/launch.ts';
import { freshAddress } from '../mongo/open.ts';
import { addressesOf, asOperator, deployMongodb, isWell, primaryOf } from './world.ts';

let model: TestModel;
let folder: string;
const added: Launched[] = [];
let before: readonly Document[];
beforeAll(async () => {
  model = await openModel();
  folder = await makeTestFolder('fm');
  await deployMongodb(model, 2);
  await model.juju('deploy', 'data-integrator', '--config', 'database-name=shop');
  await model.juju('integrate', 'mongodb', 'data-integrator');
  const key = join(await rootOf(model, 'mongodb/0'), 'var/snap/charmed-mongodb/current/etc/mongod/keyFile');
  const keyFile = await readFile(key, 'utf8');
  for (const name of ['hidden', 'arbiter']) {
    await mkdir(join(folder, name));
    added.push(await launchMongod({ folder: join(folder, name), address: freshAddress(), set: 'mongodb', keyFile }));
  }
  await model.waitFor('two units and a client', status => isWell(status, 2) && settled(status));
  const [hidden, arbiter] = added.map(({ host }) => host);
  // With an arbiter, MongoDB wants to be told how many members a write waits for.
  await asOperator(model, client => client.db('admin').command({ setDefaultRWConcern: 1, defaultWriteConcern: { w: 'majority' } }));
  await addByHand({
    host: hidden,
    hidden: true,
    priority: 0,
    votes: 0,
    secondaryDelaySecs: 5,
    buildIndexes: false,
    tags: { use: 'analytics' },
  });
  await addByHand({ host: arbiter, arbiterOnly: true, priority: 0 });
  before = await foreignMembers();
  expect(before).toMatchObject([
    { hidden: true, votes: 0, secondaryDelaySecs: 5, buildIndexes: false },
    { arbiterOnly: true, votes: 1 },
  ]);
}, 400_000);
afterAll(async () => {
  await model?.close();
  await Promise.all(added.map(one => one.end()));
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

/** As the shell's `rs.add` does: again while the set is changing itself. */
async function addByHand(member: Document): Promise<void> {
  await model.waitFor('the set to take the member', () =>
    asOperator(model, async client => {
      const admin = client.db('admin');
      const { config } = await admin.command({ replSetGetConfig: 1 });
      const _id = 20 + config.members.length;
      const next = { ...config, version: config.version + 1, members: [...config.members, { _id, ...member }] };
      return admin.command({ replSetReconfig: next }).then(
        () => true,
        (error: { code?: number }) => {
          if (error.code === 109 || error.code === 103) return false;
          throw error;
        },
      );
    }),
  );
}

const membersNow = (): Promise<Document[]> =>
  asOperator(model, async client => (await client.db('admin').command({ replSetGetConfig: 1 })).config.members);
const foreignMembers = async (): Promise<Document[]> =>
  (await membersNow()).filter(({ host }) => added.some(one => one.host === host)).sort((a, b) => a._id - b._id);

/** So many units are members, and the others are told of by the application. */
async function stable(units: number): Promise<void> {
  await model.waitFor(`${units} units beside members that are no units`, async status => {
    if (!isWell(status, units) || !settled(status)) return false;
    const shown = status.applications.mongodb?.['application-status'];
    return shown?.message === `with members that the charm did not add, and leaves alone: ${before.map(({ host }) => host).join(', ')}`;
  });
  expect(await foreignMembers()).toEqual(before);
  expect(await membersNow()).toHaveLength(units + before.length);
  const { endpoints, uris } = await getCredentials(model);
  expect(endpoints?.split(',').sort()).toEqual(addressesOf(await model.status()).sort());
  for (const { host } of before) expect(uris).not.toContain(host);
}

test('hooks leave them alone, and tell of them', async () => {
  await model.juju('config', 'mongodb', 'log-verbosity=1');
  await stable(2);
  const [task] = Object.values(await runAction(model, 'mongodb/leader', 'status-detail'));
  const rows = String(task?.results?.table).split('\n');
  expect(rows.filter(row => row.startsWith('foreign'))).toHaveLength(2);
  expect(rows.find(row => row.includes('ARBITER'))).toContain(before[1]?.host);
});

test('a unit that comes becomes a member beside them', async () => {
  await model.juju('add-unit', 'mongodb');
  await stable(3);
});

test('members restart one by one beside them', async () => {
  await model.juju('config', 'mongodb', 'max-connections=500');
  await model.waitFor('every unit to run with the new option', async status => {
    if (!isWell(status, 3) || !settled(status)) return false;
    const [task] = Object.values(await runAction(model, 'mongodb/leader', 'status-detail'));
    return String(task?.results?.table).match(/ current$/gm)?.length === 3;
  });
  await stable(3);
});

test('a primary that is removed leaves without them', async () => {
  await model.juju('remove-unit', '--no-prompt', await primaryOf(model));
  await stable(2);
});
