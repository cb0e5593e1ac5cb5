// What the application is for, fixed by the leader's first hook: data that was written for one role cannot serve another.

import { ROLE } from '../core/bags.ts';
import type { Observed } from '../core/observed.ts';
import { nothing, type Plan, plan } from '../core/plan.ts';
import { status } from '../core/status.ts';

export function planRole(seen: Observed): Plan {
  const { juju, context } = seen;
  if (juju.dying || juju.peers === undefined || !juju.config.valid) return nothing;
  const fixed = juju.peers.app[ROLE];
  const asked = juju.config.config.role;
  if (fixed === undefined) return juju.leader ? plan({ effects: [{ do: 'set-peer-app', values: { [ROLE]: asked } }] }) : nothing;
  if (fixed === asked) return nothing;
  const shown = status.roleFixed(context.app, fixed, asked);
  return plan({ unit: [shown], app: [shown] });
}
