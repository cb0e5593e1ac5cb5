// The way out of the set, step by step.
import { expect, test } from 'vitest';
import type { Observed } from '../../../src/core/observed.ts';
import { planLeaving } from '../../../src/plan/leaving.ts';
import { member, settle, steady, withMembers } from './world.ts';

const leaving = (self: number, count = 3, lastChance = false): Observed =>
  steady(count, { juju: { dying: true }, context: { hook: 'mongodb-storage-detaching', detaching: 'mongodb/0' }, lastChance }, self);
const ways = (seen: Observed) => settle(seen, [planLeaving]).done.map(effect => effect.do);

test('a primary hands over, leaves, stops', () => {
  expect(ways(leaving(0))).toEqual(['step-down', 'reconfigure', 'stop-mongod', 'set-peer-unit']);
});
test('a secondary leaves, stops, and says so', () => {
  const { done } = settle(leaving(2), [planLeaving]);
  expect(done.map(effect => effect.do)).toEqual(['reconfigure', 'stop-mongod', 'set-peer-unit']);
  expect(done.at(-1)).toEqual({ do: 'set-peer-unit', values: { leaving: 'true', 'mongod-config': '' } });
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
test('a primary whose others are all behind waits for them', () => {
  const seen = withMembers(leaving(0, 2), [member(0), member(1, 'syncing')]);
  expect(planLeaving(seen)).toMatchObject({ pending: true });
  expect(planLeaving(seen).effects.filter(effect => effect.do !== 'set-peer-unit')).toEqual([]);
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
test('a unit that stays plans nothing', () => {
  expect(planLeaving(steady(3)).effects).toEqual([]);
  expect(planLeaving(steady(3)).unit).toEqual([]);
});
