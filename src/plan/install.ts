// The snap with the servers: the first thing on every machine.
import type { Observed } from '../core/observed.ts';
import { nothing, type Plan, plan } from '../core/plan.ts';
import { status } from '../core/status.ts';

export function planInstall({ host, juju }: Observed): Plan {
  if (juju.dying || host.snap !== undefined) return nothing;
  return plan({ effects: [{ do: 'install-snap' }], unit: [status.installing], pending: true });
}
