// Configuration and status of a replica set → ReplicaSet.
import type { Document } from 'mongodb';
import * as z from 'zod/mini';
import type { Member, MemberState, ReplicaSet } from '../core/observed.ts';
import { oneLine } from '../core/text.ts';
import { readAnswer } from './answers.ts';

/** Tag of a member that says which unit it is. */
export const UNIT_TAG = 'juju-unit';
/** Tag of a member whose unit is about to go: its name once more, so that it says nothing of another unit on the same data. */
export const LEAVING_TAG = 'juju-leaving';

/** Tags, as a configuration lists them and as a member tells them to everybody. */
export const isLeaving = (tags: Readonly<Record<string, string>> = {}): boolean =>
  tags[LEAVING_TAG] !== undefined && tags[LEAVING_TAG] === tags[UNIT_TAG];

const whole = (least: number) => z.int().check(z.gte(least));
const member = z.object({
  _id: whole(0),
  host: z.string().check(z.regex(/^[^\s\p{Cc},]{1,260}:\d{1,5}$/u)),
  votes: z.optional(z.union([z.literal(0), z.literal(1)])),
  priority: z.optional(z.number().check(z.gte(0))),
  tags: z.optional(z.record(z.string(), z.string())),
});
const differ = (values: readonly unknown[]): boolean => new Set(values).size === values.length;
const config = z.object({
  _id: z.string().check(z.minLength(1)),
  version: whole(1),
  settings: z.optional(z.record(z.string(), z.unknown())),
  // mongod keeps no configuration without members, and none with two of the same number or place.
  members: z.array(member).check(
    z.minLength(1),
    z.refine(all => differ(all.map(one => one._id)) && differ(all.map(one => one.host))),
  ),
});
const setTimes = z.object({ electionTimeoutMillis: z.number(), heartbeatIntervalMillis: z.number(), heartbeatTimeoutSecs: z.number() });
const status = z.object({
  myState: whole(0),
  members: z.array(
    z.object({ _id: whole(0), state: whole(0), stateStr: z.string(), health: z.optional(z.number()), self: z.optional(z.boolean()) }),
  ),
});

export type SetStatus = z.infer<typeof status>;

/** @throws when mongod answers something else than it is known to. */
export const decodeStatus = (answer: Document): SetStatus => readAnswer('replSetGetStatus', status, answer);

/** The configuration with all that is in it. @throws when it is none. */
export function configIn(answer: Document): Document {
  readAnswer('replSetGetConfig', z.object({ config }), answer);
  return answer.config;
}

const stored = z.object({ members: z.array(z.object({ _id: whole(0), newlyAdded: z.optional(z.boolean()) })) });

/**
 * Numbers of the members whose votes MongoDB does not count yet. Only the configuration in `local` tells: `replSetGetConfig` shows the
 * vote that they will have (seen on 6.0.5). @throws when it is none.
 */
export const newlyAddedIn = (document: Document): ReadonlySet<number> =>
  new Set(readAnswer('local.system.replset', stored, document).members.flatMap(({ _id, newlyAdded }) => (newlyAdded ? [_id] : [])));

const LONGEST_STATE = 64;

/** Without a status every member's state is unknown, which is shown as down. */
export function decodeSet(answer: Document, seen: SetStatus | undefined): ReplicaSet {
  const { _id: name, version, settings, members: listed } = readAnswer('replSetGetConfig', config, answer);
  const states = new Map(seen?.members.map(member => [member._id, member]));
  const members = listed.map(({ _id: id, host, votes = 1, priority = 1, tags }): Member => {
    const now = states.get(id);
    const unit = tags?.[UNIT_TAG];
    return {
      id,
      host,
      ...(unit === undefined ? {} : { unit }),
      ...(isLeaving(tags) ? { leaving: true } : {}),
      votes: votes === 0 ? 0 : 1,
      priority,
      state: now === undefined || now.health === 0 ? 'down' : stateOf(now.state),
      stateText: oneLine(now?.stateStr ?? 'UNKNOWN', LONGEST_STATE),
    };
  });
  const primary = members.find(member => member.state === 'primary')?.host;
  const identity = identityOf(settings?.replicaSetId);
  const times = setTimes.safeParse(settings);
  return {
    name,
    version,
    members,
    ...(times.success ? { times: times.data } : {}),
    ...(identity === undefined ? {} : { identity }),
    ...(primary === undefined ? {} : { primary }),
  };
}

/** An ObjectId; whatever else stands there says nothing of a set. */
function identityOf(id: unknown): string | undefined {
  const hex: unknown = (id as { toHexString?(): unknown } | null | undefined)?.toHexString?.();
  return typeof hex === 'string' ? hex : undefined;
}

/** Numbers of MongoDB's member states. */
export function stateOf(number: number): MemberState {
  switch (number) {
    case 1:
      return 'primary';
    case 2:
      return 'secondary';
    case 0: // STARTUP
    case 3: // RECOVERING
    case 5: // STARTUP2
    case 9: // ROLLBACK
      return 'syncing';
    case 6: // UNKNOWN
    case 8: // DOWN
      return 'down';
    case 7:
      return 'arbiter';
    case 10:
      return 'removed';
    default:
      return 'other';
  }
}
