// get-password: the password of one of the charm's own users, from the application secret. Any unit can tell.
import type { Action } from '../core/action.ts';
import { decodeUsername } from './username.ts';

export const getPassword: Action = {
  answer: (seen, params) => {
    const name = decodeUsername((params as Record<string, unknown>).username);
    if ('refused' in name) return name;
    if (seen.juju.secret === undefined)
      return { refused: 'the passwords have not been made yet; try again when the application is active' };
    return { effects: [], results: { password: seen.juju.secret.passwords[name.user] } };
  },
};
