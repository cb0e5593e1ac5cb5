// The config server's side of the routers: who gets a user, with which roles, what it is told, and when that is taken back.
import { describe, expect, test } from 'vitest';
import { ROUTERS_CONFIG } from '../../../src/core/bags.ts';
import type { Bag, ClientRelation, ClusterFacts, DatabaseUser, Observed } from '../../../src/core/observed.ts';
import { encodeRouterAnswer, encodeRouterRequest } from '../../../src/interfaces/config-server.ts';
import { planClients } from '../../../src/plan/clients.ts';
import { cluster, inRole, openRouter } from './cluster.ts';
import { CONFIG, member, primaryFacts, secret, systemUsers, withMembers } from './world.ts';

const asks = (database: string | undefined, roles: readonly string[] = [], host = 9): Bag => {
  const all = encodeRouterRequest({ ...(database === undefined ? {} : { database }), extraUserRoles: roles }, host);
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')); // as Juju keeps it
};
const PLACE = 'mongodb/10.0.0.1:27017';
const answerTo = (request: Bag): Bag => {
  const answer = { user: 'relation-4', password: 'pw', database: request.database ?? '', replset: 'mongodb', hosts: ['10.0.0.1:27017'] };
  return { ...encodeRouterAnswer({ ...answer, request, keyFile: 'theKey' }).clear, 'secret-user': 'secret:u', 'secret-extra': 'secret:x' };
};
const router = (remote: Bag, own: Bag = {}, more: Partial<ClientRelation> = {}): ClientRelation => ({
  endpoint: 'cluster',
  id: 4,
  app: 'mongos',
  units: ['mongos/0'],
  remote,
  own,
  databag: own,
  ...more,
});
const ROLES = [
  { role: 'enableSharding', db: 'shop' },
  { role: 'readWrite', db: 'shop' },
];
const USER: DatabaseUser = { name: 'relation-4', ours: true, fingerprint: 'f-4', relation: 4, database: 'shop', roles: ROLES };

type Options = {
  clients?: readonly ClientRelation[];
  users?: readonly DatabaseUser[];
  app?: Bag;
  juju?: Partial<Observed['juju']>;
  members?: number;
  databases?: ClusterFacts['databases'];
};
function world({ clients = [], users = [], app = {}, juju = {}, members = 1, databases = [] }: Options): Observed {
  const seen = inRole('config-server', { juju: { clients, ...juju }, app, router: openRouter(cluster([], { databases })) }, members);
  if (seen.mongod.kind !== 'member') throw new Error('not a member');
  const all = new Map([...systemUsers(), ...users.map(user => [user.name, user] as const)]);
  return { ...seen, mongod: { ...seen.mongod, primary: primaryFacts(seen.mongod.set, { users: all }) } };
}
const TOLD = { 'client-4': 'f-4', [ROUTERS_CONFIG]: PLACE };
const told = (remote: Bag, before: Bag = remote, more: Options = {}): Observed =>
  world({ clients: [router(remote, answerTo(before))], users: [USER], app: TOLD, ...more });
const kinds = (seen: Observed) => planClients(seen).effects.map(effect => effect.do);

describe('a router that asks', () => {
  test('gets a user of its own, which may also have its database sharded', () => {
    expect(planClients(world({ clients: [router(asks('shop'))], app: { [ROUTERS_CONFIG]: PLACE } })).effects).toEqual([
      { do: 'set-user', user: { name: 'relation-4', password: 'fresh-4', roles: ROLES, relation: 4, database: 'shop' } },
    ]);
  });
  test('for a database that differs only by case from one of the cluster is refused, and waits while no router tells of it', () => {
    const databases = [{ name: 'Shop', primary: 'shard-a' }];
    const refused = planClients(world({ clients: [router(asks('shop'))], databases, app: TOLD }));
    expect(refused.effects).toMatchObject([{ do: 'tell-client', statuses: [{ code: 5005 }] }]);
    expect(refused.app).toMatchObject([{ message: expect.stringMatching(/^mongos: database shop .* Shop, which is there already; ask/) }]);
    const unknown = { ...world({ clients: [router(asks('shop'))], app: TOLD }), router: openRouter({ problem: 'no primary' }) };
    expect(planClients(unknown)).toMatchObject({ effects: [], pending: true });
    // Its host has changed the letters, and the database is there as it was.
    const changed = planClients(told(asks('Shop'), asks('shop'), { databases: [{ name: 'shop', primary: 'shard-a' }] }));
    expect(changed.app).toMatchObject([{ message: expect.stringMatching(/database Shop differs only by case from shop, which is there/) }]);
  });
  test('as an admin may have every database sharded', () => {
    const [effect] = planClients(world({ clients: [router(asks('shop', ['admin']))] })).effects;
    expect(effect).toMatchObject({
      user: { roles: ['enableSharding', 'readWriteAnyDatabase', 'userAdmin', 'userAdminAnyDatabase'].map(role => ({ role, db: 'admin' })) },
    });
  });
  test('is told its user, the key, and where the config servers are, in one go', () => {
    const seen = world({ clients: [router(asks('shop'))], users: [{ ...USER, fingerprint: 'f-fresh-4' }], members: 3 });
    const effects = planClients(seen).effects;
    expect(effects).toContainEqual({
      do: 'publish-client',
      client: {
        endpoint: 'cluster',
        relation: 4,
        user: 'relation-4',
        password: 'fresh-4',
        database: 'shop',
        replset: 'mongodb',
        hosts: ['10.0.0.1:27017', '10.0.0.2:27017', '10.0.0.3:27017'],
        request: asks('shop'),
        keyFile: secret.keyFile,
      },
    });
    expect(effects).toContainEqual({ do: 'set-peer-app', values: { 'client-4': 'f-fresh-4' } });
    expect(effects).toContainEqual({ do: 'set-peer-app', values: { [ROUTERS_CONFIG]: `${PLACE},10.0.0.2:27017,10.0.0.3:27017` } });
  });
  test('is left alone when that has been done', () => {
    expect(planClients(told(asks('shop')))).toMatchObject({ effects: [], app: [], pending: false });
  });
  test.each<[string, ClientRelation]>([
    ['before its host has asked', router(asks(undefined))],
    ['while it has no unit', router(asks('shop'), {}, { units: [] })],
  ])('gets nothing %s', (_, client) => {
    expect(kinds(world({ clients: [client], app: { [ROUTERS_CONFIG]: PLACE } }))).toEqual([]);
  });
  test('but does not take its key as a secret gets nothing, and the operator is told', () => {
    const plan = planClients(world({ clients: [router({ ...asks('shop'), 'requested-secrets': '["username"]' })], app: TOLD }));
    expect(plan.effects.filter(effect => effect.do !== 'set-peer-app')).toMatchObject([{ do: 'tell-client', statuses: [{ code: 5008 }] }]);
    expect(plan.app).toMatchObject([{ level: 'blocked', message: expect.stringMatching(/^mongos: does not ask for its key as a secret/) }]);
  });
  test('while the key cannot be read gets nothing', () => {
    const { secret: _, ...juju } = world({ clients: [router(asks('shop'))], app: TOLD }).juju;
    expect(kinds({ ...world({ clients: [router(asks('shop'))], app: TOLD }), juju })).toEqual([]);
  });
});

describe('a request that changes', () => {
  test('in its roles changes the user, who keeps his password, and is answered without a warning', () => {
    const seen = told(asks('shop', ['admin', 'default']), asks('shop'));
    const plan = planClients(seen);
    expect(plan.effects).toMatchObject([
      { do: 'set-user', user: { name: 'relation-4', roles: expect.arrayContaining([{ role: 'userAdmin', db: 'admin' }]) } },
      { do: 'publish-client', client: { request: asks('shop', ['admin', 'default']) } },
    ]);
    for (const effect of plan.effects) expect(effect).not.toHaveProperty('user.password');
    expect(plan.app).toEqual([]);
  });
  test('in its database changes the user too', () => {
    expect(planClients(told(asks('store'), asks('shop'))).effects).toMatchObject([
      { do: 'set-user', user: { database: 'store', roles: ROLES.map(({ role }) => ({ role, db: 'store' })) } },
      { do: 'publish-client', client: { database: 'store' } },
    ]);
  });
  test('to one that cannot be granted keeps the user as it is, and the operator is told', () => {
    const plan = planClients(told(asks('shop', ['king']), asks('shop')));
    expect(plan.effects).toMatchObject([{ do: 'tell-client', statuses: [{ code: 5002 }] }]);
    expect(plan.app).toMatchObject([{ level: 'blocked', message: expect.stringContaining('"king"') }]);
  });
  test('because it is of another host gets another password: the one before knows this one', () => {
    expect(planClients(told(asks('shop', [], 12), asks('shop', [], 9))).effects).toMatchObject([
      { do: 'set-user', user: { name: 'relation-4', password: 'fresh-4' } },
    ]);
  });
});

describe('a request that is taken back', () => {
  const gone = [
    { do: 'withdraw', relation: 4 },
    { do: 'drop-user', name: 'relation-4' },
  ];
  test('takes credentials and key from the databag, and the user from the database', () => {
    expect(planClients(told(asks(undefined), asks('shop'))).effects).toMatchObject(gone);
  });
  test('so does the leaving of its last unit, who cannot take it back any more', () => {
    const client = router(asks('shop'), answerTo(asks('shop')), { units: [] });
    expect(planClients(world({ clients: [client], users: [USER], app: TOLD })).effects).toMatchObject(gone);
  });
  test('with auto-delete its database goes too, through the router, which knows where it is', () => {
    const config = { valid: true, config: { ...CONFIG, role: 'config-server', 'auto-delete': true } } as const;
    expect(planClients(world({ users: [USER], app: { 'client-4': 'f-4' }, juju: { config } })).effects).toEqual([
      { do: 'drop-database', name: 'shop', through: 'router' },
      { do: 'drop-user', name: 'relation-4' },
    ]);
  });
});

describe('where the config servers are', () => {
  test('is told anew when that has changed, by unit number', () => {
    const seen = told(asks('shop'), asks('shop'), { members: 3 });
    expect(planClients(seen).effects).toMatchObject([
      { do: 'publish-client', client: { hosts: ['10.0.0.1:27017', '10.0.0.2:27017', '10.0.0.3:27017'] } },
      { do: 'set-peer-app', values: { [ROUTERS_CONFIG]: `${PLACE},10.0.0.2:27017,10.0.0.3:27017` } },
    ]);
  });
  test('does not change with the order in which the set lists its members, nor with its primary', () => {
    const place = `${PLACE},10.0.0.2:27017,10.0.0.3:27017`;
    const seen = told(asks('shop'), asks('shop'), { members: 3, app: { ...TOLD, [ROUTERS_CONFIG]: place } });
    const other = withMembers(seen, [member(2, 'primary', { id: 7 }), member(0, 'secondary'), member(1, 'secondary')]);
    if (other.mongod.kind !== 'member' || seen.mongod.kind !== 'member' || !seen.mongod.primary) throw new Error('no primary');
    const primary = { ...seen.mongod.primary, set: other.mongod.set };
    expect(kinds({ ...other, mongod: { ...other.mongod, primary } })).toEqual([]);
  });
});

describe('endpoints that belong to another role', () => {
  const database: ClientRelation = {
    ...router({ database: 'shop', 'requested-secrets': '["username","password"]' }),
    endpoint: 'database',
    id: 3,
  };
  test('a config server answers routers and no clients', () => {
    expect(kinds(world({ clients: [database], app: TOLD }))).not.toContain('set-user');
  });
  test.each(['replication', 'shard'] as const)('an application of role %s answers no routers', role => {
    const seen = world({ clients: [router(asks('shop'))] });
    expect(kinds({ ...seen, juju: { ...seen.juju, role } })).not.toContain('set-user');
  });
});
