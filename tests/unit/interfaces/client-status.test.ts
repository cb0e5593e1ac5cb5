import { expect, test } from 'vitest';
import { withStatuses } from '../../../src/interfaces/client-status.ts';

const [one, two] = [5002, 5001].map(code => ({ code, message: `m${code}`, resolution: `r${code}` }));

test('a client of version 0 finds the statuses sorted, one of each code, and none when there is nothing to say', () => {
  const own = { database: 'shop', data: '{"database":"shop"}' };
  const told = withStatuses(own, [one!, two!, { ...one!, message: 'again' }]);
  expect(told).toEqual({ ...own, status: JSON.stringify([two, { ...one, message: 'again' }]) });
  expect(withStatuses(told, [])).toEqual(own);
  expect(withStatuses(own, [])).toEqual(own);
});

test('a client of version 1 is told first, and finds in `data` one hook later that it has been told', () => {
  const own = { version: 'v1', requests: '[]', data: '{"aa":{"resource":"shop"}}' };
  const told = withStatuses(own, [one!]);
  expect(told).toEqual({ ...own, status: JSON.stringify([one]) });
  const known = withStatuses(told, [one!]);
  expect(JSON.parse(known.data ?? '')).toEqual({ aa: { resource: 'shop' }, status: { 5002: one } });
  expect(withStatuses(known, [one!])).toEqual(known);
  // It is resolved, and then forgotten.
  const resolved = withStatuses(known, []);
  expect(resolved).toEqual({ ...own, data: known.data });
  expect(withStatuses(resolved, [])).toEqual(own);
});
