// The way out of the set, step by step.
import { describe, expect, test } from 'vitest';
import { LEAVING, RUNNING_CONFIG } from '../../../src/core/bags.ts';
import type { Member, Observed, ReplicaSet } from '../../../src/core/observed.ts';
import { planLeaving } from '../../../src/plan/leaving.ts';
import { foreign, member, peerUnits, primaryFacts, replicaSet, running, settings, settle, steady, unit, withMembers } from './world.ts';

const leaving = (self: number, count = 3, lastChance = false): Observed =>
  steady(count, { juju: { dying: true }, context: { hook: 'mongodb-storage-detaching', detaching: 'mongodb/0' }, lastChance }, self);
const ways = (seen: Observed) => settle(seen, [planLeaving]).done.map(effect => effect.do);

test('a primary hands over, leaves, stops', () => {
  expect(ways(leaving(0))).toEqual(['step-down', 'reconfigure', 'stop-mongod', 'set-peer-unit']);
});
test('a secondary leaves, stops, and says so', () => {
  const { done } = settle(leaving(2), [planLeaving]);
  expect(done.map(effect => effect.do)).toEqual(['reconfigure', 'stop-mongod', 'set-peer-unit']);
  expect(done.at(-1)).toEqual({ do: 'set-peer-unit', values: { [LEAVING]: 'true', [RUNNING_CONFIG]: '' } });
});
test('the last one takes the set with it', () => {
  expect(ways(leaving(0, 1))).toEqual(['stop-mongod', 'set-peer-unit']);
});
test('where all units leave, nobody hands over to another that leaves', () => {
  const all = leaving(0);
  const peers = { id: 1, app: {}, units: new Map([...(all.juju.peers?.units ?? [])].slice(0, 1)) };
  expect(ways({ ...all, juju: { ...all.juju, peers } })).toEqual(['stop-mongod', 'set-peer-unit']);
});
test('without a primary it waits, and goes when its time is over', () => {
  const alone = (lastChance: boolean) =>
    withMembers(leaving(1, 3, lastChance), [member(0, 'down'), member(1, 'secondary'), member(2, 'secondary')]);
  expect(planLeaving(alone(false))).toMatchObject({ pending: true });
  expect(planLeaving(alone(false)).effects.filter(effect => effect.do !== 'set-peer-unit')).toEqual([]);
  expect(planLeaving(alone(true)).effects).toContainEqual({ do: 'stop-mongod' });
});
test('a primary waits for a secondary that can be elected: one without priority cannot', () => {
  const passive = { votes: 0, priority: 0 } as const;
  const seen = withMembers(leaving(0, 2), [member(0), member(1, 'secondary', passive), foreign(10, 'secondary', passive)]);
  expect(planLeaving(seen).effects.filter(effect => effect.do !== 'set-peer-unit')).toEqual([]);
  expect(planLeaving(seen).pending).toBe(true);
});
test('a primary whose others are all behind waits for them', () => {
  const seen = withMembers(leaving(0, 2), [member(0), member(1, 'syncing')]);
  expect(planLeaving(seen)).toMatchObject({ pending: true });
  expect(planLeaving(seen).effects.filter(effect => effect.do !== 'set-peer-unit')).toEqual([]);
});
describe('the only member that has the data', () => {
  const app = { members: unit(0), initialised: 'true' };
  const alone = (juju: Partial<Observed['juju']>, mongod?: Observed['mongod'], lastChance = false): Observed => {
    const peers = { id: 1, app, units: peerUnits(2, {}) };
    const context = { hook: 'mongodb-storage-detaching', detaching: 'mongodb/0' };
    const seen = steady(2, { juju: { dying: true, peers, ...juju }, context, lastChance });
    return mongod === undefined ? withMembers(seen, [member(0)]) : { ...seen, mongod };
  };
  const silent = { kind: 'silent', reason: 'no answer' } as const;

  test('lets the units that stay in, and does not go before one of them has the data', () => {
    const plan = planLeaving(alone({}));
    expect(plan.hold).toEqual(['no other unit has its data yet; waiting for mongodb/1']);
    expect(plan.effects).toMatchObject([{ do: 'reconfigure', members: [{ unit: 'mongodb/0' }, { unit: 'mongodb/1', votes: 1 }] }]);
    const syncing = planLeaving(withMembers(alone({}), [member(0), member(1, 'syncing')]));
    expect(syncing).toMatchObject({ effects: [], hold: plan.hold });
    expect(ways(withMembers(alone({}), [member(0), member(1)]))).toEqual(['step-down', 'reconfigure', 'stop-mongod', 'set-peer-unit']);
  });
  test('does not count on a member that the charm did not add, which may be behind on purpose', () => {
    const hidden = foreign(10, 'secondary', { votes: 0, priority: 0 });
    const seen = withMembers(alone({}), [member(0), member(1, 'syncing'), hidden]);
    expect(planLeaving(seen)).toMatchObject({ effects: [], hold: ['no other unit has its data yet; waiting for mongodb/1'] });
  });
  test('does so whoever leads, and is held to the end of its time', () => {
    const plan = planLeaving(alone({ leader: false }, undefined, true));
    expect(plan).toMatchObject({ effects: [{ do: 'reconfigure' }], hold: [expect.any(String)] });
  });
  test('tells the set the addresses that the others have by now, by force where it cannot be primary without them', () => {
    const elsewhere = member(1, 'down', { host: '10.1.1.1:27017' });
    const two = `${unit(1)} ${peerUnits(2).get(unit(1))!.address}:27017`;
    const changed = (seen: Observed) =>
      planLeaving(seen).effects.flatMap(effect =>
        effect.do === 'reconfigure' ? [[effect.force, ...effect.members.slice(1).map(one => `${one.unit} ${one.host}`)]] : [],
      );
    expect(changed(withMembers(alone({}, undefined, true), [member(0, 'primary'), elsewhere]))).toEqual([[false, two]]);
    // It may have been told where it is by one that knows better.
    expect(changed(withMembers(alone({}), [member(0, 'primary'), elsewhere]))).toEqual([]);
    expect(changed(withMembers(alone({}, undefined, true), [member(0, 'primary'), { ...elsewhere, state: 'syncing' }]))).toEqual([]);
    expect(changed(withMembers(alone({}, undefined, true), [member(0, 'secondary'), elsewhere]))).toEqual([[true, two]]);
    expect(changed(withMembers(alone({}, undefined, true), [member(0, 'secondary'), member(1, 'down')]))).toEqual([]);
  });
  test('waits for a unit that Juju is only about to make', () => {
    const peers = { id: 1, app, units: peerUnits(1), coming: ['mongodb/7'] };
    expect(planLeaving(alone({ peers })).hold).toEqual(['no other unit has its data yet; waiting for mongodb/7']);
  });
  test('waits for one whose storage was taken away, for that starts again on another, and hands over to it', () => {
    const units = peerUnits(2, {});
    units.set(unit(1), { address: '10.0.0.2', data: { [LEAVING]: 'true' } });
    const peers = { id: 1, app, units };
    expect(planLeaving(alone({ peers })).hold).toEqual([
      'no other unit has its data yet; waiting for mongodb/1 (its storage was taken away)',
    ]);
    const back = planLeaving(withMembers(alone({ peers }), [member(0), member(1)]));
    expect(back).toMatchObject({ hold: [], effects: [{ do: 'step-down' }, { do: 'set-peer-unit' }] });
  });
  test('does not count on one that goes at the same time', () => {
    const two = [member(0), member(7)];
    expect(planLeaving(withMembers(alone({}), two)).hold).toEqual([]);
    const plan = planLeaving(withMembers(alone({ leaving: new Map([[unit(7), '']]) }), two));
    expect(plan.hold).toEqual(['no other unit has its data yet; waiting for mongodb/1']);
    expect(plan.effects).toMatchObject([{ do: 'reconfigure', members: [{}, { unit: 'mongodb/7' }, { unit: 'mongodb/1', votes: 1 }] }]);
  });
  test('goes when the same set has gone on without it, at another unit that is its primary by now', () => {
    const own = { ...replicaSet([member(0, 'secondary'), member(1, 'down')], 5), identity: 'one' };
    const there = { ...replicaSet([member(1, 'primary')], 6), identity: 'one' };
    const seen = (elsewhere?: ReplicaSet, self: 'primary' | 'secondary' = 'secondary', set: ReplicaSet = own): Observed =>
      alone({}, { kind: 'member', running, self, settings, set, ...(elsewhere === undefined ? {} : { elsewhere }) }, true);
    expect(planLeaving(seen(there))).toMatchObject({ hold: [], effects: [{ do: 'stop-mongod' }, { do: 'set-peer-unit' }] });
    const { identity: _, ...nameless } = there;
    const held = [
      seen(),
      seen({ ...there, identity: 'a new set' }),
      seen({ ...there, version: 4 }),
      seen(nameless, 'secondary', replicaSet(own.members)),
      seen(there, 'primary'),
    ];
    for (const one of held) expect(planLeaving(one).hold).toEqual(['no other unit has its data yet; waiting for mongodb/1']);
  });
  test('goes when its set never became that of the application, and another unit is to initiate one', () => {
    const seen = (bag: Record<string, string>): Observed => alone({ peers: { id: 1, app: bag, units: peerUnits(2) } });
    expect(planLeaving(seen({ initiator: unit(1) })).hold).toEqual([]);
    const held = [{ initiator: unit(0) }, { initiator: unit(7) }, {}, { initiator: unit(1), initialised: 'true' }];
    for (const bag of held) expect(planLeaving(seen(bag)).hold).toHaveLength(1);
    const mine = { ...replicaSet([member(0, 'primary')]), identity: 'one' };
    const beside = (elsewhere: ReplicaSet, bag: Record<string, string>): Observed =>
      alone(
        { peers: { id: 1, app: bag, units: peerUnits(2) } },
        { kind: 'member', running, self: 'primary', settings, set: mine, elsewhere },
      );
    const theirs = { ...replicaSet([member(1, 'primary')]), identity: 'another' };
    expect(planLeaving(beside(theirs, { initiator: unit(0) })).hold).toEqual([]);
    expect(planLeaving(beside(theirs, {})).hold).toEqual([]);
    expect(planLeaving(beside(theirs, { initiator: unit(1), initialised: 'true', members: unit(1) })).hold).toEqual([]);
    for (const one of [
      beside(theirs, { initiator: unit(1), initialised: 'true', members: `${unit(0)} ${unit(1)}` }),
      beside({ ...theirs, identity: 'one' }, { initiator: unit(1), initialised: 'true', members: unit(1) }),
      beside(theirs, { initiator: unit(0), initialised: 'true' }),
      beside({ ...theirs, identity: 'one' }, { initiator: unit(0) }),
      beside(replicaSet([member(1, 'primary')]), { initiator: unit(0) }),
    ])
      expect(planLeaving(one).hold).toHaveLength(1);
    const letIn = member(1, 'syncing', { newlyAdded: true });
    for (const other of [member(1, 'syncing'), letIn])
      expect(planLeaving(withMembers(seen({ initiator: unit(1) }), [member(0), other])).hold).toHaveLength(1);
    const both = (other: Member): Observed => ({
      ...beside(theirs, {}),
      mongod: { kind: 'member', running, self: 'primary', settings, set: { ...mine, members: [member(0), other] }, elsewhere: theirs },
    });
    expect(planLeaving(both(letIn)).hold).toEqual([]);
    expect(planLeaving(both(member(1, 'down'))).hold).toHaveLength(1);
  });
  test('is not given up because its set does not list it where it is now', () => {
    const set = replicaSet([member(0, 'down', { host: '10.7.7.7:27017' })]);
    const outside = { kind: 'outside', running, set } as const;
    const plan = planLeaving(alone({}, outside, true));
    expect(plan.hold).toEqual(['no other unit has its data yet; waiting for mongodb/1']);
    expect(plan.effects).toContainEqual(expect.objectContaining({ do: 'reconfigure', force: true }));
    expect(planLeaving(alone({}, { ...outside, dataElsewhere: true }, true)).hold).toEqual([]);
    expect(planLeaving(alone({}, { ...outside, primary: primaryFacts(replicaSet([member(1, 'primary')])) }, true)).hold).toEqual([]);
    expect(planLeaving(alone({}, { ...outside, set: { ...set, name: 'other' } }, true)).hold).toEqual([]);
    const stranger = { id: 1, app: { ...app, members: unit(1) }, units: peerUnits(2) };
    expect(planLeaving(alone({ peers: stranger }, outside, true)).hold).toEqual([]);
  });
  test('does not wait for a set that it has left, though its mongod was not told', () => {
    const set = [member(0, 'secondary'), member(1, 'down')];
    expect(planLeaving(withMembers(alone({}), set)).hold).toHaveLength(1);
    const left = planLeaving({ ...withMembers(alone({}), set), left: true });
    expect(left).toMatchObject({ hold: [], effects: [{ do: 'stop-mongod' }, { do: 'set-peer-unit' }] });
  });
  test('is not given up because it does not answer', () => {
    expect(planLeaving(alone({}, silent, true)).hold).toEqual([expect.stringContaining('does not answer')]);
    const ended = { ...alone({}, silent, true), host: { ...alone({}).host, service: 'inactive' } } as const;
    expect(planLeaving(ended).hold).toEqual([]);
    expect(planLeaving({ ...ended, host: { ...ended.host, startsAgain: true } }).hold).toHaveLength(1);
    // One that was let in may still have to copy all.
    const peers = { id: 1, app: { ...app, members: `${unit(0)} ${unit(1)}` }, units: peerUnits(2) };
    expect(planLeaving(alone({ peers }, silent, true)).hold).toHaveLength(1);
    const copied = { ...silent, dataElsewhere: true } as const;
    expect(planLeaving(alone({ peers }, copied))).toMatchObject({ effects: [], hold: [], pending: true });
    expect(planLeaving(alone({ peers }, copied, true)).effects).toContainEqual({ do: 'stop-mongod' });
    const stranger = { id: 1, app: { ...app, members: unit(1) }, units: peerUnits(2) };
    expect(planLeaving(alone({ peers: stranger }, silent, true)).effects).toContainEqual({ do: 'stop-mongod' });
  });
});

test.each(['sharding-relation-changed', 'sharding-relation-broken', 'database-peers-relation-changed'])(
  'a hook that was due before gives up nothing: %s',
  hook => {
    const seen = steady(1, { juju: { dying: true }, context: { hook } });
    expect(planLeaving(seen)).toMatchObject({ effects: [], pending: false });
  },
);
test('where no storage was taken away before, stop lets go', () => {
  expect(ways(steady(1, { juju: { dying: true }, context: { hook: 'stop' } }))).toEqual(['stop-mongod', 'set-peer-unit']);
});
test('remove leaves a clean machine', () => {
  const stopped = steady(1, {
    juju: { dying: true },
    context: { hook: 'remove' },
    host: { service: 'inactive' },
    mongod: { kind: 'silent', reason: 'stopped' },
  });

  expect(ways(stopped)).toContain('clean-machine');
});
test('where the data stays on the machine for good, remove cleans it once, and says in one line why the snap stays', () => {
  const removed = (host: Partial<Observed['host']>): Observed => {
    const seen = steady(1, { juju: { dying: true }, context: { hook: 'remove' }, mongod: { kind: 'silent', reason: 'stopped' } });
    return { ...seen, host: { ...seen.host, service: 'inactive', ...host } };
  };
  const kept = 'there is data in /data';
  expect(ways(removed({ kept }))).toContain('clean-machine');
  const { config: _c, keyFile: _k, ...clean } = removed({ kept }).host;
  const seen = { ...removed({}), host: clean };
  expect(planLeaving(seen).effects.filter(effect => effect.do !== 'set-peer-unit')).toEqual([
    { do: 'log', level: 'INFO', message: `the snap stays on the machine: ${kept}` },
  ]);
  const { kept: __, ...mayGo } = clean;
  expect(ways({ ...seen, host: mayGo })).toContain('clean-machine');
});
test('a unit that stays plans nothing', () => {
  expect(planLeaving(steady(3)).effects).toEqual([]);
  expect(planLeaving(steady(3)).unit).toEqual([]);
});
