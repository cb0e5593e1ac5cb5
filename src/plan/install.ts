// The snap with the servers: the first thing on every machine.
import { snapRevision } from '../core/names.ts';
import type { Observed } from '../core/observed.ts';
import { nothing, type Plan, plan } from '../core/plan.ts';
import { status } from '../core/status.ts';

export function planInstall({ context, host, juju }: Observed): Plan {
  if (juju.dying || host.snap !== undefined) return nothing;
  const revision = snapRevision(host.architecture);
  if (revision === undefined) return plan({ unit: [status.noSnap(context.app, host.architecture)] });
  return plan({ effects: [{ do: 'install-snap', revision }], unit: [status.installing], pending: true });
}
