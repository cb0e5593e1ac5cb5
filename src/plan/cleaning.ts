// What a unit leaves on its machine: nothing, but for data that lies on the machine's own disk, and the snap that this keeps there.

import type { Observed } from '../core/observed.ts';
import type { Plan } from '../core/plan.ts';

/** In its last hook: the next unit waits for its end, so what cannot change is not tried again. */
export function cleaned({ context, host }: Observed): Plan['effects'] {
  if (context.hook !== 'remove') return [];
  const isClean = host.config === undefined && host.keyFile === undefined && host.router.config === undefined;
  if (!isClean || (host.snap !== undefined && host.kept === undefined)) return [{ do: 'clean-machine' }];
  return host.kept === undefined ? [] : [{ do: 'log', level: 'INFO', message: `the snap stays on the machine: ${host.kept}` }];
}
