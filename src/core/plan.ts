// A plan: what to do, what to show, and whether waiting a little may let us do more.
import type { Effect } from './effects.ts';
import type { Status } from './status.ts';

export type Plan = {
  readonly effects: readonly Effect[];
  /** Candidates for this unit's status, and for the application's. */
  readonly unit: readonly Status[];
  readonly app: readonly Status[];
  /** Something is under way that this hook should see the end of, if it ends within the budget. */
  readonly pending: boolean;
  /** What is under way is the start of this unit's mongod, and the other units wait for what it then tells: it gets the time that a start takes. */
  readonly starting: boolean;
  /** Something goes on in the cluster that no hook waits for: the leader is to look again soon. */
  readonly wake: boolean;
  /** Why this unit must not go yet, although Juju is about to take it away. */
  readonly hold: readonly string[];
};

const NOTHING: Plan = { effects: [], unit: [], app: [], pending: false, starting: false, wake: false, hold: [] };

export const plan = (parts: Partial<Plan>): Plan => ({ ...NOTHING, ...parts });
export const nothing: Plan = NOTHING;

/** One plan of several, in their order. */
export const together = (plans: readonly Plan[]): Plan => ({
  effects: plans.flatMap(one => one.effects),
  unit: plans.flatMap(one => one.unit),
  app: plans.flatMap(one => one.app),
  pending: plans.some(one => one.pending),
  starting: plans.some(one => one.starting),
  wake: plans.some(one => one.wake),
  hold: plans.flatMap(one => one.hold),
});
