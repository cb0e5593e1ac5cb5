// What a client is told of requests that are not granted as they stand.
import type { Bag, Observed } from '../core/observed.ts';
import { nothing, type Plan, plan } from '../core/plan.ts';
import type { RelationStatus } from '../core/status.ts';
import { withStatuses } from '../interfaces/client-status.ts';
import type { GrantProblem } from './client-grant.ts';

/** What comes behind the last semicolon is what to do. */
export function statusOf({ problem, code }: GrantProblem): RelationStatus {
  const at = problem.lastIndexOf('; ');
  return { code, message: problem.slice(0, at), resolution: problem.slice(at + 2) };
}

export function tellClient(
  { hook, relation: current }: Observed['context'],
  { id: relation, databag: own, heard = [] }: { readonly id: number; readonly databag: Bag; readonly heard?: readonly number[] },
  statuses: readonly RelationStatus[],
): Plan {
  const hearing = { heard, reacts: current === relation && hook.endsWith('-relation-changed') };
  const now = withStatuses(own, statuses, hearing);
  const differs = now.status !== own.status || (own.version === 'v1' && now.data !== own.data);
  return differs ? plan({ effects: [{ do: 'tell-client', relation, own, statuses, hearing }] }) : nothing;
}
