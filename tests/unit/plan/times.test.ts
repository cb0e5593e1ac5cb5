// Times of elections and heartbeats: what follows from the option, and when the set is given others.
import { describe, expect, test } from 'vitest';
import type { Observed } from '../../../src/core/observed.ts';
import { planInitiate } from '../../../src/plan/initiate.ts';
import { planMembership } from '../../../src/plan/membership.ts';
import { timesFor } from '../../../src/plan/times.ts';
import { CONFIG, member, peerUnits, primaryFacts, replicaSet, running, steady, unit } from './world.ts';

const withOption = (seen: Observed, ms: number): Observed => ({
  ...seen,
  juju: { ...seen.juju, config: { valid: true, config: { ...CONFIG, 'election-timeout-ms': ms } } },
});
const invalid = (seen: Observed): Observed => ({
  ...seen,
  juju: { ...seen.juju, config: { valid: false, option: 'log-verbosity', problem: 'log-verbosity=9 must be from 0 to 5' } },
});

test.each([
  [1_000, 3, 100, 1],
  [1_000, 8, 400, 1],
  [1_500, 3, 150, 2],
  [5_000, 7, 500, 5],
  [5_000, 8, 2_000, 5],
  [20_000, 3, 2_000, 20],
  [60_000, 50, 2_000, 60],
])('%d ms in a set of %d', (ms, members, heartbeatIntervalMillis, heartbeatTimeoutSecs) => {
  const times = { electionTimeoutMillis: ms, heartbeatIntervalMillis, heartbeatTimeoutSecs };
  expect(timesFor(withOption(steady(1), ms), members)).toEqual(times);
});

describe('a set', () => {
  /** Of two members, with the times of the default option, as its leader or another unit sees it. */
  const seen = (self = 0, more: Partial<ReturnType<typeof timesFor>> = {}): Observed => {
    const set = { ...replicaSet([member(0), member(1)]), times: { ...timesFor(steady(1), 2), ...more } };
    const { mongod, ...rest } = steady(2, {}, self);
    if (mongod.kind !== 'member') throw new Error('no member');
    return { ...rest, mongod: { ...mongod, set, ...(self === 0 ? { primary: primaryFacts(set) } : {}) } };
  };
  const times = { electionTimeoutMillis: 20_000, heartbeatIntervalMillis: 2_000, heartbeatTimeoutSecs: 20 };

  test('with other times than the option asks for is given them by its leader, its members as they are', () => {
    expect(planMembership(seen())).toMatchObject({ effects: [], pending: false });
    expect(planMembership(withOption(seen(), 20_000))).toMatchObject({
      effects: [{ do: 'reconfigure', from: 5, force: false, times, members: [{ unit: unit(0) }, { unit: unit(1) }] }],
      pending: true,
    });
    expect(planMembership(withOption(seen(1), 20_000)).effects).toEqual([]);
    expect(planMembership(seen(0, { heartbeatIntervalMillis: 700 })).effects).toMatchObject([{ times: { heartbeatIntervalMillis: 500 } }]);
  });
  test('keeps the times that it has while the configuration is not valid', () => {
    expect(planMembership(invalid(seen(0, times))).effects).toEqual([]);
  });
  test('gets them together with a change of its members', () => {
    const effects = planMembership(withOption({ ...steady(3), mongod: seen().mongod }, 20_000)).effects;
    expect(effects).toMatchObject([{ do: 'reconfigure', times, members: [{ unit: unit(0) }, { unit: unit(1) }, { unit: unit(2) }] }]);
  });
  test('is initiated with them', () => {
    const empty = steady(1, {
      juju: { peers: { id: 1, app: { initiator: unit(0) }, units: peerUnits(1) } },
      mongod: { kind: 'uninitialised', running, others: new Map() },
    });
    expect(planInitiate(withOption(empty, 20_000)).effects).toMatchObject([{ do: 'initiate', times }]);
    expect(planInitiate(invalid(empty)).effects).toMatchObject([{ do: 'initiate', times: { electionTimeoutMillis: 5_000 } }]);
  });
});
