// Client relations: who gets a user, which roles, what is published, and what goes when the relation goes.
import { describe, expect, test } from 'vitest';
import { LEAVING } from '../../../src/core/bags.ts';
import type { ClientRelation, DatabaseRole, DatabaseUser, Observed } from '../../../src/core/observed.ts';
import { nothing } from '../../../src/core/plan.ts';
import { status } from '../../../src/core/status.ts';
import { splitRequests } from '../../../src/interfaces/client-requests.ts';
import { planClients } from '../../../src/plan/clients.ts';
import { CONFIG, member, peerUnits, primaryFacts, steady, systemUsers, unit, withMembers } from './world.ts';

const REMOTE = { database: 'shop', 'requested-secrets': '["username","password","uris"]', data: '{}' };
const client = (remote: Record<string, string> = REMOTE, own: Record<string, string> = {}, id = 3): ClientRelation => ({
  endpoint: 'database',
  id,
  app: 'shop-app',
  units: ['shop-app/0'],
  remote,
  own,
  databag: own,
});
const OWN = {
  data: JSON.stringify({ database: 'shop', 'requested-secrets': REMOTE['requested-secrets'] }),
  database: 'shop',
  endpoints: '10.0.0.1,10.0.0.2,10.0.0.3',
  replset: 'mongodb',
  'secret-user': 'secret:x',
};
const READ_WRITE = [{ role: 'readWrite', db: 'shop' }];
const USER: DatabaseUser = { name: 'relation-3', ours: true, fingerprint: 'f-3', relation: 3, database: 'shop', roles: READ_WRITE };

type Options = {
  clients?: readonly ClientRelation[];
  users?: readonly DatabaseUser[];
  published?: Record<string, string>;
  juju?: Partial<Observed['juju']>;
  databases?: readonly string[];
};
function world({ clients = [client()], users = [], published = {}, juju = {}, databases = [] }: Options): Observed {
  const peers = { id: 1, app: { initialised: 'true', members: 'mongodb/0 mongodb/1 mongodb/2', ...published }, units: peerUnits(3) };
  const seen = steady(3, { juju: { clients, peers, ...juju } });
  if (seen.mongod.kind !== 'member') throw new Error('not a member');
  const all = new Map([...systemUsers(), ...users.map(user => [user.name, user] as const)]);
  return { ...seen, mongod: { ...seen.mongod, primary: primaryFacts(seen.mongod.set, { users: all, databases }) } };
}
const auto = { config: { valid: true, config: { ...CONFIG, 'auto-delete': true } } } as const;
const blockedWith = (seen: Observed) => planClients(seen).app.map(one => `${one.level}: ${one.message}`);

describe('a relation that breaks', () => {
  const broken = { id: 3, endpoint: 'database', databag: { ...OWN, version: 'v1', requests: '[]', status: '[]' } };
  const emptied = Object.fromEntries(Object.keys(broken.databag).map(key => [key, '']));
  const takenBack = { do: 'publish', relation: 3, endpoint: 'database', own: broken.databag, clear: emptied, secrets: {} };
  const silent = { kind: 'silent', reason: '' } as const;

  test('leaves nothing in the databag for a client that is resumed', () => {
    expect(planClients(world({ clients: [], juju: { broken } })).effects).toEqual([takenBack]);
    expect(planClients({ ...world({ clients: [], juju: { broken } }), mongod: silent }).effects).toEqual([takenBack]);
  });
  test('with nothing in the databag costs no write', () => {
    expect(planClients(world({ clients: [], juju: { broken: { ...broken, databag: {} } } })).effects).toEqual([]);
  });
  test('for one unit alone, which Juju takes away, keeps its answer', () => {
    expect(planClients(world({ clients: [], juju: { broken, dying: true } }))).toEqual(nothing);
  });
});

describe('a request', () => {
  test('first makes the user', () => {
    expect(planClients(world({})).effects).toEqual([
      { do: 'set-user', user: { name: 'relation-3', password: 'fresh-3', roles: READ_WRITE, relation: 3, database: 'shop' } },
    ]);
  });
  test('is answered when the database has the user, hosts sorted by unit', () => {
    const effects = planClients(world({ users: [{ ...USER, fingerprint: 'f-fresh-3' }] })).effects;
    expect(effects).toEqual([
      {
        do: 'publish-client',
        client: {
          endpoint: 'database',
          relation: 3,
          user: 'relation-3',
          password: 'fresh-3',
          database: 'shop',
          replset: 'mongodb',
          hosts: ['10.0.0.1:27017', '10.0.0.2:27017', '10.0.0.3:27017'],
          request: REMOTE,
        },
      },
      { do: 'set-peer-app', values: { 'client-3': 'f-fresh-3' } },
    ]);
  });
  test('that was answered is left alone', () => {
    expect(planClients(world({ clients: [client(REMOTE, OWN)], users: [USER], published: { 'client-3': 'f-3' } })).effects).toEqual([]);
  });
  test('without a database is no request yet', () => {
    expect(planClients(world({ clients: [client({})] }))).toEqual(nothing);
  });
  test.each<[string, Record<string, string>, RegExp]>([
    [
      'an unknown role',
      { ...REMOTE, 'extra-user-roles': 'admin,king' },
      /blocked: shop-app: extra-user-roles names "king"; it may name default, admin, monitor, backup/,
    ],
    ['the database admin', { ...REMOTE, database: 'admin' }, /blocked: shop-app: database admin belongs to MongoDB itself/],
    ['the database Config', { ...REMOTE, database: 'Config' }, /belongs to MongoDB itself/],
    ['a slash in the name', { ...REMOTE, database: 'a/b' }, /"a\/b" has a character/],
    ['a dot in the name', { ...REMOTE, database: 'a.b' }, /has a character/],
    ['a long name', { ...REMOTE, database: 'ä'.repeat(32) }, /longer than 63 bytes/],
    [
      'an entity of no known type',
      { ...REMOTE, 'entity-type': 'TEAM' },
      /shop-app: asks for an entity of type "TEAM"; ask for USER or GROUP/,
    ],
    ['roles of no group', { ...REMOTE, 'extra-group-roles': 'admin' }, /asks for extra-group-roles of something that is no group/],
    [
      'permissions elsewhere',
      {
        ...REMOTE,
        'entity-type': 'USER',
        'entity-permissions': '[{"resource_name":"other","resource_type":"database","privileges":["find"]}]',
      },
      /entity-permissions names database "other", and shop is asked for/,
    ],
  ])('with %s is refused with a sentence, which the client is told too, and changes nothing', (_, remote, message) => {
    const seen = world({ clients: [client(remote)] });
    const [told, ...more] = planClients(seen).effects;
    expect(more).toEqual([]);
    expect(told).toMatchObject({ do: 'tell-client', relation: 3, statuses: [{ code: expect.any(Number) }] });
    const [{ message: what, resolution } = { message: '', resolution: '' }] = told?.do === 'tell-client' ? told.statuses : [];
    expect(blockedWith(seen)).toEqual([`blocked: ${status.badClient('shop-app', `${what}; ${resolution}`).message}`]);
    expect(blockedWith(seen)).toEqual([expect.stringMatching(message)]);
  });
  test('for a database that differs only by case from another one is refused', () => {
    const other = client({ database: 'Shop' }, { ...OWN, database: 'Shop', data: '{"database":"Shop"}' }, 4);
    expect(blockedWith(world({ clients: [client(), other] }))[0]).toMatch(/differs only by case from Shop/);
  });
  test('for a database that differs only by case from one that no client has is refused', () => {
    const seen = world({ databases: ['admin', 'Shop'] });
    expect(planClients(seen).effects).toMatchObject([{ do: 'tell-client', statuses: [{ code: 5005 }] }]);
    expect(blockedWith(seen)).toEqual([
      'blocked: shop-app: database shop differs only by case from Shop, which is there already; ask for another name',
    ]);
    expect(planClients(world({ databases: ['admin', 'shop'] })).effects).toMatchObject([{ do: 'set-user' }]);
    // One that was granted before is left alone.
    const granted = { clients: [client(REMOTE, OWN)], users: [USER], published: { 'client-3': 'f-3' }, databases: ['Shop'] };
    expect(planClients(world(granted))).toMatchObject({ effects: [], app: [] });
  });
  test('that is refused keeps no name from the next one', () => {
    const asks = (database: string, id: number) => ({ ...client({ ...REMOTE, database }, {}, id), app: `app-${id}` });
    const seen = world({ clients: [asks('pay', 3), asks('PAY', 4), asks('pay', 5)] });
    const users = planClients(seen).effects.flatMap(effect => (effect.do === 'set-user' ? [effect.user.name] : []));
    expect(users).toEqual(['relation-3', 'relation-5']);
    expect(blockedWith(seen)).toEqual([expect.stringMatching(/^blocked: app-4: database PAY .* from pay, which app-3 uses/)]);
    // Nor does one that is refused because of its user's name.
    const other: DatabaseUser = { name: 'relation-3', ours: false, fingerprint: '', roles: [] };
    const next = world({ clients: [asks('pay', 3), asks('PAY', 4)], users: [other] });
    expect(planClients(next).effects).toContainEqual(expect.objectContaining({ user: expect.objectContaining({ name: 'relation-4' }) }));
  });
  test('of which several are refused: the status names the clients, as many as it has room for', () => {
    const asks = (count: number) =>
      Array.from({ length: count }, (_, n) => ({ ...client({ ...REMOTE, database: 'admin' }, {}, n + 3), app: `client-${n}` }));
    expect(blockedWith(world({ clients: asks(3) }))).toEqual([
      'blocked: 3 clients are not served: client-0, client-1, client-2; run status-detail',
    ]);
    const [many = ''] = blockedWith(world({ clients: asks(20) }));
    expect(many).toMatch(/^blocked: 20 clients are not served: client-0, .* and 14 more; run status-detail$/);
  });
  test('is not granted before it is known which databases are there', () => {
    const seen = world({});
    if (seen.mongod.kind !== 'member' || seen.mongod.primary === undefined) throw new Error('no primary');
    const { databases: _, ...primary } = seen.mongod.primary;
    expect(planClients({ ...seen, mongod: { ...seen.mongod, primary } })).toMatchObject({ effects: [], pending: true });
  });
  test('of a client in another model is named in a status by its relation, which `juju offers` lists', () => {
    const remote = { ...client({ ...REMOTE, database: 'admin' }), app: `remote-${'0f'.repeat(16)}` };
    expect(blockedWith(world({ clients: [remote] }))[0]).toMatch(/^blocked: relation 3 of an offer: database admin/);
  });
  test('for roles gets all of them, once each', () => {
    const seen = world({ clients: [client({ ...REMOTE, 'extra-user-roles': ' admin,default , admin' })] });
    expect(planClients(seen).effects).toMatchObject([
      {
        user: {
          roles: [
            { role: 'readWriteAnyDatabase', db: 'admin' },
            { role: 'userAdmin', db: 'admin' },
            { role: 'userAdminAnyDatabase', db: 'admin' },
            { role: 'readWrite', db: 'shop' },
          ],
        },
      },
    ]);
  });
  test('that changes after it was answered keeps its first grant, and the operator is told', () => {
    const seen = world({
      clients: [client({ ...REMOTE, 'extra-user-roles': 'admin' }, OWN)],
      users: [USER],
      published: { 'client-3': 'f-3' },
    });
    expect(planClients(seen).effects).toMatchObject([{ do: 'tell-client', statuses: [{ code: 5007 }] }]);
    expect(blockedWith(seen)[0]).toMatch(/extra-user-roles since; remove the relation and integrate again/);
  });
});

describe('where a client’s user may log in from', () => {
  const units = { config: { valid: true, config: { ...CONFIG, 'client-networks': 'units' } } } as const;
  const from = (more: Partial<ClientRelation>, user: Partial<DatabaseUser> = {}, option: Partial<Observed['juju']> = units): unknown => {
    const [effect] = planClients(
      world({
        clients: [{ ...client(REMOTE, OWN), ...more }],
        users: [{ ...USER, roles: [], ...user }],
        published: { 'client-3': 'f-3' },
        juju: option,
      }),
    ).effects;
    return effect?.do === 'set-user' ? (effect.user.from ?? 'anywhere') : effect;
  };
  const networks = { 'shop-app/0': ['10.0.1.5/32'], 'shop-app/1': ['10.0.1.4/32', '192.168.0.0/24'] };
  const external = { ...REMOTE, 'external-node-connectivity': 'true' };

  test('is anywhere unless the operator chooses otherwise, for users that are there too', () => {
    const any = { config: { valid: true, config: CONFIG } } as const;
    expect(from({ networks }, { from: ['10.0.1.5/32'] }, any)).toBe('anywhere');
    expect(from({}, { from: ['10.0.1.5/32'] }, any)).toBe('anywhere');
  });
  test('stays as it was while the configuration is not valid', () => {
    const invalid = { config: { valid: false, option: 'x', problem: 'x' } } as const;
    expect(from({ networks }, { from: ['10.0.1.5/32'] }, invalid)).toEqual(['10.0.1.5/32']);
  });
  test('is where its units are', () => {
    expect(from({ networks })).toEqual(['10.0.1.4/32', '10.0.1.5/32', '192.168.0.0/24']);
    expect(from({ networks: { 'shop-app/0': ['10.0.1.5/32'], 'shop-app/1': ['10.0.1.5/32'] } })).toEqual(['10.0.1.5/32']);
  });
  test('is anywhere when it asks for that, or when one of its units cannot be found: nobody is locked out', () => {
    expect(from({ remote: external, own: { ...OWN, data: JSON.stringify(external) }, networks })).toBe('anywhere');
    expect(from({ networks: { ...networks, 'shop-app/2': [] } })).toBe('anywhere');
  });
  test('stays as it was while it has no units', () => {
    expect(from({ networks: {} }, { from: ['10.0.1.5/32'] })).toEqual(['10.0.1.5/32']);
    expect(from({ networks: {} })).toBe('anywhere');
  });
  test('follows what it asks for after it was answered', () => {
    const user = { from: ['10.0.1.5/32'] };
    expect(from({ remote: external, networks: undefined as never }, user)).toBe('anywhere');
    expect(from({ remote: REMOTE, own: { ...OWN, data: JSON.stringify(external) }, networks })).toHaveLength(3);
  });
  test('is set when it differs, whatever else is right, and remembered for the next hooks', () => {
    const seen = (user: Partial<DatabaseUser>, app = {}) =>
      planClients(
        world({
          clients: [{ ...client(REMOTE, OWN), networks }],
          users: [{ ...USER, ...user }],
          published: { 'client-3': 'f-3', ...app },
          juju: units,
        }),
      ).effects;
    const all = ['10.0.1.4/32', '10.0.1.5/32', '192.168.0.0/24'];
    const remembered = { do: 'set-peer-app', values: { 'networks-3': JSON.stringify(networks) } };
    expect(seen({ from: all.slice(1) })).toMatchObject([{ do: 'set-user', user: { from: all } }, remembered]);
    expect(seen({})).toMatchObject([{ do: 'set-user', user: { from: all } }, remembered]);
    expect(seen({ from: all })).toEqual([remembered]);
    expect(seen({ from: all }, { 'networks-3': JSON.stringify(networks) })).toEqual([]);
  });
  test('is remembered while there is no primary, for the hook that told it comes once', () => {
    const seen = withMembers(world({ clients: [{ ...client(REMOTE, OWN), networks }], juju: units }), [member(0, 'secondary')]);
    expect(planClients(seen).effects).toEqual([{ do: 'set-peer-app', values: { 'networks-3': JSON.stringify(networks) } }]);
  });
  test('is forgotten with the relation, or when it matters no more', () => {
    expect(planClients(world({ clients: [], published: { 'networks-8': '{}' } })).effects).toEqual([
      { do: 'set-peer-app', values: { 'networks-8': '' } },
    ]);
    const seen = world({
      clients: [client(external, { ...OWN, data: JSON.stringify(external) })],
      users: [USER],
      published: { 'client-3': 'f-3', 'networks-3': '{}' },
    });
    expect(planClients(seen).effects).toEqual([{ do: 'set-peer-app', values: { 'networks-3': '' } }]);
  });
});

describe('an entity', () => {
  const permissions = (...list: readonly (readonly [string, string, readonly string[]])[]) =>
    JSON.stringify(list.map(([name, type, privileges]) => ({ resource_name: name, resource_type: type, privileges })));
  const asked = { ...REMOTE, 'entity-type': 'GROUP' };
  const role = (more: Partial<DatabaseRole> = {}): DatabaseRole => ({
    name: 'relation-3',
    of: 'relation-3',
    roles: READ_WRITE,
    privileges: [],
    ...more,
  });
  const withRoles = (seen: Observed, ...roles: readonly DatabaseRole[]): Observed =>
    seen.mongod.kind === 'member' && seen.mongod.primary !== undefined
      ? { ...seen, mongod: { ...seen.mongod, primary: { ...seen.mongod.primary, roles: new Map(roles.map(one => [one.name, one])) } } }
      : seen;

  test('of type GROUP is a role, published when the database has it, without a password', () => {
    const seen = world({ clients: [client(asked)] });
    expect(planClients(seen).effects).toEqual([{ do: 'set-role', role: role() }]);
    const [publish, ...more] = planClients(withRoles(seen, role())).effects;
    expect(publish).toMatchObject({ do: 'publish-client', client: { user: 'relation-3', isGroup: true, database: 'shop' } });
    expect(more).toEqual([]);
    const own = { data: JSON.stringify(asked), database: 'shop', endpoints: OWN.endpoints, 'secret-entity': 'secret:e' };
    expect(planClients(withRoles(world({ clients: [client(asked, own)] }), role())).effects).toEqual([]);
    // Somebody has changed it.
    expect(planClients(withRoles(world({ clients: [client(asked, own)] }), role({ roles: [] }))).effects).toEqual([
      { do: 'set-role', role: role() },
    ]);
  });
  test('of type GROUP goes with its relation, and roles of others stay', () => {
    const others = role({ name: 'mine', of: undefined as never });
    expect(planClients(withRoles(world({ clients: [] }), role(), others)).effects).toEqual([{ do: 'drop-role', name: 'relation-3' }]);
  });
  test('of type GROUP keeps its database from being deleted with that of another client', () => {
    const own = { data: JSON.stringify(asked), database: 'shop', endpoints: OWN.endpoints, 'secret-entity': 'secret:e' };
    const gone = { ...USER, name: 'relation-9', relation: 9 };
    const seen = withRoles(world({ clients: [client(asked, own)], users: [gone], juju: auto }), role());
    expect(planClients(seen).effects).toEqual([{ do: 'drop-user', name: 'relation-9' }]);
  });
  test('with permissions has these, and no more; one privilege for each resource', () => {
    const remote = {
      ...asked,
      'entity-permissions': permissions(
        ['orders', 'COLLECTION', ['update', 'find']],
        ['orders', 'collection', ['find', 'insert']],
        ['shop', 'database', ['listCollections']],
      ),
    };
    expect(planClients(world({ clients: [client(remote)] })).effects).toEqual([
      {
        do: 'set-role',
        role: role({
          roles: [],
          privileges: [
            { db: 'shop', collection: '', actions: ['listCollections'] },
            { db: 'shop', collection: 'orders', actions: ['find', 'insert', 'update'] },
          ],
        }),
      },
    ]);
  });
  test('of type USER with permissions has a role for them, made first', () => {
    const remote = { ...REMOTE, 'entity-type': 'USER', 'entity-permissions': permissions(['orders', 'collection', ['find']]) };
    const seen = world({ clients: [client(remote)] });
    const made = role({ roles: [], privileges: [{ db: 'shop', collection: 'orders', actions: ['find'] }] });
    expect(planClients(seen).effects).toEqual([{ do: 'set-role', role: made }]);
    expect(planClients(withRoles(seen, made)).effects).toMatchObject([
      { do: 'set-user', user: { name: 'relation-3', roles: [{ role: 'relation-3', db: 'admin' }] } },
    ]);
  });
  test('has the name and the password that the client wishes for', () => {
    const wish = { name: 'analyst', password: 'hush' };
    const [user] = planClients(world({ clients: [{ ...client(), wish }] })).effects;
    expect(user).toMatchObject({ do: 'set-user', user: { name: 'analyst', relation: 3 } });
    expect(planClients(world({ clients: [{ ...client(asked), wish: { name: 'readers' } }] })).effects).toMatchObject([
      { do: 'set-role', role: { name: 'readers', of: 'relation-3' } },
    ]);
    // The wish is gone when it has been answered; the name stays.
    const named = { ...USER, name: 'analyst', roles: [] };
    const seen = world({ clients: [client(REMOTE, OWN)], users: [named], published: { 'client-3': 'f-3' } });
    expect(planClients(seen).effects).toMatchObject([{ do: 'set-user', user: { name: 'analyst' } }]);
  });
  test.each<[string, Partial<ClientRelation>, RegExp]>([
    ['the operator’s name', { wish: { name: 'operator' } }, /cannot be named "operator", which is taken/],
    ['the name of another’s user', { wish: { name: 'relation-7' } }, /which is taken/],
    ['the name of one of MongoDB’s roles', { wish: { name: 'readWrite' }, remote: asked }, /which is taken/],
    ['a user that somebody made', { wish: { name: 'eve' } }, /user eve exists already, and is not this client’s; ask for another name/],
    ['a role that somebody made', { wish: { name: 'mine' }, remote: asked }, /role mine exists already/],
    ['strange characters', { wish: { name: 'a b' } }, /use up to 64 letters/],
    ['a password with a line break', { wish: { name: 'bob', password: 'a\nb' } }, /the password for "bob" is not one of up to/],
    ['a secret that cannot be read', { wish: 'unreadable' }, /cannot be read; grant it to the relation/],
  ])('with %s is refused', (_, more, message) => {
    const eve: DatabaseUser = { name: 'eve', ours: false, fingerprint: '', roles: [] };
    const seen = withRoles(world({ clients: [{ ...client(), ...more }], users: [eve] }), role({ name: 'mine', of: undefined as never }));
    expect(planClients(seen).effects).toMatchObject([{ do: 'tell-client', statuses: [{ code: 5006 }] }]);
    expect(blockedWith(seen)).toEqual([expect.stringMatching(message)]);
  });
});

describe('several requests in one relation', () => {
  const asks = (id: string, resource: string) => ({ 'request-id': id, resource, salt: 'salt' });
  const relation = (requests: readonly unknown[], own: Record<string, string> = {}) =>
    splitRequests({ version: 'v1', requests: JSON.stringify(requests) }, own).map(
      (split): ClientRelation => ({ endpoint: 'database', id: 3, app: 'shop-app', units: ['shop-app/0'], databag: own, ...split }),
    );
  const [A, B] = [asks('aa', 'shop'), asks('bb', 'stock')];
  const answeredA = {
    version: 'v1',
    requests: JSON.stringify([{ 'request-id': 'aa', resource: 'shop', 'secret-user': 'secret:a', endpoints: OWN.endpoints }]),
    data: JSON.stringify({ aa: A }),
  };
  const userOf = (requestId: string, database: string, fingerprint: string): DatabaseUser => ({
    ...USER,
    name: `relation-3-${requestId}`,
    requestId,
    database,
    roles: [{ role: 'readWrite', db: database }],
    fingerprint,
  });
  const fresh = (seen: Observed): Observed => ({
    ...seen,
    fresh: {
      ...seen.fresh,
      clients: new Map(['aa', 'bb'].map(id => [`relation-3-${id}`, { password: `p-${id}`, fingerprint: `f-${id}` }])),
    },
  });

  test('each gets a user of its own', () => {
    expect(planClients(fresh(world({ clients: relation([A, B]) }))).effects).toMatchObject([
      { do: 'set-user', user: { name: 'relation-3-aa', password: 'p-aa', relation: 3, requestId: 'aa', database: 'shop' } },
      { do: 'set-user', user: { name: 'relation-3-bb', password: 'p-bb', relation: 3, requestId: 'bb', database: 'stock' } },
    ]);
  });
  test('one whose secret Juju asks to be changed gets another password, and the others keep theirs', () => {
    const answered = {
      version: 'v1',
      requests: JSON.stringify([
        { 'request-id': 'aa', resource: 'shop', 'secret-user': 'secret:a', endpoints: OWN.endpoints },
        { 'request-id': 'bb', resource: 'stock', 'secret-user': 'secret:b', endpoints: OWN.endpoints },
      ]),
      data: JSON.stringify({ aa: A, bb: B }),
    };
    const users = [userOf('aa', 'shop', 'f'), userOf('bb', 'stock', 'g')];
    const published = { 'client-3-aa': 'f', 'client-3-bb': 'g' };
    const seen = fresh(world({ clients: relation([A, B], answered), users, published }));
    const rotating = { ...seen, context: { ...seen.context, hook: 'secret-rotate', rotating: 'b' } };
    expect(planClients(seen).effects).toEqual([]);
    expect(planClients(rotating).effects).toMatchObject([{ do: 'set-user', user: { name: 'relation-3-bb', password: 'p-bb' } }]);
  });
  test('one that comes later leaves the first as it is', () => {
    const seen = world({
      clients: relation([A, B], answeredA),
      users: [userOf('aa', 'shop', 'f'), userOf('bb', 'stock', 'f-bb')],
      published: { 'client-3-aa': 'f' },
    });
    expect(planClients(fresh(seen)).effects).toMatchObject([
      { do: 'publish-client', client: { relation: 3, requestId: 'bb', user: 'relation-3-bb', password: 'p-bb', database: 'stock' } },
      { do: 'set-peer-app', values: { 'client-3-bb': 'f-bb' } },
    ]);
  });
  test('one that is made no more loses its user and its answer, and nothing else goes', () => {
    const seen = world({ clients: relation([], answeredA), users: [userOf('aa', 'shop', 'f')], published: { 'client-3-aa': 'f' } });
    expect(planClients(fresh(seen)).effects).toEqual([
      { do: 'withdraw', relation: 3, requestId: 'aa', own: answeredA },
      { do: 'drop-user', name: 'relation-3-aa' },
    ]);
  });
  test('requests that cannot be read take nothing away, and the operator is told', () => {
    const clients = splitRequests({ version: 'v1', requests: '!' }, answeredA).map(
      (split): ClientRelation => ({ endpoint: 'database', id: 3, app: 'shop-app', units: [], databag: answeredA, ...split }),
    );
    const seen = fresh(world({ clients, users: [userOf('aa', 'shop', 'f')], published: { 'client-3-aa': 'f' } }));
    expect(planClients(seen).effects).toMatchObject([
      { do: 'tell-client', statuses: [{ code: 5001, resolution: 'upgrade the client charm' }] },
    ]);
    expect(blockedWith(seen)).toEqual([expect.stringMatching(/shop-app: upgrade the client charm: requests is not a JSON list/)]);
  });
  test('a client that speaks version 1 from now on gets new users, and its old one goes', () => {
    const seen = world({ clients: relation([A], OWN), users: [USER, userOf('aa', 'shop', 'f-aa')], published: { 'client-3': 'f-3' } });
    expect(planClients(fresh(seen)).effects).toMatchObject([
      { do: 'withdraw', relation: 3, own: OWN },
      { do: 'publish-client', client: { requestId: 'aa' } },
      { do: 'set-peer-app', values: { 'client-3-aa': 'f-aa' } },
      { do: 'drop-user', name: 'relation-3' },
    ]);
  });
});

describe('what a crash left over', () => {
  test.each<[string, Options]>([
    ['a user whose password was never published', { users: [USER] }],
    ['an answer without its user', { clients: [client(REMOTE, OWN)], published: { 'client-3': 'f-3' } }],
    [
      'an answer with another password than the user has',
      { clients: [client(REMOTE, OWN)], users: [{ ...USER, fingerprint: 'newer' }], published: { 'client-3': 'f-3' } },
    ],
  ])('%s: a new password', (_, options) => {
    expect(planClients(world(options)).effects).toMatchObject([{ do: 'set-user', user: { password: 'fresh-3' } }]);
  });
  test('roles that are not those granted are set right, and the password stays', () => {
    const seen = world({ clients: [client(REMOTE, OWN)], users: [{ ...USER, roles: [] }], published: { 'client-3': 'f-3' } });
    expect(planClients(seen).effects).toEqual([
      { do: 'set-user', user: { name: 'relation-3', roles: READ_WRITE, relation: 3, database: 'shop' } },
    ]);
  });
  test('marks and secrets of relations that are gone are removed', () => {
    expect(planClients(world({ clients: [], published: { 'client-8': 'x' }, juju: { staleSecrets: ['secret:8'] } })).effects).toEqual([
      { do: 'remove-secret', id: 'secret:8' },
      { do: 'set-peer-app', values: { 'client-8': '' } },
    ]);
  });
});

test('endpoints follow the members: those of units that leave are not published', () => {
  const units = peerUnits(3);
  units.set(unit(1), { address: '10.0.0.2', data: { [LEAVING]: 'true' } });
  const seen = world({
    clients: [client(REMOTE, OWN)],
    users: [USER],
    published: { 'client-3': 'f-3' },
    juju: { peers: { id: 1, app: { 'client-3': 'f-3' }, units } },
  });
  expect(planClients(seen).effects).toMatchObject([{ do: 'publish-client', client: { hosts: ['10.0.0.1:27017', '10.0.0.3:27017'] } }]);
});

describe('a relation that is gone', () => {
  test('takes its user with it, and leaves the database', () => {
    expect(planClients(world({ clients: [], users: [USER] })).effects).toEqual([{ do: 'drop-user', name: 'relation-3' }]);
  });
  test('with auto-delete takes the database too', () => {
    expect(planClients(world({ clients: [], users: [USER], published: { 'client-3': 'f-3' }, juju: auto })).effects).toEqual([
      { do: 'drop-database', name: 'shop', through: 'primary' },
      { do: 'drop-user', name: 'relation-3' },
    ]);
  });
  test('but not one that nobody was ever told of: its user came with data from elsewhere', () => {
    expect(planClients(world({ clients: [], users: [USER], juju: auto })).effects).toEqual([{ do: 'drop-user', name: 'relation-3' }]);
    const other = { 'client-3': 'f-other' };
    expect(planClients(world({ clients: [], users: [USER], published: other, juju: auto })).effects).toEqual([
      { do: 'drop-user', name: 'relation-3' },
    ]);
  });
  test('but not one that another client uses', () => {
    const users = [USER, { ...USER, name: 'relation-4', relation: 4, fingerprint: 'f-4' }];
    const seen = world({ clients: [client(REMOTE, OWN, 4)], users, published: { 'client-4': 'f-4' }, juju: auto });
    expect(planClients(seen).effects).toEqual([{ do: 'drop-user', name: 'relation-3' }]);
  });
  test('users that the charm did not make are never touched', () => {
    const users = [
      { ...USER, ours: false },
      { name: 'hand-made', ours: false, fingerprint: '', roles: [] },
    ];
    expect(planClients(world({ clients: [], users, juju: auto })).effects).toEqual([]);
  });
  test('a unit or leader that leaves removes nothing', () => {
    expect(planClients(world({ clients: [], users: [USER], juju: { dying: true } })).effects).toEqual([]);
    expect(planClients(world({ clients: [], users: [USER], juju: { leader: false } })).effects).toEqual([]);
  });
});

test('without a primary nothing is done', () => {
  const seen = withMembers(world({}), [member(0, 'secondary'), member(1, 'down')]);
  expect(planClients(seen).effects).toEqual([]);
});

describe('another password', () => {
  const given = {
    clients: [client(REMOTE, { ...OWN, 'secret-user': 'secret://uuid/x' })],
    users: [USER],
    published: { 'client-3': 'f-3' },
  };
  const rotating = (options: Options, secret = 'x') => {
    const seen = world(options);
    return { ...seen, context: { ...seen.context, hook: 'secret-rotate', rotating: secret } };
  };
  test('is made when Juju asks for it, and published when the database has it', () => {
    expect(planClients(rotating(given)).effects).toMatchObject([{ do: 'set-user', user: { name: 'relation-3', password: 'fresh-3' } }]);
    expect(planClients(rotating({ ...given, users: [{ ...USER, fingerprint: 'f-fresh-3' }] })).effects).toMatchObject([
      { do: 'publish-client', client: { relation: 3, password: 'fresh-3' } },
      { do: 'set-peer-app', values: { 'client-3': 'f-fresh-3' } },
    ]);
  });
  test('is not made when Juju asks for another secret', () => {
    expect(planClients(rotating(given, 'y')).effects).toEqual([]);
  });
  test('is made only when no unit remembers the one that was taken back in clear', () => {
    const { 'secret-user': _, ...own } = OWN;
    const withdrawn = { ...client({ database: 'shop' }, own), remembers: true } as const;
    expect(planClients(world({ clients: [withdrawn], users: [USER] })).effects).toEqual([]);
    const noticed = client({ database: 'shop' }, own);
    expect(planClients(world({ clients: [noticed], users: [USER] })).effects).toMatchObject([{ do: 'set-user' }]);
  });

  test('is made when somebody has set one by hand, for what is published opens nothing', () => {
    const altered = { ...given, users: [{ ...USER, passwordBy: 'somebody' } as const] };
    expect(planClients(world(altered)).effects).toMatchObject([{ do: 'set-user', user: { name: 'relation-3', password: 'fresh-3' } }]);
    // Of a user from an earlier revision of the charm it is only remembered from now on.
    const [mark, ...more] = planClients(world({ ...given, users: [{ ...USER, passwordBy: 'unknown' }] })).effects;
    expect(mark).toMatchObject({ do: 'set-user', user: { name: 'relation-3' } });
    expect(mark).not.toHaveProperty('user.password');
    expect(more).toEqual([]);
  });

  const chosen = { ...given, users: [{ ...USER, chosen: true } as const] };
  test('is not made for a client that chose its own, whatever schedule its secret has', () => {
    expect(planClients(rotating(chosen)).effects).toEqual([{ do: 'set-rotation', id: 'x', rotation: 'never' }]);
    expect(planClients(world({ ...chosen, juju: daily })).effects).toEqual([
      { do: 'set-peer-app', values: { 'client-rotation': 'daily' } },
    ]);
  });
  test('that a client chooses is marked as such, and its secret gets no schedule', () => {
    const wish = { name: 'analyst', password: 'hush' };
    const options = { clients: [{ ...client(), wish }], published: { 'client-rotation': 'daily' }, juju: daily };
    expect(planClients(world(options)).effects).toMatchObject([{ do: 'set-user', user: { name: 'analyst', chosen: true } }]);
    const users = [{ ...USER, name: 'analyst', fingerprint: 'f-fresh-3' }];
    const [publish] = planClients(world({ ...options, users })).effects;
    expect(publish).toMatchObject({ do: 'publish-client' });
    expect(publish).not.toHaveProperty('client.rotation');
  });

  const daily = { config: { valid: true, config: { ...CONFIG, 'client-password-rotation': 'daily' } } } as const;
  test("is put on Juju's schedule, once, for secrets that are there and those that are made", () => {
    expect(planClients(world({ ...given, juju: daily })).effects).toEqual([
      { do: 'set-rotation', id: 'x', rotation: 'daily' },
      { do: 'set-peer-app', values: { 'client-rotation': 'daily' } },
    ]);
    const told = { 'client-3': 'f-3', 'client-rotation': 'daily' };
    expect(planClients(world({ ...given, published: told, juju: daily })).effects).toEqual([]);
    const fresh = world({ users: [{ ...USER, fingerprint: 'f-fresh-3' }], published: { 'client-rotation': 'daily' }, juju: daily });
    expect(planClients(fresh).effects).toMatchObject([{ do: 'publish-client', client: { rotation: 'daily' } }, { do: 'set-peer-app' }]);
    expect(planClients(world({ ...given, published: told })).effects).toEqual([
      { do: 'set-rotation', id: 'x', rotation: 'never' },
      { do: 'set-peer-app', values: { 'client-rotation': '' } },
    ]);
  });
  test('stays on its schedule while the configuration is not valid', () => {
    const juju = { config: { valid: false, option: 'x', problem: 'x' } } as const;
    expect(planClients(world({ ...given, published: { 'client-3': 'f-3', 'client-rotation': 'daily' }, juju })).effects).toEqual([]);
  });
});
