// What a router asks for, and what it is told: the key only in a secret, or not at all.
import { describe, expect, test } from 'vitest';
import {
  asksForSecrets,
  decodeRouterAnswer,
  encodeRouterAnswer,
  encodeRouterRequest,
  isAnswerTo,
  sameHost,
} from '../../../src/interfaces/config-server.ts';
import { decodeClientRequest, routerPlaces } from '../../../src/interfaces/mongodb-client.ts';

const request = encodeRouterRequest({ database: 'shop', extraUserRoles: ['admin'], external: true }, 3);
const answer = {
  user: 'relation-4',
  password: 'p/w',
  database: 'shop',
  replset: 'config',
  hosts: ['10.0.0.1:27017', '10.0.0.2:27017'],
  request,
  keyFile: 'clusterKey',
};

describe('the request', () => {
  test('is one that a config server understands', () => {
    expect(decodeClientRequest(request)).toMatchObject({ database: 'shop', extraUserRoles: ['admin'], external: true });
    expect(asksForSecrets(request)).toBe(true);
  });
  test('of a host that has taken it back is empty, not absent', () => {
    expect(encodeRouterRequest({ extraUserRoles: [] }, 3)).toMatchObject({ database: '', 'extra-user-roles': '' });
  });
  test('tells one host from the next', () => {
    const of = (host: number) => encodeRouterRequest({ database: 'shop', extraUserRoles: [] }, host);
    expect(sameHost(of(3), of(3))).toBe(true);
    expect(sameHost(of(3), of(7))).toBe(false);
    expect(sameHost({ database: 'a' }, { database: 'b' })).toBe(true); // of the charm before this one, which does not tell
  });
});

describe('the answer', () => {
  test('goes there and back', () => {
    const { clear, secrets } = encodeRouterAnswer(answer);
    expect(clear).toEqual({ data: JSON.stringify(request), database: 'shop' });
    expect(decodeRouterAnswer(clear, { ...secrets.user, ...secrets.extra })).toEqual({
      user: 'relation-4',
      password: 'p/w',
      database: 'shop',
      keyFile: 'clusterKey',
      configDb: 'config/10.0.0.1:27017,10.0.0.2:27017',
    });
  });
  test('is to one request, and to no other', () => {
    const { clear } = encodeRouterAnswer(answer);
    expect(isAnswerTo(clear, request)).toBe(true);
    for (const key of ['database', 'extra-user-roles', 'external-node-connectivity', 'host-relation'])
      expect(isAnswerTo(clear, { ...request, [key]: 'x' })).toBe(false);
    expect(isAnswerTo({}, request)).toBe(false);
    // A value that is empty is not in a databag.
    const plain = encodeRouterRequest({ database: 'shop', extraUserRoles: [] }, 3);
    const { 'extra-user-roles': _, ...mirror } = plain;
    expect(isAnswerTo({ database: 'shop', data: JSON.stringify(mirror) }, plain)).toBe(true);
  });
  test('is none without the key', () => {
    const { keyFile: _, ...rest } = answer;
    expect(() => encodeRouterAnswer(rest)).toThrow('without the key');
    expect(() => encodeRouterAnswer({ ...answer, keyFile: '' })).toThrow('without the key');
  });
  test('to a router of the charm before this one has the place in clear, and nothing else', () => {
    const older = { ...request, 'requested-secrets': '["username","password","tls","tls-ca","uris","key-file","int-ca-secret"]' };
    const { clear, secrets } = encodeRouterAnswer({ ...answer, request: older });
    expect(clear['config-server-db']).toBe('config/10.0.0.1:27017,10.0.0.2:27017');
    expect(secrets.extra).toEqual({ 'key-file': 'clusterKey' });
    expect(decodeRouterAnswer(clear, { ...secrets.user, ...secrets.extra })?.configDb).toBe('config/10.0.0.1:27017,10.0.0.2:27017');
  });
  test.each(['[]', '["username","password"]', 'no JSON'])('never goes to a router that asks for %s', asked => {
    expect(() => encodeRouterAnswer({ ...answer, request: { ...request, 'requested-secrets': asked } })).toThrow(/key as a secret/);
  });
  test.each(['username', 'password', 'key-file', 'config-server-db'])('without %s is none yet', missing => {
    const { clear, secrets } = encodeRouterAnswer(answer);
    const { [missing]: _, ...rest } = { ...secrets.user, ...secrets.extra } as Record<string, string>;
    expect(decodeRouterAnswer(clear, rest)).toBeUndefined();
  });
});

test('where routers are: on other machines, or on this one', () => {
  const access = { user: 'relation-4', password: 'p/w', database: 'shop' };
  expect(routerPlaces(['10.0.0.1:27018', '[fd00::1]:27018'], access)).toEqual({
    uri: 'mongodb://relation-4:p%2Fw@10.0.0.1:27018,[fd00::1]:27018/shop?authSource=admin&authMechanism=SCRAM-SHA-256',
    endpoints: '10.0.0.1,fd00::1',
  });
  expect(routerPlaces(['/var/snap/x/mongodb-27018.sock'], access)).toEqual({
    uri: 'mongodb://relation-4:p%2Fw@%2Fvar%2Fsnap%2Fx%2Fmongodb-27018.sock/shop?authSource=admin&authMechanism=SCRAM-SHA-256',
    endpoints: '%2Fvar%2Fsnap%2Fx%2Fmongodb-27018.sock',
  });
});
