// One connection to a MongoDB server: commands as OP_MSG, each answered in its turn. Imported only when a connection is made, with the
// library for documents. Why the charm does without the driver: docs/decisions/0011.
// https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
import { connect } from 'node:net';
import { type Document, deserialize, serialize } from 'bson';
import { accepted } from './answers.ts';
import { ConnectionLost } from './errors.ts';

export { Binary, Double, Long } from 'bson';

export type Wire = {
  /** @throws ServerError with what the server says, or ConnectionLost. */
  command(database: string, command: Document): Promise<Document>;
  closed(): boolean;
  close(): void;
};

const OP_MSG = 2013;
const HEADER = 16;
/** Flags and the kind of the one section that holds the command. */
const BEFORE_BODY = 5;
/** What a server answers is never larger. */
const LARGEST = 48_000_000 + 16_384;

/** @param where for node:net. @throws what the system says when nothing listens there. */
export function openWire(where: { path: string } | { host: string; port: number }): Promise<Wire> {
  const socket = connect({ ...where, noDelay: true });
  const waiting: { settle(answer: Document): void; refuse(error: Error): void }[] = [];
  let gone: Error | undefined;
  let received: Buffer[] = [];
  let size = 0;
  let sent = 0;

  const end = (error: Error): void => {
    if (gone !== undefined) return;
    gone = error;
    socket.destroy();
    for (const { refuse } of waiting.splice(0)) refuse(error);
  };

  const take = (piece: Buffer): void => {
    received.push(piece);
    size += piece.length;
    for (;;) {
      if (size < HEADER) return;
      if ((received[0]?.length ?? 0) < HEADER) received = [Buffer.concat(received)];
      const length = received[0]?.readInt32LE(0) ?? 0;
      if (length < HEADER + BEFORE_BODY || length > LARGEST) throw new Error(`a message cannot be ${length} bytes long`);
      if (size < length) return;
      const all = Buffer.concat(received);
      received = [all.subarray(length)];
      size -= length;
      const answer = deserialize(all.subarray(HEADER + BEFORE_BODY, length));
      const asked = waiting.shift();
      if (asked === undefined) throw new Error('it answers what was not asked');
      asked.settle(answer);
    }
  };

  const ask = (database: string, command: Document): Promise<Document> =>
    new Promise((settle, refuse) => {
      if (gone !== undefined) return refuse(gone);
      const body = serialize({ ...command, $db: database });
      const start = Buffer.alloc(HEADER + BEFORE_BODY);
      sent += 1;
      start.writeInt32LE(start.length + body.length, 0);
      start.writeInt32LE(sent, 4);
      start.writeInt32LE(OP_MSG, 12);
      waiting.push({ settle, refuse });
      socket.write(Buffer.concat([start, body]));
    });

  const wire: Wire = {
    command: async (database, command) => accepted(await ask(database, command)),
    closed: () => gone !== undefined,
    close: () => end(new ConnectionLost('the connection was given up')),
  };
  return new Promise((settle, refuse) => {
    socket.once('connect', () => settle(wire));
    socket.on('data', piece => {
      try {
        take(piece);
      } catch (error) {
        end(new ConnectionLost(`what answers there is not a MongoDB server: ${(error as Error).message}`));
      }
    });
    socket.on('error', error => {
      refuse(error);
      end(error);
    });
    socket.on('close', () => {
      end(new ConnectionLost('the server closed the connection'));
      refuse(gone);
    });
  });
}
