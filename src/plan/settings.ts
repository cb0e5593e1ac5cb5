// Settings that mongod takes while it runs, each compared with what the running mongod says it has.

import type { Observed } from '../core/observed.ts';
import { nothing, type Plan, plan } from '../core/plan.ts';

const MIB = 1024 * 1024;

export function planSettings(seen: Observed): Plan {
  const { juju, mongod } = seen;
  if (juju.dying || mongod.kind !== 'member' || !juju.config.valid) return nothing;
  // A member that is still copying its data is left alone, and so is one whose key file alone lets us in: its users are about to come.
  if (mongod.self !== 'primary' && mongod.self !== 'secondary') return nothing;
  const { config } = juju.config;
  const has = mongod.settings;
  const cacheMiB = config['cache-size-mb'];
  const oplogMB = config['oplog-size-mb'];
  const differing = {
    ...(has.slowMs === config['slow-operation-threshold-ms'] ? {} : { slowMs: config['slow-operation-threshold-ms'] }),
    ...(has.verbosity === config['log-verbosity'] ? {} : { verbosity: config['log-verbosity'] }),
    ...(cacheMiB === 0 || has.cacheBytes === cacheMiB * MIB ? {} : { cacheMiB }),
    ...(oplogMB === 0 || has.oplogBytes === oplogMB * MIB ? {} : { oplogMB }),
  };
  return Object.keys(differing).length === 0 ? nothing : plan({ effects: [{ do: 'set-mongod', ...differing }] });
}
