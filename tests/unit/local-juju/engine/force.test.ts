// Removals by force, and what becomes of leaders, subordinates and failed hooks meanwhile.
import { expect, test } from 'vitest';
import { integrate, removeRelation } from '../../../../tools/local-juju/engine/relations.ts';
import { destroyApplication, destroyUnit } from '../../../../tools/local-juju/engine/units.ts';
import { prov, req, sub } from './charms.ts';
import { hooksOf, type Simulation, simulation } from './simulation.ts';

const now = '2026-01-01T00:00:00.000Z';
const gently = { force: false, destroyStorage: false, now };
const atOnce = { force: true, noWait: true, destroyStorage: false, now };
const fail = () => {
  throw new Error('no');
};
const related = (count = 1): Simulation => {
  const sim = simulation();
  sim.deploy('prov', prov, { count });
  sim.deploy('req', req);
  integrate(sim.model, 'prov:database', 'req:db', now);
  sim.settle();
  return sim;
};

test('without waiting a unit runs no more hooks, and the others see it depart', () => {
  const sim = related(2);
  destroyUnit(sim.model, 'prov/0', atOnce);
  const log = sim.settle();
  expect(hooksOf(log, 'prov/0')).toEqual([]);
  expect(hooksOf(log, 'prov/1')).toEqual(['leader-elected', 'cluster-relation-departed prov/0 departing prov/0']);
  expect(hooksOf(log, 'req/0')).toEqual(['db-relation-departed prov/0 departing prov/0']);
  expect(Object.keys(sim.model.machines)).toEqual(['1', '2']);
});

test('an application without waiting: the other side still runs departed and broken', () => {
  const sim = related();
  destroyApplication(sim.model, 'prov', atOnce);
  const log = sim.settle();
  expect(hooksOf(log, 'prov/0')).toEqual([]);
  expect(hooksOf(log, 'req/0')).toEqual(['db-relation-departed prov/0 departing prov/0', 'db-relation-broken']);
  expect(Object.keys(sim.model.applications)).toEqual(['req']);
  expect(sim.model.relations).toEqual({});
});

test('subordinates go with a principal that is removed by force, even from an error', () => {
  const sim = simulation();
  sim.deploy('prov', prov);
  sim.deploy('sub', sub);
  integrate(sim.model, 'prov:juju-info', 'sub:host', now);
  sim.settle();
  sim.scripts['sub host-relation-departed'] = fail;
  destroyUnit(sim.model, 'prov/0', gently);
  expect(hooksOf(sim.settle(), 'sub/0')).toEqual(['host-relation-departed prov/0 departing sub/0 failed']);
  expect(Object.keys(sim.model.units)).toEqual(['prov/0', 'sub/0']);
  destroyUnit(sim.model, 'prov/0', { ...gently, force: true });
  expect(hooksOf(sim.settle(), 'sub/0')).toEqual(['host-relation-broken', 'stop', 'remove']);
  expect(sim.model.units).toEqual({});
});

test('where all units go nobody takes over the lead', () => {
  const sim = simulation();
  sim.deploy('prov', prov, { count: 2 });
  sim.settle();
  let held = true;
  sim.scripts['prov/1 stop'] = () => {
    if (held) fail();
  };
  destroyApplication(sim.model, 'prov', gently);
  sim.settle();
  expect(Object.keys(sim.model.units)).toEqual(['prov/1']);
  expect(sim.model.applications.prov?.leader).toBeUndefined();
  held = false;
  sim.model.units['prov/1']!.agent.pending!.resolved = 'retry';
  expect(hooksOf(sim.settle(), 'prov/1')).toEqual(['stop', 'remove']);
});

test('a failed hook of a relation that is removed by force is forgotten', () => {
  const sim = related();
  sim.scripts['req db-relation-changed'] = fail;
  sim.model.relations[1]!.units['prov/0']!.version += 1;
  expect(sim.settle()).toEqual(['req/0 db-relation-changed prov/0 failed']);
  removeRelation(sim.model, 'prov', 'req', { force: true, now });
  expect(sim.settle()).toEqual(['prov/0 database-relation-departed req/0 departing req/0', 'prov/0 database-relation-broken']);
  expect(sim.model.relations[1]).toBeUndefined();
  expect(sim.model.units['req/0']!.agent.pending).toBeUndefined();
});

test('a relation that is removed by force still has its hooks where they can run, and none without waiting', () => {
  const sim = related();
  removeRelation(sim.model, 'prov', 'req', { force: true, now });
  expect(hooksOf(sim.settle(), 'req/0')).toEqual(['db-relation-departed prov/0 departing prov/0', 'db-relation-broken']);
  const other = related();
  removeRelation(other.model, 'prov', 'req', { force: true, noWait: true, now });
  expect(other.settle()).toEqual([]);
  expect(Object.keys(other.model.relations)).toEqual(['0']);
});
