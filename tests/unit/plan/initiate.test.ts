// Who initiates the replica set, and who must not.
import { expect, test } from 'vitest';
import type { Observed } from '../../../src/core/observed.ts';
import { planInitiate } from '../../../src/plan/initiate.ts';
import { host, peerUnits, running, steady, unit } from './world.ts';

type Answer = 'uninitialised' | 'member' | 'silent';
const empty = (self: number, app: Record<string, string>, others: Record<string, Answer> = {}, leader = self === 0): Observed =>
  steady(
    3,
    {
      juju: { leader, peers: { id: 1, app, units: peerUnits(3) } },
      mongod: { kind: 'uninitialised', running, others: new Map(Object.entries(others)) },
    },
    self,
  );

const does = (seen: Observed) => planInitiate(seen).effects;

test('the leader first claims to be the one, and initiates only in a later hook', () => {
  expect(does(empty(0, {}))).toEqual([{ do: 'set-peer-app', values: { initiator: unit(0) } }]);
  expect(does(empty(0, { initiator: unit(0) }))).toMatchObject([{ do: 'initiate', set: 'mongodb', host: host(0), unit: unit(0) }]);
});
test('the one that was named initiates even if it no longer leads', () => {
  expect(does(empty(0, { initiator: unit(0) }, {}, false)).map(effect => effect.do)).toEqual(['initiate']);
});
test('nobody else does', () => {
  expect(does(empty(1, { initiator: unit(0) }))).toEqual([]);
  expect(does(empty(1, { initiator: unit(0) }, {}, true))).toEqual([]);
});
test('not while another unit is in a set already', () => {
  expect(does(empty(0, { initiator: unit(0) }, { [unit(1)]: 'member' }))).toEqual([]);
});
test.each<[Answer, number]>([
  ['uninitialised', 1],
  ['member', 0],
  ['silent', 0],
])('when the one that was named is gone, and the other units are %s, the leader makes %i claims', (other, claims) => {
  expect(does(empty(0, { initiator: unit(9) }, { [unit(1)]: other }))).toHaveLength(claims);
});
test('a set that once existed is not made again: the member waits for the others', () => {
  const seen = empty(0, { initiator: unit(0), initialised: 'true', members: `${unit(0)} ${unit(1)}` }, { [unit(1)]: 'member' });
  expect(planInitiate(seen)).toMatchObject({ effects: [], pending: true, unit: [{ message: 'Member being added..' }] });
});
test('nor when all its data is gone: a person must decide', () => {
  const seen = empty(0, { initiator: unit(0), initialised: 'true', members: unit(0) }, { [unit(1)]: 'uninitialised' });
  expect(planInitiate(seen)).toMatchObject({ effects: [], pending: false, unit: [{ level: 'blocked' }] });
});
