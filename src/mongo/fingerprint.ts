// What the database remembers of a password, so that it can be compared with the one in a secret.
import { createHmac } from 'node:crypto';

/** HMAC-SHA-256 over user and password, as hexadecimal digits. The key file is the key: without it nothing can be guessed from the result. */
export const userFingerprint = (keyFile: string, user: string, password: string): string =>
  createHmac('sha256', keyFile).update(`${user}\0${password}`).digest('hex');
