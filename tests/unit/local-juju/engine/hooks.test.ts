// Which hooks the units run, in order: the first start, relations, removals, subordinates, storage, errors. What is expected was
// observed on Juju 3.6.
import { describe, expect, test } from 'vitest';
import { describeSecret } from '../../../../tools/local-juju/commands/secrets/describe.ts';
import { applyConsequences } from '../../../../tools/local-juju/engine/consequences.ts';
import { addUnits } from '../../../../tools/local-juju/engine/deploy.ts';
import { rebootAgent, restartAgent } from '../../../../tools/local-juju/engine/hook-effects.ts';
import { changeConfig, parseOptions } from '../../../../tools/local-juju/engine/options.ts';
import { passTime } from '../../../../tools/local-juju/engine/pass-time.ts';
import { integrate, removeRelation } from '../../../../tools/local-juju/engine/relations.ts';
import { shownHook } from '../../../../tools/local-juju/engine/run-hook.ts';
import { addStorage, detachStorage, isUnmounted, removeStorage } from '../../../../tools/local-juju/engine/storage.ts';
import { enqueue } from '../../../../tools/local-juju/engine/tasks.ts';
import { destroyApplication, destroyUnit } from '../../../../tools/local-juju/engine/units.ts';
import type { HookInfo } from '../../../../tools/local-juju/state.ts';
import { prov, req, stor, sub } from './charms.ts';
import { hooksOf, type Simulation, simulation } from './simulation.ts';

const firstStart = ['install', 'cluster-relation-created', 'leader-elected', 'config-changed', 'start'];
const gently = { force: false, destroyStorage: false, now: '2026-01-01T00:00:00.000Z' };
const add = (sim: Simulation, application: string, count = 1, to: string[] = []) =>
  addUnits(sim.model, application, count, to, [], { folder: '/m', now: () => sim.now });
const relate = (sim: Simulation, one: string, other: string) => integrate(sim.model, one, other, sim.now);
const write = (sim: Simulation, relation: number, unit: string) => {
  sim.model.relations[relation]!.units[unit]!.version += 1;
};
const writeApplication = (sim: Simulation, relation: number, application: string) => {
  sim.model.relations[relation]!.applications[application]!.version += 1;
};
const related = (): Simulation => {
  const sim = simulation();
  sim.deploy('prov', prov);
  sim.deploy('req', req);
  relate(sim, 'prov:database', 'req:db');
  sim.settle();
  return sim;
};

describe('first start', () => {
  test('of one unit', () => {
    const sim = simulation();
    sim.deploy('prov', prov);
    expect(hooksOf(sim.settle(), 'prov/0')).toEqual(firstStart);
    expect(sim.model.units['prov/0']!.workload.current).toBe('unknown');
  });

  test('of three units: peers join one another, only the first leads', () => {
    const sim = simulation();
    sim.deploy('prov', prov, { count: 3 });
    const log = sim.settle();
    expect(hooksOf(log, 'prov/1').slice(0, 5)).toEqual(firstStart.map(hook => hook.replace('leader-elected', 'leader-settings-changed')));
    expect(hooksOf(log, 'prov/1').slice(5)).toEqual([
      'cluster-relation-joined prov/0',
      'cluster-relation-changed prov/0',
      'cluster-relation-joined prov/2',
      'cluster-relation-changed prov/2',
    ]);
  });

  test('storage comes before install', () => {
    const sim = simulation();
    sim.deploy('stor', stor, { storage: { logs: '2' } });
    expect(hooksOf(sim.settle(), 'stor/0').slice(0, 4)).toEqual([
      'data-storage-attached data/0',
      'logs-storage-attached logs/1',
      'logs-storage-attached logs/2',
      'install',
    ]);
    expect(sim.model.storage['data/0']!.location).toBe('/m/0/srv/data');
    expect(sim.model.storage['logs/1']!.location).toBe('/m/0/var/lib/juju/storage/logs/1');
  });

  test('a task waits for the start, and runs before what else is due', () => {
    const sim = simulation();
    sim.deploy('prov', prov);
    const request = { summary: '', receivers: ['prov/0'], units: ['prov/0'], parameters: {}, command: 'true' };
    enqueue(sim.model, request, sim.now);
    const hooks = hooksOf(sim.settle(), 'prov/0');
    expect(hooks.indexOf('task 2')).toBeGreaterThan(hooks.indexOf('install'));
  });
});

describe('the agents restart', () => {
  const three = (): Simulation => {
    const sim = simulation();
    sim.deploy('prov', prov, { count: 3 });
    sim.settle();
    return sim;
  };
  const units = (sim: Simulation) => Object.values(sim.model.units);

  test('those that do not lead get leader-settings-changed once more', () => {
    const sim = three();
    for (const unit of units(sim)) restartAgent(unit);
    expect(sim.settle()).toEqual(['prov/1 leader-settings-changed', 'prov/2 leader-settings-changed']);
    expect(sim.settle()).toEqual([]);
  });

  test('with their machines: after start', () => {
    const sim = three();
    for (const unit of units(sim)) rebootAgent(unit);
    const log = sim.settle();
    expect(hooksOf(log, 'prov/0')).toEqual(['start']);
    expect(hooksOf(log, 'prov/1')).toEqual(['start', 'leader-settings-changed']);
  });
});

describe('relations', () => {
  test('both sides: created, joined, changed', () => {
    const sim = simulation();
    sim.deploy('prov', prov);
    sim.deploy('req', req);
    sim.settle();
    relate(sim, 'prov:database', 'req:db');
    const log = sim.settle();
    expect(hooksOf(log, 'prov/0')).toEqual([
      'database-relation-created',
      'database-relation-joined req/0',
      'database-relation-changed req/0',
    ]);
    expect(hooksOf(log, 'req/0')).toEqual(['db-relation-created', 'db-relation-joined prov/0', 'db-relation-changed prov/0']);
  });

  test('a new unit hears of an application bag that was written before it joins anybody', () => {
    const sim = related();
    writeApplication(sim, 1, 'req');
    expect(sim.settle()).toEqual(['prov/0 database-relation-changed']);
    add(sim, 'prov');
    const hooks = hooksOf(sim.settle(), 'prov/1');
    expect(hooks.slice(hooks.indexOf('start') + 1)).toEqual([
      'database-relation-changed',
      'database-relation-joined req/0',
      'database-relation-changed req/0',
      'cluster-relation-joined prov/0',
      'cluster-relation-changed prov/0',
    ]);
  });

  test('two writes before the other side looks are one event', () => {
    const sim = related();
    write(sim, 1, 'prov/0');
    write(sim, 1, 'prov/0');
    expect(sim.settle()).toEqual(['req/0 db-relation-changed prov/0']);
    expect(sim.settle()).toEqual([]);
  });

  test('the leader hears of its own write to the bag of a peer relation, not of a normal one', () => {
    const sim = related();
    writeApplication(sim, 0, 'prov');
    expect(sim.settle()).toEqual(['prov/0 cluster-relation-changed']);
    writeApplication(sim, 1, 'prov');
    expect(sim.settle()).toEqual(['req/0 db-relation-changed']);
  });

  test('removing a relation: the remote units depart, then it is broken and gone with its grants', () => {
    const sim = related();
    add(sim, 'prov');
    sim.settle();
    sim.model.secrets.x = secretOf('prov', { relation: 1 });
    removeRelation(sim.model, 'prov', 'req', gently);
    const log = sim.settle();
    expect(hooksOf(log, 'req/0')).toEqual([
      'db-relation-departed prov/0 departing prov/0',
      'db-relation-departed prov/1 departing prov/1',
      'db-relation-broken',
    ]);
    expect(hooksOf(log, 'prov/0')).toEqual(['database-relation-departed req/0 departing req/0', 'database-relation-broken']);
    expect(sim.model.relations[1]).toBeUndefined();
    expect(sim.model.secrets.x.grants).toEqual([]);
    expect(sim.model.units['prov/0']!.agent.relations[1]).toBeUndefined();
  });

  test('a relation that goes before a unit has heard of it leaves no trace', () => {
    const sim = simulation();
    sim.deploy('prov', prov);
    sim.deploy('req', req);
    relate(sim, 'prov:database', 'req:db');
    removeRelation(sim.model, 'prov', 'req', gently);
    expect(sim.settle().filter(line => line.includes('database-relation'))).toEqual([]);
    expect(Object.keys(sim.model.relations)).toEqual(['0']);
  });
});

describe('removals', () => {
  test('a relation that a unit has not heard of stays for the length of the hook that the unit runs, which can write to it', () => {
    const sim = simulation();
    sim.deploy('prov', prov);
    sim.deploy('req', req);
    const { id } = relate(sim, 'prov:database', 'req:db');
    const agent = () => sim.model.units['prov/0']!.agent;
    const during: boolean[] = [];
    sim.scripts['prov/0 cluster-relation-created'] = (_unit, hook) => {
      expect(sim.model.relations[id]!.units['prov/0']!.inScope).toBe(true);
      agent().pending = { hook, failed: false, retries: 0 };
      removeRelation(sim.model, 'prov:database', 'req:db', gently);
      applyConsequences(sim.model, '/m', sim.now);
      during.push(sim.model.relations[id] !== undefined);
      delete agent().pending;
    };
    expect(hooksOf(sim.settle(), 'prov/0')).toEqual(firstStart);
    expect(during).toEqual([true]);
    expect(sim.model.relations[id]).toBeUndefined();
  });

  test('a unit: it sees itself departing everywhere, others see it departing, peers are never broken', () => {
    const sim = related();
    add(sim, 'prov');
    sim.settle();
    destroyUnit(sim.model, 'prov/1', gently);
    const log = sim.settle();
    expect(hooksOf(log, 'prov/1')).toEqual([
      'database-relation-departed req/0 departing prov/1',
      'database-relation-broken',
      'cluster-relation-departed prov/0 departing prov/1',
      'stop',
      'remove',
    ]);
    expect(hooksOf(log, 'prov/0')).toEqual(['cluster-relation-departed prov/1 departing prov/1']);
    expect(hooksOf(log, 'req/0')).toEqual(['db-relation-departed prov/1 departing prov/1']);
    expect(Object.keys(sim.model.machines)).toEqual(['0', '1']);
  });

  test('the leader: another one is elected when it is gone; its number is not used again', () => {
    const sim = simulation();
    sim.deploy('prov', prov, { count: 2 });
    sim.settle();
    destroyUnit(sim.model, 'prov/0', gently);
    const log = sim.settle();
    expect(hooksOf(log, 'prov/1').at(-1)).toBe('leader-elected');
    expect(log.indexOf('prov/1 leader-elected')).toBeGreaterThan(log.indexOf('prov/0 remove'));
    expect(add(sim, 'prov')).toEqual(['prov/2']);
  });

  test('an application: every unit sees itself departing, the other side the remote unit; all of it goes', () => {
    const sim = related();
    destroyApplication(sim.model, 'prov', gently);
    const log = sim.settle();
    expect(hooksOf(log, 'prov/0')).toEqual([
      'database-relation-departed req/0 departing prov/0',
      'database-relation-broken',
      'stop',
      'remove',
    ]);
    expect(hooksOf(log, 'req/0')).toEqual(['db-relation-departed prov/0 departing prov/0', 'db-relation-broken']);
    expect(Object.keys(sim.model.applications)).toEqual(['req']);
    expect(sim.model.relations).toEqual({});
    expect(Object.keys(sim.model.charms)).toEqual(['local:req-0']);
    sim.deploy('prov', prov);
    expect(Object.keys(sim.model.units)).toContain('prov/1');
  });

  test('a unit that has not begun is gone at once', () => {
    const sim = simulation();
    sim.deploy('prov', prov);
    destroyUnit(sim.model, 'prov/0', gently);
    expect(sim.settle()).toEqual([]);
    expect(sim.model.units).toEqual({});
    expect(sim.model.machines).toEqual({});
  });

  test('storage detaches first; that of the machine goes, that of a pool of its own stays', () => {
    const sim = simulation();
    sim.deploy('stor', stor, { storage: { logs: 'lxd,1' } });
    sim.settle();
    destroyUnit(sim.model, 'stor/0', gently);
    expect(hooksOf(sim.settle(), 'stor/0').slice(0, 3)).toEqual(['data-storage-detaching data/0', 'logs-storage-detaching logs/1', 'stop']);
    expect(Object.keys(sim.model.storage)).toEqual(['logs/1']);
    expect(sim.model.storage['logs/1']!.owner).toBeUndefined();
  });

  test('storage of a kept machine stays there, in the way of a new unit, until it is removed', () => {
    const sim = simulation();
    sim.deploy('stor', stor);
    sim.deploy('prov', prov, { to: ['0'] });
    sim.settle();
    destroyUnit(sim.model, 'stor/0', gently);
    expect(hooksOf(sim.settle(), 'stor/0')).toEqual(['data-storage-detaching data/0', 'stop', 'remove']);
    const storage = sim.model.storage['data/0']!;
    expect(storage).toMatchObject({ life: 'alive', machine: '0' });
    expect(storage.owner).toBeUndefined();
    expect(isUnmounted(storage)).toBe(false);

    const clash =
      'cannot assign unit "stor/1" to machine 0: validating filesystem mount points: mount point "/srv/data" for "data" storage contains mount point "/srv/data" for "data" storage';
    expect(() => add(sim, 'stor', 1, ['0'])).toThrow(`acquiring machine to host unit "stor/1": ${clash}`);
    expect(sim.settle()).toEqual([]);
    expect(sim.model.units['stor/1']).toMatchObject({ machine: '', workload: { message: 'waiting for machine' } });

    removeStorage(sim.model, 'data/0', false);
    sim.settle();
    expect(Object.keys(sim.model.storage)).toEqual(['data/1']);
    add(sim, 'stor', 1, ['0']);
    expect(hooksOf(sim.settle(), 'stor/2')[0]).toBe('data-storage-attached data/2');
  });

  test('storage that is to be destroyed goes from a kept machine too, and all of it goes with the machine', () => {
    const sim = simulation();
    sim.deploy('stor', stor);
    sim.deploy('prov', prov, { to: ['0'] });
    sim.deploy('other', stor);
    sim.settle();
    destroyUnit(sim.model, 'stor/0', { ...gently, destroyStorage: true });
    destroyUnit(sim.model, 'other/0', gently);
    sim.settle();
    expect(sim.model.storage).toEqual({});
    expect(Object.keys(sim.model.machines)).toEqual(['0']);
  });

  test('a unit for a machine that is not there stays without one, leads nobody, and goes at once', () => {
    const sim = simulation();
    sim.deploy('prov', prov);
    sim.settle();
    expect(() => add(sim, 'prov', 2, ['99'])).toThrow('acquiring machine to host unit "prov/1": machine 99 not found (not found)');
    expect(sim.settle()).toEqual([]);
    expect(Object.keys(sim.model.units)).toEqual(['prov/0', 'prov/1']);
    destroyUnit(sim.model, 'prov/0', gently);
    sim.settle();
    expect(sim.model.applications.prov!.leader).toBeUndefined();
    destroyUnit(sim.model, 'prov/1', gently);
    sim.settle();
    expect(sim.model.units).toEqual({});
  });

  test('an application that is deployed on a machine where its storage has no place: the unit says so', () => {
    const sim = simulation();
    sim.deploy('stor', stor);
    sim.settle();
    sim.deploy('other', stor, { to: ['0'] });
    expect(sim.settle()).toEqual([]);
    expect(sim.model.units['other/0']!.agentError!.message).toMatch(/^cannot assign unit "other\/0" to machine 0: validating/);
    destroyUnit(sim.model, 'other/0', gently);
    sim.settle();
    expect(sim.model.units['other/0']).toBeUndefined();
  });

  test('storage is added to and detached from a living unit', () => {
    const sim = simulation();
    sim.deploy('stor', stor);
    sim.settle();
    sim.model.applications.stor!.storage.logs!.pool = 'lxd';
    expect(addStorage(sim.model, 'stor/0', 'logs', 1, '/m', sim.now)).toEqual(['logs/1']);
    expect(sim.settle()).toEqual(['stor/0 logs-storage-attached logs/1']);
    detachStorage(sim.model, 'logs/1', false);
    expect(sim.settle()).toEqual(['stor/0 logs-storage-detaching logs/1']);
    expect(sim.model.storage['logs/1']).toMatchObject({ life: 'alive' });
    expect(() => detachStorage(sim.model, 'data/0', false)).toThrow('storage is not detachable');
  });
});

describe('subordinates', () => {
  const beside = (endpoint: string): Simulation => {
    const sim = simulation();
    sim.deploy('prov', prov);
    sim.deploy('sub', sub);
    sim.settle();
    relate(sim, endpoint, endpoint === 'prov:juju-info' ? 'sub:host' : 'sub:db');
    return sim;
  };

  test('implicit juju-info: the principal runs no hook, the subordinate joins it', () => {
    const log = beside('prov:juju-info').settle();
    expect(hooksOf(log, 'prov/0')).toEqual([]);
    expect(hooksOf(log, 'sub/0')).toEqual([
      'install',
      'host-relation-created',
      'leader-elected',
      'config-changed',
      'start',
      'host-relation-joined prov/0',
      'host-relation-changed prov/0',
    ]);
  });

  test('each side of a container relation sees its own partner only', () => {
    const sim = beside('prov:database');
    sim.settle();
    add(sim, 'prov');
    const log = sim.settle();
    expect(hooksOf(log, 'sub/0')).toEqual([]);
    expect(hooksOf(log, 'sub/1').filter(hook => hook.includes('joined'))).toEqual(['db-relation-joined prov/1']);
    expect(hooksOf(log, 'prov/1')).toContain('database-relation-joined sub/1');
    expect(hooksOf(log, 'prov/0').filter(hook => hook.includes('database'))).toEqual([]);
    expect(sim.model.units['sub/1']!.machine).toBe(sim.model.units['prov/1']!.machine);
  });

  test('removing the relation removes the subordinates, the application stays', () => {
    const sim = beside('prov:database');
    sim.settle();
    removeRelation(sim.model, 'prov', 'sub', gently);
    const log = sim.settle();
    expect(hooksOf(log, 'sub/0')).toEqual(['db-relation-departed prov/0 departing sub/0', 'db-relation-broken', 'stop', 'remove']);
    expect(hooksOf(log, 'prov/0')).toEqual(['database-relation-departed sub/0 departing sub/0', 'database-relation-broken']);
    expect(Object.keys(sim.model.units)).toEqual(['prov/0']);
    expect(sim.model.applications.sub!.life).toBe('alive');
  });

  test('a principal unit is removed: its subordinate goes first, and is itself the unit that departs', () => {
    const sim = beside('prov:database');
    sim.deploy('far', prov);
    relate(sim, 'far:database', 'sub:far');
    sim.settle();
    destroyUnit(sim.model, 'prov/0', gently);
    const log = sim.settle();
    expect(hooksOf(log, 'sub/0')).toEqual([
      'db-relation-departed prov/0 departing sub/0',
      'db-relation-broken',
      'far-relation-departed far/0 departing sub/0',
      'far-relation-broken',
      'stop',
      'remove',
    ]);
    expect(hooksOf(log, 'prov/0')[0]).toBe('database-relation-departed sub/0 departing prov/0');
    expect(hooksOf(log, 'far/0')).toEqual(['database-relation-departed sub/0 departing sub/0']);
    expect(Object.keys(sim.model.units)).toEqual(['far/0']);
  });

  test('the application of the principal is removed: its unit departs from the subordinate', () => {
    const sim = beside('prov:database');
    sim.settle();
    destroyApplication(sim.model, 'prov', gently);
    expect(hooksOf(sim.settle(), 'sub/0')[0]).toBe('db-relation-departed prov/0 departing prov/0');
  });

  test('what Juju refuses', () => {
    const sim = beside('prov:database');
    sim.settle();
    expect(() => destroyUnit(sim.model, 'sub/0', gently)).toThrow(
      'removing unit sub/0 failed: unit "sub/0" is a subordinate, to remove use remove-relation. Note: this will remove all units of "sub"',
    );
    expect(() => add(sim, 'sub')).toThrow(
      'cannot add unit 1/1 to application "sub": cannot add unit to application "sub": application is a subordinate',
    );
  });
});

test.each<[string, HookInfo]>([
  ['config-changed', { name: 'config-changed', kind: 'lifecycle' }],
  [
    'db-relation-joined',
    { name: 'db-relation-joined', kind: 'relation', relation: { id: 1, endpoint: 'db', remoteApplication: 'prov', remoteUnit: 'prov/0' } },
  ],
  [
    'storage-detaching',
    { name: 'my-data-storage-detaching', kind: 'storage', storage: { id: 'my-data/0', kind: 'filesystem', location: '/srv' } },
  ],
])('the status of a unit names a failed %s', (shown, hook) => {
  expect(shownHook(hook)).toBe(shown);
});

describe('configuration, upgrades, time', () => {
  test('config-changed runs when something was set, also to its default, and not when nothing changed', () => {
    const sim = simulation();
    sim.deploy('prov', prov);
    sim.settle();
    const set = (values: Record<string, string>, reset: string[] = []) => {
      changeConfig(sim.model.applications.prov!, prov, parseOptions(prov, values, ''), reset);
      return sim.settle();
    };
    expect(set({ s: 'new', i: '5' })).toEqual(['prov/0 config-changed']);
    expect(set({ s: 'new' })).toEqual([]);
    expect(set({}, ['s', 'i'])).toEqual(['prov/0 config-changed']);
    expect(set({ s: 'hello' })).toEqual(['prov/0 config-changed']);
  });

  test('a changed address: config-changed, then the others see the new bag', () => {
    const sim = related();
    sim.model.machines['0']!.address = '127.16.0.99';
    expect(sim.settle()).toEqual(['prov/0 config-changed', 'req/0 db-relation-changed prov/0']);
    expect(sim.model.relations[1]!.units['prov/0']!.values['ingress-address']).toBe('127.16.0.99');
  });

  test('another charm revision: upgrade-charm, config-changed, and leader-settings-changed on those that do not lead; no start', () => {
    const sim = simulation();
    sim.deploy('prov', prov, { count: 2 });
    sim.settle();
    sim.model.charms['local:prov-1'] = { ...prov, url: 'local:prov-1', revision: 1 };
    sim.model.applications.prov!.charm = 'local:prov-1';
    const log = sim.settle();
    expect(hooksOf(log, 'prov/0')).toEqual(['upgrade-charm', 'config-changed']);
    expect(hooksOf(log, 'prov/1')).toEqual(['upgrade-charm', 'config-changed', 'leader-settings-changed']);
    expect(Object.keys(sim.model.charms)).toEqual(['local:prov-1']);
  });

  test('update-status comes when its time has come', () => {
    const sim = simulation();
    sim.deploy('prov', prov);
    sim.settle();
    sim.pass(239_000);
    expect(sim.settle()).toEqual([]);
    sim.pass(62_000);
    expect(sim.settle()).toEqual(['prov/0 update-status']);
    expect(sim.settle()).toEqual([]);
  });
});

describe('errors', () => {
  const failing = (hook: string): Simulation => {
    const sim = related();
    sim.scripts[`req/0 ${hook}`] = () => {
      throw new Error('exit status 1');
    };
    return sim;
  };
  const pendingOf = (sim: Simulation) => sim.model.units['req/0']!.agent.pending!;

  test('nothing else runs but tasks; what happened meanwhile comes afterwards, once', () => {
    const sim = failing('db-relation-changed');
    write(sim, 1, 'prov/0');
    expect(sim.settle()).toEqual(['req/0 db-relation-changed prov/0 failed']);
    write(sim, 1, 'prov/0');
    add(sim, 'prov');
    enqueue(sim.model, { summary: '', receivers: [], units: ['req/0'], parameters: {}, command: 'true' }, sim.now);
    expect(hooksOf(sim.settle(), 'req/0')).toEqual(['task 2']);
    sim.scripts = {};
    pendingOf(sim).resolved = 'retry';
    expect(hooksOf(sim.settle(), 'req/0')).toEqual([
      'db-relation-changed prov/0',
      'db-relation-joined prov/1',
      'db-relation-changed prov/1',
    ]);
  });

  test('resolved without another run takes the hook as done', () => {
    const sim = failing('db-relation-changed');
    write(sim, 1, 'prov/0');
    sim.settle();
    pendingOf(sim).resolved = 'no-retry';
    expect(hooksOf(sim.settle(), 'req/0')).toEqual([]);
    expect(sim.model.units['req/0']!.agent.pending).toBeUndefined();
  });

  test('the retry runs when its time has come, unless the model says no', () => {
    const sim = failing('db-relation-changed');
    write(sim, 1, 'prov/0');
    sim.settle();
    sim.scripts = {};
    pendingOf(sim).retryAt = '2026-01-01T00:00:05.000Z';
    sim.model.config['automatically-retry-hooks'] = false;
    sim.pass(6_000);
    expect(sim.settle()).toEqual([]);
    delete sim.model.config['automatically-retry-hooks'];
    expect(sim.settle()).toEqual(['req/0 db-relation-changed prov/0']);
  });

  test('a failing hook holds up the end of a unit, until it is removed by force', () => {
    const sim = failing('db-relation-departed');
    destroyUnit(sim.model, 'req/0', gently);
    expect(hooksOf(sim.settle(), 'req/0')).toEqual(['db-relation-departed prov/0 departing req/0 failed']);
    expect(sim.model.units['req/0']!.life).toBe('dying');
    destroyUnit(sim.model, 'req/0', { ...gently, force: true });
    expect(hooksOf(sim.settle(), 'req/0')).toEqual(['db-relation-broken', 'stop', 'remove']);
    expect(sim.model.units['req/0']).toBeUndefined();
  });
});

describe('secrets', () => {
  test('those who read an older revision hear of a new one, then the owner may remove the old', () => {
    const sim = related();
    sim.model.secrets.x = {
      ...secretOf('prov', { relation: 1 }),
      latest: 2,
      revisions: [revision(1), revision(2)],
      consumers: { 'req/0': { label: 'theirs', tracked: 1 } },
    };
    sim.scripts['req secret-changed'] = () => {
      sim.model.secrets.x!.consumers['req/0']!.tracked = 2;
    };
    expect(sim.settle()).toEqual(['req/0 secret-changed secret:x', 'prov/0 secret-remove secret:x/1']);
    expect(sim.settle()).toEqual([]);
  });

  test('expired and due for rotation: asked again every five minutes until something is done', () => {
    const sim = related();
    sim.model.secrets.x = {
      ...secretOf('prov', {}),
      rotate: 'hourly',
      nextRotate: '2026-01-01T00:01:00.000Z',
      revisions: [{ ...revision(1), expires: '2026-01-01T00:00:30.000Z' }],
    };
    const secretHooks = () => sim.settle().filter(line => line.includes('secret'));
    expect(secretHooks()).toEqual([]);
    sim.pass(60_000);
    expect(secretHooks()).toEqual(['prov/0 secret-expired x/1', 'prov/0 secret-rotate secret:x']);
    sim.pass(299_000);
    expect(secretHooks()).toEqual([]);
    sim.scripts['prov secret-rotate'] = () => {
      const secret = sim.model.secrets.x!;
      secret.latest = 2;
      secret.revisions = [{ ...revision(2), created: sim.now }];
    };
    sim.pass(2_000);
    expect(secretHooks()).toEqual(['prov/0 secret-expired x/1', 'prov/0 secret-rotate secret:x']);
    expect(Date.parse(sim.model.secrets.x!.nextRotate!) - Date.parse(sim.now)).toBe(3_600_000);
  });

  test('time that is let pass brings a rotation forward, and does not count as one', () => {
    const sim = related();
    sim.model.secrets.x = {
      ...secretOf('prov', {}),
      created: sim.now,
      updated: sim.now,
      rotate: 'daily',
      nextRotate: new Date(Date.parse(sim.now) + 86_400_000).toISOString(),
      revisions: [{ ...revision(1), created: sim.now, updated: sim.now }],
    };
    const secretHooks = () => sim.settle().filter(line => line.includes('secret'));
    passTime(sim.model, 86_000_000);
    expect(secretHooks()).toEqual([]);
    passTime(sim.model, 86_000_000);
    expect(secretHooks()).toEqual(['prov/0 secret-rotate secret:x']);
    expect(secretHooks()).toEqual([]); // asked again after five minutes, for nothing was done
    passTime(sim.model, 300_000);
    expect(secretHooks()).toEqual(['prov/0 secret-rotate secret:x']);
  });

  test('time that is let pass changes no time that is shown, and a rotation afterwards is due a whole period later', () => {
    const sim = related();
    const inADay = new Date(Date.parse(sim.now) + 86_400_000).toISOString();
    sim.model.secrets.x = {
      ...secretOf('prov', {}),
      created: sim.now,
      updated: sim.now,
      rotate: 'daily',
      nextRotate: inADay,
      expires: inADay,
      revisions: [{ ...revision(1), created: sim.now, updated: sim.now, expires: inADay }],
    };
    const secret = sim.model.secrets.x;
    const shown = () => describeSecret(sim.model, secret, { revisions: true, reveal: false, json: false });
    const before = shown();
    passTime(sim.model, 172_800_000);
    expect(shown()).toEqual(before);
    sim.scripts['prov secret-rotate'] = () => {
      secret.latest = 2;
      secret.revisions = [{ ...revision(2), created: sim.now, updated: sim.now }];
    };
    expect(sim.settle().filter(line => line.includes('secret'))).toEqual(['prov/0 secret-expired x/1', 'prov/0 secret-rotate secret:x']);
    expect(secret.nextRotate).toBe(inADay);
    expect(sim.settle().filter(line => line.includes('secret'))).toEqual([]);
  });

  const revision = (number: number) => ({ revision: number, content: {}, created: '2026-01-01T00:00:00.000Z', updated: '', checksum: '' });
});

const secretOf = (application: string, grant: { relation?: number }) =>
  ({
    id: 'x',
    owner: { kind: 'application' as const, name: application },
    label: 'l',
    name: '',
    description: '',
    rotate: 'never' as const,
    created: '',
    updated: '',
    autoPrune: false,
    latest: 1,
    revisions: [],
    grants: grant.relation === undefined ? [] : [{ kind: 'application' as const, name: 'req', relation: grant.relation }],
    consumers: {} as Record<string, { label: string; tracked: number }>,
  }) satisfies import('../../../../tools/local-juju/state.ts').Secret;
