// Each kind of answer that a unit's mongod can give, from a real one.
import { expect, test } from 'vitest';
import { helloOf } from '../../../src/mongo/hello.ts';
import {
  apply,
  freshAddress,
  launch,
  look,
  lookFor,
  makeSet,
  memberFor,
  operatorSpec,
  reconfigureTo,
  session,
  TIMES,
  untilKind,
  untilMember,
} from './open.ts';

const ANOTHER_KEY = 'YW5vdGhlciBrZXkgZmlsZQ==\n';

test('from nothing to a primary with its operator, all through the key file', async () => {
  const [a, b] = await launch(2);
  const mongo = session(a!);
  const others = new Map([
    ['mongodb/1', b!.host],
    ['mongodb/2', `${freshAddress()}:27017`],
  ]);
  const running = { build: { version: expect.stringMatching(/^\d+\.\d+\.\d+/), percona: expect.any(Boolean) }, config: '0123abcd' };
  expect(await look(mongo, others)).toEqual({
    kind: 'uninitialised',
    running,
    others: new Map([
      ['mongodb/1', 'uninitialised'],
      ['mongodb/2', 'silent'],
    ]),
  });

  const initiate = { do: 'initiate', set: 'rs', host: a!.host, unit: 'mongodb/0', times: TIMES } as const;
  await apply(mongo, initiate);
  await apply(mongo, initiate); // once more does no harm
  const fresh = await untilMember(mongo, 'a primary', seen => seen.primary !== undefined);
  const member = { id: 0, host: a!.host, unit: 'mongodb/0', votes: 1, priority: 1, state: 'primary', stateText: 'PRIMARY' };
  const identity = expect.stringMatching(/^[0-9a-f]{24}$/);
  const set = { name: 'rs', version: 1, identity, times: TIMES, members: [member], primary: a!.host };
  expect(fresh).toEqual({
    kind: 'member',
    running,
    self: 'primary',
    settings: { slowMs: 100, verbosity: 0, cacheBytes: 256 * 1024 ** 2, oplogBytes: 50 * 1024 ** 2 },
    set,
    primary: {
      host: a!.host,
      set,
      users: new Map(),
      operatorAccepted: false,
      roles: new Map(),
      backupRole: false,
      databases: ['admin', 'config', 'local'],
    },
  });

  await apply(mongo, { do: 'create-backup-role' });
  await apply(mongo, { do: 'create-backup-role' });
  await apply(mongo, { do: 'set-user', user: operatorSpec });
  expect((await lookFor('member', mongo)).primary).toMatchObject({ operatorAccepted: true, backupRole: true });
  const link = await mongo.own();
  expect(link).toMatchObject({ kind: 'open', as: 'operator' });
  if (link.kind !== 'open') return;
  const { config } = await link.command({ replSetGetConfig: 1 });
  expect(config.settings).toMatchObject(TIMES);

  // The other one, which is empty, sees that there is a set.
  expect(await look(session(b!), new Map([['mongodb/0', a!.host]]))).toMatchObject({ others: new Map([['mongodb/0', 'member']]) });
  // One who does not lead does not look at the primary.
  expect(await look(mongo, new Map(), { leader: false })).not.toHaveProperty('primary');
});

test('outside: removed, at a new address, or under another name of the set', async () => {
  const [a, b] = await launch(2);
  const mongo = await makeSet([a!, b!]);
  const there = session(b!);
  await reconfigureTo(mongo, [memberFor(a!, 0)]);
  const removed = await untilKind('outside', there);
  expect(removed).toMatchObject({ set: { name: 'rs', members: [{ host: a!.host, unit: 'mongodb/0' }] } });
  // `hello` says the same as one without any set would say, so one who may initiate must not be told that it is empty.
  expect(await helloOf(mongo, b!.host)).toEqual({ host: b!.host, state: 'not a member' });
  const [empty] = await launch(1);
  expect(await look(session(empty!), new Map([['mongodb/1', b!.host]]))).toMatchObject({ others: new Map([['mongodb/1', 'member']]) });

  await a!.end();
  await a!.start({ address: freshAddress() });
  const moved = await untilKind('outside', mongo);
  expect(moved.set.members.map(one => one.state)).toEqual(['down']);
  // Nobody else can tell it, so it is forced.
  await apply(mongo, { do: 'reconfigure', from: moved.set.version, force: true, members: [memberFor(a!, 0)] });
  const back = await untilMember(mongo, 'it to be primary at its new address', seen => seen.primary !== undefined);
  expect(back.set.primary).toBe(a!.host);

  await a!.end();
  await a!.start({ set: 'other' });
  expect((await untilKind('outside', mongo)).set.name).toBe('rs');
});

test('locked: neither the password nor the key file is accepted; what it runs with is told all the same', async () => {
  const [a] = await launch(1);
  await makeSet([a!]);
  const seen = await lookFor('locked', session(a!, { keyFile: ANOTHER_KEY, operatorPassword: 'wrong' }));
  expect(seen.running.config).toBe('0123abcd');
  expect(seen.running.build.version).toMatch(/^\d+\.\d+/);
  expect(seen.reason).toMatch(/authentication failed/i);
  // Either of them is enough.
  expect((await lookFor('member', session(a!, { keyFile: ANOTHER_KEY }))).primary?.operatorAccepted).toBe(true);
  expect((await lookFor('member', session(a!, { operatorPassword: 'wrong' }))).primary?.operatorAccepted).toBe(false);
});

test('silent: not started, ended or frozen; each look is bounded, and one that is back is seen at once', async () => {
  const [a] = await launch(1);
  await makeSet([a!]);
  const mongo = session(a!, { timeoutMs: 1_000 });
  await lookFor('member', mongo);

  await a!.end();
  await lookFor('silent', mongo); // through the connection that it had
  const { reason } = await lookFor('silent', mongo);
  expect(reason).toMatch(/ECONNREFUSED/); // the socket's file is still there
  await a!.start();
  await untilMember(mongo, 'it to be primary again', seen => seen.self === 'primary');

  a!.freeze();
  const begin = performance.now();
  await lookFor('silent', mongo);
  const stranger = session(a!, { timeoutMs: 1_000 });
  await lookFor('silent', stranger);
  expect(await helloOf(stranger, a!.host)).toEqual({ host: a!.host, state: 'silent' });
  expect(performance.now() - begin).toBeLessThan(10_000);
  a!.thaw();
  await untilMember(mongo, 'it to answer again', seen => seen.self === 'primary');

  const nowhere = session(a!);
  expect(await helloOf(nowhere, `${freshAddress()}:27017`)).toMatchObject({ state: 'silent' });
});

test('a restart between two looks goes unnoticed', async () => {
  const [a] = await launch(1);
  const mongo = await makeSet([a!]);
  await lookFor('member', mongo);
  await a!.end('SIGTERM');
  await a!.start();
  await untilKind('member', session(a!));
  expect((await look(mongo)).kind).toBe('member');
});

test('files that belong to no replica set are told from an empty disk', async () => {
  const [a] = await launch(1, { set: '' });
  const before = await session(a!).own();
  if (before.kind !== 'open') throw new Error(before.reason);
  await before.command({ insert: 'orders', documents: [{ item: 'tea' }] }, { db: 'shop' });
  await a!.end('SIGTERM');
  await a!.start({ set: 'rs' });
  const mongo = session(a!);
  expect(await untilKind('uninitialised', mongo)).toMatchObject({ hasData: true });
  await apply(mongo, { do: 'initiate', set: 'rs', host: a!.host, unit: 'mongodb/0', times: TIMES });
  await untilMember(mongo, 'a primary', seen => seen.primary !== undefined);
  const link = await mongo.own();
  if (link.kind !== 'open') throw new Error(link.reason);
  expect(await link.command({ count: 'orders' }, { db: 'shop' })).toMatchObject({ n: 1 });
});
