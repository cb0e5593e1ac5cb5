// Passwords of the charm's own users that an operator chooses, that he lets go of, and that Juju asks to be changed.
import { describe, expect, test } from 'vitest';
import type { Observed, SystemUsers } from '../../../src/core/observed.ts';
import { governedUsers } from '../../../src/plan/credentials.ts';
import { planShards } from '../../../src/plan/shards.ts';
import { planSystemPasswords } from '../../../src/plan/system-passwords.ts';
import { planUsers } from '../../../src/plan/users.ts';
import { CONFIG, context, primaryFacts, secret, steady, systemUsers } from './world.ts';

const CHOSEN: SystemUsers = { passwords: { operator: 'chosen' }, fingerprints: { operator: 'f-chosen' } };
type Options = {
  users?: Observed['juju']['systemUsers'];
  noted?: Record<string, string>;
  rotating?: string;
  config?: Partial<Record<'system-password-rotation', 'daily'>>;
  has?: Partial<Record<'operator' | 'monitor' | 'backup', string>>;
};
function world({ users, noted = {}, rotating, config = {}, has = {} }: Options): Observed {
  const seen = steady(1, { juju: { config: { valid: true, config: { ...CONFIG, ...config } } } });
  const { peers } = seen.juju;
  if (peers === undefined || seen.mongod.kind !== 'member') throw new Error('not steady');
  const there = new Map(
    [...systemUsers()].map(([name, user]) => [name, { ...user, fingerprint: has[name as 'operator'] ?? user.fingerprint }]),
  );
  return {
    ...seen,
    context: context(rotating === undefined ? {} : { hook: 'secret-rotate', rotating }),
    juju: { ...seen.juju, peers: { ...peers, app: { ...peers.app, ...noted } }, ...(users === undefined ? {} : { systemUsers: users }) },
    mongod: { ...seen.mongod, primary: primaryFacts(seen.mongod.set, { users: there }) },
  };
}
const given = (seen: Observed) =>
  planUsers(seen).effects.flatMap(effect => (effect.do === 'set-user' ? [`${effect.user.name}: ${effect.user.password}`] : []));
const content = (changes: Record<string, string>) => ({
  'operator-password': 'op',
  'monitor-password': 'mon',
  'backup-password': 'back',
  keyfile: 'theKey',
  ...changes,
});

describe('a password that an operator chooses', () => {
  test('goes to the database first, and then into the secret', () => {
    const seen = world({ users: CHOSEN });
    expect(given(seen)).toEqual(['operator: chosen']);
    expect(planSystemPasswords(seen).effects).toEqual([]);
    expect(planSystemPasswords(world({ users: CHOSEN, has: { operator: 'f-chosen' } })).effects).toEqual([
      { do: 'set-app-secret', id: 'secret:app', content: content({ 'operator-password': 'chosen' }) },
      { do: 'set-peer-app', values: { 'system-users': 'operator' } },
    ]);
  });
  test('that is not right changes nothing, and is told', () => {
    const seen = world({ users: { problem: 'the secret is empty' }, noted: { 'system-users': 'operator' } });
    expect(given(seen)).toEqual([]);
    expect(planSystemPasswords(seen)).toMatchObject({
      effects: [],
      unit: [{ level: 'blocked', message: 'config system-users: the secret is empty' }],
      app: [{ level: 'blocked' }],
    });
    expect(governedUsers(seen)).toEqual(['operator']);
  });
  test('of which he lets go is followed by one of the charm', () => {
    const noted = { 'system-users': 'operator' };
    expect(given(world({ noted }))).toEqual(['operator: fresh-op']);
    expect(planSystemPasswords(world({ noted, has: { operator: 'f-fresh-op' } })).effects).toEqual([
      { do: 'set-app-secret', id: 'secret:app', content: content({ 'operator-password': 'fresh-op' }) },
      { do: 'set-peer-app', values: { 'system-users': '' } },
    ]);
    // The secret names another user by now.
    const other: SystemUsers = { passwords: { monitor: 'seen' }, fingerprints: { monitor: 'f-seen' } };
    expect(given(world({ users: other, noted }))).toEqual(['operator: fresh-op', 'monitor: seen']);
  });
  test('reaches the shards when the database has it', () => {
    const asked = { version: '1', deployment: 'local', 'requested-secrets': '["key-file","operator-password","backup-password"]' };
    const shard = {
      id: 7,
      endpoint: 'config-server',
      app: 'shard-a',
      name: 'shard-a',
      remote: asked,
      own: {},
      published: {},
      addresses: [],
    };
    const told = (options: Options) => {
      const seen = world(options);
      const effects = planShards({ ...seen, juju: { ...seen.juju, role: 'config-server', shards: [shard] } }).effects;
      return effects.flatMap(effect => (effect.do === 'publish' ? [effect.secrets.extra?.['operator-password']] : []));
    };
    expect(told({ users: CHOSEN })).toEqual(['op']);
    expect(told({ users: CHOSEN, has: { operator: 'f-chosen' } })).toEqual(['chosen']);
  });
});

describe("Juju's schedule", () => {
  test('asks for all of them, but for those that an operator chooses', () => {
    expect(given(world({ rotating: secret.id }))).toEqual(['operator: fresh-op', 'monitor: fresh-mon', 'backup: fresh-back']);
    const noted = { 'system-users': 'operator' };
    expect(given(world({ rotating: secret.id, users: CHOSEN, noted, has: { operator: 'f-chosen' } }))).toEqual([
      'monitor: fresh-mon',
      'backup: fresh-back',
    ]);
    expect(given(world({ rotating: 'another' }))).toEqual([]);
  });
  test('keeps them when the database has them', () => {
    const has = { operator: 'f-fresh-op', monitor: 'f-fresh-mon', backup: 'f-fresh-back' };
    const all = { 'operator-password': 'fresh-op', 'monitor-password': 'fresh-mon', 'backup-password': 'fresh-back' };
    expect(planSystemPasswords(world({ rotating: secret.id, has })).effects).toEqual([
      { do: 'set-app-secret', id: 'secret:app', content: content(all) },
    ]);
  });
  test('is told to Juju once, and taken back where there is nothing left to ask for', () => {
    const config = { 'system-password-rotation': 'daily' } as const;
    expect(planSystemPasswords(world({ config })).effects).toEqual([
      { do: 'set-rotation', id: 'secret:app', rotation: 'daily' },
      { do: 'set-peer-app', values: { 'system-rotation': 'daily' } },
    ]);
    expect(planSystemPasswords(world({ config, noted: { 'system-rotation': 'daily' } })).effects).toEqual([]);
    const everyone = { operator: 'f-op', monitor: 'f-mon', backup: 'f-back' };
    const users = { passwords: { operator: 'op', monitor: 'mon', backup: 'back' }, fingerprints: everyone };
    const noted = { 'system-rotation': 'daily', 'system-users': 'operator monitor backup' };
    expect(planSystemPasswords(world({ config, users, noted })).effects).toEqual([
      { do: 'set-rotation', id: 'secret:app', rotation: 'never' },
      { do: 'set-peer-app', values: { 'system-rotation': '' } },
    ]);
  });
});

test('all is as it should be: nothing, whatever the option says of it', () => {
  expect(planSystemPasswords(world({})).effects).toEqual([]);
  const users = { passwords: { operator: 'op' }, fingerprints: { operator: 'f-op' } };
  expect(planSystemPasswords(world({ users, noted: { 'system-users': 'operator' } })).effects).toEqual([]);
});
