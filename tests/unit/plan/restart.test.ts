// Whose turn it is to restart when the configuration needs it.
import { describe, expect, test } from 'vitest';
import { RUNNING_CONFIG } from '../../../src/core/bags.ts';
import type { Member, Observed } from '../../../src/core/observed.ts';
import { renderMongodConfig } from '../../../src/plan/mongod-config.ts';
import { planRestart } from '../../../src/plan/restart.ts';
import { CONFIG, foreign, member, peerUnits, rendered, replicaSet, running, settings, steady, unit, wanted } from './world.ts';

const OLD = { ...running, config: 'old' };
const OTHER_KEY = { ...running, config: renderMongodConfig({ ...rendered, keyToken: 'another' }).hash };
const otherSettings = renderMongodConfig({ ...rendered, config: { ...CONFIG, 'max-connections': 500 } });
const SET = replicaSet([member(0), member(1), member(2)]);

/** `done` are the units that already run with the wanted configuration. */
function due(self: number, done: readonly number[], set = SET): Observed {
  const units = peerUnits(3, { [RUNNING_CONFIG]: 'old' });
  for (const n of done) units.set(unit(n), { address: `10.0.0.${n + 1}`, data: { [RUNNING_CONFIG]: wanted.hash } });
  const state = set.members[self]?.state ?? 'other';
  return steady(
    3,
    { juju: { leader: false, peers: { id: 1, app: {}, units } }, mongod: { kind: 'member', running: OLD, self: state, settings, set } },
    self,
  );
}
const does = (seen: Observed) => planRestart(seen).effects.map(effect => effect.do);

test('secondaries go by number, the primary last and after a step-down', () => {
  expect(does(due(1, []))).toEqual(['restart-mongod']);
  expect(does(due(2, []))).toEqual([]);
  expect(does(due(2, [1]))).toEqual(['restart-mongod']);
  expect(does(due(0, [1]))).toEqual([]);
  expect(does(due(0, [1, 2]))).toEqual(['step-down']);
  const handedOver = replicaSet([member(0, 'secondary'), member(1, 'primary'), member(2)]);
  expect(does(due(0, [1, 2], handedOver))).toEqual(['restart-mongod']);
});
test('a unit that has not met the others yet does not take them for gone', () => {
  const seen = due(2, []);
  const alone = peerUnits(3, { [RUNNING_CONFIG]: 'old' });
  for (const n of [0, 1]) alone.delete(unit(n));
  expect(does({ ...seen, juju: { ...seen.juju, peers: { id: 1, app: {}, units: alone } } })).toEqual([]);
});
test('who waits for its turn says so', () => {
  expect(planRestart(due(2, [])).unit).toEqual([{ level: 'waiting', message: 'waiting for its turn to restart' }]);
});
test('an arbiter and a hidden member that the charm did not add wait for no turn; one that has a vote is to be well', () => {
  const arbiter = foreign(10, 'arbiter', { priority: 0 });
  const beside = (...others: Member[]) => replicaSet([member(0), member(1), member(2), ...others]);
  for (const hidden of [foreign(11, 'secondary', { votes: 0, priority: 0 }), foreign(11, 'down', { votes: 0, priority: 0 })]) {
    expect(does(due(1, [], beside(arbiter, hidden)))).toEqual(['restart-mongod']);
    expect(does(due(0, [1, 2], beside(arbiter, hidden)))).toEqual(['step-down']);
  }
  expect(does(due(1, [], beside(foreign(10, 'down', { priority: 0 }))))).toEqual([]);
  const alone = replicaSet([member(0), arbiter, foreign(11, 'secondary', { votes: 0, priority: 0 })]);
  expect(does(due(0, [], alone))).toEqual(['restart-mongod']); // nobody else can be primary
});
test('nobody restarts while another member is not well or there is no primary', () => {
  expect(does(due(1, [], replicaSet([member(0), member(1), member(2, 'down')])))).toEqual([]);
  expect(does(due(1, [], replicaSet([member(0, 'secondary'), member(1), member(2)])))).toEqual([]);
});
describe('without a primary, when the time of the hook is over', () => {
  const apart = (done: readonly number[], running = OTHER_KEY) => {
    const seen = due(1, done, replicaSet([member(0, 'secondary'), member(1), member(2, 'down')]));
    if (seen.mongod.kind !== 'member') throw new Error('not a member');
    return { ...seen, mongod: { ...seen.mongod, running }, lastChance: true };
  };
  test('a member restarts whose key the others have no more: it is apart from them', () => {
    expect(does(apart([0]))).toEqual(['restart-mongod']);
    expect(does({ ...apart([0]), lastChance: false })).toEqual([]);
  });
  test('no member restarts that has the key of the others, for then the restarts could stop all of them at once', () => {
    expect(does(apart([0], { ...running, config: otherSettings.hash }))).toEqual([]);
  });
  test('no member restarts while none has the new key', () => {
    expect(does(apart([]))).toEqual([]);
  });
});
test('nobody waits for a member that does not answer, has no vote any more, and goes', () => {
  const without = (parts: Partial<Member>) => {
    const seen = due(0, [1], replicaSet([member(0), member(1), member(2, 'down', { votes: 0, priority: 0, ...parts })]));
    return { ...seen, juju: { ...seen.juju, leaving: new Map([[unit(2), '']]) } };
  };
  const gone = without({});
  expect(does(gone)).toEqual(['step-down']);
  const { leaving: _, ...juju } = gone.juju;
  expect(does({ ...gone, juju })).toEqual([]);
  expect(does(without({ votes: 1, priority: 1 }))).toEqual([]);
  expect(does(without({ state: 'secondary' }))).toEqual([]);
  const alone = replicaSet([member(0), member(1, 'down', { votes: 0, priority: 0 })]);
  const left = due(0, [], alone);
  expect(does({ ...left, juju: { ...left.juju, leaving: new Map([[unit(1), '']]) } })).toEqual(['restart-mongod']);
});
test('a set of one restarts as it is', () => {
  const seen = steady(1);
  if (seen.mongod.kind !== 'member') throw new Error('not a member');
  expect(does({ ...seen, mongod: { ...seen.mongod, running: OLD } })).toEqual(['restart-mongod']);
});
test('not before the file is written, not for settings that mongod takes while it runs, and not when the configuration is wrong', () => {
  expect(does({ ...due(1, []), host: { ...due(1, []).host, config: 'older text' } })).toEqual([]);
  const online = { ...CONFIG, 'log-verbosity': 3, 'slow-operation-threshold-ms': 7 };
  const changed = steady(1, { juju: { config: { valid: true, config: online } } });
  expect(does(changed)).toEqual([]);
  expect(does(steady(1, { juju: { config: { valid: false, option: 'x', problem: 'x' } } }))).toEqual([]);
});
