// The charm's own connection to a server: what it sends and reads, its login, and what it makes of servers that misbehave.
import { createHmac, pbkdf2Sync } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { Binary, deserialize, Long, serialize } from 'bson';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from '../../../src/mongo/connect.ts';
import { CODES } from '../../../src/mongo/errors.ts';
import { until } from '../../support/until.ts';
import { clientOf, freshAddress, launch, makeSet, PASSWORD, session } from './open.ts';

const operator = (password = PASSWORD) => ({ user: 'operator', password, source: 'admin' });

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
      const connection = await connect(a!.socket, 5_000, { user, password: given, source: 'admin' });
      expect((await connection.command('admin', { connectionStatus: 1 })).authInfo.authenticatedUsers).toEqual([{ user, db: 'admin' }]);
      connection.close();
    }
    await expect(connect(a!.socket, 5_000, { user, password: `${password}.`, source: 'admin' })).rejects.toMatchObject({ code: 18 });
  }
  await expect(connect(a!.host, 5_000, { user: 'nobody', password: 'x', source: 'admin' })).rejects.toMatchObject({ code: 18 });
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
  const connection = await connect(a!.host, 5_000, operator());
  const asked = connection.command('admin', {
    hello: 1,
    maxAwaitTimeMS: 60_000,
    topologyVersion: (await connection.command('admin', { hello: 1 })).topologyVersion,
  });
  const refused = expect(asked).rejects.toThrow();
  await a!.end('SIGKILL');
  await refused;
  await until('the connection to be closed', () => connection.closed());
  await expect(connection.command('admin', { hello: 1 })).rejects.toThrow();
  await expect(connect(a!.host, 5_000)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test.each([
  ['text', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'a message cannot be'],
  ['a message without a document', Buffer.concat([sized(21), Buffer.alloc(17)]), 'what answers there is not a MongoDB server'],
  ['nothing', undefined, 'the server closed the connection'],
])('a server that is none: %s', async (_, bytes, words) => {
  const host = await serve(socket => void (bytes === undefined ? socket.end() : socket.write(bytes)));
  await expect(connect(host, 5_000)).rejects.toThrow(words);
});

test.each([
  ['does not know the password', 15_000, false, 'the server does not know the password that it was shown'],
  ['asks for too little work', 1, true, 'the server answered the login in a way that is not SCRAM-SHA-256'],
  ['asks for more work than a hook has time for', 2_000_000_000, true, 'the server answered the login in a way that is not SCRAM-SHA-256'],
])('a server that %s is told nothing more', async (_, iterations, honest, words) => {
  const asked: string[] = [];
  const host = await serve(socket => {
    let transcript = '';
    socket.on('data', bytes => {
      const command = deserialize(bytes.subarray(21));
      asked.push(Object.keys(command)[0] ?? '');
      if ('hello' in command) {
        const first = Buffer.from((command.speculativeAuthenticate.payload as Binary).value())
          .toString()
          .slice(3);
        const challenge = `r=${first.split('r=')[1]}more,s=${Buffer.alloc(16).toString('base64')},i=${iterations}`;
        transcript = `${first},${challenge}`;
        reply(socket, { ok: 1, speculativeAuthenticate: { conversationId: 1, payload: new Binary(Buffer.from(challenge)) } });
      } else {
        const last = Buffer.from((command.payload as Binary).value()).toString();
        const salted = pbkdf2Sync(honest ? PASSWORD : 'another', Buffer.alloc(16), iterations, 32, 'sha256');
        const key = createHmac('sha256', salted).update('Server Key').digest();
        const proof = createHmac('sha256', key)
          .update(`${transcript},${last.slice(0, last.indexOf(',p='))}`)
          .digest('base64');
        reply(socket, { ok: 1, done: true, payload: new Binary(Buffer.from(`v=${proof}`)) });
      }
    });
  });
  await expect(connect(host, 5_000, operator())).rejects.toThrow(words);
  expect(asked).toEqual(honest ? ['hello'] : ['hello', 'saslContinue']);
});

test('one that takes what it is sent and never answers is given up in time', async () => {
  const host = await serve(() => undefined);
  await expect(connect(host, 200)).rejects.toThrow('MongoDB has not answered within 0.2 s');
});

/** Whoever listens at an address of its own. */
async function serve(accept: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    accept(socket);
  });
  const address = freshAddress();
  await new Promise<void>(done => server.listen(27_017, address, done));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `${address}:27017`;
}

function reply(socket: Socket, document: object): void {
  const body = serialize(document);
  const rest = Buffer.alloc(17);
  rest.writeInt32LE(2013, 8);
  socket.write(Buffer.concat([sized(21 + body.length), rest, body]));
}

function sized(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(length);
  return bytes;
}
