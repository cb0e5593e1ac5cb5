import { describe, expect, test } from 'vitest';
import { heardBy, isUnheard, withStatuses } from '../../../src/interfaces/client-status.ts';

const [one, two] = [5002, 5001].map(code => ({ code, message: `m${code}`, resolution: `r${code}` }));
const silent = { heard: [], reacts: false };

test('a client of version 0 finds the statuses sorted, one of each code, and none when there is nothing to say', () => {
  const own = { database: 'shop', data: '{"database":"shop"}' };
  const told = withStatuses(own, [one!, two!, { ...one!, message: 'again' }], silent);
  expect(told).toEqual({ ...own, status: JSON.stringify([two, { ...one, message: 'again' }]) });
  expect(withStatuses(told, [], silent)).toEqual(own);
  expect(withStatuses(own, [], silent)).toEqual(own);
  expect(isUnheard(told)).toBe(false);
});

describe('a client of version 1', () => {
  const own = { version: 'v1', requests: '[]', data: '{"aa":{"resource":"shop"}}' };
  const told = withStatuses(own, [one!], silent);
  const known = withStatuses(told, [one!], { heard: [5002], reacts: true });

  test('finds in `data` what it was told once it has heard of it, and not before, however many hooks run', () => {
    expect(told).toEqual({ ...own, status: JSON.stringify([one]) });
    expect([isUnheard(own), isUnheard(told), isUnheard(known)]).toEqual([false, true, false]);
    expect(withStatuses(told, [one!], silent)).toEqual(told);
    expect(withStatuses(told, [one!], { heard: [], reacts: true })).toEqual(told);
    expect(withStatuses(told, [one!], { heard: [5001], reacts: true })).toEqual(told);
    expect(JSON.parse(known.data ?? '')).toEqual({ aa: { resource: 'shop' }, status: { 5002: one } });
    expect(withStatuses(known, [one!], silent)).toEqual(known);
    expect(withStatuses(known, [one!], { heard: [5002], reacts: true })).toEqual(known);
  });
  test('finds there what was taken back, until it does something', () => {
    const resolved = withStatuses(known, [], { heard: [5002], reacts: true });
    expect(resolved).toEqual({ ...own, data: known.data });
    expect(withStatuses(resolved, [], silent)).toEqual(resolved);
    expect(withStatuses(resolved, [], { heard: [5002], reacts: true })).toEqual(own);
  });
  test('that was told two things is known to have heard of one', () => {
    const both = withStatuses(withStatuses(own, [one!, two!], silent), [one!, two!], { heard: [5001], reacts: true });
    expect(JSON.parse(both.data ?? '').status).toEqual({ 5001: two });
    expect(isUnheard(both)).toBe(true);
  });
  test.each([
    ['{"status":{"5002":{}},"aa":{}}', [5002]],
    ['{"aa":{}}', []],
    ['{"status":[5002]}', []],
    ['nonsense', []],
    [undefined, []],
  ])('a unit with the data %s has heard of %j', (data, codes) => {
    expect(heardBy(data === undefined ? {} : { data })).toEqual(codes);
  });
});
