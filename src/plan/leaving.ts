// A unit that goes: it hands over, leaves the set, and only then stops its mongod, all before its storage goes. What lies on that stays.

import { INITIALISED, INITIATOR, LEAVING, MEMBERS, RUNNING_CONFIG } from '../core/bags.ts';
import type { Observed } from '../core/observed.ts';
import { nothing, type Plan, plan } from '../core/plan.ts';
import { status } from '../core/status.ts';
import { cleaned } from './cleaning.ts';
import { hasData, isForeign, type Membered, ownData, ownMember, stayingUnits } from './facts.ts';
import { planHolding } from './holding.ts';
import { letIn } from './membership.ts';

export function planLeaving(seen: Observed): Plan {
  const { juju, context } = seen;
  if (!juju.dying) return nothing;
  // A hook that was due when Juju began to take the unit away comes before the one in which it may still be held: nothing is given up yet.
  if (context.detaching === undefined && context.hook !== 'stop' && context.hook !== 'remove') return plan({ unit: [status.leaving] });
  const holding = planHolding(seen);
  if (holding.hold.length > 0) return { ...holding, unit: holding.hold.map(status.held), pending: true };
  const announce = announced(seen);
  if (!runs(seen)) return plan({ effects: [...announce, ...cleaned(seen)], unit: [status.leaving] });
  const handover = handingOver(seen);
  if (handover.pending) return handover;
  const step = seen.mongod.kind === 'member' ? outOfSet(seen, seen.mongod) : 'done';
  const router: Plan['effects'] = seen.host.router.config === undefined ? [] : [{ do: 'stop-router' }];
  if (step === 'done') return plan({ effects: [...router, { do: 'stop-mongod' }, ...announce], unit: [status.leaving], pending: true });
  return plan({ effects: [...step, ...announce], unit: [status.leaving], pending: true });
}

/** Nobody has stopped it: one that ended by itself is started again, and may be the one that everything depends on. */
const runs = ({ host }: Observed): boolean => host.service === 'active' || host.startsAgain === true;

/** The only member that has the data does not go before another unit has it, too; what it lies on may go along with it. */
function handingOver(seen: Observed): Plan {
  const { mongod, context, juju } = seen;
  const waitedFor = [...kept(seen), ...(juju.peers?.coming ?? [])];
  if (context.detaching === undefined || waitedFor.length === 0 || seen.left) return nothing;
  const listed = juju.peers?.app[MEMBERS]?.split(' ').includes(context.unit) === true;
  if (mongod.kind === 'silent') return ofSilent(seen, listed && mongod.dataElsewhere !== true);
  if (mongod.kind === 'outside') {
    const hasCopies = mongod.primary !== undefined || mongod.dataElsewhere === true;
    if (!listed || hasCopies || mongod.set.name !== context.app) return nothing;
    return keptFor(waitedFor, letIn(seen, mongod.set, false));
  }
  if (mongod.kind !== 'member') return nothing;
  if (mongod.self !== 'primary' && mongod.self !== 'secondary') return nothing;
  const self = ownMember(seen, mongod.set);
  // Two that go at once would each count on the other.
  // Nor does it count on a foreign member, which may be delayed, and is not there to be primary.
  const { members } = mongod.set;
  const others = members.filter(
    member => member !== self && juju.leaving?.has(member.unit ?? '') !== true && !isForeign(member, stayingUnits(seen), members),
  );
  if (self === undefined || others.some(hasData)) return nothing;
  if (wentOn(mongod) || isNobodys(seen, mongod)) return nothing;
  // Whoever leads: a leader that is no member itself cannot find the set any more, for it does not count on a unit that goes.
  return keptFor(waitedFor, letIn(seen, mongod.set, mongod.self === 'primary'));
}

/** Other units that Juju keeps: also one that has said that it leaves, for its storage was taken away; it starts again on another. */
const kept = ({ juju, context }: Observed): readonly string[] =>
  [...(juju.peers?.units ?? [])].flatMap(([name, { data }]) =>
    name === context.unit ? [] : data[LEAVING] === undefined ? name : `${name} (its storage was taken away)`,
  );

function keptFor(waitedFor: readonly string[], effects: Plan['effects']): Plan {
  const reason = `no other unit has its data yet; waiting for ${waitedFor.join(', ')}`;
  return plan({ effects, hold: [reason], unit: [status.held(reason)], pending: true });
}

/**
 * The set has a primary again that this unit's mongod is not told of. Only a member with the data can be primary, and only in the same set is
 * it the same data; a configuration older than this one's may be that of a primary which this one has succeeded.
 */
const wentOn = ({ self, set, elsewhere }: Membered): boolean =>
  self === 'secondary' && elsewhere?.identity !== undefined && elsewhere.identity === set.identity && elsewhere.version >= set.version;

/**
 * The set that this unit has initiated never became the application's: the hook that would have said so was lost with its leadership, and
 * the next leader has named another unit to initiate one. A leader names no other while the one that was named stays, or once a set is known:
 * so while that unit stays, this one's claim is the older one, however old its view of the databag. Where that names this unit or nobody, or
 * says that the set is of others, another set at one of them tells; also where others were let in who may have taken over this one.
 */
function isNobodys(seen: Observed, { set, elsewhere }: Membered): boolean {
  const { context, juju } = seen;
  const app = juju.peers?.app ?? {};
  const named = app[INITIATOR];
  if (set.members.filter(({ newlyAdded }) => !newlyAdded).length > 1) return false;
  const isAnother = elsewhere?.identity !== undefined && elsewhere.identity !== set.identity;
  if (app[INITIALISED] !== undefined) return isAnother && app[MEMBERS] !== undefined && !app[MEMBERS].split(' ').includes(context.unit);
  if (named === undefined || named === context.unit || set.members.length > 1) return isAnother;
  return stayingUnits(seen).has(named);
}

/**
 * One that does not answer for a moment may be the one that everything depends on: a member that was let in may still have to copy all.
 * @param alone as far as anybody answers.
 */
function ofSilent({ lastChance }: Observed, alone: boolean): Plan {
  const reason = 'its MongoDB does not answer, and no other unit is known to have its data';
  if (alone) return plan({ hold: [reason], unit: [status.held(reason)], pending: true });
  return lastChance ? nothing : plan({ unit: [status.leaving], pending: true });
}

/** What must still be done before this mongod may stop; an empty list means to wait for the others. */
function outOfSet(seen: Observed, mongod: Membered): readonly Plan['effects'][number][] | 'done' {
  const self = ownMember(seen, mongod.set);
  const others = mongod.set.members.filter(member => member !== self);
  const alive = others.some(member => member.state !== 'down');
  // The last one takes the set with it, on its storage, and so do the last ones together: nobody is left to hand over to.
  // Without a primary nobody can let us go; the leader removes us when we are gone.
  if (self === undefined || !alive || kept(seen).length === 0 || seen.lastChance || seen.left) return 'done';
  if (mongod.self === 'primary')
    return others.some(({ state, priority }) => state === 'secondary' && priority > 0) ? [{ do: 'step-down' }] : [];
  if (mongod.set.primary === undefined) return [];
  const members = others.map(({ id, host, unit, votes, priority }) => ({
    id,
    host,
    votes,
    priority,
    ...(unit === undefined ? {} : { unit }),
  }));
  return [{ do: 'reconfigure', from: mongod.set.version, members, force: false }];
}

function announced(seen: Observed): readonly Plan['effects'][number][] {
  const data = ownData(seen);
  if (seen.juju.peers === undefined || data[LEAVING] !== undefined) return [];
  return [{ do: 'set-peer-unit', values: { [LEAVING]: 'true', ...(data[RUNNING_CONFIG] === undefined ? {} : { [RUNNING_CONFIG]: '' }) } }];
}
