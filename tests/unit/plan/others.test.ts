// A unit that follows asks the others only where its plan could depend on them.
import { expect, test } from 'vitest';
import { mongodb } from '../../../src/charms/mongodb.ts';
import { LEAVING } from '../../../src/core/bags.ts';
import type { Observed } from '../../../src/core/observed.ts';
import { together } from '../../../src/core/plan.ts';
import { mattersWhoGoes, needsOthers } from '../../../src/plan/others.ts';
import { CONFIG, member, primaryFacts, replicaSet, running, settings, steady, unit } from './world.ts';

const SELF = 1;
type Mongod = Partial<Extract<Observed['mongod'], { kind: 'member' }>>;
const follower = (mongod: Mongod = {}, more: Parameters<typeof steady>[1] = {}): Observed => {
  const set = replicaSet([member(0), member(1), member(2)]);
  return steady(3, { mongod: { kind: 'member', running, self: 'secondary', settings, set, ...mongod }, ...more }, SELF);
};
const planOf = (seen: Observed) => together(mongodb.planners.map(planner => planner(seen)));
const alone = (seen: Observed): Observed => {
  const { peers } = seen.juju;
  if (peers === undefined) return seen;
  return { ...seen, juju: { ...seen.juju, peers: { ...peers, units: new Map([...peers.units].filter(([name]) => name === unit(SELF))) } } };
};

const handedOver = replicaSet([member(0, 'secondary'), member(1, 'primary'), member(2)]);
const bag = (data: Record<string, string>) => {
  const { peers } = follower().juju;
  const units = new Map([...(peers?.units ?? [])].map(([name, one]) => [name, name === unit(SELF) ? { ...one, data } : one] as const));
  return { juju: { peers: { id: 1, app: peers?.app ?? {}, units } } };
};

test.each([
  ['a secondary that is well', follower()],
  ['the primary', follower({ self: 'primary', set: handedOver, primary: primaryFacts(handedOver) })],
  ['one that has not told what it runs with', follower({}, bag({}))],
  ['one that told that it leaves, and stays', follower({}, bag({ [LEAVING]: 'true' }))],
  ['one whose settings differ', follower({ settings: { ...settings, slowMs: 7 } })],
  ['one beside a member that is down', follower({ set: replicaSet([member(0), member(1), member(2, 'down')]) })],
  ['one with a port that is not open', follower({}, { juju: { openedPorts: [] } })],
  ['one whose log is long', follower({}, { host: { logBytes: 1e12 } })],
  ['one whose file is to be written', follower({}, { host: { config: 'another' } })],
  ['one in the last round', follower({}, { lastChance: true })],
  [
    'one with clients and other relations',
    follower(
      {},
      {
        juju: {
          relations: new Map([
            ['database', [4]],
            ['sharding', [5]],
          ]),
        },
      },
    ),
  ],
])('%s makes the same plan without them', (_, seen) => {
  expect(needsOthers(seen)).toBe(false);
  expect(planOf(alone(seen))).toEqual(planOf(seen));
});

test.each([
  ['restarts', follower({ running: { ...running, config: 'old' } })],
  ['restarts with other options', follower({}, { juju: { config: { valid: true, config: { ...CONFIG, 'max-connections': 77 } } } })],
  ['has an invalid configuration', follower({}, { juju: { config: { valid: false, option: 'x', problem: 'no' } } })],
  ['has no primary', follower({ set: replicaSet([member(0, 'down'), member(1), member(2)]) })],
  ['copies its data', follower({ self: 'syncing' })],
  ['leaves', follower({}, { juju: { dying: true } })],
  ['is a shard', follower({}, { juju: { role: 'shard' } })],
  ['is a config server', follower({}, { juju: { role: 'config-server' } })],
  ['has no mongod', steady(3, { mongod: { kind: 'silent', reason: '' } }, SELF)],
])('one that %s asks them', (_, seen) => expect(needsOthers(seen)).toBe(true));

test('a primary that misses somebody, or who is outside of the set or not yet in it, asks who goes', () => {
  const primary = (set: typeof handedOver) => follower({ self: 'primary', set });
  expect(mattersWhoGoes(primary(handedOver))).toBe(false);
  const misses = primary(replicaSet([member(0, 'down'), member(1, 'primary'), member(2)]));
  expect([needsOthers(misses), mattersWhoGoes(misses)]).toEqual([true, true]);
  const down = { set: replicaSet([member(0), member(1), member(2, 'down')]) };
  expect(mattersWhoGoes(follower(down))).toBe(false);
  expect(mattersWhoGoes(follower({ ...down, running: { ...running, config: 'old' } }))).toBe(true);
  const outside = { ...follower(), mongod: { kind: 'outside', running, set: handedOver } } as Observed;
  expect([needsOthers(outside), mattersWhoGoes(outside)]).toEqual([true, true]);
  const empty = { ...follower(), mongod: { kind: 'uninitialised', running, others: new Map() } } as Observed;
  expect(mattersWhoGoes(empty)).toBe(true);
  expect(mattersWhoGoes({ ...empty, juju: { ...empty.juju, peers: { id: 1, app: {}, units: new Map() } } })).toBe(false);
});
