// Members come, go, move, hand over and die.
import { expect, test } from 'vitest';
import { applyMongod } from '../../../src/apply/mongod.ts';
import { until } from '../../support/until.ts';
import { accepts, apply, freshAddress, launch, look, lookFor, makeSet, memberFor, reconfigureTo, session, untilMember } from './open.ts';

test('members are added at once and leave one by one; a change planned from an older configuration is refused', async () => {
  const mongods = await launch(4);
  const [a, b, c, d] = mongods;
  const mongo = await makeSet(mongods);
  const { set } = await lookFor('member', mongo);
  expect(set.members.map(({ unit, votes }) => [unit, votes])).toEqual([0, 1, 2, 3].map(n => [`mongodb/${n}`, 1]));

  const from = set.version;
  const two = await applyMongod(mongo, { do: 'reconfigure', from, force: false, members: [memberFor(a!, 0), memberFor(b!, 1)] });
  expect(two).toEqual({ ok: false, reason: expect.stringContaining('at most 1 voting member') });
  const old = await applyMongod(mongo, { do: 'reconfigure', from: from - 1, force: false, members: [] });
  expect(old).toEqual({
    ok: false,
    reason: `the configuration of the replica set has changed from version ${from - 1} to ${from} in between`,
  });

  // A member may ask for its own removal: the change is made on the primary.
  await apply(session(d!), { do: 'reconfigure', from, force: false, members: [a, b, c].map((one, n) => memberFor(one!, n)) });
  const after = await lookFor('member', mongo);
  expect(after.set).toMatchObject({ version: from + 1, members: [{ host: a!.host }, { host: b!.host }, { host: c!.host }] });
});

test('what somebody else set on a member that stays is kept', async () => {
  const [a] = await launch(1);
  const mongo = await makeSet([a!]);
  const link = await mongo.own();
  if (link.kind !== 'open') throw new Error(link.reason);
  const { config } = await link.command({ replSetGetConfig: 1 });
  config.members[0].tags.rack = 'one';
  config.settings.chainingAllowed = false;
  await link.command({ replSetReconfig: { ...config, version: config.version + 1 } });
  await reconfigureTo(mongo, [{ ...memberFor(a!, 0), priority: 2 }]);
  const { config: after } = await link.command({ replSetGetConfig: 1 });
  expect(after.members[0]).toMatchObject({ priority: 2, tags: { rack: 'one', 'juju-unit': 'mongodb/0' } });
  expect(after.settings.chainingAllowed).toBe(false);
});

test('a member that moved to another address is taken back under it', async () => {
  const mongods = await launch(3);
  const mongo = await makeSet(mongods);
  const moving = mongods[2]!;
  await moving.end('SIGTERM');
  await moving.start({ address: freshAddress() });
  expect((await look(session(moving))).kind).toBe('outside');
  await reconfigureTo(mongo, mongods.map(memberFor));
  await untilMember(session(moving), 'it to be back', seen => seen.self === 'secondary');
});

test('the primary hands over, asked by itself or by another member; a lone one cannot', async () => {
  const mongods = await launch(3);
  const mongo = await makeSet(mongods);
  const another = session(mongods[1]!);
  await lookFor('member', another);
  await apply(mongo, { do: 'step-down' });
  await apply(mongo, { do: 'step-down' }); // it is primary no more
  const second = await untilMember(mongo, 'another primary', seen => seen.set.primary !== undefined && seen.self === 'secondary');
  expect(second.set.primary).not.toBe(mongods[0]!.host);
  await untilMember(another, 'it to know', seen => seen.primary !== undefined);
  await until('the primary to hand over', async () => (await applyMongod(mongo, { do: 'step-down-primary' })).ok);
  await untilMember(mongo, 'yet another primary', seen => seen.primary !== undefined && seen.set.primary !== second.set.primary);

  const [lone] = await launch(1);
  const outcome = await applyMongod(await makeSet([lone!]), { do: 'step-down' });
  expect(outcome).toEqual({ ok: false, reason: expect.stringContaining('No electable secondaries') });
});

test('a primary that is killed between two looks: the next one is looked at, and writes go to it', async () => {
  const mongods = await launch(3);
  await makeSet(mongods);
  const mongo = session(mongods[1]!);
  const before = await untilMember(mongo, 'the primary to be seen', seen => seen.primary !== undefined);
  expect(before.primary?.host).toBe(mongods[0]!.host);
  expect(before.primary?.operatorAccepted).toBe(true);
  await mongods[0]!.end();
  const during = await lookFor('member', mongo);
  expect(during.primary).toBeUndefined();
  const early = await applyMongod(mongo, { do: 'create-backup-role' });
  expect(early.ok).toBe(false);
  const after = await untilMember(mongo, 'another primary', seen => seen.primary !== undefined);
  expect(after.primary?.set.members.find(one => one.host === mongods[0]!.host)?.state).toBe('down');
  await apply(mongo, {
    do: 'set-user',
    user: { name: 'monitor', password: 'for the monitor', roles: [{ role: 'clusterMonitor', db: 'admin' }] },
  });
  const survivor = mongods.find(one => one.host === after.primary?.host)!;
  expect(await accepts(survivor, 'monitor', 'for the monitor')).toBe(true);

  await mongods[0]!.start();
  await untilMember(session(mongods[0]!), 'it to be back', seen => seen.self === 'secondary' && seen.primary !== undefined);
});

test('without a majority nothing is changed unless it is forced', async () => {
  const mongods = await launch(3);
  const mongo = await makeSet(mongods);
  const { set } = await lookFor('member', mongo);
  const members = [memberFor(mongods[0]!, 0), memberFor(mongods[1]!, 1)];
  await Promise.all(mongods.slice(1).map(one => one.end()));
  expect((await applyMongod(mongo, { do: 'reconfigure', from: set.version, force: false, members })).ok).toBe(false);
  const lost = await untilMember(mongo, 'it to give up being primary', seen => seen.set.primary === undefined);
  expect(lost.set.members.map(one => one.state)).toEqual(['secondary', 'down', 'down']);
  await apply(mongo, { do: 'reconfigure', from: lost.set.version, force: true, members: members.slice(0, 1) });
  await untilMember(mongo, 'it to be primary alone', seen => seen.primary?.set.members.length === 1);
});
