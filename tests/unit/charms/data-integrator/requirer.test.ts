import { describe, expect, test } from 'vitest';
import * as requirer from '../../../charms/data-integrator/src/requirer.ts';

const request = (changes: Partial<requirer.Request> = {}): requirer.Request => ({
  version: 'v0',
  database: 'shop',
  databases: [changes.database ?? 'shop'],
  external: true,
  extraUserRoles: '',
  extraGroupRoles: '',
  entityType: '',
  entityPermissions: '',
  ...changes,
});

describe('what the leader writes when the relation is created', () => {
  test('the fields wanted in secrets, to the letter, in both bags', () => {
    const requested = '["username", "password", "tls", "tls-ca", "uris", "read-only-uris", "entity-name", "entity-password"]';
    expect(requirer.declarationWrites()).toEqual([
      { whose: 'application', values: { 'requested-secrets': requested } },
      { whose: 'unit', values: { 'requested-secrets': requested } },
      { whose: 'application', values: { 'provided-secrets': '["mtls-cert"]' } },
      { whose: 'unit', values: { 'provided-secrets': '["mtls-cert"]' } },
    ]);
  });

  test.each([
    ['a database', request(), undefined, { database: 'shop', 'external-node-connectivity': 'true' }],
    ['no database yet', request({ database: '' }), undefined, { 'external-node-connectivity': 'true' }],
    [
      'a database and roles',
      request({ extraUserRoles: 'admin' }),
      undefined,
      { database: 'shop', 'extra-user-roles': 'admin', 'external-node-connectivity': 'true' },
    ],
    [
      'a group with permissions and a wished name',
      request({ entityType: 'GROUP', extraGroupRoles: 'readers', entityPermissions: '[]' }),
      'secret:abc',
      {
        database: 'shop',
        'extra-group-roles': 'readers',
        'entity-type': 'GROUP',
        'entity-permissions': '[]',
        'requested-entity-secret': 'secret:abc',
        'external-node-connectivity': 'true',
      },
    ],
  ])('%s', (_, wanted, wish, expected) => {
    expect(requirer.requestValues(wanted, wish)).toEqual(expected);
  });
});

describe('what config-changed adds while nothing is granted', () => {
  const first = { 'external-node-connectivity': 'true' };
  test.each([
    ['the database alone', request(), first, { database: 'shop' }],
    ['nothing that is written already', request(), { ...first, database: 'shop' }, {}],
    ['another database', request(), { database: 'old' }, { database: 'shop' }],
    ['roles taken back', request(), { database: 'shop', 'extra-user-roles': 'admin' }, { 'extra-user-roles': '' }],
    [
      'an entity',
      request({ entityType: 'GROUP', extraGroupRoles: 'readers' }),
      first,
      { database: 'shop', 'entity-type': 'GROUP', 'extra-group-roles': 'readers' },
    ],
    ['no group roles without an entity', request({ extraGroupRoles: 'readers' }), first, { database: 'shop' }],
  ])('%s', (_, wanted, written, expected) => {
    expect(requirer.lateRequestValues(wanted, written)).toEqual(expected);
  });
});

describe('readRequest refuses what the real charm refuses', () => {
  test.each([
    ['an unknown entity type', { 'entity-type': 'user' }, 'possible values are USER and GROUP'],
    ['a user with group roles', { 'entity-type': 'USER', 'extra-group-roles': 'a' }, 'use extra-user-roles'],
    ['a group with user roles', { 'entity-type': 'GROUP', 'extra-user-roles': 'a' }, 'use extra-group-roles'],
    ['permissions that are no JSON', { 'entity-permissions': 'all' }, 'JSON'],
    ['permissions with other keys', { 'entity-permissions': '[{"resource_name": "a"}]' }, 'invalid entity-permissions'],
  ])('%s', (_, config, text) => {
    expect(() => requirer.readRequest({ 'database-name': 'shop', ...config })).toThrow(text);
  });

  test('and takes the rest as it is', () => {
    const permissions = '[{"resource_name": "a", "resource_type": "collection", "privileges": ["find"]}]';
    expect(requirer.readRequest({ 'database-name': 'shop', 'entity-type': 'USER', 'entity-permissions': permissions })).toEqual(
      request({ entityType: 'USER', entityPermissions: permissions }),
    );
  });
});

describe('the comparison with what the unit remembers', () => {
  test('leaves out the mirror and says what came, changed and went', () => {
    const provider = { data: '{}', database: 'shop', endpoints: 'b', replset: 'mongodb' };
    expect(requirer.compare(provider, '{"database": "shop", "endpoints": "a", "secret-user": "secret:1"}')).toEqual({
      diff: { added: ['replset'], changed: ['endpoints'], removed: ['secret-user'] },
      memory: '{"database": "shop", "endpoints": "b", "replset": "mongodb"}',
    });
  });

  test('knows nothing at first', () => {
    expect(requirer.compare({ database: 'größe' }, undefined)).toEqual({
      diff: { added: ['database'], changed: [], removed: [] },
      memory: '{"database": "gr\\u00f6\\u00dfe"}',
    });
  });
});

describe('the event that a change means', () => {
  const diff = (added: string[], changed: string[] = []) => ({ added, changed, removed: [] });
  const entity = '{"entity-type": "USER"}';
  test.each([
    ['a user secret comes', diff(['secret-user', 'endpoints']), '{}', 'database-created'],
    ['credentials come in clear', diff(['username', 'password']), undefined, 'database-created'],
    ['a user name alone', diff(['username']), '{}', 'nothing'],
    ['the user secret is replaced', diff([], ['secret-user']), '{}', 'nothing'],
    ['an entity was asked for, a user came', diff(['secret-user', 'endpoints']), entity, 'endpoints-changed'],
    ['an entity secret comes', diff(['secret-entity']), entity, 'entity-created'],
    ['an entity comes in clear', diff(['entity-name']), entity, 'entity-created'],
    ['an entity comes, but was not asked for', diff(['secret-entity', 'endpoints']), '{}', 'endpoints-changed'],
    ['hosts change', diff([], ['endpoints', 'read-only-endpoints']), '{}', 'endpoints-changed'],
    ['read-only hosts change', diff([], ['read-only-endpoints']), '{}', 'read-only-endpoints-changed'],
    ['a mirror that is a list is overlooked', diff(['secret-user']), '[]', 'database-created'],
    ['the rest has no event', diff(['replset', 'version']), '{}', 'nothing'],
  ] as const)('%s', (_, change, mirror, expected) => {
    expect(requirer.providerEvent(change, mirror)).toBe(expected);
  });

  test('a mirror that is no JSON makes the hook fail', () => {
    expect(() => requirer.providerEvent(diff(['secret-user']), 'nonsense')).toThrow();
  });
});

test.each([
  ['no gate', {}, [], false],
  ['nobody there yet', { subordinated: 'true' }, [], true],
  ['not ready', { subordinated: 'true' }, [{ name: 'mongos/0', bag: {} }], true],
  ['ready', { subordinated: 'true' }, [{ name: 'mongos/0', bag: { state: 'ready' } }], false],
  ['a name that begins like the own one', { subordinated: 'true' }, [{ name: 'application/0', bag: { state: 'ready' } }], true],
])('held back by a subordinate provider: %s', (_, provider, units, expected) => {
  expect(requirer.heldBack(provider as requirer.Values, units as { name: string; bag: requirer.Values }[], 'app')).toBe(expected);
});

test.each([
  [{}, 8],
  [{ 'requested-secrets': '["username", "key-file"]' }, 2],
  [{ 'requested-secrets': '[]' }, 8],
])('the fields asked for, by %j: %d', (bag, count) => {
  expect(requirer.fieldsAskedFor(bag as requirer.Values)).toHaveLength(count);
});

test('labels carry the own endpoint, fields without a group go to extra', () => {
  expect(requirer.consumerLabel('mongodb', 3, 'user')).toBe('mongodb.3.user.secret');
  expect(requirer.groupOf('uris')).toBe('user');
  expect(requirer.groupOf('key-file')).toBe('extra');
  expect(requirer.announcedGroups({ added: ['secret-tls', 'endpoints', 'secret-user'], changed: [], removed: [] })).toEqual([
    'user',
    'tls',
  ]);
});
