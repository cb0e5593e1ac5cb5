// The charm's own users. The application secret says what their passwords are, and the database is made to agree: there is no state in
// between to remember, so a password change that was interrupted is simply done again, and nobody is locked out.
import type { MongodEffect, UserSpec } from '../core/effects.ts';
import { SYSTEM_USERS, type SystemUser } from '../core/names.ts';
import type { DatabaseUser, Observed, PrimaryFacts, Role } from '../core/observed.ts';
import { nothing, type Plan, plan } from '../core/plan.ts';
import { status } from '../core/status.ts';
import { type Credentials, wantedCredentials } from './credentials.ts';

const admin = (role: string): Role => ({ role, db: 'admin' });

/** Roles of each user: what the charm and the tools of its snap need, and no more. */
export const SYSTEM_ROLES: Readonly<Record<SystemUser, readonly Role[]>> = {
  operator: ['clusterAdmin', 'dbAdminAnyDatabase', 'readWriteAnyDatabase', 'userAdminAnyDatabase'].map(admin),
  monitor: [admin('clusterMonitor'), { role: 'read', db: 'local' }],
  backup: ['backup', 'clusterMonitor', 'pbmAnyAction', 'readWrite', 'restore'].map(admin),
};

export function planUsers(seen: Observed): Plan {
  const { juju, mongod } = seen;
  if (!juju.leader || juju.dying || juju.secret === undefined || mongod.kind !== 'member' || mongod.primary === undefined) return nothing;
  const { primary } = mongod;
  const wanted = wantedCredentials(seen, juju.secret);
  const due = SYSTEM_USERS.filter(name => !isRight(name, primary, wanted));
  if (due.length === 0 && primary.backupRole) return nothing;
  // What the database remembers of a password depends on the key file, which is about to change.
  if (seen.host.keyFile !== juju.secret.keyFile) return plan({ pending: true });
  const role: readonly MongodEffect[] = primary.backupRole ? [] : [{ do: 'create-backup-role' }];
  const users = due.map((name): MongodEffect => ({ do: 'set-user', user: systemUser(name, wanted.passwords[name]) }));
  return plan({ effects: [...role, ...users], unit: [status.usersWait], app: [status.usersWait], pending: true });
}

/** The database has all of them as they should be. */
export function usersAreRight(seen: Observed): boolean {
  const { mongod, juju } = seen;
  if (mongod.kind !== 'member' || mongod.primary === undefined || juju.secret === undefined) return false;
  const { primary } = mongod;
  const wanted = wantedCredentials(seen, juju.secret);
  return SYSTEM_USERS.every(name => isRight(name, primary, wanted));
}

export const systemUser = (name: SystemUser, password: string): UserSpec => ({ name, password, roles: SYSTEM_ROLES[name] });

function isRight(name: SystemUser, primary: PrimaryFacts, wanted: Credentials): boolean {
  const user = primary.users.get(name);
  if (user === undefined || user.fingerprint !== wanted.fingerprints[name] || !sameRoles(user, SYSTEM_ROLES[name])) return false;
  if (user.passwordBy !== undefined) return false;
  // The password that is tried is the one of the application's secret.
  return name !== 'operator' || primary.operatorAccepted || !wanted.tried;
}

/** True if the user has just these roles. Both lists are sorted by database and role. */
export const sameRoles = (user: DatabaseUser, roles: readonly Role[]): boolean =>
  user.roles.length === roles.length && user.roles.every((has, at) => has.role === roles[at]?.role && has.db === roles[at]?.db);
