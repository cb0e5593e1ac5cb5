// What a client is told of requests that are not granted as they stand.
import type { Bag } from '../core/observed.ts';
import { nothing, type Plan, plan } from '../core/plan.ts';
import type { RelationStatus } from '../core/status.ts';
import { withStatuses } from '../interfaces/client-status.ts';
import type { GrantProblem } from './client-grant.ts';

/** What comes behind the last semicolon is what to do. */
export function statusOf({ problem, code }: GrantProblem): RelationStatus {
  const at = problem.lastIndexOf('; ');
  return { code, message: problem.slice(0, at), resolution: problem.slice(at + 2) };
}

/** `own`: our databag of the relation, as it is. */
export function tellClient(relation: number, own: Bag, statuses: readonly RelationStatus[]): Plan {
  const now = withStatuses(own, statuses);
  const differs = now.status !== own.status || (own.version === 'v1' && now.data !== own.data);
  return differs ? plan({ effects: [{ do: 'tell-client', relation, own, statuses }] }) : nothing;
}
