// What mongod answers about a set, as the charm understands it.
import { describe, expect, test } from 'vitest';
import { decodeSet, decodeStatus, newlyAddedIn, stateOf } from '../../../src/mongo/replica-set.ts';

const config = {
  _id: 'mongodb',
  version: 7,
  term: 2,
  members: [
    { _id: 0, host: '10.0.0.1:27017', votes: 1, priority: 1, hidden: false, tags: { 'juju-unit': 'mongodb/0', rack: 'a' } },
    { _id: 1, host: '10.0.0.2:27017', votes: 1, priority: 1, tags: { 'juju-unit': 'mongodb/1' } },
    { _id: 4, host: '10.0.0.9:27017', votes: 0, priority: 0, tags: {} },
  ],
  settings: {},
};
const status = {
  set: 'mongodb',
  myState: 2,
  members: [
    { _id: 0, name: '10.0.0.1:27017', health: 1, state: 1, stateStr: 'PRIMARY' },
    { _id: 1, name: '10.0.0.2:27017', health: 1, state: 2, stateStr: 'SECONDARY', self: true },
    { _id: 4, name: '10.0.0.9:27017', health: 0, state: 8, stateStr: '(not reachable/healthy)' },
  ],
  ok: 1,
};

test('configuration and status make one picture', () => {
  expect(decodeSet(config, decodeStatus(status))).toEqual({
    name: 'mongodb',
    version: 7,
    primary: '10.0.0.1:27017',
    members: [
      { id: 0, host: '10.0.0.1:27017', unit: 'mongodb/0', votes: 1, priority: 1, state: 'primary', stateText: 'PRIMARY' },
      { id: 1, host: '10.0.0.2:27017', unit: 'mongodb/1', votes: 1, priority: 1, state: 'secondary', stateText: 'SECONDARY' },
      { id: 4, host: '10.0.0.9:27017', votes: 0, priority: 0, state: 'down', stateText: '(not reachable/healthy)' },
    ],
  });
});

test('a member of which nothing is known is down, and nobody is primary', () => {
  const set = decodeSet(config, undefined);
  expect(set.members.map(({ state, stateText }) => [state, stateText])).toEqual(config.members.map(() => ['down', 'UNKNOWN']));
  expect(set).not.toHaveProperty('primary');
});

test('a primary that no longer answers is not the primary', () => {
  const members = status.members.map(member => (member._id === 0 ? { ...member, health: 0 } : member));
  expect(decodeSet(config, decodeStatus({ ...status, members }))).not.toHaveProperty('primary');
});

test('whose votes do not count yet, only the stored configuration tells', () => {
  const members = config.members.map(member => (member._id === 1 ? { ...member, newlyAdded: true } : member));
  expect([...newlyAddedIn({ ...config, members })]).toEqual([1]);
  expect([...newlyAddedIn(config)]).toEqual([]);
  expect(() => newlyAddedIn({ _id: 'mongodb' })).toThrow('local.system.replset');
});

describe('states', () => {
  test.each([
    [0, 'syncing'],
    [1, 'primary'],
    [2, 'secondary'],
    [3, 'syncing'],
    [5, 'syncing'],
    [6, 'down'],
    [7, 'arbiter'],
    [8, 'down'],
    [9, 'syncing'],
    [10, 'removed'],
    [42, 'other'],
  ] as const)('%i is %s', (number, state) => expect(stateOf(number)).toBe(state));
});

test.each([{}, { ...config, version: 'seven' }, { ...config, members: [{ host: 'no id' }] }])('%j is refused', answer => {
  expect(() => decodeSet(answer, undefined)).toThrow();
});

test('a member whose unit goes says so, but not for another unit on the same data', () => {
  const tagged = (tags: Record<string, string>) =>
    decodeSet({ ...config, members: [{ _id: 0, host: '10.0.0.1:27017', tags }] }, undefined).members[0]?.leaving;
  expect(tagged({ 'juju-unit': 'mongodb/0', 'juju-leaving': 'mongodb/0' })).toBe(true);
  expect(tagged({ 'juju-unit': 'mongodb/4', 'juju-leaving': 'mongodb/0' })).toBeUndefined();
});
