// The secret with the system passwords, those that an operator gives, and secrets that no relation needs any more.
import * as z from 'zod/mini';
import { isHeld } from '../core/app-secret.ts';
import type { Context } from '../core/context.ts';
import type { Endpoints } from '../core/endpoints.ts';
import { keysOf } from '../core/key-file.ts';
import { appSecretLabel, isSecretUri, type Role, SYSTEM_USERS, type SystemUser } from '../core/names.ts';
import type { AppSecret, Bag, ConfigServerRelation, JujuFacts } from '../core/observed.ts';
import { decodeSystemUsers } from '../interfaces/system-users.ts';
import { keyToken, userFingerprint } from '../mongo/fingerprint.ts';
import type { Juju } from './clients.ts';

/** The facts with the application's secret as it is now: another unit may have led, and changed a password, since this hook began. */
export async function withSecretNow(juju: Juju, context: Context, facts: JujuFacts): Promise<JujuFacts> {
  const secret = decodeAppSecret(await juju.secretByLabel(appSecretLabel(context.app)), facts.secret?.id);
  return secret === undefined ? facts : { ...facts, secret };
}

const held = (key: string) => z.string().check(z.refine(text => isHeld(key, text)));
const systemSecret = z.object({
  'operator-password': held('operator-password'),
  'monitor-password': held('monitor-password'),
  'backup-password': held('backup-password'),
  keyfile: held('keyfile'),
});

/** Only the leader is told the id. A secret that lacks something, or has what MongoDB cannot do with, counts as missing: the leader completes it. */
export function decodeAppSecret(content: Bag | undefined, id = ''): AppSecret | undefined {
  const parsed = systemSecret.safeParse(content);
  if (!parsed.success) return undefined;
  const { keyfile: keyFile, ...stored } = parsed.data;
  const passwords = {
    operator: stored['operator-password'],
    monitor: stored['monitor-password'],
    backup: stored['backup-password'],
  };
  const key = keysOf(keyFile)[0] ?? '';
  const of = (user: SystemUser): string => userFingerprint(key, user, passwords[user]);
  const fingerprints = { operator: of('operator'), monitor: of('monitor'), backup: of('backup') };
  return { id, passwords, keyFile, keyToken: keyToken(keyFile), fingerprints };
}

/** In a cluster the config server has the passwords for all. */
export async function readSystemUsers(
  juju: Juju,
  uri: string,
  role: Role | undefined,
  secret: AppSecret | undefined,
): Promise<JujuFacts['systemUsers']> {
  if (uri === '') return undefined;
  if (role === 'shard')
    return { problem: 'a shard has the passwords of its cluster; set the option on the config server, and reset it here' };
  // The option may name a secret by its id alone, too.
  const isOne = isSecretUri(uri) || isSecretUri(`secret:${uri}`);
  const content = isOne ? await juju.secretById(uri) : undefined;
  if (content === undefined) return { problem: 'the secret cannot be read; give one that there is, and grant it with juju grant-secret' };
  const found = decodeSystemUsers(content);
  if ('problem' in found) return found;
  const { passwords } = found;
  return { passwords, fingerprints: fingerprintsOf(secret?.keyFile ?? '', user => passwords[user]) };
}

/** Of the passwords that the config server has given, as the own key makes them. */
export const fingerprintsGiven = (secret: AppSecret | undefined, content: Bag): ConfigServerRelation['fingerprints'] => {
  return secret === undefined ? {} : fingerprintsOf(secret.keyFile, user => content[`${user}-password`] || undefined);
};

/** Of the users that have a password. */
function fingerprintsOf(keyFile: string, passwordOf: (user: SystemUser) => string | undefined): Partial<Record<SystemUser, string>> {
  const key = keysOf(keyFile)[0] ?? '';
  const found = SYSTEM_USERS.map(user => [user, passwordOf(user)] as const);
  return Object.fromEntries(
    found.flatMap(([user, password]) => (password === undefined ? [] : [[user, userFingerprint(key, user, password)]])),
  );
}

/** Secrets that we made for relations which are gone, or took back. */
export async function staleAmong(juju: Juju, ids: readonly string[], { clients, shards, host }: Endpoints): Promise<readonly string[]> {
  const labels = await Promise.all(ids.map(id => juju.ownedSecretLabel(id)));
  return ids.filter((_, at) => isForRelation(labels[at], [...clients, ...shards, ...host]));
}

/** Its label is one that `relationSecretLabel` makes. */
function isForRelation(label: string | undefined, endpoints: readonly string[]): boolean {
  const [endpoint = '', relation, ...rest] = label?.split('.') ?? [];
  return (
    endpoints.includes(endpoint) && (rest.length === 2 || rest.length === 3) && rest.at(-1) === 'secret' && /^\d+$/.test(relation ?? '')
  );
}
