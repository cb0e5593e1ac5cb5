// What a unit can do without the others.
import { INITIALISED } from '../core/bags.ts';
import type { Observed } from '../core/observed.ts';
import { wantedConfig } from './wanted-config.ts';

/**
 * A member of a plain replica set that is well, and runs with the configuration that it should have, waits for nobody and hands nothing over:
 * unless it leads or leaves, which its hooks know from the beginning. In a sharded cluster much more depends on the others.
 */
export function needsOthers(seen: Observed): boolean {
  const { juju, mongod } = seen;
  if (juju.role !== 'replication' || juju.dying || mongod.kind !== 'member') return true;
  if ((mongod.self !== 'primary' && mongod.self !== 'secondary') || mongod.set.primary === undefined) return true;
  return isLeftAlone(mongod) || wantedConfig(seen)?.hash !== mongod.running.config;
}

/**
 * Who is outside of its set, or still to be let in, or sees no primary, or is one and misses somebody, has to know who stays and who goes:
 * whoever leads may be going.
 */
export function mattersWhoGoes({ juju, mongod }: Observed): boolean {
  if (mongod.kind === 'uninitialised') return juju.peers?.app[INITIALISED] !== undefined;
  return mongod.kind === 'outside' || (mongod.kind === 'member' && (mongod.set.primary === undefined || isLeftAlone(mongod)));
}

const isLeftAlone = ({ self, set }: Extract<Observed['mongod'], { kind: 'member' }>): boolean =>
  self === 'primary' && set.members.some(({ state }) => state === 'down');
