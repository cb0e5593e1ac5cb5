// A host that makes several requests in one relation, from version 1 of the interface on: each is handed on, answered and told by itself.
import { describe, expect, test } from 'vitest';
import type { Bag, HostRelation, Observed } from '../../../src/core/observed.ts';
import { answersIn, splitRequests, withAnswer } from '../../../src/interfaces/client-requests.ts';
import { encodeRouterAnswer, encodeRouterRequests } from '../../../src/interfaces/config-server.ts';
import { planHostClient } from '../../../src/plan/host-client.ts';
import { planRouterRequest } from '../../../src/plan/router-request.ts';
import { ofCluster } from '../../../src/plan/router-unit.ts';
import { hostRelation, routerSeen } from './beside.ts';

const asks = (id: string, resource: string, more: Record<string, unknown> = {}) => ({
  resource,
  'request-id': id,
  salt: 'salt',
  'extra-user-roles': null,
  'external-node-connectivity': false,
  'entity-type': null,
  ...more,
});
const [A, B] = [asks('aa', 'shop'), asks('bb', 'stock')];
const hostsOf = (requests: readonly unknown[], databag: Bag = {}): readonly HostRelation[] =>
  splitRequests({ version: 'v1', requests: JSON.stringify(requests) }, databag).map(split => hostRelation({ ...split, databag }));

/** What the config server has in its databag when it has answered what the routers hand on. */
function serverBag(handed: Bag): Bag {
  return splitRequests(handed, {}).reduce<Bag>((own, { requestId, remote }) => {
    const user = { user: `relation-4-${requestId}`, password: `pw-${requestId}`, database: remote.database ?? '' };
    const { clear } = encodeRouterAnswer({ ...user, replset: 'config', hosts: ['10.2.0.1:27017'], keyFile: 'theKey', request: remote });
    return withAnswer(own, requestId, { ...clear, 'secret-user': `secret:u-${requestId}`, 'secret-extra': `secret:x-${requestId}` });
  }, {});
}

type Parts = { hosts?: readonly HostRelation[]; own?: Bag; remote?: Bag };
function seenWith({ hosts = hostsOf([A, B]), own = {}, remote = {} }: Parts): Observed {
  const seen = routerSeen({});
  const { answers: _, ...server } = seen.juju.configServer!;
  const content = (id: string): Bag => ({
    username: `relation-4-${id}`,
    password: `pw-${id}`,
    'key-file': 'theKey',
    'config-server-db': 'config/10.2.0.1:27017',
  });
  const answers = [...answersIn(remote)].flatMap(([id, answer]) =>
    id === undefined ? [] : [[id, { remote: answer, content: content(id) }] as const],
  );
  const configServer = { ...server, remote, own, content: {}, ...(remote.version === 'v1' ? { answers: new Map(answers) } : {}) };
  return { ...seen, juju: { ...seen.juju, hosts, configServer } };
}
const handed = (...requests: readonly unknown[]): Bag =>
  encodeRouterRequests(
    hostsOf(requests).map(host => host.remote),
    3,
  );

describe('a router whose host makes several requests', () => {
  test('hands on all of them, and takes back what was asked in the other version', () => {
    const [publish, ...more] = planRouterRequest(seenWith({ own: { database: 'old', 'requested-secrets': '[]' } })).effects;
    expect(more).toEqual([]);
    expect(publish).toMatchObject({ do: 'publish', relation: 4, clear: { version: 'v1', database: '', 'requested-secrets': '' } });
    const clear = publish?.do === 'publish' ? publish.clear : {};
    expect(JSON.parse(clear.requests ?? '')).toMatchObject([
      { 'request-id': 'aa', resource: 'shop', 'host-relation': '3' },
      { 'request-id': 'bb', resource: 'stock', 'host-relation': '3' },
    ]);
    expect(planRouterRequest(seenWith({ own: handed(A, B) })).effects).toEqual([]);
  });
  test('hands on those that it can, and says what of the others it cannot', () => {
    const seen = seenWith({ hosts: hostsOf([A, asks('bb', 'stock', { 'entity-type': 'GROUP' })]), own: handed(A) });
    const plan = planRouterRequest(seen);
    expect(plan.effects).toEqual([]);
    expect(plan.unit).toMatchObject([
      { level: 'blocked', message: 'app: asks for an entity of type GROUP, which a router does not get; ask for USER' },
    ]);
    expect(planHostClient(seen).effects).toMatchObject([
      { do: 'tell-client', relation: 3, statuses: [{ code: 5001, resolution: 'ask for USER' }] },
    ]);
  });
  test('tells each as it is answered, under its own id', () => {
    const seen = seenWith({ remote: serverBag(handed(A, B)) });
    expect(planHostClient(seen).effects).toMatchObject(
      [A, B].map(({ 'request-id': requestId, resource }) => ({
        do: 'publish',
        relation: 3,
        requestId,
        clear: { database: resource, endpoints: expect.stringContaining('mongodb-27018.sock') },
        secrets: { user: { username: `relation-4-${requestId}`, password: `pw-${requestId}` }, tls: { tls: 'false' } },
      })),
    );
    expect(planHostClient(seenWith({ remote: serverBag(handed(A)) })).effects).toMatchObject([{ requestId: 'aa' }]);
    expect(ofCluster(seen)).toEqual({ configDb: 'config/10.2.0.1:27017', keyFile: 'theKey', external: false });
  });
  test('tells nothing of an answer to an earlier request, or to another host', () => {
    const before = serverBag(handed(asks('aa', 'shop', { 'extra-user-roles': 'admin' })));
    expect(planHostClient(seenWith({ hosts: hostsOf([A]), remote: before })).effects).toEqual([]);
    const other = serverBag(
      encodeRouterRequests(
        hostsOf([A]).map(host => host.remote),
        9,
      ),
    );
    expect(planHostClient(seenWith({ hosts: hostsOf([A]), remote: other })).effects).toEqual([]);
  });
  test('takes back the answer to a request that is made no more, and leaves the others', () => {
    const databag = [A, B].reduce<Bag>((own, request) => {
      const [host] = hostsOf([request]);
      return withAnswer(own, request['request-id'], {
        data: JSON.stringify(host?.remote),
        database: request.resource,
        'secret-user': 'secret:h',
      });
    }, {});
    const hosts = hostsOf([B], databag);
    const plan = planHostClient(seenWith({ hosts, remote: serverBag(handed(A, B)) }));
    expect(plan.effects[0]).toEqual({ do: 'withdraw', relation: 3, requestId: 'aa', own: databag });
    expect(plan.effects.slice(1)).toMatchObject([{ do: 'publish', requestId: 'bb' }]);
  });
  test('hands on to its host what the config server tells', () => {
    const statuses = [{ code: 5002, message: 'extra-user-roles names "king"', resolution: 'it may name default' }];
    const remote = { ...serverBag(handed(A)), status: JSON.stringify(statuses) };
    expect(planHostClient(seenWith({ hosts: hostsOf([A]), remote })).effects.at(-1)).toMatchObject({
      do: 'tell-client',
      relation: 3,
      statuses,
    });
  });
});
