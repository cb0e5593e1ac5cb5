// Random values, made anew in each dispatch for whoever must make a secret.
import { randomInt } from 'node:crypto';
import { keysOf } from '../core/key-file.ts';
import { clientUser, SYSTEM_USERS, type SystemUser } from '../core/names.ts';
import type { ClientRelation, Fresh } from '../core/observed.ts';
import { userFingerprint } from '../mongo/fingerprint.ts';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const PASSWORD_LENGTH = 32;
const TOKEN_LENGTH = 12;
/** mongod accepts from 6 to 1024 characters. */
const KEY_FILE_LENGTH = 1024;

export type FreshFor = { readonly user: string; readonly wished?: string };

export function freshFor({ id, requestId, wish }: ClientRelation): FreshFor {
  const user = clientUser(id, requestId);
  return typeof wish === 'object' && wish.password !== undefined ? { user, wished: wish.password } : { user };
}

/** `keyFile` is that of the committed secret, `clients` are users, by the name that `clientUser` gives, and the password that
 * one wishes for. Without it nobody can tell yet what the database will remember of a client's password. */
export function mintFresh(keyFile: string | undefined, clients: readonly FreshFor[]): Fresh {
  const passwords = Object.fromEntries(SYSTEM_USERS.map(user => [user, randomText(PASSWORD_LENGTH)])) as Record<SystemUser, string>;
  const token = randomText(TOKEN_LENGTH);
  if (keyFile === undefined)
    return {
      token,
      keyFile: randomText(KEY_FILE_LENGTH),
      passwords,
      fingerprints: { operator: '', monitor: '', backup: '' },
      clients: new Map(),
    };
  const key = keysOf(keyFile)[0] ?? '';
  const of = (user: SystemUser): string => userFingerprint(key, user, passwords[user]);
  const fingerprints = { operator: of('operator'), monitor: of('monitor'), backup: of('backup') };
  const forClients = clients.map(({ user, wished }) => {
    const password = wished ?? randomText(PASSWORD_LENGTH);
    return [user, { password, fingerprint: userFingerprint(key, user, password) }] as const;
  });
  return { token, keyFile, passwords, fingerprints, clients: new Map(forClients) };
}

/** `randomInt` takes each letter with the same probability. */
const randomText = (length: number): string => Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join('');
