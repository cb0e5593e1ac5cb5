// Primaries hand over and die, and a majority is lost.
import { expect, test } from 'vitest';
import { applyMongod } from '../../../src/apply/mongod.ts';
import { until } from '../../support/until.ts';
import type { Launched } from './launch.ts';
import { accepts, apply, freshAddress, launch, look, lookFor, makeSet, memberFor, session, untilKind, untilMember } from './open.ts';

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
  expect(outcome).toEqual({ ok: false, code: 262, reason: expect.stringContaining('No electable secondaries') });
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

test('a secondary that goes, and is told nothing any more, learns from another unit that its set has gone on without it', async () => {
  const mongods = await launch(2);
  const [first, second] = mongods as [Launched, Launched];
  await makeSet(mongods);
  await first.end();
  await first.start({ address: freshAddress() });
  const [left, gone] = [session(first), session(second)];
  const others = new Map([['mongodb/0', first.host]]);
  const leaving = async () => {
    const seen = await look(gone, others, { leader: false, detaching: true });
    return seen.kind === 'member' && seen.self === 'secondary' && seen.set.primary === undefined ? seen : undefined;
  };
  const alone = await until('it to be without a primary', leaving);
  expect(alone.elsewhere).toBeUndefined();
  const { set } = await untilKind('outside', left);
  await apply(left, { do: 'reconfigure', from: set.version, force: true, members: [memberFor(first, 0)] });
  await untilMember(left, 'it to be primary alone', seen => seen.self === 'primary');
  const seen = await leaving();
  expect(seen?.set).toMatchObject({ identity: expect.stringMatching(/^[0-9a-f]{24}$/), version: set.version });
  expect(seen?.elsewhere).toMatchObject({ identity: seen?.set.identity, members: [{ unit: 'mongodb/0', state: 'primary' }] });
  expect(seen?.elsewhere?.version).toBeGreaterThan(set.version);
  await second.end();
  expect(await look(gone, others, { leader: false, detaching: true })).toMatchObject({ kind: 'silent', dataElsewhere: true });
  expect(await look(gone, others, { leader: false })).not.toHaveProperty('dataElsewhere');
  await first.end();
  expect(await look(gone, others, { leader: false, detaching: true })).not.toHaveProperty('dataElsewhere');
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
