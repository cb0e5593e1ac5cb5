// Members come, go and move.
import { expect, test } from 'vitest';
import { applyMongod } from '../../../src/apply/mongod.ts';
import { apply, freshAddress, launch, lookFor, makeSet, memberFor, reconfigureTo, session, untilKind, untilMember } from './open.ts';

test('members are added at once and leave one by one; a change planned from an older configuration is refused', async () => {
  const mongods = await launch(4);
  const [a, b, c, d] = mongods;
  const mongo = await makeSet(mongods);
  const { set } = await lookFor('member', mongo);
  expect(set.members.map(({ unit, votes }) => [unit, votes])).toEqual([0, 1, 2, 3].map(n => [`mongodb/${n}`, 1]));

  const from = set.version;
  const two = await applyMongod(mongo, { do: 'reconfigure', from, force: false, members: [memberFor(a!, 0), memberFor(b!, 1)] });
  expect(two).toEqual({ ok: false, code: 103, reason: expect.stringContaining('at most 1 voting member') });
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
  // A unit that is held says so there, for everybody to hear.
  await reconfigureTo(mongo, [{ ...memberFor(a!, 0), leaving: true }]);
  expect(await mongo.stranger(command => command({ hello: 1 }))).toMatchObject({
    tags: { rack: 'one', 'juju-unit': 'mongodb/0', 'juju-leaving': 'mongodb/0' },
  });
  expect((await lookFor('member', mongo)).set.members).toMatchObject([{ unit: 'mongodb/0', leaving: true }]);
});

test('a member that moved to another address is taken back under it', async () => {
  const mongods = await launch(3);
  const mongo = await makeSet(mongods);
  const moving = mongods[2]!;
  await moving.end('SIGTERM');
  await moving.start({ address: freshAddress() });
  await untilKind('outside', session(moving));
  await reconfigureTo(mongo, mongods.map(memberFor));
  await untilMember(session(moving), 'it to be back', seen => seen.self === 'secondary');
});

test('foreign members are written back as they are, with settings that the charm knows nothing of', async () => {
  const [a, b] = await launch(2);
  const mongo = await makeSet([a!]);
  const link = await mongo.own();
  if (link.kind !== 'open') throw new Error(link.reason);
  const { config } = await link.command({ replSetGetConfig: 1 });
  const added = {
    _id: 7,
    host: b!.host,
    hidden: true,
    priority: 0,
    votes: 0,
    secondaryDelaySecs: 9,
    buildIndexes: false,
    tags: { use: 'reports' },
  };
  await link.command({ replSetReconfig: { ...config, version: config.version + 1, members: [...config.members, added] } });
  const members = async () => (await link.command({ replSetGetConfig: 1 })).config.members;
  const [, before] = await members();
  expect(before).toMatchObject(added);
  const seen = (await lookFor('member', mongo)).set.members;
  expect(seen[1]).toMatchObject({ id: 7, votes: 0, priority: 0 });
  expect(seen[1]).not.toHaveProperty('unit');
  await reconfigureTo(mongo, [memberFor(a!, 0), { id: 7, host: b!.host, votes: 0, priority: 0 }]);
  expect((await members())[1]).toEqual(before);
});

test('a set of members that are gone for good is made that of one unit by force', async () => {
  const [a] = await launch(1);
  const mongo = session(a!);
  const link = await mongo.own();
  if (link.kind !== 'open') throw new Error(link.reason);
  await link.command({ replSetInitiate: { _id: 'rs', members: [{ _id: 0, host: a!.host }] } });
  await untilMember(mongo, 'a primary', seen => seen.primary !== undefined);
  await a!.end('SIGTERM');
  await a!.start({ address: freshAddress() });
  const { set } = await untilKind('outside', session(a!));
  const members = [{ id: 1, host: a!.host, unit: 'mongodb/0', votes: 1, priority: 1 }] as const;
  await apply(session(a!), { do: 'reconfigure', from: set.version, force: true, at: a!.host, members });
  await untilMember(session(a!), 'a primary', seen => seen.primary?.set.members.length === 1 && seen.set.members[0]?.unit === 'mongodb/0');
});
