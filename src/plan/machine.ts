// mongod on this machine: mongod.conf, the key file, and a process that runs with them.
import { DRAINED, RUNNING_CONFIG } from '../core/bags.ts';
import type { Observed } from '../core/observed.ts';
import { nothing, type Plan, plan } from '../core/plan.ts';
import { status } from '../core/status.ts';
import { ownData } from './facts.ts';
import { type MongodConfig, wantedConfig } from './wanted-config.ts';

/** With less than this mongod does not come up: its journal alone takes more. */
const FULL_BYTES = 64 * 1024 * 1024;

export function planMachine(seen: Observed): Plan {
  const { host, juju } = seen;
  if (juju.dying || host.snap === undefined) return nothing;
  if (juju.peers === undefined) return plan({ unit: [status.noPeers] });
  if (juju.secret === undefined) return plan({ unit: [status.noSecret] });
  const wanted = wantedConfig(seen);
  if (wanted === undefined) return plan({}); // The configuration is not valid, and no mongod has run with an earlier one.
  const files = staleFiles(seen, wanted, juju.secret.keyFile);
  const full = (host.freeBytes ?? Number.POSITIVE_INFINITY) < FULL_BYTES ? [status.diskFull] : [];
  if (host.service !== 'active') {
    // snapd starts nothing while it still carries out the restart of a hook that was killed.
    const starting = isStarting(seen, wanted.hash) && seen.failed.some(({ effect }) => effect === 'start-mongod');
    return plan({ effects: [...files, { do: 'start-mongod' }], unit: [...full, status.startingMongod], pending: true, starting });
  }
  // A former shard waits for its last cluster, which may be gone, and answers nobody; only its new file lets it go on.
  if (seen.mongod.kind === 'silent' && files.length > 0 && juju.peers.app[DRAINED] !== undefined)
    return plan({ effects: [{ do: 'stop-mongod' }, ...files, { do: 'start-mongod' }], unit: [status.startingMongod], pending: true });
  if (seen.mongod.kind === 'silent')
    return plan({ effects: files, unit: [...full, status.starting], pending: true, starting: isStarting(seen, wanted.hash) });
  return plan({ effects: files });
}

/**
 * A mongod that this hook has started, or one before it that was killed: the unit's databag still says that it runs with another
 * configuration. One that has told of its configuration and is silent now may be so for long, and no other unit waits for it.
 */
const isStarting = (seen: Observed, hash: string): boolean => seen.started === true || ownData(seen)[RUNNING_CONFIG] !== hash;

const staleFiles = (seen: Observed, wanted: MongodConfig, keyFile: string): Plan['effects'] => {
  const stale = {
    ...(seen.host.config === wanted.text ? {} : { config: wanted.text }),
    ...(seen.host.keyFile === keyFile ? {} : { keyFile }),
  };
  return Object.keys(stale).length === 0 ? [] : [{ do: 'write-files', ...stale }];
};
