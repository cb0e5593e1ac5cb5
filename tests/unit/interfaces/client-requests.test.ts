// One relation as single requests, in both versions of mongodb_client, and our databag with an answer more or less.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Bag } from '../../../src/core/observed.ts';
import { secretsNamedIn, splitRequests, withAnswer, withoutAnswer } from '../../../src/interfaces/client-requests.ts';
import { decodeClientAnswer, decodeClientRequest, encodeClientAnswer } from '../../../src/interfaces/mongodb-client.ts';

/** As the library of Python charms writes it: every key, null where nothing is wanted. */
const asks = (id: string, resource: string, more: Record<string, unknown> = {}) => ({
  resource,
  'request-id': id,
  salt: 'AAAAAAAAAAAAAAAA',
  'extra-user-roles': null,
  'extra-group-roles': null,
  'external-node-connectivity': false,
  'entity-type': null,
  'entity-permissions': null,
  'secret-mtls': null,
  'mtls-cert': null,
  ...more,
});
const ONE = asks('93cb0551feeff5ee', 'shop', { 'external-node-connectivity': true });
const TWO = asks('0123456789abcdef', 'stock', { 'extra-user-roles': 'admin' });
const later = (...requests: readonly unknown[]): Bag => ({ version: 'v1', requests: JSON.stringify(requests) });

/** Our databag when these have been answered. */
const answered = (...requests: readonly (typeof ONE)[]): Bag =>
  requests.reduce<Bag>((own, request) => {
    const [split] = splitRequests(later(request), {});
    const answer = { user: 'u', password: 'pw', database: request.resource, replset: 'mongodb', hosts: ['10.0.0.1:27017'] };
    const { clear } = encodeClientAnswer({ ...answer, request: split?.remote ?? {} });
    return withAnswer(own, request['request-id'], { ...clear, 'secret-user': `secret:${request.resource}` });
  }, {});
const flat: Bag = { data: '{"database":"shop"}', database: 'shop', endpoints: '10.0.0.1', 'secret-user': 'secret:flat' };

describe('requests', () => {
  test('of version 0 are one, its databag as it is', () => {
    expect(splitRequests({ database: 'shop' }, {})).toEqual([{ remote: { database: 'shop' }, own: {} }]);
    expect(splitRequests({ database: 'shop' }, flat)).toEqual([{ remote: { database: 'shop' }, own: flat }]);
    expect(splitRequests({}, {})).toEqual([{ remote: {}, own: {} }]);
  });
  test('of version 1 are many, told in the words of version 0', () => {
    const split = splitRequests(later(ONE, TWO), {});
    expect(split.map(({ requestId, own }) => [requestId, own])).toEqual([
      ['93cb0551feeff5ee', {}],
      ['0123456789abcdef', {}],
    ]);
    expect(split.map(({ remote }) => decodeClientRequest(remote))).toMatchObject([
      { database: 'shop', extraUserRoles: [], external: true, requestedSecrets: expect.arrayContaining(['password', 'uris', 'key-file']) },
      { database: 'stock', extraUserRoles: ['admin'] },
    ]);
    expect(decodeClientRequest(split[1]?.remote ?? {})).not.toHaveProperty('external');
  });
  test('are found with what answers them', () => {
    const split = splitRequests(later(ONE, TWO), answered(ONE));
    expect(split.map(({ own }) => own.database)).toEqual(['shop', undefined]);
    expect(split[0]?.own).toMatchObject({ endpoints: '10.0.0.1', 'secret-user': 'secret:shop', data: JSON.stringify(split[0]?.remote) });
    expect(decodeClientAnswer(split[0]?.own ?? {})).toEqual(split[0]?.remote);
  });
  test('that are made no more are told apart from those that are', () => {
    expect(splitRequests(later(TWO), answered(ONE, TWO)).map(({ requestId, withdrawn }) => [requestId, withdrawn ?? false])).toEqual([
      ['93cb0551feeff5ee', true],
      ['0123456789abcdef', false],
    ]);
    expect(splitRequests(later(), answered(ONE))).toMatchObject([{ withdrawn: true }]);
  });
  test('whose client cannot be read now are those that were answered', () => {
    expect(splitRequests(undefined, answered(ONE, TWO))).toEqual(splitRequests(later(ONE, TWO), answered(ONE, TWO)));
    expect(splitRequests(undefined, flat)).toEqual([{ remote: { database: 'shop' }, own: flat }]);
  });
  test.each<[string, Bag]>([
    ['are no JSON', { version: 'v1', requests: 'x' }],
    ['have no id', later({ resource: 'shop' })],
    ['have an id that is no name', later(asks('../..', 'shop'))],
    ['have a very long id', later(asks('a'.repeat(65), 'shop'))],
    ['have an id twice', later(ONE, { ...TWO, 'request-id': ONE['request-id'] })],
    ['want something that is no text', later({ ...ONE, resource: 7 })],
  ])('that %s take nothing away, and are a problem with a sentence', (_, remote) => {
    const split = splitRequests(remote, answered(TWO));
    expect(split.filter(one => one.withdrawn)).toEqual([]);
    expect(split.map(one => decodeClientRequest(one.remote))).toMatchObject([
      { database: 'stock' },
      { problem: expect.stringContaining('requests is not a JSON list') },
    ]);
  });
  test('in another version than before: the old answer is withdrawn', () => {
    expect(splitRequests(later(ONE), flat).map(({ requestId, withdrawn }) => [requestId, withdrawn])).toEqual([
      [undefined, true],
      ['93cb0551feeff5ee', undefined],
    ]);
    expect(splitRequests({ database: 'shop' }, answered(ONE)).map(({ requestId, withdrawn }) => [requestId, withdrawn])).toEqual([
      ['93cb0551feeff5ee', true],
      [undefined, undefined],
    ]);
  });
});

describe('our databag', () => {
  test('answers several requests of version 1, each mirrored as it came', () => {
    const own = answered(ONE, TWO);
    expect(own.version).toBe('v1');
    expect(JSON.parse(own.data ?? '')).toEqual({ [ONE['request-id']]: ONE, [TWO['request-id']]: TWO });
    expect(JSON.parse(own.requests ?? '')).toEqual(
      [ONE, TWO].map(request => ({
        'request-id': request['request-id'],
        salt: request.salt,
        resource: request.resource,
        endpoints: '10.0.0.1',
        replset: 'mongodb',
        'secret-user': `secret:${request.resource}`,
      })),
    );
    expect(Object.keys(own).sort()).toEqual(['data', 'requests', 'version']);
    expect(secretsNamedIn(own)).toEqual(['secret:shop', 'secret:stock']);
  });
  test('keeps the rest of an answer that changes in part', () => {
    const own = withAnswer(answered(ONE, TWO), ONE['request-id'], { endpoints: '10.0.0.2', replset: '' });
    const [one, two] = JSON.parse(own.requests ?? '');
    expect(one).toMatchObject({ endpoints: '10.0.0.2', 'secret-user': 'secret:shop', resource: 'shop' });
    expect(one).not.toHaveProperty('replset');
    expect([two.endpoints, own.data]).toEqual(['10.0.0.1', answered(ONE, TWO).data]);
  });
  test('loses what answers a request, and with the last one all but the statuses', () => {
    const status = '[{"code":5000}]';
    expect(withoutAnswer({ ...answered(ONE, TWO), status }, TWO['request-id'])).toEqual({ ...answered(ONE), status });
    expect(withoutAnswer({ ...answered(ONE), status }, ONE['request-id'])).toEqual({ status });
    expect(withoutAnswer({ ...flat, status }, undefined)).toEqual({ status });
    expect(withoutAnswer(answered(ONE), undefined)).toEqual(answered(ONE));
  });
  test('comes back as it was when an answer is added and taken away', () => {
    const name = fc.stringMatching(/^[0-9a-f]{16}$/);
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 6 }), fc.string(), (ids, resource) => {
        const [last = '', ...others] = ids;
        const before = answered(...others.map(one => asks(one, resource)));
        expect(withoutAnswer({ ...before, ...answeredTo(before, asks(last, resource)) }, last)).toEqual(before);
      }),
    );
  });
});

const answeredTo = (own: Bag, request: typeof ONE): Bag => {
  const [split] = splitRequests(later(request), {});
  return withAnswer(own, request['request-id'], { data: JSON.stringify(split?.remote), database: request.resource });
};

describe('an answer of version 1', () => {
  test('has every credential in a secret, and says in JSON that there is no TLS', () => {
    const [split] = splitRequests(later({ ...ONE, 'entity-type': 'USER' }), {});
    const answer = { user: 'u', password: 's3cret', database: 'shop', replset: 'mongodb', hosts: ['10.0.0.1:27017'] };
    const { clear, secrets } = encodeClientAnswer({ ...answer, request: split?.remote ?? {} });
    expect(JSON.stringify(clear)).not.toContain('s3cret');
    expect(secrets).toEqual({
      user: {
        username: 'u',
        password: 's3cret',
        uris: 'mongodb://u:s3cret@10.0.0.1:27017/shop?replicaSet=mongodb&authSource=admin&authMechanism=SCRAM-SHA-256',
      },
      entity: { 'entity-name': 'u', 'entity-password': 's3cret' },
      tls: { tls: 'false' },
    });
    expect(JSON.parse(secrets.tls?.tls ?? '')).toBe(false);
  });
});
