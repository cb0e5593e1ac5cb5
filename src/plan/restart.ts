// A configuration that mongod only takes at its start: members restart one after the other, by unit number, the primary last.

import { RUNNING_CONFIG } from '../core/bags.ts';
import { byUnitNumber } from '../core/context.ts';
import type { Member, Observed, ReplicaSet } from '../core/observed.ts';
import { nothing, type Plan, plan } from '../core/plan.ts';
import { status } from '../core/status.ts';
import { hasData, isForeign, type Membered, ownMember, stayingUnits, unitOfMember } from './facts.ts';
import { haveSameKey } from './mongod-config.ts';
import { going, placedUnits } from './reconfiguration.ts';
import { wantedConfig } from './wanted-config.ts';

export function planRestart(seen: Observed): Plan {
  const { mongod, host } = seen;
  const wanted = wantedConfig(seen);
  if (seen.juju.dying || wanted === undefined || mongod.kind === 'silent' || host.service !== 'active') return nothing;
  if (mongod.running.config === wanted.hash || host.config !== wanted.text) return nothing; // written first, restarted in the next round
  const restart = plan({ effects: [{ do: 'restart-mongod' }], unit: [status.startingMongod], pending: true });
  if (mongod.kind !== 'member') return restart;
  const self = ownMember(seen, mongod.set);
  const others = mongod.set.members.filter(member => member !== self && !isGivenUp(seen, member, mongod.set));
  if (others.length === 0) return restart;
  if (mongod.set.primary === undefined && seen.lastChance && isApart(seen, mongod, wanted.hash)) return restart;
  const turn = self === undefined ? 'later' : turnOf(seen, mongod, others, wanted.hash);
  if (turn !== 'now') return plan({ unit: [status.restart], pending: turn === 'soon' });
  // Nobody can take over from a primary that has but arbiters and hidden members beside it.
  const heirs = others.filter(({ priority }) => priority > 0);
  if (mongod.self === 'primary' && heirs.length > 0) return plan({ effects: [{ do: 'step-down' }], unit: [status.restart], pending: true });
  return restart;
}

/** The others have another key by now than it shows, and neither lets the other in: it hears of no turn, and only its restart ends that. */
function isApart(seen: Observed, { running }: Membered, hash: string): boolean {
  const others = [...stayingUnits(seen)].filter(([unit]) => unit !== seen.context.unit).map(([, { data }]) => data[RUNNING_CONFIG] ?? '');
  return !haveSameKey(running.config, hash) && others.some(config => haveSameKey(config, hash));
}

/** Those before me in the order already run with the new configuration; it is soon my turn when they do, and are about to be well again. */
function turnOf(seen: Observed, { self, set }: Membered, others: readonly Member[], hash: string): 'now' | 'soon' | 'later' {
  const units = stayingUnits(seen);
  // A unit that this one has not met yet is one of the others all the same.
  const unitOf = (member: Member) => unitOfMember(member, units, set.members) ?? member.unit;
  const before = others.filter(member => {
    if (isForeign(member, units, set.members)) return false;
    if (self === 'primary') return true;
    const unit = unitOf(member);
    return member.state !== 'primary' && unit !== undefined && byUnitNumber(unit, seen.context.unit) < 0;
  });
  if (!before.every(member => units.get(unitOf(member) ?? '')?.data[RUNNING_CONFIG] === hash)) return 'later';
  // A foreign member counts as far as it has a vote: without it, a majority may need each of the others.
  const isWell = (member: Member): boolean =>
    hasData(member) || member.state === 'arbiter' || (member.votes === 0 && isForeign(member, units, set.members));
  const well = set.primary !== undefined && others.every(isWell);
  return well ? 'now' : 'soon';
}

/** Its unit goes, and is not expected to answer any more: it has lost its vote, and may stay a member for as long as Juju has the unit. */
const isGivenUp = (seen: Observed, member: Member, set: ReplicaSet): boolean =>
  member.state === 'down' && member.votes === 0 && going(member, placedUnits(seen), set) !== undefined;
