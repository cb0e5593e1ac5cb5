// What the database remembers of a password, so that it can be compared with the one in a secret.
import { createHmac } from 'node:crypto';

/** HMAC-SHA-256 over user and password, as hexadecimal digits. The first key of the key file is the key: without it nothing can be guessed from the result. */
export const userFingerprint = (key: string, user: string, password: string): string =>
  createHmac('sha256', key).update(`${user}\0${password}`).digest('hex');

/** 16 hexadecimal digits that differ whenever the key file does. Anybody may see them: nothing can be learned of a key of this length. */
export const keyToken = (keyFile: string): string => createHmac('sha256', keyFile).update('key file').digest('hex').slice(0, 16);
