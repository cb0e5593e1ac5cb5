// What a charm is to the dispatcher: its endpoints, its planners in their order, and its actions.
import type { Action } from '../core/action.ts';
import type { Endpoints } from '../core/endpoints.ts';
import type { Observed } from '../core/observed.ts';
import type { Plan } from '../core/plan.ts';

export type Charm = {
  readonly endpoints: Endpoints;
  /** It has a mongod on its machine. */
  readonly runsMongod: boolean;
  /** Whether the plan may depend on what the other units say. */
  readonly needsOthers: (seen: Observed) => boolean;
  readonly planners: readonly ((seen: Observed) => Plan)[];
  readonly actions: Readonly<Record<string, Action>>;
};
