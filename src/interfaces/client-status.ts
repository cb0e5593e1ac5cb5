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
 * What a client has shown to have noticed. `heard`: codes that each of its units has in its own databag. `reacts`: it has changed something,
 * and that is why this hook runs.
 */
export type Hearing = { readonly heard: readonly number[]; readonly reacts: boolean };

/** Whether a client of version 1 is told something of which it is not known yet that it has heard it. */
export const isUnheard = (own: Bag): boolean =>
  own.version === 'v1' && statusesIn(own).some(({ code }) => knownIn(own)[code] === undefined);

/** Codes that a unit of a client of version 1 has noticed, by its databag: its library keeps them there. */
export const heardBy = (unitBag: Bag): readonly number[] => Object.keys(knownIn(unitBag)).map(Number);

const knownIn = (bag: Bag): Record<string, unknown> => readJson(bag.data, z.object({ status: z.optional(object) }))?.status ?? {};

/**
 * Our databag with these statuses, at most one of each code: a client of version 0 tells them apart by nothing else.
 *
 * A client of version 1 looks at the difference between `status` and what stands in our `data`, and sees both at the same time. So a status
 * comes into `data` only when the client has heard of it; one that is taken back stays there until the client does something.
 */
export function withStatuses(own: Bag, statuses: readonly RelationStatus[], { heard, reacts }: Hearing): Bag {
  const { status: _, ...rest } = own;
  const now = [...new Map(statuses.map(one => [one.code, one])).values()].sort((a, b) => a.code - b.code);
  const bag: Bag = now.length === 0 ? rest : { ...rest, status: JSON.stringify(now) };
  if (own.version !== 'v1') return bag;
  const { status: __, ...mirrors } = readJson(own.data, object) ?? {};
  const told = statusesIn(own);
  const kept = Object.entries(knownIn(own)).filter(([code]) => !reacts || told.some(one => String(one.code) === code));
  const fresh = told.filter(one => heard.includes(one.code)).map(one => [String(one.code), one] as const);
  const known = Object.fromEntries([...kept, ...fresh]);
  return { ...bag, data: JSON.stringify({ ...mirrors, ...(Object.keys(known).length === 0 ? {} : { status: known }) }) };
}
