// The parameter `username` of get-password and set-password.
import { isSystemUser, SYSTEM_USERS, type SystemUser } from '../core/names.ts';

/** The user, or the sentence that refuses it. */
export function decodeUsername(value: unknown): { readonly user: SystemUser } | { readonly refused: string } {
  const name = value ?? 'operator';
  if (typeof name === 'string' && isSystemUser(name)) return { user: name };
  const shown = typeof name === 'string' && name.length <= 64 ? JSON.stringify(name) : 'this one';
  return { refused: `the charm has no user ${shown}; username may be ${SYSTEM_USERS.slice(0, -1).join(', ')} or ${SYSTEM_USERS.at(-1)}` };
}
