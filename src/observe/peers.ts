// The other units of this application: those that stay, those that go, and those that this unit has had no hook for yet.
import { byUnitNumber, type Context } from '../core/context.ts';
import type { Bag, JujuFacts, Peers, PeerUnit } from '../core/observed.ts';
import type * as Tools from '../juju/tools.ts';
import type { Juju } from './clients.ts';

/** For who need not know who goes. */
export const NOBODY: Tools.Goal = { dying: [], units: [], related: new Map() };

/** This hook says that the unit goes. */
export const isLeaving = ({ detaching, departing, unit, hook }: Context): boolean =>
  detaching !== undefined || departing === unit || hook === 'stop' || hook === 'remove';

/** A unit that follows reads what the others say only when it comes to need it: its hooks cost the same however many there are. */
export async function readPeers(
  juju: Juju,
  context: Context,
  endpoint: string,
  leads: Promise<boolean>,
  goal: Promise<Tools.Goal>,
): Promise<Peers | undefined> {
  const [id] = await juju.relationIds(endpoint);
  if (id === undefined) return undefined;
  const meets = leads.then(
    leader =>
      leader || context.action !== undefined || context.breaking !== undefined || context.departing !== undefined || isLeaving(context),
  );
  const [app, own, others] = await Promise.all([
    juju.applicationBag(id, context.app),
    juju.ownBag(id, context.unit),
    meets.then(now => (now ? readOthers(juju, context, id, goal) : undefined)),
  ]);
  const units = inOrder([[context.unit, peerUnit(own)], ...(others ?? [])]);
  return { id, app, units, ...(others === undefined ? { othersUnread: true } : {}) };
}

/** The facts with all units among the peers. @param matters who stays and who goes, those included that this unit has had no hook for. */
export async function meetOthers(juju: Juju, context: Context, facts: JujuFacts, matters = false): Promise<JujuFacts> {
  const { peers } = facts;
  if (peers?.othersUnread === undefined) return facts;
  const { othersUnread: _, ...known } = peers;
  const asked = matters ? juju.goalState() : Promise.resolve(NOBODY);
  const [others, goal] = await Promise.all([readOthers(juju, context, known.id, asked), asked]);
  const met = staying({ ...known, units: inOrder([...known.units, ...others]) }, goal, context);
  return { ...facts, ...(matters ? { leaving: await readLeaving(juju, context, known.id, goal.dying) } : {}), peers: met };
}

/** Nobody is told of them any more, but what they show can still be read. */
export async function readLeaving(
  juju: Juju,
  { unit }: Context,
  id: number | undefined,
  dying: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const isAsked = id !== undefined && !dying.includes(unit);
  const others = dying.filter(name => name !== unit);
  return new Map(
    await Promise.all(others.map(async name => [name, isAsked ? peerUnit(await juju.ownBag(id, name)).address : ''] as const)),
  );
}

/** The facts with the units that Juju has now: since this hook began another unit may have led, and let in one that is new. */
export async function withUnitsNow(juju: Juju, context: Context, facts: JujuFacts): Promise<JujuFacts> {
  return facts.peers === undefined ? facts : { ...facts, peers: staying(facts.peers, await juju.goalState(), context) };
}

type Named = readonly [string, PeerUnit];

const inOrder = (units: readonly Named[]): Peers['units'] => new Map([...units].sort(([a], [b]) => byUnitNumber(a, b)));

/**
 * Juju lists a unit only once this one has had its hook for it. Until then a new leader would take the unit for one that is gone, remove
 * its member, or make a second set beside the one that it has made: so those that are to be are read as well.
 */
async function readOthers(juju: Juju, context: Context, id: number, goal: Promise<Tools.Goal>): Promise<readonly Named[]> {
  const isOther = (name: string): boolean => name !== context.unit && name !== context.departing;
  const met = (await juju.relationUnits(id)).filter(isOther);
  const read = (names: readonly string[], bagOf: typeof juju.unitBag): Promise<readonly Named[]> =>
    Promise.all(names.map(async name => [name, peerUnit(await bagOf(id, name))] as const));
  const [bags, unmet] = await Promise.all([
    read(met, juju.unitBag),
    goal.then(({ units, dying }) =>
      read(
        units.filter(name => isOther(name) && !met.includes(name) && !dying.includes(name)),
        juju.ownBag,
      ),
    ),
  ]);
  // A unit that has not yet shown its address cannot be reached anyway.
  return [...bags, ...unmet].filter(([, { address }]) => address !== '');
}

const peerUnit = (bag: Bag): PeerUnit => {
  const { 'ingress-address': address = '', 'private-address': _, 'egress-subnets': __, ...data } = bag;
  return { address, data };
};

/** A unit that Juju has no more is still listed here until this unit has had the hook for its departure. */
export const staying = (
  peers: Peers,
  { dying, units }: Pick<Tools.Goal, 'dying' | 'units'>,
  { unit: self, departing }: Context,
): Peers => ({
  ...peers,
  units: new Map(
    [...peers.units].filter(([name]) => name === self || (!dying.includes(name) && (units.length === 0 || units.includes(name)))),
  ),
  ...comingOf(units.filter(name => name !== self && name !== departing && !dying.includes(name) && !peers.units.has(name))),
});

const comingOf = (coming: readonly string[]): Pick<Peers, 'coming'> => (coming.length === 0 ? {} : { coming });

/** This unit's own address is the one that Juju says now: its bag may still hold the last. */
export const withAddress = (peers: Peers, self: string, address: string): Peers => ({
  ...peers,
  units: new Map([...peers.units].map(([name, unit]) => [name, name === self ? { ...unit, address } : unit])),
});
