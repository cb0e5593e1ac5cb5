// recover-access: what it does in each state of a mongod, and when it refuses.
import { describe, expect, test } from 'vitest';
import { recoverAccess } from '../../../src/actions/recover-access.ts';
import type { Observed } from '../../../src/core/observed.ts';
import { status } from '../../../src/core/status.ts';
import { planInitiate } from '../../../src/plan/initiate.ts';
import { planMember } from '../../../src/plan/member.ts';
import { planMembership } from '../../../src/plan/membership.ts';
import { foreign, host, member, primaryFacts, replicaSet, running, steady, unit, wanted, withMembers } from '../plan/world.ts';

const run = (seen: Observed, params = {}) => recoverAccess.answer(seen, params, []);
const theirs = { ...replicaSet([member(7, 'down', { unit: 'shop/0' })]), name: 'shop' };
const outside = { kind: 'outside', running, set: theirs } as const;
const alone = (mongod: Observed['mongod'], parts = {}): Observed => steady(1, { mongod, ...parts });
const empty = { kind: 'uninitialised', running, others: new Map() } as const;
const INITIATED = [
  { do: 'initiate', set: 'mongodb', host: host(0), unit: unit(0), times: { electionTimeoutMillis: 5_000 } },
  { do: 'set-peer-app', values: { wake: '0 token' } },
];
const RESTART = [{ do: 'restart-mongod' }, { do: 'set-peer-unit', values: { 'mongod-config': '' } }];
const WAKE = { do: 'set-peer-app', values: { wake: '0 token' } };

describe('data of another replica set', () => {
  test('is told of, and left alone until somebody says that it is to be ours', () => {
    const seen = alone(outside);
    const blocked = { level: 'blocked', message: 'the data is that of the replica set shop; run recover-access to take it over' };
    expect(planMembership(seen)).toMatchObject({ effects: [], app: [blocked], pending: false });
    expect(planMember(seen)).toMatchObject({ unit: [blocked], pending: false });
  });
  test('becomes ours, with this unit as the only member', () => {
    expect(run(alone(outside))).toMatchObject({
      effects: [{ do: 'adopt-data', set: 'mongodb', host: host(0), unit: unit(0) }, ...RESTART, WAKE],
    });
  });
  test('with the name of ours, of members that are no units, is made ours by force', () => {
    const set = replicaSet([foreign(10, 'down'), foreign(11, 'down')]);
    const seen = alone({ kind: 'outside', running, set }, { lastChance: true });
    expect(planMembership(seen).app).toEqual([status.setOfOthers('10.8.8.10:27017, 10.8.8.11:27017')]);
    const members = [{ id: 12, host: host(0), unit: unit(0), votes: 1, priority: 1 }];
    expect(run(seen)).toMatchObject({ effects: [{ do: 'reconfigure', from: 5, force: true, at: host(0), members }, WAKE] });
  });
  test('that says nothing of a set gets one', () => {
    const seen = alone({ ...empty, hasData: true });
    expect(planInitiate(seen).app).toEqual([status.noSet]);
    expect(run(seen)).toMatchObject({ effects: INITIATED, results: { recovered: expect.stringContaining('with the data that it has') } });
    expect(run(steady(2, { mongod: { ...empty, hasData: true, others: new Map([[unit(1), 'uninitialised']]) } }))).toEqual({
      refused: expect.stringMatching(/^mongodb\/1 have data of their own/),
    });
  });
});

describe('a disk that is empty although the application had data', () => {
  test('is told of, with the way out before juju status cuts the sentence', () => {
    expect(planInitiate(alone(empty))).toMatchObject({ effects: [], unit: [status.dataGone], app: [status.dataGone], pending: false });
    expect(status.dataGone.message.slice(0, 110)).toMatch(/empty set: run recover-access confirm-empty=true$/);
    expect(planInitiate(alone(empty, { juju: { role: 'shard' } })).unit).toEqual([status.partGone]);
  });
  test('gets a set only when somebody confirms that it is empty', () => {
    for (const params of [{}, { 'confirm-empty': false }, { 'confirm-empty': 'true' }])
      expect(run(alone(empty), params)).toEqual({
        refused: expect.stringMatching(/^the disk of mongodb\/0 is empty; .*confirm-empty=true$/),
      });
    const answer = run(alone(empty), { 'confirm-empty': true });
    expect(answer).toMatchObject({ effects: INITIATED, results: { recovered: expect.stringContaining('which is empty') } });
    expect(JSON.stringify(answer)).not.toContain('with the data');
  });
  test('of several, each of which must say that it is empty too', () => {
    const two = (state?: 'uninitialised' | 'member' | 'silent') =>
      steady(2, { mongod: { ...empty, others: new Map(state === undefined ? [] : [[unit(1), state]]) } });
    expect(run(two('uninitialised'), { 'confirm-empty': true })).toMatchObject({ effects: INITIATED });
    for (const state of ['member', 'silent', undefined] as const)
      expect(run(two(state), { 'confirm-empty': true })).toEqual({ refused: expect.stringMatching(/^mongodb\/1 may have the data/) });
  });
});

test('a mongod that lets nobody in is started again with the key file that it should have, on any unit', () => {
  const files = { do: 'write-files', config: wanted.text, keyFile: 'theKey' };
  const locked = { kind: 'locked', running, reason: 'Authentication failed.' } as const;
  expect(run(alone(locked))).toMatchObject({ effects: [files, ...RESTART, WAKE] });
  expect(run(steady(2, { mongod: locked }, 1))).toMatchObject({ effects: [files, ...RESTART] });
});

test.each<[string, Observed, RegExp]>([
  ['the set is well', steady(3), /^there is nothing to recover: the replica set is well/],
  [
    'there is no primary',
    withMembers(steady(2), [member(0, 'secondary'), member(1, 'down')]),
    /has no primary; bring its other members back/,
  ],
  ['mongod does not answer', alone({ kind: 'silent', reason: 'no socket' }), /^MongoDB does not answer: no socket/],
  ['other units have data', steady(2, { mongod: outside }), /^mongodb\/1 have data of their own/],
  ['it is not the leader', steady(2, { mongod: outside }, 1), /run recover-access on mongodb\/leader/],
  [
    'the set has a primary elsewhere',
    alone({ ...outside, primary: primaryFacts(replicaSet([member(7, 'primary')])) }),
    /has a primary, 10\.0\.0\.8:27017/,
  ],
  ['it is a part of a cluster', alone(outside, { juju: { role: 'config-server' } }), /^this is a part of a sharded cluster/],
])('is refused when %s', (_, seen, sentence) => {
  expect(run(seen)).toEqual({ refused: expect.stringMatching(sentence) });
});
