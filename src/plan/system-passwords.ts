// Passwords of the charm's own users that change by themselves: chosen by an operator in the secret that the option `system-users` names, or
// new ones when Juju asks for them. The database has them before the application's secret, as with set-password; see planUsers.
import { GOVERNED, SYSTEM_ROTATION } from '../core/bags.ts';
import { ROTATIONS, type Rotation, SYSTEM_USERS } from '../core/names.ts';
import type { AppSecret, Observed } from '../core/observed.ts';
import { nothing, type Plan, plan, together } from '../core/plan.ts';
import { status } from '../core/status.ts';
import { clusterSecrets, governedBefore, governedUsers, wantedCredentials } from './credentials.ts';
import { secretContent } from './secret.ts';
import { usersAreRight } from './users.ts';

export function planSystemPasswords(seen: Observed): Plan {
  const { juju } = seen;
  if (!juju.leader || juju.dying || juju.secret === undefined || juju.peers === undefined) return nothing;
  return together([told(seen), kept(seen, juju.secret), scheduled(seen, juju.secret)]);
}

function told({ juju: { systemUsers } }: Observed): Plan {
  if (systemUsers === undefined || !('problem' in systemUsers)) return nothing;
  const shown = status.badSystemUsers(systemUsers.problem);
  return plan({ unit: [shown], app: [shown] });
}

/** What the database is seen to have goes into the application's secret; a shard does that with all that its cluster gives it. */
function kept(seen: Observed, secret: AppSecret): Plan {
  if (!usersAreRight(seen) || clusterSecrets(seen) !== undefined) return nothing;
  const { passwords } = wantedCredentials(seen, secret);
  const [before, governed] = [governedBefore(seen).join(' '), governedUsers(seen).join(' ')];
  const changed = SYSTEM_USERS.some(user => passwords[user] !== secret.passwords[user]);
  return plan({
    effects: [
      ...(changed ? [{ do: 'set-app-secret', id: secret.id, content: secretContent(passwords, secret.keyFile) } as const] : []),
      ...(before === governed || !seen.juju.config.valid ? [] : [{ do: 'set-peer-app', values: { [GOVERNED]: governed } } as const]),
    ],
  });
}

/** Juju keeps the time. Where an operator chooses all the passwords there is nothing to ask for. */
function scheduled(seen: Observed, { id }: AppSecret): Plan {
  const { config, peers } = seen.juju;
  if (!config.valid) return nothing;
  const before = ROTATIONS.find(one => one === peers?.app[SYSTEM_ROTATION]) ?? 'never';
  const rotation: Rotation = governedUsers(seen).length === SYSTEM_USERS.length ? 'never' : config.config['system-password-rotation'];
  if (rotation === before) return nothing;
  const noted = { [SYSTEM_ROTATION]: rotation === 'never' ? '' : rotation };
  return plan({
    effects: [
      { do: 'set-rotation', id, rotation },
      { do: 'set-peer-app', values: noted },
    ],
  });
}
