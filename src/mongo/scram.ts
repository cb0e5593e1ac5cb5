// Logging in with SCRAM-SHA-256 (RFC 7677), whose first message goes along with the greeting, as drivers send it.
// https://github.com/mongodb/specifications/blob/master/source/auth/auth.md
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Document } from 'bson';
import { CODES, ServerError } from './errors.ts';
import { Binary, type Wire } from './wire.ts';

export type Login = { readonly user: string; readonly password: string; readonly source: string };

/** What anything that says less is not to be trusted with: RFC 7677 asks for as much. */
const FEWEST_ITERATIONS = 4_096;
/** More would keep a hook for seconds, even after the probe was given up; mongod's own are 15 000. */
const MOST_ITERATIONS = 1_000_000;

/** Greets the server and logs in. @param greeting the command `hello`. @throws ServerError (18) when the login is refused. */
export async function greetAndLogIn(wire: Wire, greeting: Document, { user, password, source }: Login): Promise<Document> {
  const first = `n=${user.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${randomBytes(24).toString('base64')}`;
  const start = {
    saslStart: 1,
    mechanism: 'SCRAM-SHA-256',
    payload: new Binary(Buffer.from(`n,,${first}`)),
    options: { skipEmptyExchange: true },
  };
  const hello = await wire.command('admin', { ...greeting, speculativeAuthenticate: { ...start, db: source } });
  const offered: Document = hello.speculativeAuthenticate ?? (await wire.command(source, start));
  const challenge = textOf(offered.payload);
  const fields = Object.fromEntries(challenge.split(',').map(field => [field.slice(0, 1), field.slice(2)]));
  const iterations = Number(fields.i);
  if (
    !(iterations >= FEWEST_ITERATIONS && iterations <= MOST_ITERATIONS) ||
    !(fields.r ?? '').startsWith(first.slice(first.indexOf(',r=') + 3))
  )
    throw new ServerError('the server answered the login in a way that is not SCRAM-SHA-256', CODES.authenticationFailed);

  const salted = await derive(await preparePassword(password), Buffer.from(fields.s ?? '', 'base64'), iterations, 32, 'sha256');
  const last = `c=biws,r=${fields.r}`;
  const transcript = `${first},${challenge},${last}`;
  const clientKey = hmac(salted, 'Client Key');
  const signature = hmac(createHash('sha256').update(clientKey).digest(), transcript);
  const proof = Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0))).toString('base64');
  const { payload } = await wire.command(source, {
    saslContinue: 1,
    conversationId: offered.conversationId,
    payload: new Binary(Buffer.from(`${last},p=${proof}`)),
  });
  // The server proves in turn that it knows the password.
  const proven = Buffer.from(/^v=(.*)$/.exec(textOf(payload))?.[1] ?? '', 'base64');
  const expected = hmac(hmac(salted, 'Server Key'), transcript);
  if (proven.length !== expected.length || !timingSafeEqual(proven, expected))
    throw new ServerError('the server does not know the password that it was shown', CODES.authenticationFailed);
  return hello;
}

const derive = promisify(pbkdf2);

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

const textOf = (payload: unknown): string => (payload instanceof Binary ? Buffer.from(payload.value()).toString() : '');

/**
 * SASLprep leaves printable ASCII as it is; its tables are large, and only a password that an operator chose may need them.
 * @throws for characters that a password may not have.
 */
export async function preparePassword(password: string): Promise<string> {
  return /^[\x20-\x7e]*$/.test(password) ? password : (await import('./saslprep.ts')).saslprep(password);
}
