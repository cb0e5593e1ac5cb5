// Units and their machines: how they are made and how their end begins.
import { join } from 'node:path';
import { JujuError } from '../contract.ts';
import type { AgentMemory, Application, Machine, Model, Unit } from '../state.ts';
import { consumersOf } from './offers.ts';
import { applicationOf, isPeer, numberOf, subordinatesOf, tagOf, unitsOf } from './scope.ts';
import { newStorage } from './storage.ts';

/** How a unit ends: `force` goes on where a hook fails, `noWait` beside it runs no more hooks at all. */
export type Ending = { force: boolean; noWait?: boolean; destroyStorage: boolean; now: string };
type NewUnit = { application: string; machine: string; principal?: string; folder: string; now: string; storage?: Application['storage'] };

/** Makes a unit with the next number of its application, and its storage. The first one leads. */
export const newUnit = (model: Model, request: NewUnit): Unit => {
  const { application: name, machine, principal, folder, now } = request;
  const number = model.unitCounters[name] ?? 0;
  model.unitCounters[name] = number + 1;
  const unit: Unit = {
    name: `${name}/${number}`,
    application: name,
    machine,
    ...(principal === undefined ? {} : { principal }),
    life: 'alive',
    created: now,
    force: false,
    destroyStorage: false,
    workload: { current: 'waiting', message: principal === undefined ? 'waiting for machine' : 'installing agent', since: now },
    workloadSetByCharm: false,
    agentStatus: { current: 'allocating', message: '', since: now },
    ports: [],
    state: {},
    agent: newMemory(),
  };
  model.units[unit.name] = unit;
  const application = model.applications[name]!;
  if (machine !== '') application.leader ??= unit.name;
  for (const [storage, wanted] of Object.entries(request.storage ?? application.storage)) {
    for (let count = 0; count < wanted.count; count += 1) newStorage(model, unit, storage, wanted.pool, wanted.sizeMiB, folder, now);
  }
  return unit;
};

/** Makes a machine with an address that has not been in use for long. */
export const newMachine = (model: Model, base: Application['base'], now: string): Machine => {
  const id = String(model.counters.machine);
  model.counters.machine += 1;
  const machine: Machine = {
    id,
    address: nextAddress(model),
    base,
    life: 'alive',
    created: now,
    instanceId: `local-${model.uuid.slice(0, 6)}-${id}`,
    rebootRequested: false,
  };
  model.machines[id] = machine;
  return machine;
};

/**
 * Begins the end of a unit. One whose agent has not begun anything is dead at once.
 * @throws {JujuError} when it is not there, or is a subordinate.
 */
export const destroyUnit = (model: Model, name: string, options: Ending): void => {
  const unit = model.units[name];
  const failed = `removing unit ${name} failed`;
  if (unit === undefined) throw new JujuError(`${failed}: unit "${name}" does not exist`);
  if (unit.principal !== undefined) {
    const { application } = unit;
    throw new JujuError(
      `${failed}: unit "${name}" is a subordinate, to remove use remove-relation. Note: this will remove all units of "${application}"`,
    );
  }
  endUnit(model, unit, options);
};

/** As `destroyUnit`, for any unit. */
export const endUnit = (model: Model, unit: Unit, options: Ending): void => {
  if (options.force && !unit.force) {
    unit.force = true;
    unit.forcedAt = options.now;
  }
  if (options.force) for (const subordinate of subordinatesOf(model, unit.name)) endUnit(model, subordinate, options);
  unit.destroyStorage ||= options.destroyStorage;
  const idle = unit.machine === '' || unit.agentStatus.current === 'allocating';
  if (unit.life === 'alive') unit.life = unit.agent.charm === '' && idle ? 'dead' : 'dying';
  if (options.force && options.noWait) unit.life = 'dead';
  for (const storage of Object.values(model.storage)) {
    if (storage.owner === unit.name && unit.destroyStorage) storage.life = 'dying';
  }
};

/** Begins the end of an application: its units and its relations go with it. @throws {JujuError} when it is not there. */
export const destroyApplication = (model: Model, name: string, options: Ending): void => {
  const application = model.applications[name];
  if (application === undefined) throw new JujuError(`removing application ${name} failed: application "${name}" not found`);
  const consumers = consumersOf(model, name);
  if (consumers > 0 && !options.force) {
    const used = `application is used by ${consumers} consumer${consumers === 1 ? '' : 's'}`;
    throw new JujuError(`removing application ${name} failed: cannot destroy application "${name}": ${used}`);
  }
  application.life = 'dying';
  for (const relation of Object.values(model.relations)) {
    const own = relation.endpoints.some(endpoint => endpoint.application === name);
    if (own && !isPeer(relation)) relation.life = 'dying';
  }
  for (const unit of unitsOf(model, name)) endUnit(model, unit, options);
};

/** Storage of other pools is bound to its machine, and goes with it. */
export const survivesUnit = (pool: string): boolean => pool !== 'rootfs' && pool !== 'tmpfs';

export const unitOf = (model: Model, name: string): Unit => {
  const unit = model.units[name];
  if (unit === undefined) throw new JujuError(`unit "${name}" not found`);
  return unit;
};

/** Where a machine's root lies. @param folder the model's. */
export const machineRoot = (folder: string, machine: string): string => join(folder, machine);
/** The folder of the unit's agent on its machine. */
export const agentFolder = (folder: string, unit: Unit): string =>
  join(machineRoot(folder, unit.machine), 'var', 'lib', 'juju', 'agents', tagOf(unit.name));
export const toolsFolder = (folder: string, unit: Unit): string =>
  join(machineRoot(folder, unit.machine), 'var', 'lib', 'juju', 'tools', tagOf(unit.name));

/** In natural order: by application, then by number. */
export const byUnitName = (one: string, other: string): number =>
  applicationOf(one) === applicationOf(other) ? numberOf(one) - numberOf(other) : one < other ? -1 : 1;

// 127.a.b.10 and up; after .250 it starts again with those that are free.
const nextAddress = (model: Model): string => {
  const used = new Set(Object.values(model.machines).map(machine => machine.address));
  for (let tries = 0; tries < 241; tries += 1) {
    const address = `${model.network}.${10 + (model.counters.host % 241)}`;
    model.counters.host += 1;
    if (!used.has(address)) return address;
  }
  throw new JujuError(`no free address is left in ${model.network}.0/24`);
};

const newMemory = (): AgentMemory => ({
  installed: false,
  started: false,
  stopped: false,
  removed: false,
  charm: '',
  configHash: '',
  leaderSeen: false,
  leaderSettingsVersion: -1,
  relations: {},
  storageAttached: [],
  secretChanged: {},
  secretRemoved: [],
  secretRetry: {},
  lastUpdateStatus: '',
  nextUpdateStatus: '',
});
