// Storage that outlives its unit: a new unit goes on with the data. Data of another application is in restore.test.ts.
import { expect, test } from 'vitest';
import { inflict } from '../../../tools/failures/inflict.ts';
import { casesOf, openSet } from './failing.ts';

const set = openSet('kept');

test.each(casesOf('kept'))('%s', async (_, one) => {
  const { confirmed, lost } = await inflict(one, set());
  expect(lost).toEqual([]);
  expect(confirmed).toBeGreaterThan(0);
});
