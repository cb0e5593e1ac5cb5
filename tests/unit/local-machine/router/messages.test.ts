// Documents and messages as bytes: what is taken apart is put together again, and what is not looked at stays as it was.

import fc from 'fast-check';
import { BSON, Long } from 'mongodb';
import { expect, test } from 'vitest';
import {
  change,
  decode,
  decodeWithout,
  documentsOf,
  encode,
  firstName,
  inner,
  pick,
} from '../../../../tools/local-machine/router/documents.ts';
import { readRequest } from '../../../../tools/local-machine/router/request.ts';
import {
  divide,
  divideDocuments,
  idOf,
  opcodeOf,
  readMessage,
  readQuery,
  writeMessage,
  writeReply,
} from '../../../../tools/local-machine/router/wire.ts';

test('fields are taken out and put in, and the others keep their bytes', () => {
  // An int64 and a double that a JavaScript number could not tell apart.
  const document = encode({ insert: 'c', long: Long.fromNumber(1), double: new BSON.Double(1), $clusterTime: { a: 1 }, $db: 'd' });
  const changed = change(document, ['$clusterTime'], { $db: 'e', shardVersion: { v: 1 } });
  expect(BSON.deserialize(changed, { promoteValues: false, promoteLongs: false })).toEqual(
    BSON.deserialize(encode({ insert: 'c', long: Long.fromNumber(1), double: new BSON.Double(1), $db: 'e', shardVersion: { v: 1 } }), {
      promoteValues: false,
      promoteLongs: false,
    }),
  );
  expect(change(document, [])).toEqual(document);
  expect(change(encode({}), ['x'], { a: 1 })).toEqual(encode({ a: 1 }));
  expect(firstName(changed)).toBe('insert');
  expect(firstName(encode({}))).toBe('');
});

test('some fields are read without the others', () => {
  const document = encode({
    ok: 1,
    cursor: { id: Long.fromString('9007199254740993'), firstBatch: [{ a: 1 }] },
    documents: [{ b: 1 }, { c: 2 }],
  });
  expect(pick(document, ['ok', 'absent'])).toEqual({ ok: 1 });
  expect(Object.keys(decodeWithout(document, ['documents']))).toEqual(['ok', 'cursor']);
  expect(String(pick(inner(document, 'cursor') ?? Buffer.alloc(0), ['id']).id)).toBe('9007199254740993');
  expect(inner(document, 'documents')).toBe(undefined);
  expect(documentsOf(document, 'documents')?.map(decode)).toEqual([{ b: 1 }, { c: 2 }]);
  expect(documentsOf(document, 'cursor')).toBe(undefined);
});

test('messages are found in a stream however it is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 5 }), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (texts, cuts) => {
      const messages = texts.map(text => writeMessage(encode({ text })));
      const stream = Buffer.concat(messages);
      const found: Buffer[] = [];
      const take = divide(message => found.push(Buffer.from(message)));
      for (let at = 0, n = 0; at < stream.length; n += 1) {
        const next = at + (cuts[n % cuts.length] ?? 1);
        take(stream.subarray(at, next));
        at = next;
      }
      expect(found).toEqual(messages);
    }),
  );
  for (const length of [0, 15, -1, 60_000_000]) {
    const bytes = Buffer.alloc(16);
    bytes.writeInt32LE(length, 0);
    expect(() => divide(() => {})(bytes)).toThrow('cannot be');
  }
});

test('a message has a body and documents beside it, whether it carries a checksum or not', () => {
  const documents = Buffer.concat([encode({ a: 1 }), encode({ b: 2 })]);
  const written = writeMessage(encode({ insert: 'c', $db: 'd' }), [{ name: 'documents', documents }], 7);
  expect(opcodeOf(written)).toBe(2013);
  expect(written.readInt32LE(8)).toBe(7);
  for (const bytes of [written, withChecksum(written)]) {
    const { body, sequences } = readMessage(bytes);
    expect(decode(body)).toEqual({ insert: 'c', $db: 'd' });
    expect(sequences.map(({ name }) => name)).toEqual(['documents']);
    expect(divideDocuments(sequences[0]!.documents).map(decode)).toEqual([{ a: 1 }, { b: 2 }]);
  }
  expect(() => readMessage(written.subarray(0, 30))).toThrow();
  const kind = Buffer.from(written);
  kind[20] = 9;
  expect(() => readMessage(kind)).toThrow('a section of kind 9 is not known');
});

test('the old greeting is read and answered', () => {
  const query = Buffer.concat([Buffer.alloc(16), Buffer.alloc(4), Buffer.from('admin.$cmd\0'), Buffer.alloc(8), encode({ ismaster: 1 })]);
  expect(decode(readQuery(query))).toEqual({ ismaster: 1 });
  const reply = writeReply({ ok: 1 }, 42);
  expect(reply.readInt32LE(8)).toBe(42);
  expect(idOf(reply)).toBeGreaterThan(0);
  expect(decode(reply.subarray(36))).toEqual({ ok: 1 });
});

test('a command is read with its statements in either place', () => {
  const updates = [
    { q: {}, u: { $set: { a: 1 } } },
    { q: {}, u: {}, upsert: true },
  ];
  const beside = [{ name: 'updates', documents: Buffer.concat(updates.map(encode)) }];
  for (const message of [
    writeMessage(encode({ update: 'c', $db: 'd' }), beside),
    writeMessage(encode({ update: 'c', updates, $db: 'd' })),
  ]) {
    const request = readRequest(readMessage(message));
    expect(request).toMatchObject({ name: 'update', db: 'd', collection: 'c', silent: false, inTransaction: false, session: '' });
    expect(request.command.upsert).toBe(true);
    expect(request.statements?.documents.map(decode)).toEqual(updates);
  }
  const more = readRequest(
    readMessage(writeMessage(encode({ getMore: Long.fromNumber(5), collection: 'c', autocommit: false, $db: 'd' }))),
  );
  expect(more).toMatchObject({ name: 'getMore', collection: 'c', inTransaction: true, statements: undefined });
  expect(readRequest(readMessage(writeMessage(encode({ explain: { find: 'c' }, $db: 'd' })))).collection).toBe('c');
  expect(readRequest(readMessage(writeMessage(encode({ aggregate: 1, pipeline: [], $db: 'd' })))).collection).toBe('');
});

const withChecksum = (message: Buffer): Buffer => {
  const bytes = Buffer.concat([message, Buffer.from('abcd')]);
  bytes.writeInt32LE(bytes.length, 0);
  bytes.writeUInt32LE(1, 16);
  return bytes;
};
