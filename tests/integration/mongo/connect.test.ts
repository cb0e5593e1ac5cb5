// The charm's connection to a server: what it sends and reads, its login, and what it makes of servers that misbehave.
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { Long } from 'mongodb';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from '../../../src/mongo/connect.ts';
import { CODES, ConnectionLost, NoAnswer } from '../../../src/mongo/errors.ts';
import { until } from '../../support/until.ts';
import { clientOf, freshAddress, launch, makeSet, PASSWORD, session } from './open.ts';

const operator = { user: 'operator', password: PASSWORD, source: 'admin' };
/** No test waits for as long: what takes it has not failed at once. */
const LONG_MS = 600_000;

test('what is long comes in many pieces, and each command gets its own answer', async () => {
  const [a] = await launch(1);
  const mongo = await makeSet([a!]);
  const link = await mongo.own();
  if (link.kind !== 'open') throw new Error(link.reason);
  const documents = Array.from({ length: 3_000 }, (_, number) => ({ _id: number, text: 'ü'.repeat(1_000), big: Long.fromNumber(2 ** 40) }));
  await clientOf(a!).db('shop').collection<{ _id: number }>('orders').insertMany(documents);
  const [all, some, count, first, hello] = await Promise.all([
    link.find('shop', 'orders', {}),
    link.find('shop', 'orders', { _id: { $gte: 2_990 } }, { _id: 1 }),
    link.count('shop', 'orders', { _id: { $lt: 10 } }),
    link.findOne('shop', 'orders'),
    link.command({ hello: 1 }),
  ]);
  expect(all).toEqual(documents.map(one => ({ ...one, big: 2 ** 40 })));
  expect(some).toEqual(documents.slice(2_990).map(({ _id }) => ({ _id })));
  expect(count).toBe(10);
  expect(first).toMatchObject({ _id: 0 });
  expect(hello).toMatchObject({ isWritablePrimary: true });
  expect(await link.findOne('shop', 'nothing')).toBeNull();
  expect(await link.count('shop', 'nothing', {})).toBe(0);
  await expect(link.command({ noSuchCommand: 1 })).rejects.toMatchObject({ code: 59, message: expect.stringContaining('noSuchCommand') });
});

test('a login with any password that mongod takes, and with no other', async () => {
  const [a] = await launch(1);
  await makeSet([a!]);
  const administrator = clientOf(a!).db('admin');
  for (const [user, password, typed = password] of [
    ['plain', 'of printable letters ~!"'],
    ['na=me,d', 'ä ö ü'],
    // SASLprep makes one of them: the sign and the letters, a space that is not one, a letter and its accent.
    ['folded', 'Ⅳ\u00a0e\u0301', 'IV \u00e9'],
  ] as const) {
    await administrator.command({ createUser: user, pwd: password, roles: [] });
    for (const given of [password, typed]) {
      const connection = await connect(a!.socket, { timeoutMs: 5_000, login: { user, password: given, source: 'admin' } });
      expect((await connection.command('admin', { connectionStatus: 1 })).authInfo.authenticatedUsers).toEqual([{ user, db: 'admin' }]);
      connection.close();
    }
    const wrong = { user, password: `${password}.`, source: 'admin' };
    await expect(connect(a!.socket, { timeoutMs: LONG_MS, login: wrong })).rejects.toMatchObject({ code: CODES.authenticationFailed });
  }
  const nobody = { user: 'nobody', password: 'x', source: 'admin' };
  await expect(connect(a!.host, { timeoutMs: LONG_MS, login: nobody })).rejects.toMatchObject({ code: CODES.authenticationFailed });
});

test('mongod logs two connections of a session, the one that only looks and the one that asks, and the driver that made them', async () => {
  const [a] = await launch(1);
  await makeSet([a!]);
  const before = (await readFile(a!.log, 'utf8')).length;
  const connection = await connect(a!.host, { timeoutMs: 5_000, login: operator });
  await Promise.all(Array.from({ length: 10 }, () => connection.command('admin', { ping: 1 })));
  const log = (await readFile(a!.log, 'utf8')).slice(before);
  connection.close();
  const greetings = log.split('\n').filter(line => line.includes('"client metadata"'));
  expect(greetings).toHaveLength(2);
  for (const line of greetings) expect(line).toMatch(/"application":\{"name":"charm"\},"driver":\{"name":"nodejs","version":"7\./);
});

test('a server at an IPv6 address', async () => {
  const [a] = await launch(1);
  const host = await serve(socket => void socket.pipe(createConnection(a!.socket)).pipe(socket), '::1', 0);
  const connection = await connect(host, { timeoutMs: 5_000 });
  expect(await connection.command('admin', { hello: 1 })).toMatchObject({ ok: 1, isreplicaset: true });
  connection.close();
});

test('where nothing listens, it is known at once', async () => {
  const refused = { message: expect.stringMatching(/ECONNREFUSED|ENOENT/) };
  await expect(connect(`${freshAddress()}:27017`, { timeoutMs: LONG_MS })).rejects.toMatchObject(refused);
  await expect(connect('/nowhere/mongodb-27017.sock', { timeoutMs: LONG_MS, login: operator })).rejects.toMatchObject(refused);
});

test('a frozen mongod costs no more than the time that it is given', async () => {
  const [a] = await launch(1);
  const mongo = await makeSet([a!]);
  const link = await mongo.own();
  if (link.kind !== 'open') throw new Error(link.reason);
  a!.freeze();
  for (const target of [a!.socket, a!.host])
    await expect(connect(target, { timeoutMs: 300, login: operator })).rejects.toThrow(
      new NoAnswer('MongoDB has not answered within 0.3 s'),
    );
  await expect(link.command({ ping: 1 }, { timeoutMs: 300 })).rejects.toThrow(NoAnswer);
  a!.thaw();
  const again = await mongo.own();
  expect(again).not.toBe(link);
  if (again.kind !== 'open') throw new Error(again.reason);
  await again.command({ ping: 1 });
});

test("one that is no primary says so in today's words", async () => {
  const [a] = await launch(1);
  const link = await session(a!).own();
  if (link.kind !== 'open') throw new Error(link.reason);
  await expect(link.command({ insert: 'orders', documents: [{}] })).rejects.toMatchObject({
    code: CODES.notWritablePrimary,
    message: 'not primary',
  });
});

test('when mongod ends, what was asked is refused, and so is what comes after', async () => {
  const [a] = await launch(1);
  await makeSet([a!]);
  const connection = await connect(a!.host, { timeoutMs: 5_000, login: operator });
  const asked = connection.command('admin', {
    hello: 1,
    maxAwaitTimeMS: 60_000,
    topologyVersion: (await connection.command('admin', { hello: 1 })).topologyVersion,
  });
  const refused = expect(asked).rejects.toThrow(ConnectionLost);
  await a!.end('SIGKILL');
  await refused;
  await until('the connection to be closed', () => connection.isClosed());
  await expect(connection.command('admin', { hello: 1 })).rejects.toThrow('the server closed the connection');
});

test('a mongod that is no primary any more is asked on a new connection', async () => {
  const [a] = await launch(1);
  const mongo = await makeSet([a!]);
  const link = await mongo.own();
  if (link.kind !== 'open') throw new Error(link.reason);
  await link.command({ replSetStepDown: 60, force: true });
  await expect(link.command({ insert: 'orders', documents: [{}] })).rejects.toMatchObject({ code: CODES.notWritablePrimary });
  expect(await mongo.own()).not.toBe(link);
});

test.each([
  ['text', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 300, 'MongoDB has not answered within 0.3 s'],
  ['a message of a negative length', sized(-1), LONG_MS, 'what answers there is not a MongoDB server: '],
  ['a message without a document', Buffer.concat([sized(21), Buffer.alloc(17)]), LONG_MS, ''],
  ['nothing', undefined, LONG_MS, 'the server closed the connection'],
])('a server that is none: %s', async (_, bytes, timeoutMs, words) => {
  const host = await serve(socket => void (bytes === undefined ? socket.end() : socket.write(bytes)));
  await expect(connect(host, { timeoutMs })).rejects.toThrow(words);
});

/** Whoever listens at an address of its own. */
async function serve(accept: (socket: Socket) => void, address = freshAddress(), port = 27_017): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    accept(socket);
  });
  await new Promise<void>(done => server.listen(port, address, done));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const bound = (server.address() as AddressInfo).port;
  return address.includes(':') ? `[${address}]:${bound}` : `${address}:${bound}`;
}

function sized(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(length);
  return bytes;
}
