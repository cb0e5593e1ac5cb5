// A mongod or a router that answers one of the commands strangely: nothing is decided by it, and a sentence says which.
import type { Document } from 'mongodb';
import { describe, expect, test } from 'vitest';
import type { Link, Mongo, OpenLink } from '../../../src/mongo/session.ts';
import { dropLeftovers, forgetCluster } from '../../../src/mongo/sharding.ts';
import { observeMongod } from '../../../src/observe/mongod.ts';
import { observeRouter } from '../../../src/observe/router.ts';

const sound: Readonly<Record<string, Document>> = {
  hello: { isWritablePrimary: true, setName: 'mongodb', msg: 'isdbgrid' },
  buildInfo: { version: '6.0.6' },
  replSetGetConfig: {
    config: { _id: 'mongodb', version: 1, members: [{ _id: 0, host: '10.0.0.1:27017', tags: { 'juju-unit': 'mongodb/0' } }] },
  },
  replSetGetStatus: { myState: 1, members: [{ _id: 0, state: 1, stateStr: 'PRIMARY', health: 1, self: true }] },
  usersInfo: { users: [] },
  rolesInfo: { roles: [] },
  listDatabases: { databases: [{ name: 'admin' }] },
  profile: { slowms: 100 },
  getParameter: { logLevel: 0 },
  serverStatus: { wiredTiger: { cache: { 'maximum bytes configured': 1 } } },
  listCollections: { cursor: { id: 0, firstBatch: [] } },
  listShards: { shards: [{ _id: 'shard-a', host: 'shard-a/10.0.0.2:27017' }] },
  balancerStatus: { mode: 'full' },
  'find admin.system.users': { batch: [] },
  'find config.databases': { batch: [{ _id: 'shop', primary: 'shard-a' }] },
};

/** What was changed in the database. */
function played(strange: Readonly<Record<string, unknown>>) {
  const done: Document[] = [];
  const answer = (name: string): Document => {
    if (name in strange) return strange[name] as Document;
    const found = sound[name];
    if (found === undefined) throw new Error(`no answer to ${name}`);
    return found;
  };
  const command = async (asked: Document): Promise<Document> => {
    const [name = ''] = Object.keys(asked);
    if (/^(drop|delete|insert)/.test(name)) {
      done.push(asked);
      return {};
    }
    return answer(name);
  };
  const find = async (database: string, collection: string): Promise<readonly Document[]> => {
    const { batch = [] } = answer(`find ${database}.${collection}`);
    return batch;
  };
  const link: OpenLink = { kind: 'open', as: 'operator', command, find, findOne: async () => null, count: async () => 0 };
  const mongo: Mongo = {
    key: 'k',
    own: async (): Promise<Link> => link,
    at: async () => link,
    stranger: async ask => ask(command).catch(() => undefined),
    acceptsOperator: async () => true,
    close: async () => {},
  };
  return { mongo, link, done };
}

const options = { leader: true, cache: true, detaching: false, formerShard: false, databases: true, others: new Map(), going: new Map() };
const config = sound.replSetGetConfig?.config;
const [member] = config.members;
const members = (...all: unknown[]) => ({ config: { ...config, members: all } });

test('what is sound is read', async () => {
  expect(await observeMongod(played({}).mongo, options)).toMatchObject({ kind: 'member', self: 'primary', primary: { users: new Map() } });
});

describe('mongod is taken for one that does not answer', () => {
  test.each([
    ['buildInfo', {}, 'version'],
    ['buildInfo', { version: '6.0\0' }, 'version'],
    ['buildInfo', { version: '6'.repeat(200_000) }, 'version'],
    ['replSetGetConfig', {}, ''],
    ['replSetGetConfig', { config: [] }, ''],
    ['replSetGetConfig', { config: { ...config, version: '7' } }, 'version'],
    ['replSetGetConfig', { config: { ...config, version: 1e300 } }, 'version'],
    ['replSetGetConfig', members(), 'members'],
    ['replSetGetConfig', members(member, member), 'members'],
    ['replSetGetConfig', members({ ...member, _id: -1 }), 'members.0._id'],
    ['replSetGetConfig', members({ ...member, _id: undefined }), 'members.0._id'],
    ['replSetGetConfig', members({ ...member, host: '' }), 'members.0.host'],
    ['replSetGetConfig', members({ ...member, host: 'a\nb:27017' }), 'members.0.host'],
    ['replSetGetConfig', members({ ...member, host: '10.0.0.1' }), 'members.0.host'],
    ['replSetGetConfig', members({ ...member, votes: 3 }), 'members.0.votes'],
    ['replSetGetConfig', members({ ...member, tags: [7] }), 'members.0.tags'],
    ['replSetGetConfig', members({ ...member, tags: { 'juju-unit': {} } }), 'members.0.tags.juju-unit'],
    ['replSetGetStatus', { myState: 'PRIMARY', members: [] }, 'myState'],
    ['replSetGetStatus', { myState: 1 }, 'members'],
    ['replSetGetStatus', { myState: 1, members: [{ _id: 0, state: null, stateStr: 'PRIMARY' }] }, 'members.0.state'],
    ['profile', { slowms: '100' }, 'slowms'],
    ['getParameter', {}, 'logLevel'],
    ['serverStatus', { wiredTiger: null }, 'wiredTiger'],
    ['listCollections', { cursor: { firstBatch: [{ options: { size: Number.NaN } }] } }, 'cursor.firstBatch.0.options.size'],
  ])('%s %j', async (command, answer, where) => {
    const seen = await observeMongod(played({ [command]: answer }).mongo, options);
    const place = where === '' ? '' : `.*${where.replaceAll('.', '\\.')}`;
    expect(seen).toEqual({
      kind: 'silent',
      reason: expect.stringMatching(new RegExp(`^MongoDB answered ${command} in a way that the charm does not know${place}`)),
    });
  });
});

test.each([
  ['usersInfo', { users: {} }, 'users'],
  ['usersInfo', { users: [{ user: 7, roles: [] }] }, 'users.0.user'],
  ['usersInfo', { users: [{ user: 'operator' }] }, 'users.0.roles'],
  ['rolesInfo', {}, 'roles'],
  [
    'find admin.system.users',
    { batch: [{ user: 'operator', credentials: { 'SCRAM-SHA-256': { salt: 7 } } }] },
    '0.credentials.SCRAM-SHA-256.salt',
  ],
  ['listDatabases', { databases: [{ name: 7 }] }, 'databases.0.name'],
])('of a primary that answers %s with %j no user is known, and it is said why', async (command, answer, where) => {
  const seen = await observeMongod(played({ [command]: answer }).mongo, options);
  const problem = `MongoDB answered ${command} in a way that the charm does not know (${where})`;
  expect(seen).toMatchObject({ kind: 'member', self: 'primary', problem });
  expect(seen).not.toHaveProperty('primary');
});

test('a mark that cannot be read makes a user somebody else’s, which the charm does not touch', async () => {
  const user = { user: 'relation-4', roles: [], customData: { owner: 'charm', fingerprint: 7, relation: 'x' } };
  const seen = await observeMongod(played({ usersInfo: { users: [user] } }).mongo, options);
  expect(seen).toMatchObject({ primary: { users: new Map([['relation-4', expect.objectContaining({ ours: false })]]) } });
});

describe('a cluster of which the router tells strangely is not known', () => {
  test.each([
    ['listShards', { shards: [{ host: 'a/b:1' }] }, 'shards.0._id'],
    ['listShards', { shards: [{ _id: 'a\0', host: 'a/b:1' }] }, 'shards.0._id'],
    ['listShards', { shards: [{ _id: 'a', host: 'a/b:1', draining: 'yes' }] }, 'shards.0.draining'],
    ['balancerStatus', { mode: 1 }, 'mode'],
    ['find config.databases', { batch: [{ _id: 'shop' }] }, '0.primary'],
  ])('%s %j', async (command, answer, where) => {
    const seen = await observeRouter(played({ [command]: answer }).mongo, { hosts: [], cluster: true, ping: false });
    expect(seen).toMatchObject({ cluster: { problem: `MongoDB answered ${command} in a way that the charm does not know (${where})` } });
  });
  test('and a router without a version that can be shown is none', async () => {
    for (const version of [undefined, 6, '', 'x\0', '6'.repeat(200_000)])
      expect(await observeRouter(played({ buildInfo: { version } }).mongo, { hosts: [], cluster: false, ping: false })).toMatchObject({
        kind: 'silent',
      });
  });
});

describe('nothing is dropped by what cannot be read', () => {
  const names = (...all: unknown[]) => ({ cursor: { id: 0, firstBatch: all.map(name => ({ name })) } });
  test.each<[Readonly<Record<string, unknown>>]>([
    [{ 'find config.collections': { batch: [{ uuid: 1 }] } }],
    [{ 'find config.databases': { batch: [{}] } }],
    [{ hello: { isWritablePrimary: true } }],
    [{ hello: { setName: 'shard-a' } }],
    [{ listCollections: { cursor: { firstBatch: 'orders' } } }],
    [{ listCollections: names('orders', 7) }],
  ])('leftovers of a move: %j', async strange => {
    const { link, done } = played({
      hello: { setName: 'shard-b' },
      'find config.collections': { batch: [{ _id: 'shop.sharded' }] },
      listCollections: names('orders', 'sharded'),
      ...strange,
    });
    await expect(dropLeftovers(link, link, 'shop')).rejects.toThrow(/does not know|has been moved in between/);
    expect(done).toEqual([]);
  });
  test('but what is read is', async () => {
    const sharded = { 'find config.collections': { batch: [{ _id: 'shop.sharded' }] } };
    const { link, done } = played({ hello: { setName: 'shard-b' }, listCollections: names('orders', 'sharded'), ...sharded });
    await dropLeftovers(link, link, 'shop');
    expect(done).toMatchObject([{ drop: 'orders' }]);
  });
  test.each<[Readonly<Record<string, unknown>>]>([
    [{ 'find config.rangeDeletions': { batch: [{}] } }],
    [{ 'find config.rangeDeletions': { batch: [{ nss: 'shop' }] } }],
    [{ listCollections: {} }],
    [{ listDatabases: { databases: [{ name: 7 }] } }],
    [{ listDatabases: {} }],
  ])('a shard that is to forget its cluster: %j', async strange => {
    const { link, done } = played({
      'find config.rangeDeletions': { batch: [] },
      listCollections: names(),
      listDatabases: { databases: [] },
      ...strange,
    });
    await expect(forgetCluster(link)).rejects.toThrow('in a way that the charm does not know');
    expect(done).toEqual([]);
  });
});
