// What a client is told of a request that is not granted as it stands: the list `status` in our databag of its relation.
import * as z from 'zod/mini';
import type { Bag } from '../core/observed.ts';
import type { RelationStatus } from '../core/status.ts';
import { readJson } from './json.ts';

/** What a databag tells. */
export const statusesIn = (bag: Bag): readonly RelationStatus[] => readJson(bag.status, list) ?? [];

const list = z.array(z.object({ code: z.number(), message: z.string(), resolution: z.string() }));
const object = z.record(z.string(), z.unknown());

/**
 * Our databag with these statuses, at most one of each code: a client of version 0 tells them apart by nothing else.
 * A client of version 1 takes for known what `data` holds, so that follows one hook after it was told.
 */
export function withStatuses(own: Bag, statuses: readonly RelationStatus[]): Bag {
  const { status: before, ...rest } = own;
  const now = [...new Map(statuses.map(one => [one.code, one])).values()].sort((a, b) => a.code - b.code);
  const bag: Bag = now.length === 0 ? rest : { ...rest, status: JSON.stringify(now) };
  if (own.version !== 'v1') return bag;
  const { status: _, ...mirrors } = readJson(own.data, object) ?? {};
  const told = readJson(before, list) ?? [];
  const known = told.length === 0 ? {} : { status: Object.fromEntries(told.map(one => [one.code, one])) };
  return { ...bag, data: JSON.stringify({ ...mirrors, ...known }) };
}
