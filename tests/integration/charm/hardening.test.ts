// What a deployment keeps from others: files, words and environments of processes, logins, rights; and what a client that means harm can
// do to it.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Credentials, getCredentials, runAction, withMongo } from '../../support/client.ts';
import { openModel, type TestModel } from '../../support/model.ts';
import { projectFolder } from '../../support/project.ts';
import { settled } from '../../support/status.ts';
import { rootOf } from '../sharding/world.ts';
import { addressesOf, asOperator, deployMongodb, passwordOf, userNames, userUri } from './world.ts';

let model: TestModel;
let shop: Credentials;
beforeAll(async () => {
  model = await openModel();
  await deployMongodb(model, 1);
  await model.juju('deploy', 'data-integrator', 'shop', '--config', 'database-name=shop');
  await model.juju('integrate', 'mongodb', 'shop');
  await served('shop');
  shop = await getCredentials(model, 'shop/leader');
}, 400_000);
afterAll(() => model?.close());

const served = (name: string) =>
  model.waitFor(
    `${name} to be served`,
    status => status.applications[name]?.['application-status'].current === 'active' && settled(status),
    { limitMs: 300_000 },
  );
const mode = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

describe('files', () => {
  test('are open to nobody but the account of mongod, and belong to it', async () => {
    const root = await rootOf(model, 'mongodb/0');
    const settings = join(root, 'var/snap/charmed-mongodb/current/etc/mongod');
    const data = join(root, 'var/snap/charmed-mongodb/common/var/lib/mongodb');
    expect(mode(join(settings, 'keyFile'))).toBe('400');
    expect(mode(join(settings, 'mongod.conf'))).toBe('640');
    const { uid, gid } = statSync(data);
    for (const name of ['keyFile', 'mongod.conf']) expect(statSync(join(settings, name))).toMatchObject({ uid, gid });
    // Data and logs, of the server's own umask.
    const open = readdirSync(data, { recursive: true, withFileTypes: true })
      .map(entry => join(entry.parentPath, entry.name))
      .filter(path => existsSync(path) && (statSync(path).mode & 0o007) !== 0);
    expect(open).toEqual([]);
    expect(mode(join(root, 'var/snap/charmed-mongodb/common/var/mongodb-27017.sock'))).toBe('700');
    // Nothing that is half written stays.
    expect(readdirSync(settings).filter(name => name.endsWith('.new'))).toEqual([]);
  });
});

describe('processes', () => {
  test('show no secret, in no word and no environment, while passwords are changed and hooks run', async () => {
    const before = [await passwordOf(model), await passwordOf(model, 'monitor'), await passwordOf(model, 'backup')];
    const seen = watchProcesses();
    // A hook tool lives for milliseconds: passwords are changed until some were seen at work.
    for (let tries = 0; tries < 3 || (tries < 60 && !(seen.has('charm.cjs') && seen.has('secret-set'))); tries += 1)
      await runAction(model, 'mongodb/leader', 'set-password', `username=${tries % 2 === 0 ? 'operator' : 'monitor'}`);
    await model.juju('config', 'mongodb', 'log-verbosity=1');
    await model.juju('deploy', 'data-integrator', 'other', '--config', 'database-name=other');
    await model.juju('integrate', 'mongodb', 'other');
    await served('other');
    const after = [await passwordOf(model), await passwordOf(model, 'monitor')];
    const shown = await seen.end();
    expect(after).not.toEqual(before.slice(0, 2));
    for (const program of ['charm.cjs', 'secret-set', 'mongod']) expect(seen.has(program)).toBe(true);
    const key = readFileSync(join(await rootOf(model, 'mongodb/0'), 'var/snap/charmed-mongodb/current/etc/mongod/keyFile'), 'utf8');
    const other = await getCredentials(model, 'other/leader');
    const secrets = [...before, ...after, key.slice(0, 64), shop.password, other.password];
    // Juju takes an action's results as words, and what the client charm shows of its own is its own affair.
    const found = [...shown].filter(text => !text.includes('action-set') && secrets.some(secret => text.includes(secret)));
    expect(found.map(text => text.replaceAll('\0', ' ').slice(0, 200))).toEqual([]);
  });

  test('leave no file of a secret behind', () => {
    const left = readdirSync(tmpdir()).filter(name => name.startsWith('mongodb-charm-'));
    // One that was killed as it made the file, before anything was written to it, may leave it empty.
    const filled = left.filter(name => (statSync(join(tmpdir(), name, 'content'), { throwIfNoEntry: false })?.size ?? 0) > 0);
    expect(filled).toEqual([]);
  });
});

/** Words and environments of all processes, again and again until the end. */
function watchProcesses(): { has(word: string): boolean; end(): Promise<ReadonlySet<string>> } {
  const seen = new Set<string>();
  let going = true;
  const loop = (async () => {
    while (going) {
      for (const pid of readdirSync('/proc')) {
        if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
        for (const file of ['cmdline', 'environ'])
          try {
            seen.add(readFileSync(`/proc/${pid}/${file}`, 'latin1'));
          } catch {
            // It has ended.
          }
      }
      await new Promise(wake => setTimeout(wake, 10));
    }
  })();
  return {
    has: word => [...seen].some(text => text.includes(word)),
    end: async () => {
      going = false;
      await loop;
      return seen;
    },
  };
}

describe('logins', () => {
  test('are made with SCRAM-SHA-256, and nothing else is offered, kept or taken', async () => {
    await asOperator(model, async client => {
      const admin = client.db('admin');
      const { authenticationMechanisms } = await admin.command({ getParameter: 1, authenticationMechanisms: 1 });
      expect(authenticationMechanisms).toEqual(['SCRAM-SHA-256']);
      const { users } = await admin.command({ usersInfo: { forAllDBs: true }, showCredentials: true });
      expect(users.length).toBeGreaterThanOrEqual(4);
      for (const { credentials } of users) expect(Object.keys(credentials)).toEqual(['SCRAM-SHA-256']);
    });
    await expect(withMongo(shop.uris, ping, { authMechanism: 'SCRAM-SHA-1' })).rejects.toMatchObject({ code: 334 });
    await expect(withMongo(shop.uris.replace(/:[^:@]*@/, ':wrong@'), ping)).rejects.toMatchObject({ code: 18 });
    const [address] = addressesOf(await model.status());
    await expect(withMongo(`mongodb://${address}:27017/?directConnection=true`, listUsers)).rejects.toMatchObject({ code: 13 });
  });
});

const ping = (client: MongoClient) => client.db('shop').command({ ping: 1 });
const listUsers = (client: MongoClient) => client.db('admin').command({ usersInfo: 1 });

describe('rights', () => {
  type Try = readonly [string, (client: MongoClient) => Promise<unknown>];
  const everybody: readonly Try[] = [
    ['list users', listUsers],
    ['make a user', client => client.db('admin').command({ createUser: 'x', pwd: 'x', roles: ['root'] })],
    ['make a user of its own database', client => client.db('shop').command({ createUser: 'x', pwd: 'x', roles: [] })],
    ['give itself a role', client => client.db('admin').command({ grantRolesToUser: shop.username, roles: ['root'] })],
    ['shut down', client => client.db('admin').command({ shutdown: 1 })],
    ['reconfigure the set', client => client.db('admin').command({ replSetReconfig: { _id: 'mongodb', version: 99, members: [] } })],
    ['step the primary down', client => client.db('admin').command({ replSetStepDown: 1 })],
    ['set a parameter', client => client.db('admin').command({ setParameter: 1, logLevel: 5 })],
    ['read users as documents', client => client.db('admin').collection('system.users').findOne({})],
  ];
  const outside: readonly Try[] = [
    ['read admin', client => client.db('admin').collection('x').findOne({})],
    ['read config', client => client.db('config').collection('system.sessions').findOne({})],
    ['read another database', client => client.db('other').collection('x').findOne({})],
  ];
  const writing: readonly Try[] = [
    ['write another database', client => client.db('other').collection('x').insertOne({})],
    ['drop another database', client => client.db('other').dropDatabase()],
    ['write local', client => client.db('local').collection('x').insertOne({})],
  ];
  const refused = async (uri: string, tries: readonly Try[]) => {
    const done: string[] = [];
    await withMongo(uri, async client => {
      for (const [what, attempt] of tries) {
        const code = await attempt(client).then(
          () => 'was done',
          (error: { code?: number }) => error.code,
        );
        if (code !== 13) done.push(`${what}: ${code}`);
      }
    });
    expect(done).toEqual([]);
  };

  test('of a client are those to its own database', async () => {
    await withMongo(shop.uris, client => client.db('shop').collection('orders').insertOne({}));
    await refused(shop.uris, [
      ...everybody,
      ...outside,
      ...writing,
      ['read local', client => client.db('local').collection('oplog.rs').findOne({})],
    ]);
  });
  test('of the monitor are to look', async () => {
    const uri = userUri('monitor', await passwordOf(model, 'monitor'), addressesOf(await model.status()));
    await withMongo(uri, client => client.db('admin').command({ serverStatus: 1 }));
    await refused(uri, [
      ...everybody,
      ...writing,
      ['read a client’s database', client => client.db('shop').collection('orders').findOne({})],
    ]);
  });
  test('of a client that asks to monitor are no more than the monitor’s', async () => {
    await model.juju('deploy', 'data-integrator', 'watch', '--config', 'database-name=watch', '--config', 'extra-user-roles=monitor');
    await model.juju('integrate', 'mongodb', 'watch');
    await served('watch');
    const { uris } = await getCredentials(model, 'watch/leader');
    await withMongo(uris, client => client.db('admin').command({ serverStatus: 1 }));
    await refused(uris, [...everybody, ...writing]);
  });
});

/** What the client writes, and what the operator reads of it. */
const bags: readonly (readonly [string, Record<string, string>, RegExp])[] = [
  [
    'MongoDB’s own database by another case',
    { database: 'Admin' },
    /^hostile: database Admin belongs to MongoDB itself; ask for another name$/,
  ],
  [
    'words for a connection string',
    { database: 'x@evil.example/admin?authSource=' },
    /^hostile: use letters, digits, - and _: database "x@evil.example\/admin\?authSource=" has a character/,
  ],
  [
    'a role of the system',
    { database: 'loot', 'extra-user-roles': 'default,__system' },
    /^hostile: extra-user-roles names "__system"; it may name/,
  ],
  [
    'a role longer than a command',
    { database: 'loot', 'extra-user-roles': 'r'.repeat(200_000) },
    /^hostile: it may name default, admin, monitor, backup: extra-user-roles names "r{900,}…$/,
  ],
  ['lines and signs', { database: 'loot', 'extra-user-roles': 'a\nb\0\u001b[2J' }, /^hostile: extra-user-roles names [^\n]*; it may name/],
  [
    'secrets that are no list',
    { database: 'loot', 'requested-secrets': '{"username":true}' },
    /^hostile: requested-secrets is not a JSON list/,
  ],
  [
    'secrets of others',
    { version: 'v9', 'secret-user': '--label=mongodb.app', 'requested-entity-secret': '--help' },
    /^hostile: use a client charm that speaks one of them: speaks version "v9"/,
  ],
  [
    'more than is read',
    { database: 'loot', alias: 'x'.repeat(400_000) },
    /^hostile: remove the relation, and see the client charm: writes 4\d{5} characters into its databag/,
  ],
];

describe('a client that means harm', () => {
  let users: string[];
  let folder: string;
  let written: Record<string, string> = {};
  beforeAll(async () => {
    folder = join(model.data, 'hostile');
    mkdirSync(folder);
    users = await userNames(model);
    await model.juju('deploy', join(projectFolder, 'tests', 'charms', 'hostile'), 'hostile');
    await model.juju('integrate', 'mongodb', 'hostile');
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(bags)('with %s is refused with a sentence, and nobody is in error', async (_, bag, sentence) => {
    const gone = Object.keys(written).filter(key => !(key in bag));
    const file = join(folder, 'bag.json');
    writeFileSync(file, JSON.stringify({ ...Object.fromEntries(gone.map(key => [key, ''])), ...bag }));
    written = bag;
    await model.juju('config', 'hostile', `bag=@${file}`);
    const status = await model.waitFor(
      'the refusal',
      now => settled(now) && sentence.test(now.applications.mongodb?.['application-status'].message ?? '') && now,
      { limitMs: 150_000 },
    );
    expect(status.applications.mongodb?.['application-status'].current).toBe('blocked');
    expect(await userNames(model)).toEqual(users);
    const log = await model.juju('debug-log', '--no-tail', '--limit', '100000', '--include', 'unit-mongodb-0');
    expect(log).not.toMatch(/hook failed|in error/);
  });

  test('keeps nobody from being served', async () => {
    await model.juju('deploy', 'data-integrator', 'late', '--config', 'database-name=late');
    await model.juju('integrate', 'mongodb', 'late');
    await served('late');
    const { uris } = await getCredentials(model, 'late/leader');
    await withMongo(uris, client => client.db('late').collection('x').insertOne({}));
    await withMongo(shop.uris, client => client.db('shop').collection('orders').insertOne({}));
  });

  test('that asks for what it may have gets that, as secrets, and leaves nothing when it goes', async () => {
    const file = join(folder, 'bag.json');
    const gone = Object.fromEntries(Object.keys(written).map(key => [key, '']));
    writeFileSync(file, JSON.stringify({ ...gone, database: 'loot', 'requested-secrets': '["username","password","uris"]' }));
    await model.juju('config', 'hostile', `bag=@${file}`);
    await model.waitFor('its user', async now => settled(now) && (await userNames(model)).length > users.length + 1, { limitMs: 150_000 });
    await model.juju('remove-relation', 'mongodb', 'hostile');
    await model.waitFor('the user to go', async now => settled(now) && (await userNames(model)).length === users.length + 1, {
      limitMs: 150_000,
    });
    expect((await model.status()).applications.mongodb?.['application-status'].current).toBe('active');
  });
});
