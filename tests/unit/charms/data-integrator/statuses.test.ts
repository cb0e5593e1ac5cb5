import { describe, expect, test } from 'vitest';
import { getCredentials } from '../../../charms/data-integrator/src/get-credentials.ts';
import type { Request, Values } from '../../../charms/data-integrator/src/requirer.ts';
import { type EntitySecret, unitStatus } from '../../../charms/data-integrator/src/statuses.ts';

const request = (changes: Partial<Request> = {}): Request => ({
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
const credentials = { username: 'relation-3', password: 'p' };
const mongodb = (fields: Values) => [{ endpoint: 'mongodb', fields }];

describe('the status of the unit', () => {
  const specify = 'Please specify either topic, index, database name, keyspace name, or prefix';
  const relate = 'Please relate the data-integrator with the desired product';
  const roles = 'To change role info, please remove relation and add it again';
  test.each([
    ['nothing configured', request({ database: '' }), [], specify],
    ['nothing configured, though related', request({ database: '' }), mongodb({ ...credentials, database: 'shop' }), specify],
    ['not related', request(), [], relate],
    ['no credentials yet', request(), mongodb({ database: 'shop' }), relate],
    ['a user name without a password', request(), mongodb({ username: 'relation-3', database: 'shop' }), relate],
    ['credentials', request(), mongodb({ ...credentials, database: 'shop' }), ''],
    ['an entity', request({ entityType: 'USER' }), mongodb({ 'entity-name': 'eve', database: 'shop' }), ''],
    ['credentials, but no word of the database', request(), mongodb(credentials), ''],
    [
      'another database granted',
      request({ database: 'store' }),
      mongodb({ ...credentials, database: 'shop' }),
      'To change database name: shop, please remove relation and add it again',
    ],
    ['roles in the open, none configured', request(), mongodb({ ...credentials, database: 'shop', 'extra-user-roles': 'admin' }), roles],
    [
      'roles in the open, the same configured',
      request({ extraUserRoles: 'admin' }),
      mongodb({ ...credentials, database: 'shop', 'extra-user-roles': 'admin' }),
      '',
    ],
    ['roles come before the name', request({ database: 'x' }), mongodb({ ...credentials, database: 'shop', 'entity-type': 'USER' }), roles],
  ])('%s', (_, wanted, databases, message) => {
    const level = message === '' ? 'active' : 'blocked';
    expect(unitStatus(wanted, databases, 'unset', true)).toEqual({ level, message });
  });

  test.each([
    ['unreadable', true, 'Unable to access requested-entities-secret'],
    ['read', true, specify],
    ['read', false, 'Cannot use requested-entities-secret without secrets'],
  ])('with a secret for entities: %s, secrets %s', (secret, secrets, message) => {
    expect(unitStatus(request({ database: '' }), [], secret as EntitySecret, secrets)).toEqual({ level: 'blocked', message });
  });
});

describe('get-credentials', () => {
  test.each([
    [
      'without a database name',
      request({ database: '' }),
      mongodb({ ...credentials, database: 'shop' }),
      'The database name, topic name, index name, keyspace name, or prefix is not specified in the config.',
    ],
    ['without a relation', request(), [], 'The action can be run only after relation is created.'],
    ['before there are credentials', request(), mongodb({ database: 'shop' }), 'The action can be run only after relation is created.'],
  ])('fails %s', (_, wanted, databases, failure) => {
    expect(getCredentials(wanted, databases)).toEqual({ failure, results: { ok: 'False' } });
  });

  test('shows every field of each granted database', () => {
    const databases = [
      { endpoint: 'mongodb', fields: { ...credentials, database: 'shop', data: '{}' } },
      { endpoint: 'mongos', fields: credentials },
    ];
    expect(getCredentials(request(), databases)).toEqual({
      results: {
        ok: 'True',
        'mongodb.username': 'relation-3',
        'mongodb.password': 'p',
        'mongodb.database': 'shop',
        'mongodb.data': '{}',
      },
    });
  });

  test.each([
    ['a key that no result can have', { tls_ca: 'x' }, 'tls_ca'],
    ['a key inside another', { tls: 'True', 'tls.ca': 'x' }, 'both mongodb.tls and mongodb.tls.ca'],
  ])('crashes on %s', (_, extra, text) => {
    expect(() => getCredentials(request(), mongodb({ ...credentials, database: 'shop', ...(extra as Values) }))).toThrow(text);
  });
});
