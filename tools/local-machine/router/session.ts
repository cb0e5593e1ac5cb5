// The conversation with one client: its messages one after the other, each with its reply.
import type { Socket } from 'node:net';
import { hello } from './about.ts';
import { openClient } from './client.ts';
import { runCommand } from './commands.ts';
import { change, type Document, decode, encode } from './documents.ts';
import { errorReply } from './errors.ts';
import { type Request, readRequest } from './request.ts';
import type { Router } from './router.ts';
import { divide, idOf, opcodeOf, opcodes, readMessage, readQuery, writeMessage, writeReply } from './wire.ts';

/** Serves a client until one of the two closes the connection. */
export const serve = (router: Router, socket: Socket, id: number): void => {
  const peer = socket.remoteAddress === undefined ? 'unix socket' : `${socket.remoteAddress}:${socket.remotePort}`;
  let busy = 0;
  let lost = false;
  // The login is lost with the connection on which it was made. A reply that is under way still reaches the client.
  const client = openClient(router.cluster, id, peer, () => {
    lost = true;
    if (busy === 0) end();
  });
  const end = () => {
    client.close();
    socket.destroySoon();
  };

  const answer = async (bytes: Buffer) => {
    const reply = await replyTo(bytes);
    if (reply !== undefined && !socket.destroyed) socket.write(reply);
  };

  const replyTo = async (bytes: Buffer): Promise<Buffer | undefined> => {
    if (opcodeOf(bytes) === opcodes.query) {
      const greeting = decode(readQuery(bytes));
      return writeReply(await hello(router, client, greeting, !('hello' in greeting)).catch(errorReply), idOf(bytes));
    }
    if (opcodeOf(bytes) !== opcodes.message) throw new Error(`messages of the kind ${opcodeOf(bytes)} are not known`);
    const request = readRequest(readMessage(bytes));
    const body = await runCommand(router, client, request).catch(error => encode(explained(router, request, error)));
    return request.silent ? undefined : writeMessage(forClient(body), [], idOf(bytes));
  };

  let last: Promise<void> = Promise.resolve();
  const take = divide(bytes => {
    const copy = Buffer.from(bytes);
    busy += 1;
    last = last
      .then(() => answer(copy))
      .catch(error => {
        router.log.warning('NETWORK', 'A client is sent away', { client: peer, error: error.message });
        end();
      })
      .finally(() => {
        busy -= 1;
        if (lost && busy === 0) end();
      });
  });
  socket.on('data', piece => {
    try {
      take(piece);
    } catch (error) {
      router.log.warning('NETWORK', 'A client is sent away', { client: peer, error: (error as Error).message });
      end();
    }
  });
  socket.on('error', () => undefined);
  socket.on('close', () => client.close());
};

const explained = ({ log }: Router, { name, db }: Request, error: unknown): Document => {
  const reply = errorReply(error);
  // What no server and no rule of ours said is a defect of the stand-in.
  if (reply.code === 1) log.error('COMMAND', 'A command failed unexpectedly', { command: name, db, error: (error as Error).stack });
  return reply;
};

/** Fields in which members of a cluster talk to each other. */
const internalFields = ['lastCommittedOpTime', '$gleStats', '$configTime', '$topologyTime', '$replData', '$oplogQueryData'];
const forClient = (body: Buffer): Buffer => change(body, internalFields);
