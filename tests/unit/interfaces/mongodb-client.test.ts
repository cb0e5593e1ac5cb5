import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Answer,
  clientUri,
  decodeClientAnswer,
  decodeClientRequest,
  encodeClientAnswer,
} from '../../../src/interfaces/mongodb-client.ts';

/** What a requirer of today lists. */
const ALL = '["username", "password", "tls", "tls-ca", "uris", "read-only-uris", "entity-name", "entity-password"]';
const listed = ['username', 'password', 'tls', 'tls-ca', 'uris', 'read-only-uris', 'entity-name', 'entity-password'];
const request = { database: 'shop', 'requested-secrets': ALL, 'provided-secrets': '["mtls-cert"]' };

describe('what a client asks for', () => {
  test.each([
    ['nothing yet', {}, { extraUserRoles: [], requestedSecrets: [] }],
    ['only how it wants its secrets', { 'requested-secrets': ALL }, { extraUserRoles: [], requestedSecrets: listed }],
    ['an empty database is none', { database: '' }, { extraUserRoles: [], requestedSecrets: [] }],
    ['a database', request, { database: 'shop', extraUserRoles: [], requestedSecrets: listed }],
    [
      'roles, however they are spaced',
      { database: 'shop', 'extra-user-roles': ' admin,, default ,' },
      { database: 'shop', extraUserRoles: ['admin', 'default'], requestedSecrets: [] },
    ],
    [
      'a user as an entity',
      { ...request, 'entity-type': 'USER', 'entity-permissions': '[]' },
      { database: 'shop', extraUserRoles: [], requestedSecrets: listed, entityType: 'USER' },
    ],
    [
      'what is not for MongoDB is passed over',
      {
        database: 'shop',
        'prefix-matching': 'all',
        alias: 'a',
        'external-node-connectivity': 'true',
        'requested-entity-secret': '',
      },
      { database: 'shop', extraUserRoles: [], requestedSecrets: [], external: true },
    ],
    [
      'a group with roles, permissions and a name of its own',
      {
        database: 'shop',
        'entity-type': 'GROUP',
        'extra-group-roles': 'default, monitor',
        'entity-permissions': '[{"resource_name": "orders", "resource_type": "COLLECTION", "privileges": ["find"]}]',
        'requested-entity-secret': 'secret:x',
      },
      {
        database: 'shop',
        extraUserRoles: [],
        requestedSecrets: [],
        entityType: 'GROUP',
        extraGroupRoles: ['default', 'monitor'],
        permissions: [{ name: 'orders', type: 'COLLECTION', privileges: ['find'] }],
        wishSecret: 'secret:x',
      },
    ],
    [
      'names in the list that nobody knows',
      { database: 'shop', 'requested-secrets': '["username", "key-file"]' },
      { database: 'shop', extraUserRoles: [], requestedSecrets: ['username', 'key-file'] },
    ],
  ])('%s', (_, remote, expected) => {
    expect(decodeClientRequest(remote)).toEqual({ extraGroupRoles: [], permissions: [], ...expected });
  });

  test.each([
    ['a list that is no JSON', { database: 'shop', 'requested-secrets': 'username,password' }, 'requested-secrets is not a JSON list'],
    ['a list of something else', { database: 'shop', 'requested-secrets': '[1]' }, 'requested-secrets is not a JSON list'],
    ['user roles of a group', { ...request, 'entity-type': 'GROUP', 'extra-user-roles': 'admin' }, 'asks for extra-user-roles of a group'],
    [
      'permissions of nobody',
      { ...request, 'entity-permissions': '[{"resource_name":"a","resource_type":"b","privileges":[]}]' },
      'of no entity',
    ],
    ['another entity', { ...request, 'entity-type': 'user' }, 'asks for an entity of type "user"; ask for USER or GROUP'],
    ['roles of a group', { ...request, 'extra-group-roles': 'readers' }, 'asks for extra-group-roles'],
    ['permissions of its own', { ...request, 'entity-permissions': '[{"resource_name": "a"}]' }, 'entity-permissions is not a JSON list'],
    ['another version of the interface', { version: 'v2', requests: '[]' }, 'speaks version "v2" of mongodb_client'],
    ['requests that cannot be read', { version: 'v1', requests: '{}' }, 'requests is not a JSON list of at most 100 requests'],
  ])('%s is refused with a sentence', (_, remote, problem) => {
    const decoded = decodeClientRequest(remote);
    expect(decoded).toEqual({ problem: expect.stringContaining(problem) });
  });
});

const answer = (more: Partial<Answer> = {}): Answer => ({
  user: 'relation-3',
  password: 'pw',
  database: 'shop',
  replset: 'mongodb',
  hosts: ['10.0.0.2:27017', '10.0.0.10:27017'],
  request,
  ...more,
});
const uri = 'mongodb://relation-3:pw@10.0.0.2:27017,10.0.0.10:27017/shop?replicaSet=mongodb&authSource=admin&authMechanism=SCRAM-SHA-256';
const clear = { database: 'shop', endpoints: '10.0.0.2,10.0.0.10', replset: 'mongodb' };

describe('what it is answered', () => {
  test.each([
    [
      'all in one secret',
      request,
      { ...clear, data: JSON.stringify(request) },
      { user: { username: 'relation-3', password: 'pw', uris: uri } },
    ],
    [
      'an entity has a secret of its own, with the same user',
      { ...request, 'entity-type': 'USER' },
      { ...clear, data: JSON.stringify({ ...request, 'entity-type': 'USER' }) },
      {
        user: { username: 'relation-3', password: 'pw', uris: uri },
        entity: { 'entity-name': 'relation-3', 'entity-password': 'pw' },
      },
    ],
    [
      'a group is a name, and nobody logs in as it',
      { ...request, 'entity-type': 'GROUP' },
      { ...clear, data: JSON.stringify({ ...request, 'entity-type': 'GROUP' }) },
      { entity: { 'entity-name': 'relation-3' } },
    ],
    [
      'in clear for a client of old, which knows no secrets',
      { database: 'shop' },
      { ...clear, data: '{"database":"shop"}', username: 'relation-3', password: 'pw', uris: uri },
      {},
    ],
    [
      'each field where it was asked for',
      { database: 'shop', 'requested-secrets': '["password"]' },
      {
        ...clear,
        data: JSON.stringify({ database: 'shop', 'requested-secrets': '["password"]' }),
        username: 'relation-3',
        uris: uri,
      },
      { user: { password: 'pw' } },
    ],
  ])('%s', (_, asked, expectedClear, secrets) => {
    expect(encodeClientAnswer(answer({ request: asked }))).toEqual({ clear: expectedClear, secrets });
  });

  test('the mirror leaves out what the client itself keeps there', () => {
    const { clear: published } = encodeClientAnswer(answer({ request: { ...request, data: '{"endpoints": "a"}' } }));
    expect(JSON.parse(published.data ?? '')).toEqual(request);
  });

  test('addresses of version 6 stand in brackets only where a port follows', () => {
    const { clear: published, secrets } = encodeClientAnswer(answer({ hosts: ['[fd00::1]:27017', '10.0.0.2:27017'] }));
    expect(published.endpoints).toBe('fd00::1,10.0.0.2');
    expect(secrets.user?.uris).toContain('@[fd00::1]:27017,10.0.0.2:27017/');
  });

  test.each(Object.entries({ 'requested-secrets': 'garbage', 'entity-type': 'TEAM' }))(
    'a request that is not understood (%s=%s) is never answered, least of all in clear',
    (key, value) => {
      expect(() => encodeClientAnswer(answer({ request: { ...request, [key]: value } }))).toThrow('cannot answer a client that');
    },
  );

  test('a client that has listed every field finds no password outside the secrets', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9]{32}$/), fc.boolean(), (password, entity) => {
        const asked = entity ? { ...request, 'entity-type': 'USER' } : request;
        expect(JSON.stringify(encodeClientAnswer(answer({ password, request: asked })).clear)).not.toContain(password);
      }),
    );
  });
});

describe('the connection string', () => {
  test('says nothing that the parts did not say', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.string({ minLength: 1 }),
        fc.stringMatching(/^[^/\\. "$*<>:|?]{1,20}$/),
        (user, password, database) => {
          const parts = /^mongodb:\/\/([^:@/?#]*):([^:@/?#]*)@([^@/]*)\/([^/?#]*)\?(.*)$/.exec(
            clientUri(answer({ user, password, database })),
          );
          expect(parts?.slice(1).map((part, at) => (at === 2 || at === 4 ? part : decodeURIComponent(part)))).toEqual([
            user,
            password,
            '10.0.0.2:27017,10.0.0.10:27017',
            database,
            'replicaSet=mongodb&authSource=admin&authMechanism=SCRAM-SHA-256',
          ]);
        },
      ),
    );
  });
});

describe('what was answered before', () => {
  const mirror = JSON.stringify(request);
  test.each([
    ['nothing', {}, undefined],
    ['a mirror without credentials', { data: mirror, database: 'shop' }, undefined],
    ['a secret', { data: mirror, 'secret-user': 'secret:x' }, request],
    ['credentials in clear', { data: mirror, username: 'relation-3' }, request],
    ['a secret without a mirror', { 'secret-user': 'secret:x' }, undefined],
    ['a mirror that is a list', { data: '[]', 'secret-user': 'secret:x' }, undefined],
    ['a mirror that is no JSON', { data: '{', 'secret-user': 'secret:x' }, undefined],
  ])('%s', (_, own, expected) => {
    expect(decodeClientAnswer(own)).toEqual(expected);
  });

  test('what is encoded is decoded as the request that it answers', () => {
    const { clear: published } = encodeClientAnswer(answer());
    expect(decodeClientAnswer({ ...published, 'secret-user': 'secret:x' })).toEqual(request);
  });
});
