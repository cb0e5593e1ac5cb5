// What people do to a set behind the charm's back, and new addresses of all: the set comes back by itself. Failures of machines are in
// failures.test.ts.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openModel, type TestModel } from '../../support/model.ts';
import { unitsOf } from '../../support/status.ts';
import { addressesOf, asOperator, deployMongodb, membersOf, onUnit, wellWith } from './world.ts';

let model: TestModel;
beforeAll(async () => {
  model = await openModel();
  await model.juju('model-config', 'update-status-hook-interval=4s');
  await deployMongodb(model, 3);
});
afterAll(() => model?.close());

let written = 0;
async function write(): Promise<void> {
  await model.waitFor('a write to be taken', () =>
    asOperator(model, async client => {
      await client
        .db('test')
        .collection<{ _id: number }>('writes')
        .updateOne({ _id: written + 1 }, { $set: { kept: true } }, { upsert: true, writeConcern: { w: 'majority' } });
      return true;
    }).catch(() => false),
  );
  written += 1;
}
const stored = () => asOperator(model, client => client.db('test').collection('writes').countDocuments());

test('a mongod that somebody stopped is started again', async () => {
  const [unit] = Object.keys(unitsOf(await model.status(), 'mongodb')).filter(name => name !== 'mongodb/0') as [string];
  await model.juju('exec', '--unit', unit, '--', 'snap stop --disable charmed-mongodb.mongod');
  await model.waitFor('mongod to run again', () =>
    onUnit(model, unit, async client => (await client.db('admin').command({ hello: 1 })).secondary === true).catch(() => false),
  );
  await wellWith(model, 3);
});

/** Takes the member of another unit, or of the leader, out of the set. Answers where it is. */
async function takeOut(whose: 'another unit' | 'the leader'): Promise<string> {
  const [own = ''] = addressesOf(await model.status());
  const suits = (host: string) => host.startsWith(`${own}:`) === (whose === 'the leader');
  await asOperator(model, async client => {
    const admin = client.db('admin');
    if (whose === 'another unit' || !suits((await admin.command({ hello: 1 })).primary)) return;
    await admin.command({ replSetStepDown: 20 });
  });
  return model.waitFor('a primary that takes it out', () =>
    asOperator(model, async client => {
      const { config } = await client.db('admin').command({ replSetGetConfig: 1 });
      const { primary } = await client.db('admin').command({ hello: 1 });
      const leaving = config.members.find(({ host }: { host: string }) => host !== primary && suits(host));
      const members = config.members.filter((member: unknown) => member !== leaving);
      await client.db('admin').command({ replSetReconfig: { ...config, version: config.version + 1, members } });
      return leaving.host as string;
    }).catch(() => undefined),
  );
}

test.each(['another unit', 'the leader'] as const)('a member that somebody took out of the set is added again: that of %s', async whose => {
  const gone = await takeOut(whose);
  await model.waitFor('the member to be back', async () => (await membersOf(model)).some(address => gone.startsWith(address)));
  await wellWith(model, 3);
});

// Those of the second time are such as another unit has just had: the local Juju gives what is free by then.
test.each([
  ['of which none was used', undefined],
  ['that others have had', undefined],
  ['while the leader is taken out', 'the leader' as const],
])('new addresses of all members at once, %s, do not end the set', async (_, out) => {
  const before = addressesOf(await model.status());
  const units = Object.keys(unitsOf(await model.status(), 'mongodb'));
  if (out !== undefined) await takeOut(out);
  for (const unit of units) await model.juju('fault', unit, 'change-address');
  await model.waitFor('the new addresses to show', status => addressesOf(status).every((address, at) => address !== before[at]));
  await model.waitFor(
    'the members to be the units',
    async status => (await membersOf(model).catch(() => [])).join() === addressesOf(status).sort().join(),
  );
  await wellWith(model, 3);
  await write();
  expect(await stored()).toBe(written);
  expect(await model.juju('debug-log', '--no-tail', '--limit', '5000')).toContain('forcing the configuration of the replica set');
});

test('new addresses of those that stay, of which a leader that goes is told nothing any more, hold nobody', async () => {
  const [leader = '', ...others] = Object.keys(unitsOf(await model.status(), 'mongodb'));
  const [place = ''] = addressesOf(await model.status());
  // None that another unit has had: at such a one its mongod would take itself for that member.
  const fresh = others.map((_, at) => place.replace(/\d+$/, String(230 + at)));
  for (const unit of others) await model.juju('fault', unit, 'freeze');
  await model.juju('remove-unit', '--no-prompt', leader);
  await model.waitFor('the leader to be held', status =>
    unitsOf(status, 'mongodb')[leader]?.['workload-status'].message?.includes('no other unit has its data yet'),
  );
  // Their mongods begin anew there, and freeze no more.
  for (const [at, unit] of others.entries()) await model.juju('fault', unit, 'change-address', fresh[at] ?? '');
  await model.waitFor('the leader to be gone', status => unitsOf(status, 'mongodb')[leader] === undefined);
  await wellWith(model, 2);
  expect(addressesOf(await model.status())).toEqual(fresh);
  await write();
  expect(await stored()).toBe(written);
  const log = await model.juju('debug-log', '--no-tail', '--limit', '5000', '--include', 'unit-mongodb-1');
  expect(log).toContain('forcing the configuration of the replica set');
});

test('a unit that goes, and was taken out while its mongod did not answer, is told where the one that stays is now', async () => {
  const [leader = '', other = ''] = await model.waitFor('a leader', status => {
    const units = Object.entries(unitsOf(status, 'mongodb')).sort(([, a], [, b]) => Number(b.leader ?? false) - Number(a.leader ?? false));
    return units[0]?.[1].leader ? units.map(([name]) => name) : undefined;
  });
  const [place = ''] = addressesOf(await model.status());
  await model.juju('fault', other, 'freeze');
  await model.juju('remove-unit', '--no-prompt', other);
  const forced = async () =>
    (await model.juju('debug-log', '--no-tail', '--limit', '5000', '--include', `unit-${leader.replace('/', '-')}`)).match(
      /forcing the configuration/g,
    )?.length ?? 0;
  const before = await forced();
  await model.waitFor('the leader to go on alone', async () => (await forced()) > before);
  // It does not wait with its restart for one that goes and does not answer.
  await model.juju('config', 'mongodb', 'max-connections=4321');
  await model.waitFor('the leader to run with another option', () =>
    onUnit(model, leader, async client => {
      const { parsed } = await client.db('admin').command({ getCmdLineOpts: 1 });
      return parsed.net.maxIncomingConnections === 4321;
    }).catch(() => false),
  );
  await model.juju('fault', leader, 'change-address', place.replace(/\d+$/, '240'));
  await model.juju('fault', other, 'thaw');
  await model.waitFor('the unit to be gone', status => unitsOf(status, 'mongodb')[other] === undefined);
  await wellWith(model, 1);
  await write();
  expect(await stored()).toBe(written);
});
