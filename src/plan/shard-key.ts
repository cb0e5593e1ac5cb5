// A shard takes over the key of its cluster while its members go on: a member shows one key to the others and accepts several, so first
// all learn to accept the new one, then all show it, then all forget the old one. Each step restarts the members one by one.

import { KEY_STAGE, RUNNING_CONFIG } from '../core/bags.ts';
import { keyFileOf, keysOf } from '../core/key-file.ts';
import type { AppSecret, Observed } from '../core/observed.ts';
import { nothing, type Plan, plan } from '../core/plan.ts';
import { status } from '../core/status.ts';
import type { ClusterSecrets } from '../interfaces/shards.ts';
import { hasKey } from './credentials.ts';
import { stayingUnits } from './facts.ts';
import { secretContent } from './secret.ts';
import { wantedConfig } from './wanted-config.ts';

/** The leader's next step. One step follows another only when every unit's mongod runs with the one before. */
export function planShardKey(seen: Observed, secret: AppSecret, given: ClusterSecrets): Plan {
  if (hasKey(secret, given)) return nothing;
  const shown = plan({ unit: [status.takingKey], app: [status.takingKey] });
  if (!allRun(seen)) return shown;
  const wanted = keysOf(given.keyFile)[0] ?? '';
  const next = nextKeys(keysOf(secret.keyFile), wanted, isAlone(seen));
  return {
    ...shown,
    effects: [
      { do: 'set-app-secret', id: secret.id, content: secretContent(secret.passwords, keyFileOf(next)) },
      { do: 'set-peer-app', values: { [KEY_STAGE]: `${seen.juju.configServer?.id}: ${next.indexOf(wanted) + 1} of ${next.length}` } },
    ],
  };
}

/** Members have no others to be understood by where there is only one. */
export function nextKeys(keys: readonly string[], wanted: string, alone: boolean): readonly string[] {
  const [shown = ''] = keys;
  if (alone || shown === wanted) return [wanted];
  return keys.includes(wanted) ? [wanted, shown] : [shown, wanted];
}

/** Every mongod of the application runs with the configuration, and so with the key, that it should have now. */
export function allRun(seen: Observed): boolean {
  const { mongod, juju } = seen;
  const wanted = wantedConfig(seen)?.hash;
  if (mongod.kind !== 'member' || mongod.primary === undefined || wanted === undefined || mongod.running.config !== wanted) return false;
  const others = [...stayingUnits(seen)].filter(([unit, { data }]) => unit !== seen.context.unit && data[RUNNING_CONFIG] !== undefined);
  return juju.peers !== undefined && others.every(([, { data }]) => data[RUNNING_CONFIG] === wanted);
}

const isAlone = (seen: Observed): boolean =>
  stayingUnits(seen).size === 1 &&
  (seen.juju.peers?.coming ?? []).length === 0 &&
  seen.mongod.kind === 'member' &&
  seen.mongod.set.members.length === 1;
