// Every failure of `npm run failures` that leaves its unit where it is, once, on the charm's set, while a client writes: each ends healed, with
// no confirmed write lost. The rest is in storage.test.ts.
import { expect, test } from 'vitest';
import { inflict } from '../../../tools/failures/inflict.ts';
import { casesOf, openSet } from './failing.ts';

const set = openSet('full');

test.each(casesOf('full'))('%s', async (_, one) => {
  const { confirmed, lost } = await inflict(one, set());
  expect(lost).toEqual([]);
  expect(confirmed).toBeGreaterThan(0);
});
