// Passwords that the charm's users should have: those of the application's secret, those that an operator has chosen and, in a shard that
// has taken over its cluster's key, those that the config server gave it.
import { ADDED_BY, GOVERNED } from '../core/bags.ts';
import { keysOf } from '../core/key-file.ts';
import { isSystemUser, SYSTEM_USERS, type SystemUser } from '../core/names.ts';
import type { AppSecret, ConfigServerRelation, Observed, SystemUsers } from '../core/observed.ts';
import { type ClusterSecrets, decodeClusterSecrets, decodeRevision, isIntegrated, sameRevision } from '../interfaces/shards.ts';

export type Credentials = Pick<AppSecret, 'passwords' | 'fingerprints'> & {
  /** They are those of the application's secret, with which this dispatch has tried to log in. */
  readonly tried: boolean;
};

export function wantedCredentials(seen: Observed, secret: AppSecret): Credentials {
  const given = clusterSecrets(seen);
  const own = ownCredentials(seen, secret);
  if (given === undefined || !hasKey(secret, given)) return own;
  const { fingerprints = {} } = seen.juju.configServer ?? {};
  const { operator, backup } = secret.passwords;
  return {
    tried: operator === given.operatorPassword && backup === given.backupPassword,
    passwords: { ...own.passwords, operator: given.operatorPassword, backup: given.backupPassword },
    fingerprints: { ...own.fingerprints, ...fingerprints },
  };
}

/** Those of the application's secret, but for users that are due for another, and those that an operator has chosen. */
function ownCredentials(seen: Observed, secret: AppSecret): Credentials {
  const { fresh } = seen;
  const renewed = renewedUsers(seen, secret);
  const pick = (from: Readonly<Record<SystemUser, string>>) => Object.fromEntries(renewed.map(user => [user, from[user]]));
  const chosen = chosenUsers(seen) ?? { passwords: {}, fingerprints: {} };
  const passwords = { ...secret.passwords, ...pick(fresh.passwords), ...chosen.passwords };
  const fingerprints = { ...secret.fingerprints, ...pick(fresh.fingerprints), ...chosen.fingerprints };
  return { passwords, fingerprints, tried: passwords.operator === secret.passwords.operator };
}

const chosenUsers = ({ juju: { systemUsers } }: Observed): SystemUsers | undefined =>
  systemUsers !== undefined && 'passwords' in systemUsers ? systemUsers : undefined;

/** Users whose passwords an operator chooses; while the option is not right, those whose he chose before. */
export function governedUsers(seen: Observed): readonly SystemUser[] {
  const { systemUsers } = seen.juju;
  if (systemUsers === undefined) return [];
  return 'problem' in systemUsers ? governedBefore(seen) : SYSTEM_USERS.filter(user => systemUsers.passwords[user] !== undefined);
}

export const governedBefore = ({ juju }: Observed): readonly SystemUser[] =>
  (juju.peers?.app[GOVERNED] ?? '').split(' ').filter(isSystemUser);

/** Those of whom an operator has let go, and all when Juju asks for a new content of the secret. New in each dispatch, until it is kept. */
function renewedUsers(seen: Observed, secret: AppSecret): readonly SystemUser[] {
  const { leader, config } = seen.juju;
  const given = clusterSecrets(seen);
  // While the configuration is not valid nobody can tell what it chooses; while a shard changes its key the secret is written for that.
  if (!leader || !config.valid || (given !== undefined && !hasKey(secret, given))) return [];
  const governed = governedUsers(seen);
  const candidates = seen.context.rotating === secret.id ? SYSTEM_USERS : governedBefore(seen);
  return candidates.filter(user => !governed.includes(user));
}

/** What a shard's config server has given it, and it is to take over. */
export function clusterSecrets(seen: Observed): ClusterSecrets | undefined {
  const { role, configServer } = seen.juju;
  return role === 'shard' && configServer !== undefined && mayFollow(seen, configServer)
    ? decodeClusterSecrets(configServer.content)
    : undefined;
}

/**
 * Two builds of the charm do not become one cluster. But a shard that is one with its config server goes on to follow it when one of
 * them is refreshed before the other: passwords have to agree at any time.
 */
export function mayFollow({ juju }: Observed, { id, remote }: ConfigServerRelation): boolean {
  const theirs = decodeRevision(remote);
  if (theirs === undefined) return false;
  return sameRevision(theirs, juju.charm) || isIntegrated(remote) || juju.peers?.app[ADDED_BY] === String(id);
}

/** The cluster's key is the only one. */
export function hasKey(secret: AppSecret, { keyFile }: ClusterSecrets): boolean {
  const keys = keysOf(secret.keyFile);
  return keys.length === 1 && keys[0] === keysOf(keyFile)[0];
}
