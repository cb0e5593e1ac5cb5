// The application's secret: passwords of the charm's users and the key file. Made once, by the leader; used by mongod only from the next
// hook on, when Juju has committed it, so that no crash can leave a mongod with a password that nobody knows.
import { appSecretLabel } from '../core/names.ts';
import type { Bag, Observed } from '../core/observed.ts';
import { nothing, type Plan, plan } from '../core/plan.ts';

export function planSecret(seen: Observed): Plan {
  if (!seen.juju.leader || seen.juju.dying || seen.juju.secret !== undefined) return nothing;
  const content = secretContent(seen.fresh.passwords, seen.fresh.keyFile);
  return plan({ effects: [{ do: 'add-app-secret', label: appSecretLabel(seen.context.app), content }] });
}

/** A revision that nobody follows any more goes. */
export function planObsolete({ context }: Observed): Plan {
  if (context.obsolete === undefined) return nothing;
  return plan({ effects: [{ do: 'remove-secret', id: context.obsolete.secret, revision: context.obsolete.revision }] });
}

/**
 * In the hook that removes a revision nothing else is done: Juju forgets what a hook has written into a secret of which it removes a
 * revision, and a password that MongoDB has by then would be known to nobody. What is due besides has a hook of its own, or the next.
 */
export const asObsolete = (whole: Plan, { context }: Observed): Plan =>
  context.obsolete === undefined
    ? whole
    : { ...whole, effects: whole.effects.filter(effect => effect.do === 'remove-secret'), pending: false, wake: false };

/** What the secret holds, by the keys that the charm before this one used. */
export const secretContent = (passwords: Observed['fresh']['passwords'], keyFile: string): Bag => ({
  'operator-password': passwords.operator,
  'monitor-password': passwords.monitor,
  'backup-password': passwords.backup,
  keyfile: keyFile,
});
