// Passwords that the charm's users should have: those of the application's secret and, in a shard that has taken over its cluster's key,
// those that the config server gave it.
import { keysOf } from '../core/key-file.ts';
import type { AppSecret, Observed } from '../core/observed.ts';
import { type ClusterSecrets, decodeClusterSecrets } from '../interfaces/shards.ts';

export type Credentials = Pick<AppSecret, 'passwords' | 'fingerprints'> & {
  /** They are those of the application's secret, with which this dispatch has tried to log in. */
  readonly tried: boolean;
};

export function wantedCredentials(seen: Observed, secret: AppSecret): Credentials {
  const given = clusterSecrets(seen);
  if (given === undefined || !hasKey(secret, given)) return { ...secret, tried: true };
  const { fingerprints = {} } = seen.juju.configServer ?? {};
  const { operator, backup } = secret.passwords;
  return {
    tried: operator === given.operatorPassword && backup === given.backupPassword,
    passwords: { ...secret.passwords, operator: given.operatorPassword, backup: given.backupPassword },
    fingerprints: { ...secret.fingerprints, ...fingerprints },
  };
}

/** What a shard's config server has given it. */
export const clusterSecrets = ({ juju }: Observed): ClusterSecrets | undefined =>
  juju.role === 'shard' && juju.configServer !== undefined ? decodeClusterSecrets(juju.configServer.content) : undefined;

/** The cluster's key is the only one. */
export function hasKey(secret: AppSecret, { keyFile }: ClusterSecrets): boolean {
  const keys = keysOf(secret.keyFile);
  return keys.length === 1 && keys[0] === keysOf(keyFile)[0];
}
