// A configuration that mongod only takes at its start: members restart one after the other, by unit number, the primary last.

import { RUNNING_CONFIG } from '../core/bags.ts';
import type { Observed } from '../core/observed.ts';
import { nothing, type Plan, plan } from '../core/plan.ts';
import { status } from '../core/status.ts';
import { ownMember, stayingUnits, unitOfMember } from './facts.ts';
import { wantedConfig } from './wanted-config.ts';

type Membered = Extract<Observed['mongod'], { kind: 'member' }>;

export function planRestart(seen: Observed): Plan {
  const { mongod, host } = seen;
  const wanted = wantedConfig(seen);
  if (seen.juju.dying || wanted === undefined || mongod.kind === 'silent' || host.service !== 'active') return nothing;
  if (mongod.running.config === wanted.hash || host.config !== wanted.text) return nothing; // written first, restarted in the next round
  const restart = plan({ effects: [{ do: 'restart-mongod' }], unit: [status.startingMongod], pending: true });
  if (mongod.kind !== 'member' || mongod.set.members.length === 1) return restart;
  if (!isMyTurn(seen, mongod, wanted.hash)) return plan({ unit: [status.restart] });
  if (mongod.self === 'primary') return plan({ effects: [{ do: 'step-down' }], unit: [status.restart], pending: true });
  return restart;
}

/** All others are well, and those before me in the order already run with the new configuration. */
function isMyTurn(seen: Observed, mongod: Membered, hash: string): boolean {
  const { set } = mongod;
  const self = ownMember(seen, set);
  if (set.primary === undefined || self === undefined) return false;
  const others = set.members.filter(member => member !== self);
  if (others.some(member => member.state !== 'primary' && member.state !== 'secondary')) return false;
  const units = stayingUnits(seen);
  const names = [...units.keys()];
  const before = others.filter(member => {
    if (mongod.self === 'primary') return true;
    const unit = unitOfMember(member, units);
    return member.state !== 'primary' && unit !== undefined && names.indexOf(unit) < names.indexOf(seen.context.unit);
  });
  return before.every(member => units.get(unitOfMember(member, units) ?? '')?.data[RUNNING_CONFIG] === hash);
}
