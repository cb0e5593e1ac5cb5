// What a unit can do without the others.
import { INITIALISED } from '../core/bags.ts';
import type { Observed } from '../core/observed.ts';
import type { Membered } from './facts.ts';
import { wantedConfig } from './wanted-config.ts';

/**
 * A member of a plain replica set that is well, and runs with the configuration that it should have, waits for nobody and hands nothing over:
 * unless it leads or leaves, which its hooks know from the beginning. In a sharded cluster much more depends on the others.
 */
export function needsOthers(seen: Observed): boolean {
  const { juju, mongod } = seen;
  if (juju.role !== 'replication' || juju.dying || mongod.kind !== 'member') return true;
  if ((mongod.self !== 'primary' && mongod.self !== 'secondary') || mongod.set.primary === undefined) return true;
  return isLeftAlone(mongod) || isToRestart(seen);
}

/**
 * Who is outside of its set, or still to be let in, or sees no primary, has to know who stays and who goes: whoever leads may be going. So
 * has one that misses somebody, if it is the primary, or would wait for that one with its restart.
 */
export function mattersWhoGoes(seen: Observed): boolean {
  const { juju, mongod } = seen;
  if (mongod.kind === 'uninitialised') return juju.peers?.app[INITIALISED] !== undefined;
  if (mongod.kind !== 'member') return mongod.kind === 'outside';
  return mongod.set.primary === undefined || isLeftAlone(mongod) || (misses(mongod) && isToRestart(seen));
}

const misses = ({ set }: Membered): boolean => set.members.some(({ state }) => state === 'down');

const isLeftAlone = (mongod: Membered): boolean => mongod.self === 'primary' && misses(mongod);

const isToRestart = (seen: Observed): boolean => seen.mongod.kind === 'member' && wantedConfig(seen)?.hash !== seen.mongod.running.config;
