// The interface `shards`: what a config server and its shards tell each other. Passwords and key travel in a secret, or not at all.
import * as z from 'zod/mini';
import { isHeld, KEY_FILE } from '../core/app-secret.ts';
import { ADDED_BY, CONFIG_SERVERS, DRAINED, isAddress } from '../core/bags.ts';
import type { Bag, CharmRevision, JujuFacts } from '../core/observed.ts';
import { readJson } from './json.ts';

const names = z.array(z.string());
const bag = z.record(z.string(), z.string());

/** What the charm before this one asks for, too, so that either side may be of it. */
const SECRET_FIELDS = [
  'username',
  'password',
  'tls',
  'tls-ca',
  'uris',
  'key-file',
  'operator-password',
  'backup-password',
  'int-ca-secret',
];
/** Nothing is sent to a shard that has not asked for these as secrets. */
const NEEDED = ['key-file', 'operator-password', 'backup-password'];

/** Addresses without ports, as the config server publishes them; undefined when they cannot be read, or one of them is no address. */
export function decodeHosts(text: string | undefined): readonly string[] | undefined {
  const hosts = readJson(text, names);
  return hosts?.every(isAddress) ? hosts : undefined;
}

/** Missing until the other side's leader has told it. */
export function decodeRevision(remote: Bag): CharmRevision | undefined {
  const { version, deployment } = remote;
  return version ? { version, deployment: deployment === 'ch' ? 'ch' : 'local' } : undefined;
}

export const sameRevision = (a: CharmRevision, b: CharmRevision): boolean => a.version === b.version && a.deployment === b.deployment;

/** As operators of the charm before this one know it: a build of one's own is said to be one. */
export const revisionText = ({ version, deployment }: CharmRevision): string =>
  deployment === 'local' ? `${version}-locally built` : version;

/** Name of the shard's replica set. A charm that does not know the key passes it over. */
const NAME = 'shard-name';

/** The shard's application databag. `ready`: it has taken over key and passwords, and may be added. */
export const encodeShardRequest = (revision: CharmRevision, name: string, ready: boolean): Bag => ({
  [NAME]: name,
  'requested-secrets': JSON.stringify(SECRET_FIELDS),
  version: revision.version,
  deployment: revision.deployment,
  'auth-updated': ready ? 'true' : '',
});

export type ShardRequest = { readonly wantsSecrets: boolean; readonly ready: boolean };

export function decodeShardRequest(remote: Bag): ShardRequest {
  const asked = readJson(remote['requested-secrets'], names) ?? [];
  return { wantsSecrets: NEEDED.every(field => asked.includes(field)), ready: remote['auth-updated'] === 'true' };
}

/**
 * The shard's name in the cluster, which is that of its replica set. Across models `app`, its name here, may be another one. What it has
 * said once is known from our own databag, also while its own cannot be read.
 */
export const shardNameOf = (remote: Bag, own: Bag, app: string): string => remote[NAME] ?? readJson(own.data, bag)?.[NAME] ?? app;

export type ClusterSecrets = { readonly keyFile: string; readonly operatorPassword: string; readonly backupPassword: string };

/** The config server's application databag towards a shard. `integrated`: the shard belongs to the cluster; `moves`: see MOVES. */
export const encodeForShard = (
  revision: CharmRevision,
  addresses: readonly string[],
  integrated: boolean,
  moves: string,
  request: Bag,
): Bag => {
  const { data: _, ...mirror } = request;
  return {
    version: revision.version,
    deployment: revision.deployment,
    host: JSON.stringify(addresses),
    'shard-integrated': integrated ? 'true' : '',
    'shard-moves': moves,
    data: JSON.stringify(mirror),
  };
};

export const encodeClusterSecrets = ({ keyFile, operatorPassword, backupPassword }: ClusterSecrets): Bag => ({
  'key-file': keyFile,
  'operator-password': operatorPassword,
  'backup-password': backupPassword,
});

/**
 * Undefined until the secret is there with all that a shard needs, and can keep: what the shard's own secret may not hold would count as
 * missing there, and be made anew.
 */
export function decodeClusterSecrets(content: Bag): ClusterSecrets | undefined {
  const { 'key-file': keyFile, 'operator-password': operatorPassword, 'backup-password': backupPassword } = content;
  if (keyFile === undefined || operatorPassword === undefined || backupPassword === undefined) return undefined;
  const kept = isHeld(KEY_FILE, keyFile) && isHeld('operator-password', operatorPassword) && isHeld('backup-password', backupPassword);
  return kept ? { keyFile, operatorPassword, backupPassword } : undefined;
}

/** How often a shard of the cluster has moved with all of its members; empty if none has. */
export const movesOf = (remote: Bag): string => /^\d{1,9}$/.exec(remote['shard-moves'] ?? '')?.[0] ?? '';

export const isIntegrated = (remote: Bag): boolean => remote['shard-integrated'] === 'true';

/**
 * The relation by which a shard came to its cluster is gone, and its data has not been moved away yet. `CONFIG_SERVERS` says where that is.
 * One that is related again before it was drained at all has never left: the config server says so.
 */
export function isLeavingCluster({ configServer, peers }: Pick<JujuFacts, 'configServer' | 'peers'>): boolean {
  const app = peers?.app ?? {};
  if (app[CONFIG_SERVERS] === undefined || app[DRAINED] !== undefined) return false;
  return configServer === undefined || (app[ADDED_BY] !== String(configServer.id) && !isIntegrated(configServer.remote));
}
