// What a charm is to the dispatcher: its planners in their order, and its actions.
import type { Action } from '../core/action.ts';
import type { Observed } from '../core/observed.ts';
import type { Plan } from '../core/plan.ts';

export type Charm = {
  readonly planners: readonly ((seen: Observed) => Plan)[];
  readonly actions: Readonly<Record<string, Action>>;
};
