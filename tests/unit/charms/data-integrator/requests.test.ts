import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import * as requests from '../../../charms/data-integrator/src/requests.ts';
import { readRequest, type Values } from '../../../charms/data-integrator/src/requirer.ts';

const asked = (config: Record<string, unknown> = {}) => readRequest({ 'database-name': 'shop', 'protocol-version': 'v1', ...config });
const salts = (...all: string[]) => {
  let at = 0;
  return () => all[at++] ?? 'none left';
};
const listed = ({ requests: text = '' }: Values) => JSON.parse(text) as Record<string, unknown>[];
const idOf = (resource: string, salt: string) => createHash('sha256').update(`${resource}:${salt}`).digest('hex').slice(0, 16);

describe('what the leader asks for', () => {
  test('one request with every field that the library writes, null where nothing is wished', () => {
    const written = requests.requestsValues(asked(), undefined, {}, salts('AAAAAAAAAAAAAAAA'));
    expect(written.version).toBe('v1');
    expect(listed(written)).toEqual([
      {
        resource: 'shop',
        'request-id': idOf('shop', 'AAAAAAAAAAAAAAAA'),
        salt: 'AAAAAAAAAAAAAAAA',
        'extra-user-roles': null,
        'extra-group-roles': null,
        'external-node-connectivity': true,
        'entity-type': null,
        'entity-permissions': null,
        'secret-mtls': null,
        'mtls-cert': null,
      },
    ]);
  });
  test('wishes as JSON, not as text in text', () => {
    const permissions = [{ resource_name: 'orders', resource_type: 'collection', privileges: ['find'] }];
    const config = {
      'entity-type': 'USER',
      'extra-user-roles': 'admin',
      'entity-permissions': JSON.stringify(permissions),
      'external-node-connectivity': false,
    };
    expect(listed(requests.requestsValues(asked(config), 'secret:wish', {}, salts('s')))).toMatchObject([
      {
        'entity-type': 'USER',
        'extra-user-roles': 'admin',
        'entity-permissions': permissions,
        'external-node-connectivity': false,
        'requested-entity-secret': 'secret:wish',
      },
    ]);
  });
  test('a request for each database; those that were there keep salt and id, in the order that is wanted now', () => {
    const first = requests.requestsValues(asked({ 'database-name': 'shop, stock' }), undefined, {}, salts('one', 'two'));
    const then = requests.requestsValues(asked({ 'database-name': 'stock,archive' }), undefined, first, salts('three'));
    const seen = (values: Values) => listed(values).map(one => [one.resource, one.salt, one['request-id']]);
    expect(seen(first)).toEqual([
      ['shop', 'one', idOf('shop', 'one')],
      ['stock', 'two', idOf('stock', 'two')],
    ]);
    expect(seen(then)).toEqual([
      ['stock', 'two', idOf('stock', 'two')],
      ['archive', 'three', idOf('archive', 'three')],
    ]);
    expect(requests.requestsValues(asked({ 'database-name': 'stock,archive' }), undefined, then, salts())).toEqual(then);
  });
  test('nothing without a database', () => {
    expect(listed(requests.requestsValues(asked({ 'database-name': '' }), undefined, {}, salts()))).toEqual([]);
  });
});

const response = {
  'request-id': 'a1',
  salt: 's',
  resource: 'shop',
  endpoints: '10.0.0.1',
  'read-only-endpoints': null,
  'secret-user': 'secret:u',
};
const provider = (responses: unknown[], data: unknown = { a1: { resource: 'shop' } }): Values => ({
  version: 'v1',
  requests: JSON.stringify(responses),
  data: JSON.stringify(data),
});

describe('what the provider answers', () => {
  test('is read request by request, without what is null', () => {
    expect(requests.responsesIn(provider([response, { 'request-id': 'b2' }]))).toEqual([
      {
        id: 'a1',
        fields: { 'request-id': 'a1', salt: 's', resource: 'shop', endpoints: '10.0.0.1', 'secret-user': 'secret:u' },
      },
      { id: 'b2', fields: { 'request-id': 'b2' } },
    ]);
  });
  test('is nothing without data, and no list is an error', () => {
    expect(requests.responsesIn({ requests: JSON.stringify([response]) })).toEqual([]);
    expect(requests.responsesIn({ data: '{}' })).toEqual([]);
    expect(() => requests.responsesIn({ requests: '{}', data: '{}' })).toThrow('not a list');
  });

  const compare = (bag: Values, remembered?: string) => {
    const [first] = requests.responsesIn(bag);
    if (first === undefined) throw new Error('no response');
    return requests.compareResponse(bag, first, remembered);
  };
  test('is a new resource the first time, and nothing new once it is remembered', () => {
    const bag = provider([response]);
    expect(compare(bag)).toMatchObject({ event: 'created', diff: { changed: [], removed: [] } });
    expect(compare(bag, requests.memoryOf(requests.responsesIn(bag), bag, undefined))).toEqual({
      event: 'nothing',
      diff: { added: [], changed: [], removed: [] },
      wish: undefined,
    });
  });
  test('tells what changed and what went', () => {
    const known = provider([response]);
    const before = requests.memoryOf(requests.responsesIn(known), known, undefined);
    const { endpoints: _, ...without } = response;
    expect(compare(provider([{ ...response, endpoints: '10.0.0.1,10.0.0.2' }]), before).diff).toEqual({
      added: [],
      changed: ['endpoints'],
      removed: [],
    });
    expect(compare(provider([without]), before).diff.removed).toEqual(['endpoints']);
  });
  test('to a request for an entity is new with the entity, and not with the user', () => {
    const data = { a1: { 'entity-type': 'GROUP', 'requested-entity-secret': 'secret:wish' } };
    expect(compare(provider([response], data)).event).toBe('nothing');
    expect(compare(provider([{ ...response, 'secret-entity': 'secret:e' }], data))).toMatchObject({
      event: 'created',
      wish: 'secret:wish',
    });
  });
  test('to a request that data does not hold is an error, as in the library', () => {
    expect(() => compare(provider([response], {}))).toThrow('No request matching the response with response_id a1');
  });
});

describe('statuses', () => {
  const told = { code: 5002, message: 'no such role', resolution: 'another' };
  const status = JSON.stringify([told, { ...told, code: 5004 }]);
  const known = JSON.stringify({ status: { 5002: told } });
  test('are raised that the provider had not told before, by its own account, and resolved that it tells no more', () => {
    expect(requests.raisedStatuses({ status, data: '{}' }).map(({ code }) => code)).toEqual([5002, 5004]);
    expect(requests.raisedStatuses({ status, data: known }).map(({ code }) => code)).toEqual([5004]);
    expect(requests.raisedStatuses({})).toEqual([]);
    expect(requests.resolvedCodes({ status, data: known })).toEqual([]);
    expect(requests.resolvedCodes({ data: known })).toEqual(['5002']);
  });
  test('are kept in the memory of the unit, the last ones that were news', () => {
    const memory = requests.memoryOf([], { status, data: '{}' }, undefined);
    expect(Object.keys(JSON.parse(memory).status)).toEqual(['5002', '5004']);
    expect(requests.memoryOf([], { data: known }, memory)).toBe(memory);
    expect(requests.memoryOf([], {}, undefined)).toBe('{}');
  });
});

test('labels name the request, and a secret says of tls true or false', () => {
  expect(requests.responseLabel('mongodb', 3, 'a1', 'user')).toBe('mongodb.3.a1.user.secret');
  expect(requests.checkSecret({ tls: 'false' })).toEqual({ tls: 'false' });
  expect(requests.checkSecret({ username: 'x' })).toEqual({ username: 'x' });
  expect(() => requests.checkSecret({ tls: '"False"' })).toThrow('tls is neither true nor false');
  expect(() => requests.checkSecret({ tls: 'False' })).toThrow();
});
