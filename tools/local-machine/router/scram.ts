// Login as __system, the user that members of a cluster are for each other: SCRAM-SHA-256 with the key file's text as password (RFC 7677).
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { Binary } from 'mongodb';
import type { Connection } from './connection.ts';
import { RouterError, ServerError } from './errors.ts';

/** @throws {ServerError} when the other side does not accept the key. */
export const logInAsSystem = async (connection: Connection, key: string): Promise<void> => {
  const first = `n=__system,r=${randomBytes(18).toString('base64')}`;
  const start = await ask(connection, {
    saslStart: 1,
    mechanism: 'SCRAM-SHA-256',
    payload: new Binary(Buffer.from(`n,,${first}`)),
    options: { skipEmptyExchange: true },
  });
  const challenge = textOf(start.payload);
  const fields = Object.fromEntries(challenge.split(',').map(field => [field.slice(0, 1), field.slice(2)]));
  const salted = saltedPassword(key, fields.s ?? '', Number(fields.i));
  const clientKey = hmac(salted, 'Client Key');
  const last = `c=biws,r=${fields.r}`;
  const transcript = `${first},${challenge},${last}`;
  const signature = hmac(createHash('sha256').update(clientKey).digest(), transcript);
  const proof = Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0))).toString('base64');
  const end = await ask(connection, {
    saslContinue: 1,
    conversationId: start.conversationId,
    payload: new Binary(Buffer.from(`${last},p=${proof}`)),
  });
  // The server proves in turn that it knows the key.
  if (textOf(end.payload) !== `v=${hmac(hmac(salted, 'Server Key'), transcript).toString('base64')}`) {
    throw new RouterError('AuthenticationFailed', `${connection.host} does not know the key of this cluster`);
  }
};

const ask = async (connection: Connection, command: Record<string, unknown>) => {
  const reply = await connection.ask('local', command);
  if (!Number(reply.ok)) throw new ServerError(reply);
  return reply;
};

const textOf = (payload: unknown): string => (payload instanceof Binary ? Buffer.from(payload.value()).toString() : '');

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

// Deriving it takes some 10 ms, and a server keeps its salt for as long as it runs.
const derived = new Map<string, Buffer>();

const saltedPassword = (key: string, salt: string, iterations: number): Buffer => {
  const name = `${key}\0${salt}\0${iterations}`;
  const known = derived.get(name);
  if (known !== undefined) return known;
  if (derived.size >= 100) derived.clear();
  const made = pbkdf2Sync(key, Buffer.from(salt, 'base64'), iterations, 32, 'sha256');
  derived.set(name, made);
  return made;
};
