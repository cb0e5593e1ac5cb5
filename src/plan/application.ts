// The application's status when nothing else is to be said of it.
import type { Observed } from '../core/observed.ts';
import { nothing, type Plan, plan } from '../core/plan.ts';
import { status } from '../core/status.ts';

export function planApplication(seen: Observed): Plan {
  const { juju, mongod } = seen;
  if (!juju.leader || juju.dying) return nothing;
  if (mongod.kind === 'member' && mongod.problem !== undefined) return plan({ app: [status.primaryStrange(mongod.problem)] });
  if (mongod.kind === 'member') return plan({ app: [mongod.primary === undefined ? status.noPrimary : status.ready] });
  return plan({ app: [mongod.kind === 'silent' ? status.starting : status.beingAdded] });
}
