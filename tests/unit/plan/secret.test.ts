// Revisions of secrets that nobody follows any more.
import { expect, test } from 'vitest';
import { mongodb } from '../../../src/charms/mongodb.ts';
import { together } from '../../../src/core/plan.ts';
import { asObsolete, planObsolete } from '../../../src/plan/secret.ts';
import { CONFIG, steady } from './world.ts';

const obsolete = { secret: 'dc3fkc721r75vlonodhg', revision: 2 };

test('a revision that nobody follows is removed', () => {
  const seen = steady(1);
  expect(planObsolete({ ...seen, context: { ...seen.context, hook: 'secret-remove', obsolete } }).effects).toEqual([
    { do: 'remove-secret', id: obsolete.secret, revision: 2 },
  ]);
});

// Juju kept the removal and dropped the new policy, while the databag said that the policy was set: it never was.
test('in that hook nothing else is written or done, and the statuses are those that they would be', () => {
  const config = { valid: true, config: { ...CONFIG, 'client-password-rotation': 'monthly', 'slow-operation-threshold-ms': 7 } } as const;
  const due = steady(1, { juju: { config } });
  const whole = (seen: typeof due) => together(mongodb.planners.map(planner => planner(seen)));
  expect(whole(due).effects.length).toBeGreaterThan(1);
  const seen = { ...due, context: { ...due.context, hook: 'secret-remove', obsolete } };
  const plan = asObsolete(whole(seen), seen);
  expect(plan.effects).toEqual([{ do: 'remove-secret', id: obsolete.secret, revision: 2 }]);
  expect(plan).toMatchObject({ pending: false, wake: false, unit: whole(due).unit, app: whole(due).app });
  expect(asObsolete(whole(due), due)).toEqual(whole(due));
});
