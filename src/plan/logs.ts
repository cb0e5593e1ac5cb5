// A server's log begins a new file when it has grown; the host keeps the youngest files.
import type { Observed } from '../core/observed.ts';
import { nothing, type Plan, plan, together } from '../core/plan.ts';

/** Size in bytes from which a log file is put away. */
export const LOG_LIMIT_BYTES = 50 * 1024 * 1024;

export function planLogs({ mongod, router, host }: Observed): Plan {
  const reachable = mongod.kind === 'member' || mongod.kind === 'outside' || mongod.kind === 'uninitialised';
  return together([
    reachable && host.logBytes > LOG_LIMIT_BYTES ? plan({ effects: [{ do: 'rotate-log', of: 'mongod' }] }) : nothing,
    router.kind === 'open' && host.router.logBytes > LOG_LIMIT_BYTES ? plan({ effects: [{ do: 'rotate-log', of: 'mongos' }] }) : nothing,
  ]);
}
