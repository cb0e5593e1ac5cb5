// Random values, made anew in each dispatch for whoever must make a secret.
import { randomInt } from 'node:crypto';
import { clientUser, SYSTEM_USERS, type SystemUser } from '../core/names.ts';
import type { Fresh } from '../core/observed.ts';
import { userFingerprint } from '../mongo/fingerprint.ts';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const PASSWORD_LENGTH = 32;
/** mongod accepts from 6 to 1024 characters. */
const KEY_FILE_LENGTH = 1024;

/** `keyFile` is the one in the committed secret; without it there is no mongod to make clients' users in. */
export function mintFresh(keyFile: string | undefined, clients: readonly number[]): Fresh {
  const passwords = Object.fromEntries(SYSTEM_USERS.map(user => [user, randomText(PASSWORD_LENGTH)])) as Record<SystemUser, string>;
  const forClients = clients.map(id => {
    const password = randomText(PASSWORD_LENGTH);
    return [id, { password, fingerprint: userFingerprint(keyFile ?? '', clientUser(id), password) }] as const;
  });
  return { keyFile: keyFile === undefined ? randomText(KEY_FILE_LENGTH) : keyFile, passwords, clients: new Map(forClients) };
}

const randomText = (length: number): string => Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join('');
