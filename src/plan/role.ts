// What the application is for, fixed by the leader's first hook: data that was written for one role cannot serve another.

import { ROLE } from '../core/bags.ts';
import type { Observed } from '../core/observed.ts';
import { nothing, type Plan, plan } from '../core/plan.ts';
import { type Status, status } from '../core/status.ts';

export function planRole(seen: Observed): Plan {
  const { juju, context } = seen;
  if (juju.dying || juju.peers === undefined) return nothing;
  const fixed = juju.peers.app[ROLE];
  if (!juju.config.valid) {
    if (fixed === undefined || juju.config.option !== 'role') return nothing;
    return shows(status.roleUnknown(context.app, fixed, juju.config.problem));
  }
  const asked = juju.config.config.role;
  if (fixed === undefined) return juju.leader ? plan({ effects: [{ do: 'set-peer-app', values: { [ROLE]: asked } }] }) : nothing;
  if (fixed === asked) return nothing;
  return shows(status.roleFixed(context.app, fixed, asked));
}

const shows = (one: Status): Plan => plan({ unit: [one], app: [one] });
