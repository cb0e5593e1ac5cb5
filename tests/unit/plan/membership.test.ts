// Which reconfiguration is due, by tables.
import { describe, expect, test } from 'vitest';
import { LEAVING, RUNNING_CONFIG } from '../../../src/core/bags.ts';
import type { Member, Observed, ReplicaSet } from '../../../src/core/observed.ts';
import { nothing } from '../../../src/core/plan.ts';
import { status } from '../../../src/core/status.ts';
import { planMembership } from '../../../src/plan/membership.ts';
import { address, foreign, host, member, peerUnits, primaryFacts, replicaSet, running, steady, unit, withMembers } from './world.ts';

const ready = { [RUNNING_CONFIG]: 'any' };
const members = (count: number): Member[] => Array.from({ length: count }, (_, n) => member(n));
const change = (seen: Observed) => {
  const effect = planMembership(seen).effects.find(one => one.do === 'reconfigure');
  return effect?.do === 'reconfigure'
    ? {
        from: effect.from,
        force: effect.force,
        members: effect.members.map(one => `${one.id} ${one.unit} ${one.host} ${one.votes}/${one.priority}`),
      }
    : undefined;
};

describe('a leader that is no member yet', () => {
  const outside = (set: ReplicaSet) =>
    steady(2, { mongod: { kind: 'uninitialised', running, others: new Map([[unit(1), 'member']]), primary: primaryFacts(set) } });

  test('lets itself in, through the primary that the others know of', () => {
    const set = replicaSet([member(1, 'primary')]);
    expect(planMembership(outside(set)).effects).toMatchObject([
      { do: 'reconfigure', at: host(1), members: [{ unit: unit(1) }, { unit: unit(0) }] },
    ]);
  });
  test('leaves a set alone that none of its units belongs to', () => {
    expect(planMembership(outside(replicaSet([member(8, 'primary')]))).effects).toEqual([]);
  });
});

describe('a leader that is outside of a set of which Juju has not been told', () => {
  const outside = (of: ReplicaSet) =>
    steady(2, {
      juju: { peers: { id: 1, app: {}, units: peerUnits(2) } },
      mongod: { kind: 'outside', running, set: of, primary: primaryFacts(of) },
    });
  const moved = member(0, 'down', { host: '10.7.7.7:27017' });

  test('gets its address in it, where its member is beside the primary of another unit', () => {
    const members = [`0 ${unit(0)} ${host(0)} 1/1`, `1 ${unit(1)} ${host(1)} 1/1`];
    expect(change(outside(replicaSet([moved, member(1, 'primary')])))).toMatchObject({ members });
  });
  test('leaves it alone where it is no member, or no unit is where the primary is', () => {
    expect(planMembership(outside(replicaSet([member(7, 'down'), member(1, 'primary')])))).toEqual(nothing);
    expect(planMembership(outside(replicaSet([moved, member(1, 'primary', { host: '10.7.7.8:27017' })])))).toEqual(nothing);
    expect(planMembership(outside(replicaSet([moved, member(8, 'primary')])))).toEqual(nothing);
  });
});

describe('members that the charm did not add', () => {
  const arbiter = foreign(10, 'arbiter', { priority: 0 });
  const hidden = foreign(11, 'secondary', { votes: 0, priority: 0 });
  const lines = [`10 undefined ${arbiter.host} 1/0`, `11 undefined ${hidden.host} 0/0`];
  const without = (gone: number, count: number): Partial<Observed['juju']> => {
    const units = peerUnits(count);
    units.delete(unit(gone));
    return { peers: { id: 1, app: {}, units } };
  };

  test('stay as they are, and are told of, while units come and go', () => {
    const well = withMembers(steady(2), [...members(2), arbiter, hidden]);
    expect(planMembership(well)).toMatchObject({ effects: [], pending: false });
    expect(planMembership(well).app).toEqual([status.withForeign(`${arbiter.host}, ${hidden.host}`)]);
    const comes = withMembers(steady(3), [...members(2), arbiter, hidden]);
    expect(change(comes)?.members).toEqual([
      `0 ${unit(0)} ${host(0)} 1/1`,
      `1 ${unit(1)} ${host(1)} 1/1`,
      ...lines,
      `12 ${unit(2)} ${host(2)} 1/1`,
    ]);
    const goes = withMembers(steady(3, { juju: without(2, 3) }), [...members(3), arbiter, hidden]);
    expect(change(goes)?.members).toEqual([`0 ${unit(0)} ${host(0)} 1/1`, `1 ${unit(1)} ${host(1)} 1/1`, ...lines]);
  });
  test('that do not answer are named, and are no reason to do anything', () => {
    const away = withMembers(steady(1), [member(0), foreign(10, 'down')]);
    expect(planMembership(away)).toMatchObject({ effects: [], pending: false });
    expect(planMembership(away).app).toEqual([status.down(['10.8.8.10:27017']), status.withForeign('10.8.8.10:27017')]);
  });
  test('count among the seven that vote, and among the fifty', () => {
    expect(change(withMembers(steady(8), [...members(5), arbiter]))?.members.slice(6)).toEqual([
      `11 ${unit(5)} ${host(5)} 1/1`,
      `12 ${unit(6)} ${host(6)} 0/0`,
      `13 ${unit(7)} ${host(7)} 0/0`,
    ]);
    const full = [...members(49), foreign(90, 'secondary', { votes: 0, priority: 0 })].map((one, at) =>
      at > 6 ? { ...one, votes: 0 as const, priority: 0 } : one,
    );
    const seen = withMembers(steady(50), full);
    expect(change(seen)).toBeUndefined();
    expect(planMembership(seen).app).toEqual([status.tooManyMembers(50), status.withForeign('10.8.8.90:27017')]);
  });
  test('at the address of a unit that is ready are that unit’s from then on', () => {
    const seen = withMembers(steady(2), [member(0), foreign(10, 'secondary', { host: host(1) })]);
    expect(change(seen)?.members).toEqual([`0 ${unit(0)} ${host(0)} 1/1`, `10 ${unit(1)} ${host(1)} 1/1`]);
  });
  test('keep their votes in a set that is forced, for which they are not taken for gone', () => {
    const alone = (others: readonly Member[]) => withMembers(steady(1, { lastChance: true }), [member(0, 'secondary'), ...others]);
    expect(change(alone([foreign(10, 'down'), foreign(11, 'down')]))).toBeUndefined();
    expect(change(alone([foreign(10, 'down'), member(1, 'down')]))).toBeUndefined();
    expect(change(alone([foreign(10, 'down'), member(1, 'down'), member(2, 'down')]))).toEqual({
      from: 5,
      force: true,
      members: [`0 ${unit(0)} ${host(0)} 1/1`, '10 undefined 10.8.8.10:27017 1/1'],
    });
  });
  test('that have the majority of data from elsewhere are named, and nothing is done without them', () => {
    const set = replicaSet([foreign(10, 'down'), foreign(11, 'down'), foreign(12, 'down')]);
    const seen = steady(1, { lastChance: true, mongod: { kind: 'outside', running, set } });
    const app = [status.setOfOthers('10.8.8.10:27017, 10.8.8.11:27017, 10.8.8.12:27017')];
    expect(planMembership(seen)).toMatchObject({ effects: [], app, pending: false });
    // Members of units that are gone are nobody's any more.
    const ours = replicaSet([member(7, 'down'), member(8, 'down'), foreign(12, 'down')]);
    expect(change(steady(1, { lastChance: true, mongod: { kind: 'outside', running, set: ours } }))?.members).toEqual([
      `13 ${unit(0)} ${host(0)} 1/1`,
      '12 undefined 10.8.8.12:27017 1/1',
    ]);
  });
});

describe('one kind of change per reconfiguration', () => {
  test('a set of one that is to start again does so before it grows: it may be about to take another key', () => {
    const seen = withMembers(steady(2), members(1));
    if (seen.mongod.kind !== 'member') throw new Error('no member');
    expect(change(seen)?.members).toHaveLength(2);
    expect(change({ ...seen, mongod: { ...seen.mongod, running: { ...running, config: 'older' } } })).toBeUndefined();
  });
  test('all ready units that are missing are added at once, with new ids', () => {
    const seen = withMembers(steady(3), [member(0, 'primary', { id: 4 })]);
    expect(change(seen)).toEqual({
      from: 5,
      force: false,
      members: [`4 ${unit(0)} ${host(0)} 1/1`, `5 ${unit(1)} ${host(1)} 1/1`, `6 ${unit(2)} ${host(2)} 1/1`],
    });
  });
  test('a unit whose mongod is not ready is left out', () => {
    const units = peerUnits(2);
    units.set(unit(1), { address: address(1), data: {} });
    const seen = withMembers(steady(2, { juju: { peers: { id: 1, app: { members: unit(0), initialised: 'true' }, units } } }), members(1));
    expect(planMembership(seen).effects).toEqual([]);
  });
  test('the eighth and later members do not vote', () => {
    expect(change(withMembers(steady(9), members(6)))?.members.slice(6)).toEqual([
      `6 ${unit(6)} ${host(6)} 1/1`,
      `7 ${unit(7)} ${host(7)} 0/0`,
      `8 ${unit(8)} ${host(8)} 0/0`,
    ]);
  });
  test('a free vote goes to the next member that has the data', () => {
    const set = [...members(6), member(7, 'syncing', { votes: 0, priority: 0 }), member(8, 'secondary', { votes: 0, priority: 0 })];
    const units = peerUnits(9);
    units.delete(unit(6));
    const seen = withMembers(steady(9, { juju: { peers: { id: 1, app: {}, units } } }), set);
    expect(change(seen)?.members.at(-1)).toBe(`8 ${unit(8)} ${host(8)} 1/1`);
    expect(change(seen)?.members.at(-2)).toBe(`7 ${unit(7)} ${host(7)} 0/0`);
  });
  test('of several voters that are gone one leaves at a time, the dead first', () => {
    const seen = withMembers(steady(3), [...members(3), member(3), member(4, 'down')]);
    expect(change(seen)?.members).toHaveLength(4);
    expect(change(seen)?.members.some(one => one.includes(unit(4)))).toBe(false);
  });
  test('a primary whose unit is gone steps down first', () => {
    const set = [member(0, 'secondary'), member(1, 'secondary'), member(2, 'primary')];
    const seen = withMembers(steady(2), set);
    expect(planMembership(seen).effects).toEqual([{ do: 'step-down-primary' }]);
  });
  test('a unit that announced its leaving is taken out and not added again', () => {
    const units = peerUnits(2);
    units.set(unit(1), { address: address(1), data: { [LEAVING]: 'true' } });
    const seen = steady(2, { juju: { peers: { id: 1, app: {}, units } } });
    expect(change(withMembers(seen, members(2)))?.members).toEqual([`0 ${unit(0)} ${host(0)} 1/1`]);
    expect(change(withMembers(seen, members(1)))).toBeUndefined();
  });
  test('one that vanished while this hook ran is leaving: it is not brought back', () => {
    const seen = withMembers(steady(3), members(2));
    expect(change({ ...seen, membersAtStart: [host(0), host(1), host(2)] })).toBeUndefined();
    expect(change({ ...seen, membersAtStart: [host(0), host(1)] })?.members).toHaveLength(3);
  });
  test('one that came while this hook ran is another leader’s: it is not taken for that of a unit that is gone', () => {
    const seen = withMembers(steady(2), members(3));
    expect(change({ ...seen, membersAtStart: [host(0), host(1)] })).toBeUndefined();
    expect(change({ ...seen, membersAtStart: [host(0), host(1), host(2)] })?.members).toHaveLength(2);
    expect(change({ ...seen, membersAtStart: [host(0), host(1), host(2)], blindAtStart: true })).toBeUndefined();
  });
  test('one whose member was given another address while this hook ran has not vanished, whatever address this hook knows', () => {
    const moved = [member(0), member(1, 'secondary', { host: '10.1.1.1:27017' }), member(2)];
    const seen = { ...withMembers(steady(3), moved), membersAtStart: [host(0), host(1), host(2)] };
    expect(change(seen)?.members.map(one => one.split(' ')[1])).toEqual([unit(0), unit(1), unit(2)]);
  });
  test('a changed address is changed in place, and a member without a tag gets one', () => {
    const { unit: _, ...untagged } = member(2);
    const seen = withMembers(steady(3), [member(0), member(1, 'down', { host: '10.1.1.1:27017' }), untagged]);
    expect(change(seen)?.members).toEqual([`0 ${unit(0)} ${host(0)} 1/1`, `1 ${unit(1)} ${host(1)} 1/1`, `2 ${unit(2)} ${host(2)} 1/1`]);
  });
  test('one that is back, and that the primary has not heard of yet, is waited for; one that is away is not', () => {
    const seen = withMembers(steady(3), [member(0, 'down'), member(1), member(2, 'primary')]);
    expect(planMembership(seen)).toMatchObject({ effects: [], pending: true, app: [status.down([unit(0)])] });
    const away = withMembers(steady(3), [member(0), member(1, 'down'), member(2, 'primary')]);
    expect(planMembership(away)).toMatchObject({ effects: [], pending: false, app: [status.down([unit(1)])] });
    const telling = (name: string) => ({ ...away, context: { ...away.context, telling: name } });
    expect(planMembership(telling(unit(1))).pending).toBe(true);
    expect(planMembership(telling(unit(2))).pending).toBe(false);
  });
  test('only the leader plans, and not while it is leaving', () => {
    expect(planMembership(withMembers(steady(3, { juju: { leader: false } }), members(1))).effects).toEqual([]);
    expect(planMembership(withMembers(steady(3, { juju: { dying: true } }), members(1))).effects).toEqual([]);
  });
});

describe('a unit that does not lead, while one goes that may', () => {
  const elsewhere = (n: number) => member(n, 'down', { host: `10.1.1.${n}:27017` });
  const set = replicaSet([member(0, 'down'), elsewhere(1)]);
  const outside = (parts: Partial<Observed['juju']> = {}, of = set, lastChance = true) => {
    const seen = steady(5, { lastChance, juju: { leader: false, leaving: new Map([[unit(0), '']]), ...parts } }, 1);
    const peers = { ...seen.juju.peers!, units: new Map([...seen.juju.peers!.units].filter(([name]) => name !== unit(0))) };
    return { ...seen, juju: { ...seen.juju, peers }, mongod: { kind: 'outside', running, set: of } } as Observed;
  };

  test('tells the set where the units are by now, of which the leader hears no more', () => {
    const there = { force: true, from: 5 };
    // The one that goes is told, too, and votes no more.
    expect(change(outside())).toEqual({ ...there, members: [`52 ${unit(1)} ${host(1)} 1/1`, `0 ${unit(0)} ${host(0)} 0/0`] });
    expect(change(outside({}, replicaSet([...set.members, elsewhere(2)])))).toEqual({
      ...there,
      members: [`53 ${unit(1)} ${host(1)} 1/1`, `54 ${unit(2)} ${host(2)} 1/1`, `0 ${unit(0)} ${host(0)} 0/0`],
    });
    // What it does at the same time gives other numbers, or neither would tell the other.
    expect(change(outside({ leaving: new Map([[unit(0), '10.9.9.9']]) }))?.members).toEqual([
      `52 ${unit(1)} ${host(1)} 1/1`,
      `53 ${unit(0)} 10.9.9.9:27017 0/0`,
    ]);
    expect(change(outside({}, set, false))).toBeUndefined();
  });
  test('so does the only member that votes, whoever leads', () => {
    const only = replicaSet([elsewhere(1)]);
    expect(change(outside({ leaving: new Map() }, only))).toEqual({ force: true, from: 5, members: [`52 ${unit(1)} ${host(1)} 1/1`] });
  });
  test('leaves alone what others decide, or can do without it', () => {
    expect(change(outside({ leaving: new Map() }))).toBeUndefined();
    expect(change(outside({ leaving: new Map([[unit(7), '']]) }))).toBeUndefined();
    // Three of five can elect a primary.
    const others = [2, 3, 4].map(n => member(n, 'down'));
    expect(change(outside({}, replicaSet([...set.members, ...others])))).toBeUndefined();
    expect(change(outside({}, { ...set, name: 'shop' }))).toBeUndefined();
    expect(change(outside({}, replicaSet([member(0)])))).toBeUndefined();
    const { mongod } = steady(2);
    const primary = mongod.kind === 'member' ? mongod.primary : undefined;
    const led = (leaving: ReadonlyMap<string, string>): Observed => ({
      ...outside({ leaving }),
      mongod: { kind: 'outside', running, set, primary: { ...primary!, set: replicaSet([member(0), elsewhere(1)]) } },
    });
    expect(change(led(new Map()))).toBeUndefined();
    // Where the primary goes, whoever leads may be told of nothing any more.
    expect(change(led(new Map([[unit(0), address(0)]])))?.members).toEqual([`0 ${unit(0)} ${host(0)} 1/1`, `1 ${unit(1)} ${host(1)} 1/1`]);
  });
  test('which is not the first of them', () => {
    expect(change(outside({}, replicaSet([elsewhere(2), elsewhere(1), member(0, 'down')])))).toBeDefined();
    const seen = outside({}, replicaSet([elsewhere(2), elsewhere(1), member(0, 'down')]));
    expect(change({ ...seen, context: { ...seen.context, unit: unit(2) } })).toBeUndefined();
  });
});

describe('a set that has no primary', () => {
  const without = (set: readonly Member[], parts: Parameters<typeof steady>[1] = {}, count = 3) =>
    withMembers(steady(count, { lastChance: true, ...parts }), set);
  test('waits while a majority of its voters are units with the addresses it knows', () => {
    const seen = without([member(0, 'secondary'), member(1, 'down'), member(2, 'down')]);
    expect(planMembership(seen).effects).toEqual([]);
    expect(planMembership(seen).pending).toBe(true);
  });
  test('is configured by force when a majority of its voters are gone, and says so', () => {
    const seen = without([member(0, 'secondary'), member(7, 'down'), member(8, 'down')], {}, 1);
    expect(change(seen)).toEqual({ from: 5, force: true, members: [`0 ${unit(0)} ${host(0)} 1/1`] });
    expect(planMembership(seen).effects).toContainEqual(expect.objectContaining({ do: 'log', level: 'WARNING' }));
  });
  test('is configured by force when half of its voters are gone: the other half is no majority', () => {
    const seen = without([member(0, 'secondary'), member(7, 'down')], {}, 1);
    expect(change(seen)?.members).toEqual([`0 ${unit(0)} ${host(0)} 1/1`]);
  });
  describe('which does not list the leader, for it came last or was taken out', () => {
    const away = (n: number) => member(n, 'down', { host: `10.7.7.${n}:27017` });
    const elsewhere = { host: host(1), set: replicaSet([away(0), away(1)], 8) };
    const others = new Map([[unit(1), 'member' as const]]);
    const leads = (mongod: Observed['mongod'], bag = initialised) =>
      steady(3, {
        lastChance: true,
        context: { unit: unit(2) },
        juju: { peers: { id: 1, app: bag, units: peerUnits(3) }, address: address(2) },
        mongod,
      });
    const initialised: Record<string, string> = { initialised: 'true', members: `${unit(0)} ${unit(1)}` };
    const forced = { do: 'reconfigure', at: host(1), from: 8, force: true };
    const outside = { kind: 'outside' as const, running, set: replicaSet([away(0), away(1)], 7) };

    test('is configured by force on the mongod of a member', () => {
      for (const mongod of [
        { kind: 'uninitialised' as const, running, others, elsewhere },
        { ...outside, elsewhere },
      ])
        expect(planMembership(leads(mongod)).effects[0]).toMatchObject({ ...forced, members: [{ host: host(0) }, { host: host(1) }] });
    });
    test('but not before it is known to be that of the application', () => {
      for (const [mongod, bag] of [
        [{ kind: 'uninitialised' as const, running, others, elsewhere }, {}],
        [{ ...outside, elsewhere: { ...elsewhere, set: { ...elsewhere.set, name: 'other' } } }, initialised],
        [{ ...outside, elsewhere: { ...elsewhere, host: '10.7.7.9:27017' } }, initialised],
        [outside, initialised],
      ] as const)
        expect(planMembership(leads(mongod, bag)).effects).toEqual([]);
    });
    test('where it is listed it does so itself', () => {
      const set = replicaSet([away(0), away(1), away(2)], 7);
      const [effect] = planMembership(leads({ ...outside, set, elsewhere })).effects;
      expect(effect).toMatchObject({ do: 'reconfigure', from: 7, force: true });
      expect(effect).not.toHaveProperty('at');
    });
    test('a primary that the others have told of lets it in', () => {
      const set = replicaSet([member(0), member(1, 'primary')], 9);
      const seen = leads({ ...outside, primary: { ...primaryFacts(set), host: host(1) } });
      expect(planMembership(seen).effects[0]).toMatchObject({ do: 'reconfigure', at: host(1), from: 9, force: false });
    });
  });
  test('is configured by force when the only voter whose vote counts yet is gone', () => {
    const seen = without(
      [member(0, 'secondary', { newlyAdded: true }), member(1, 'syncing', { newlyAdded: true }), member(7, 'down')],
      {},
      2,
    );
    expect(change(seen)?.members).toEqual([`0 ${unit(0)} ${host(0)} 1/1`, `1 ${unit(1)} ${host(1)} 1/1`]);
    expect(change(without([member(0, 'secondary'), member(1, 'syncing', { newlyAdded: true }), member(7, 'down')], {}, 2))).toBeDefined();
    expect(change(without([member(0, 'secondary'), member(1, 'secondary'), member(7, 'down')], {}, 2))).toBeUndefined();
  });
  test('is not made one of a unit that has none of the data and sees nobody that has: others may have gone on with it', () => {
    const copying = without([member(0, 'syncing', { newlyAdded: true }), member(7, 'down')], {}, 1);
    expect(planMembership(copying)).toMatchObject({ effects: [], pending: true });
    const seen = without(
      [member(0, 'syncing', { newlyAdded: true }), member(1, 'secondary', { newlyAdded: true }), member(7, 'down')],
      {},
      2,
    );
    expect(change(seen)?.members).toEqual([`0 ${unit(0)} ${host(0)} 1/1`, `1 ${unit(1)} ${host(1)} 1/1`]);
  });
  test('gives those that are only slow the whole hook', () => {
    const seen = without([member(0, 'secondary'), member(7, 'down'), member(8, 'down')], { lastChance: false }, 1);
    expect(planMembership(seen).effects).toEqual([]);
  });
  test('takes the new addresses of all members at once, with new numbers', () => {
    const set = replicaSet([0, 1, 2].map(n => member(n, 'down', { host: `10.7.7.${n}:27017` })));
    const seen = steady(3, { lastChance: true, mongod: { kind: 'outside', running, set } });
    expect(change(seen)).toEqual({ from: 5, force: true, members: [0, 1, 2].map(n => `${n + 3} ${unit(n)} ${host(n)} 1/1`) });
  });
  test.each([
    // addresses of the members of units 0, 1, 2; of the units now; what the members are to be
    [
      'each has that of the next',
      [7, 8, 9],
      [8, 9, 6],
      [`0 ${unit(2)} 10.7.7.6:27017`, `1 ${unit(0)} 10.7.7.8:27017`, `2 ${unit(1)} 10.7.7.9:27017`],
    ],
    [
      'two have exchanged them',
      [7, 8, 9],
      [8, 7, 9],
      [`0 ${unit(1)} 10.7.7.7:27017`, `1 ${unit(0)} 10.7.7.8:27017`, `2 ${unit(2)} 10.7.7.9:27017`],
    ],
    [
      'one has that of another, which has a new one',
      [7, 8, 9],
      [8, 6, 9],
      [`0 ${unit(1)} 10.7.7.6:27017`, `1 ${unit(0)} 10.7.7.8:27017`, `2 ${unit(2)} 10.7.7.9:27017`],
    ],
  ])('takes new addresses that others of the set have had: %s', (_, before, now, after) => {
    const set = replicaSet(before.map((end, n) => member(n, n === 0 ? 'primary' : 'secondary', { host: `10.7.7.${end}:27017` })));
    const units = new Map(now.map((end, n) => [unit(n), { address: `10.7.7.${end}`, data: ready }]));
    const seen = withMembers(steady(3, { juju: { peers: { id: 1, app: {}, units } } }), set.members);
    expect(change(seen)?.members).toEqual(after.map(one => `${one} 1/1`));
  });
  test('a unit that has just come does not take the place of the member that had its address', () => {
    const set = replicaSet([member(0, 'primary'), member(1, 'down', { host: '10.7.7.7:27017' })]);
    const units = new Map([
      [unit(0), { address: address(0), data: ready }],
      [unit(1), { address: address(1), data: ready }],
      [unit(5), { address: '10.7.7.7', data: ready }],
    ]);
    const seen = withMembers(steady(2, { juju: { peers: { id: 1, app: {}, units } } }), set.members);
    expect(change(seen)?.members).toEqual([`0 ${unit(0)} ${host(0)} 1/1`, `1 ${unit(1)} ${host(1)} 1/1`]);
  });
  test('keeps one that goes, without a vote, until it leaves by itself or is gone: it would not be told otherwise', () => {
    const leaving = { juju: { leaving: new Map([[unit(7), '']]) } };
    const set = replicaSet([member(0, 'down', { host: '10.7.7.0:27017' }), member(7, 'down')]);
    const outside = { lastChance: true, mongod: { kind: 'outside', running, set } } as const;
    const alone = `8 ${unit(0)} ${host(0)} 1/1`;
    expect(change(steady(1, { ...outside, ...leaving }))?.members).toEqual([alone, `7 ${unit(7)} ${host(7)} 0/0`]);
    expect(change(steady(1, outside))?.members).toEqual([alone]);
    const kept = [member(0), member(7, 'down', { votes: 0, priority: 0 })];
    expect(change(withMembers(steady(1, leaving), kept))).toBeUndefined();
    expect(planMembership(withMembers(steady(1, leaving), kept)).app).toEqual([]);
    expect(change(withMembers(steady(1), kept))?.members).toEqual([`0 ${unit(0)} ${host(0)} 1/1`]);
    const elsewhere = { juju: { leaving: new Map([[unit(7), '10.9.9.9']]) } };
    expect(change(withMembers(steady(1, elsewhere), kept))?.members).toEqual([
      `0 ${unit(0)} ${host(0)} 1/1`,
      `7 ${unit(7)} 10.9.9.9:27017 0/0`,
    ]);
    for (const votes of [0, 1] as const) {
      const hears = [member(0), member(7, 'secondary', { votes, priority: votes })];
      expect(change(withMembers(steady(1, elsewhere), hears))).toBeUndefined();
    }
  });
  test('a primary that does not lead tells one that goes where all are: it may be the leader', () => {
    const seen = (leaving: ReadonlyMap<string, string>, self: 'primary' | 'secondary' = 'primary') => {
      const now = steady(1, { juju: { leader: false, leaving } });
      const set = replicaSet([member(0), member(7, 'down', { votes: 0, priority: 0 })]);
      return { ...now, mongod: { ...now.mongod, kind: 'member', self, set } } as Observed;
    };
    const moved = new Map([[unit(7), '10.9.9.9']]);
    expect(change(seen(moved))?.members).toEqual([`0 ${unit(0)} ${host(0)} 1/1`, `7 ${unit(7)} 10.9.9.9:27017 0/0`]);
    expect(change(seen(moved, 'secondary'))).toBeUndefined();
    expect(change(seen(new Map([[unit(7), address(7)]])))).toBeUndefined();
    expect(change(seen(new Map([[unit(7), '']])))).toBeUndefined();
    expect(change(seen(new Map([[unit(7), address(0)]])))).toBeUndefined();
  });
  test('one that waits to be let in does that itself while the primary goes, which may be the leader', () => {
    const seen = (leaving: ReadonlyMap<string, string>, set: ReplicaSet) => {
      const now = steady(2, { juju: { leader: false, leaving } }, 1);
      const units = new Map([...now.juju.peers!.units].filter(([name]) => name !== unit(0)));
      const mongod = { kind: 'uninitialised', running, others: new Map([[unit(0), 'member']]), primary: primaryFacts(set) };
      return { ...now, juju: { ...now.juju, peers: { ...now.juju.peers!, units } }, mongod } as Observed;
    };
    const goes = new Map([[unit(0), address(0)]]);
    const both = [`0 ${unit(0)} ${host(0)} 1/1`, `1 ${unit(1)} ${host(1)} 1/1`];
    expect(change(seen(goes, replicaSet([member(0)])))?.members).toEqual(both);
    expect(change(seen(goes, replicaSet([member(0), member(1, 'down', { host: '10.7.7.7:27017' })])))?.members).toEqual(both);
    expect(change(seen(new Map(), replicaSet([member(0)])))).toBeUndefined();
  });
  test('removes nobody who has the data while another does not answer', () => {
    const gone = member(7);
    const seen = (state: 'secondary' | 'down') => withMembers(steady(2), [member(0), member(1, state), gone]);
    expect(change(seen('secondary'))?.members).toHaveLength(2);
    expect(change(seen('down'))).toBeUndefined();
    expect(change(withMembers(steady(2), [member(0), member(1, 'down'), { ...gone, state: 'down' }]))?.members).toHaveLength(2);
  });
  test('leaves the member of a unit alone that Juju has, and that this one has not been told of', () => {
    const now = [member(0), member(7)];
    expect(change(withMembers(steady(1), now))?.members).toHaveLength(1);
    const { peers } = steady(1).juju;
    expect(change(withMembers(steady(1, { juju: { peers: { ...peers!, coming: [unit(7)] } } }), now))).toBeUndefined();
  });
  test('lets nobody in before Juju knows of the set', () => {
    const seen = withMembers(steady(2, { juju: { peers: { id: 1, app: {}, units: peerUnits(2) } } }), [member(0)]);
    expect(planMembership(seen).effects).toEqual([{ do: 'set-peer-app', values: { initialised: 'true', members: unit(0) } }]);
    expect(change(withMembers(steady(2), [member(0)]))?.members).toHaveLength(2);
  });
  test('leaves its vote to one that goes and has the data, which may be more than anybody else has', () => {
    const set = replicaSet([member(0, 'down', { host: '10.7.7.0:27017' }), member(6, 'down'), member(7, 'down')]);
    const leaving = new Map([6, 7].map(n => [unit(n), address(n)] as const));
    const seen = steady(1, { lastChance: true, juju: { leaving }, mongod: { kind: 'outside', running, set, copies: [host(7)] } });
    expect(change(seen)?.members).toEqual([`8 ${unit(0)} ${host(0)} 1/1`, `6 ${unit(6)} ${host(6)} 0/0`, `7 ${unit(7)} ${host(7)} 1/1`]);
  });
  test('takes the vote of one that goes and does not answer', () => {
    const seen = withMembers(steady(2, { juju: { leaving: new Map([[unit(7), '']]) } }), [member(0), member(1), member(7, 'down')]);
    expect(change(seen)?.members).toEqual([`0 ${unit(0)} ${host(0)} 1/1`, `1 ${unit(1)} ${host(1)} 1/1`, `7 ${unit(7)} ${host(7)} 0/0`]);
  });
  test('of two units on storage of earlier ones, the one with the newer configuration goes on', () => {
    const old = (version: number) => replicaSet([member(7, 'down'), member(8, 'down')], version);
    const seen = (own: number, other: number) => {
      const elsewhere = { host: host(1), set: old(other) };
      const app = { initialised: 'true', members: `${unit(7)} ${unit(8)}` };
      const juju = { peers: { id: 1, app, units: peerUnits(2) } };
      return steady(2, { lastChance: true, juju, mongod: { kind: 'outside', running, set: old(own), elsewhere } });
    };
    expect(change(seen(5, 4))?.members).toEqual([`9 ${unit(0)} ${host(0)} 1/1`]);
    expect(change(seen(5, 6))?.members).toEqual([`9 ${unit(1)} ${host(1)} 1/1`]);
  });
  test('takes the leader’s own member back, which somebody took out', () => {
    const set = replicaSet([member(1, 'primary'), member(2)]);
    const outside = { kind: 'outside', running, set, primary: primaryFacts(set) } as const;
    expect(change(steady(3, { mongod: outside }))).toEqual({
      from: 5,
      force: false,
      members: [1, 2, 3].map(id => `${id} ${unit(id % 3)} ${host(id % 3)} 1/1`),
    });
    expect(planMembership(steady(3, { mongod: outside, juju: { peers: { id: 1, app: {}, units: peerUnits(3) } } }))).toEqual(nothing);
  });
  test('on storage of an earlier unit, goes on with this unit', () => {
    const set = replicaSet([member(6, 'down')]);
    const parts = {
      juju: { peers: { id: 1, app: { members: unit(6), initialised: 'true' }, units: peerUnits(1) } },
      mongod: { kind: 'outside', running, set } as const,
    };
    expect(change(steady(1, parts))).toEqual({ from: 5, force: true, members: [`7 ${unit(0)} ${host(0)} 1/1`] });
  });
  test('on storage of an earlier unit, does not leave a set that other units have', () => {
    const set = replicaSet([member(6, 'down')]);
    const parts = {
      lastChance: true,
      juju: { peers: { id: 1, app: { members: unit(1), initialised: 'true' }, units: peerUnits(2) } },
      mongod: { kind: 'outside', running, set } as const,
    };
    expect(change(steady(2, parts))).toBeUndefined();
  });
});
