// The charm's own users follow the application secret.
import { describe, expect, test } from 'vitest';
import type { DatabaseUser, Observed } from '../../../src/core/observed.ts';
import { nothing, plan } from '../../../src/core/plan.ts';
import { planUsers, SYSTEM_ROLES } from '../../../src/plan/users.ts';
import { primaryFacts, steady, systemUsers } from './world.ts';

type Facts = Parameters<typeof primaryFacts>[1];
function withPrimary(facts: Facts, parts: Parameters<typeof steady>[1] = {}): Observed {
  const seen = steady(1, parts);
  if (seen.mongod.kind !== 'member') throw new Error('not a member');
  return { ...seen, mongod: { ...seen.mongod, primary: primaryFacts(seen.mongod.set, facts) } };
}
const changed = (name: string, change: Partial<DatabaseUser> | undefined): Map<string, DatabaseUser> => {
  const users = systemUsers();
  const user = users.get(name);
  if (change === undefined) users.delete(name);
  else if (user) users.set(name, { ...user, ...change });
  return users;
};
const named = (seen: Observed) => planUsers(seen).effects.map(effect => (effect.do === 'set-user' ? effect.user.name : effect.do));

describe('a user is set when', () => {
  test.each<[string, string, Partial<DatabaseUser> | undefined]>([
    ['it is missing', 'monitor', undefined],
    ['its password is not the one in the secret', 'backup', { fingerprint: 'another' }],
    ['its roles are not those it needs', 'operator', { roles: [{ role: 'root', db: 'admin' }] }],
    ['somebody has set its password', 'monitor', { passwordBy: 'somebody' }],
    ['it is not known who has set its password', 'backup', { passwordBy: 'unknown' }],
    ['it lacks a role', 'monitor', { roles: SYSTEM_ROLES.monitor.slice(1) }],
  ])('%s', (_, name, change) => {
    expect(named(withPrimary({ users: changed(name, change) }))).toEqual([name]);
  });
  test('the operator cannot log in although its mark says so: somebody changed the password by hand', () => {
    expect(named(withPrimary({ operatorAccepted: false }))).toEqual(['operator']);
  });
});
test('the password is that of the secret', () => {
  const [effect] = planUsers(withPrimary({ users: changed('monitor', undefined) })).effects;
  expect(effect).toEqual({ do: 'set-user', user: { name: 'monitor', password: 'mon', roles: SYSTEM_ROLES.monitor } });
});
test('the role for backups comes before the user that has it', () => {
  expect(named(withPrimary({ users: new Map(), backupRole: false }))).toEqual(['create-backup-role', 'operator', 'monitor', 'backup']);
});
test('all is as it should be: nothing', () => {
  expect(planUsers(withPrimary({}))).toEqual(nothing);
});
test('nobody is set while the key file is about to change: what the database remembers of a password depends on it', () => {
  const seen = withPrimary({ users: changed('monitor', undefined) }, { host: { keyFile: 'an older one' } });
  expect(planUsers(seen)).toEqual(plan({ pending: true }));
});
test('not without the secret, nor on another unit than the leader', () => {
  expect(named(withPrimary({ users: new Map() }, { juju: { leader: false } }))).toEqual([]);
  const { secret: _, ...juju } = withPrimary({ users: new Map() }).juju;
  expect(named({ ...withPrimary({ users: new Map() }), juju })).toEqual([]);
});
test('roles are listed in the order in which they are compared', () => {
  for (const roles of Object.values(SYSTEM_ROLES))
    expect(roles).toEqual([...roles].sort((a, b) => `${a.db} ${a.role}`.localeCompare(`${b.db} ${b.role}`)));
});
