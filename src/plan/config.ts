// A configuration that is not valid changes nothing; the operator is told which option to set.
import type { Observed } from '../core/observed.ts';
import { nothing, type Plan, plan } from '../core/plan.ts';
import { status } from '../core/status.ts';

export function planConfig(seen: Observed): Plan {
  const { config } = seen.juju;
  if (config.valid || seen.juju.dying) return nothing;
  const shown = status.badConfig(config.problem);
  return plan({ unit: [shown], app: [shown] });
}
