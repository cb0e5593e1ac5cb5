// recover-access: what it does in each state of a mongod, and when it refuses.
import { describe, expect, test } from 'vitest';
import { recoverAccess } from '../../../src/actions/recover-access.ts';
import type { Observed } from '../../../src/core/observed.ts';
import { planMember } from '../../../src/plan/member.ts';
import { planMembership } from '../../../src/plan/membership.ts';
import { host, member, primaryFacts, replicaSet, running, steady, unit, wanted, withMembers } from '../plan/world.ts';

const run = (seen: Observed) => recoverAccess.answer(seen, {}, []);
const theirs = { ...replicaSet([member(7, 'down', { unit: 'shop/0' })]), name: 'shop' };
const outside = { kind: 'outside', running, set: theirs } as const;
const alone = (mongod: Observed['mongod'], parts = {}): Observed => steady(1, { mongod, ...parts });
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
      effects: [{ do: 'adopt-data', set: 'mongodb', host: host(0), unit: unit(0) }, { do: 'restart-mongod' }, WAKE],
    });
  });
  test('that says nothing of a set gets one', () => {
    expect(run(alone({ kind: 'uninitialised', running, others: new Map() }))).toMatchObject({
      effects: [{ do: 'initiate', set: 'mongodb', host: host(0), unit: unit(0) }, WAKE],
    });
  });
});

test('a mongod that lets nobody in is started again with the key file that it should have, on any unit', () => {
  const files = { do: 'write-files', config: wanted.text, keyFile: 'theKey' };
  const locked = { kind: 'locked', running, reason: 'Authentication failed.' } as const;
  expect(run(alone(locked))).toMatchObject({ effects: [files, { do: 'restart-mongod' }, WAKE] });
  expect(run(steady(2, { mongod: locked }, 1))).toMatchObject({ effects: [files, { do: 'restart-mongod' }] });
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
