// One connection to a mongod. Requests are answered in their order; when it closes, all that wait are told so.
import { connect } from 'node:net';
import { type Document, decode, encode } from './documents.ts';
import { RouterError } from './errors.ts';
import { divide, type Message, readMessage, writeMessage } from './wire.ts';

export type Connection = {
  readonly host: string;
  closed(): boolean;
  /** When the oldest request that is not answered was sent, in milliseconds of Date.now; undefined when none is. */
  waitingSince(): number | undefined;
  /** Sends an OP_MSG and answers with the reply. @throws {RouterError} HostUnreachable when the connection closes before. */
  send(message: Buffer): Promise<Message>;
  /** Sends an OP_MSG that is not answered. */
  tell(message: Buffer): void;
  /** Sends a command. A reply with `ok: 0` is an answer, not an error. */
  ask(database: string, command: Document): Promise<Document>;
  close(why?: string): void;
  /** Called once when it is closed from either side. */
  onClose(listener: () => void): void;
};

/** Opens a connection; it is used at once, and what is sent waits until it is there. @param host as `address:port`. */
export const openConnection = (host: string): Connection => {
  const colon = host.lastIndexOf(':');
  const address = host.slice(0, colon).replace(/^\[|\]$/g, '');
  const socket = connect({ host: address, port: Number(host.slice(colon + 1)), noDelay: true, keepAlive: true });
  const waiting: { since: number; settle(reply: Message): void; refuse(error: Error): void }[] = [];
  const listeners: (() => void)[] = [];
  let ended: string | undefined;

  const end = (why: string) => {
    if (ended !== undefined) return;
    ended = why;
    socket.destroy();
    for (const { refuse } of waiting.splice(0)) refuse(unreachable());
    for (const listener of listeners) listener();
  };
  const unreachable = () => new RouterError('HostUnreachable', `cannot reach ${host}: ${ended}`);

  const take = divide(bytes => {
    const reply = readMessage(bytes);
    waiting.shift()?.settle(reply);
  });
  socket.on('data', piece => {
    try {
      take(piece);
    } catch (error) {
      end((error as Error).message);
    }
  });
  socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  socket.on('close', () => end('the connection was closed'));

  const send = (message: Buffer): Promise<Message> =>
    new Promise((settle, refuse) => {
      if (ended !== undefined) return refuse(unreachable());
      waiting.push({ since: Date.now(), settle, refuse });
      socket.write(message);
    });

  return {
    host,
    closed: () => ended !== undefined,
    waitingSince: () => waiting[0]?.since,
    send,
    tell: message => {
      if (ended === undefined) socket.write(message);
    },
    ask: async (database, command) => decode((await send(writeMessage(encode({ ...command, $db: database })))).body),
    close: (why = 'it was given up') => end(why),
    onClose: listener => {
      if (ended === undefined) listeners.push(listener);
      else listener();
    },
  };
};
