// mongod's log begins a new file when it has grown; the host keeps the youngest files.
import type { Observed } from '../core/observed.ts';
import { nothing, type Plan, plan } from '../core/plan.ts';

/** Size in bytes from which a log file is put away. */
export const LOG_LIMIT_BYTES = 50 * 1024 * 1024;

export function planLogs(seen: Observed): Plan {
  const { mongod } = seen;
  const reachable = mongod.kind === 'member' || mongod.kind === 'outside' || mongod.kind === 'uninitialised';
  return reachable && seen.host.logBytes > LOG_LIMIT_BYTES ? plan({ effects: [{ do: 'rotate-log' }] }) : nothing;
}
