// Times of a set's elections and heartbeats, from the option of the operator; see docs/decisions/0004.
import { MAX_VOTERS } from '../core/names.ts';
import type { Observed, ReplicaSet, SetTimes } from '../core/observed.ts';

const DEFAULT_MS = 5_000;
/** MongoDB's own. */
const LONGEST_HEARTBEAT_MS = 2_000;
/** Heartbeats within the time of an election, and the same in a large set, where their number grows with the square of the members. */
const HEARTBEATS = 10;
const HEARTBEATS_OF_MANY = 2.5;

/** For a set of so many members. Without a valid configuration, what it is by default. */
export function timesFor({ juju }: Observed, members: number): SetTimes {
  const electionTimeoutMillis = juju.config.valid ? juju.config.config['election-timeout-ms'] : DEFAULT_MS;
  const heartbeat = electionTimeoutMillis / (members > MAX_VOTERS ? HEARTBEATS_OF_MANY : HEARTBEATS);
  return {
    electionTimeoutMillis,
    heartbeatIntervalMillis: Math.min(LONGEST_HEARTBEAT_MS, Math.round(heartbeat)),
    heartbeatTimeoutSecs: Math.ceil(electionTimeoutMillis / 1_000),
  };
}

/** The set has other times than the operator asks for; an option that is not valid asks for nothing. */
export function hasOtherTimes(seen: Observed, { times, members }: ReplicaSet): boolean {
  if (times === undefined || !seen.juju.config.valid) return false;
  const desired = timesFor(seen, members.length);
  return (Object.keys(desired) as (keyof SetTimes)[]).some(name => desired[name] !== times[name]);
}
