// Storage: instances made with a unit or added to it, detached, attached elsewhere, removed. The data lies in a folder of the model,
// which the machine sees through a link at the place the charm asked for.
import { join } from 'node:path';
import { JujuError } from '../contract.ts';
import type { Application, Charm, Model, Storage, StorageSpec, Unit } from '../state.ts';
import { machineRoot, survivesUnit, unitOf } from './units.ts';

/** `rootfs` and `tmpfs` are bound to the machine; `loop` and `lxd` outlive the unit and can be attached to another. */
export const pools = ['rootfs', 'tmpfs', 'loop', 'lxd'];

/** Makes one instance for a unit. */
export const newStorage = (model: Model, unit: Unit, name: string, pool: string, sizeMiB: number, folder: string, now: string): Storage => {
  const number = model.counters.storage;
  model.counters.storage += 1;
  const spec = specOf(model, unit.application, name);
  const storage: Storage = {
    id: `${name}/${number}`,
    name,
    number,
    kind: spec?.type ?? 'filesystem',
    pool,
    sizeMiB,
    life: 'alive',
    owner: unit.name,
    location: locationOf(folder, unit, spec, `${name}/${number}`),
    volume: join('volumes', `${name}-${number}`),
    created: now,
  };
  model.storage[storage.id] = storage;
  return storage;
};

/**
 * Reads `--storage name=pool,size,count` (each part may be left out, in any order) for all of a charm's stores.
 * @param failing how the failure begins. @throws {JujuError}
 */
export const storageConstraints = (charm: Charm, given: Record<string, string>, failing: string): Application['storage'] => {
  for (const name of Object.keys(given)) {
    if (!charm.storage[name]) throw new JujuError(`${failing}: charm "${charm.name}" has no store called "${name}"`);
  }
  const wanted: Application['storage'] = {};
  for (const spec of Object.values(charm.storage)) {
    const asked = parseDirective(given[spec.name] ?? '', failing);
    const count = asked.count ?? spec.countMin;
    const store = `${failing}: charm "${charm.name}" store "${spec.name}"`;
    if (spec.countMax === 1 && count > 1) throw new JujuError(`${store}: storage is singular, ${count} specified`);
    if (count < spec.countMin) throw new JujuError(`${store}: ${spec.countMin} instances required, ${count} specified`);
    if (spec.countMax >= 0 && count > spec.countMax) {
      throw new JujuError(`${store}: at most ${spec.countMax} instances supported, ${count} specified`);
    }
    wanted[spec.name] = { pool: asked.pool ?? 'rootfs', sizeMiB: asked.sizeMiB ?? Math.max(spec.minimumSizeMiB, 1024), count };
  }
  return wanted;
};

/** @returns ids of what was made. */
export const addStorage = (model: Model, unitName: string, name: string, count: number, folder: string, now: string): string[] => {
  const unit = unitOf(model, unitName);
  const failing = `adding "${name}" storage to ${unitName}`;
  const spec = specOf(model, unit.application, name);
  if (spec === undefined) throw new JujuError(`${failing}: charm storage "${name}" not found`);
  checkRoom(model, unit, spec, count, failing);
  const wanted = model.applications[unit.application]?.storage[name];
  return Array.from(
    { length: count },
    () => newStorage(model, unit, name, wanted?.pool ?? 'rootfs', wanted?.sizeMiB ?? 1024, folder, now).id,
  );
};

/** @returns in Juju's words, which storage of a machine lies where the application's units want theirs. */
export const mountClash = (model: Model, application: Application, machine: string, folder: string): string | undefined => {
  const root = machineRoot(folder, machine);
  const there = Object.values(model.storage).filter(one => (one.machine ?? model.units[one.owner ?? '']?.machine) === machine);
  for (const [name, { count }] of Object.entries(application.storage)) {
    const spec = specOf(model, application.name, name);
    // What there may be several of lies below the location, each under its own id.
    if (spec?.location === undefined || spec.countMax !== 1 || count === 0) continue;
    const wanted = `"${spec.location}" for "${name}" storage`;
    for (const storage of there) {
      const path = storage.location.slice(root.length);
      const taken = `"${path}" for "${storage.name}" storage`;
      if (isWithin(spec.location, path)) return `mount point ${taken} contains mount point ${wanted}`;
      if (isWithin(path, spec.location)) return `mount point ${wanted} contains mount point ${taken}`;
    }
  }
  return undefined;
};

const isWithin = (path: string, other: string): boolean => path === other || path.startsWith(`${other}/`);

/** The unit gets its storage-detaching; the data stays unless the pool ties it to the machine. */
export const detachStorage = (model: Model, id: string, force: boolean): void => {
  const storage = storageOf(model, id);
  if (storage.owner === undefined) throw new JujuError('storage is not attached');
  const spec = specOf(model, model.units[storage.owner]!.application, storage.name);
  if (!survivesUnit(storage.pool)) throw new JujuError('storage is not detachable');
  if (!force && spec !== undefined && countOf(model, storage.owner, storage.name) <= spec.countMin) {
    throw new JujuError(`removing it would leave ${storage.owner} without the storage "${storage.name}" that it requires`);
  }
  storage.detaching = true;
};

export const attachStorage = (model: Model, unitName: string, id: string, folder: string): void => {
  const unit = unitOf(model, unitName);
  const storage = storageOf(model, id);
  const failing = `cannot attach storage ${id} to unit ${unitName}`;
  if (storage.owner !== undefined) throw new JujuError(`storage is attached to "${storage.owner}"`);
  if (storage.machine !== undefined) throw new JujuError(`storage is bound to machine ${storage.machine}`);
  const spec = specOf(model, unit.application, storage.name);
  if (spec === undefined) throw new JujuError(`${failing}: charm storage "${storage.name}" not found`);
  checkRoom(model, unit, spec, 1, failing);
  storage.owner = unitName;
  storage.location = locationOf(folder, unit, spec, id);
};

export const removeStorage = (model: Model, id: string, force: boolean): void => {
  const storage = storageOf(model, id);
  if (storage.owner !== undefined && !force) {
    throw new JujuError('storage is attached');
  }
  storage.life = 'dying';
};

/** Takes the storage off its unit. Machine-bound storage stays on the machine, until it is removed or the machine is. */
export const releaseStorage = (storage: Storage, unit: Unit): void => {
  delete storage.owner;
  delete storage.detaching;
  if (!survivesUnit(storage.pool)) storage.machine = unit.machine;
};

/** Whether storage that is detached is taken off its place: machine-bound storage that nobody removes stays mounted. */
export const isUnmounted = ({ life, pool }: Storage): boolean => life !== 'alive' || survivesUnit(pool);

const specOf = (model: Model, application: string, name: string): StorageSpec | undefined =>
  model.charms[model.applications[application]?.charm ?? '']?.storage[name];

const storageOf = (model: Model, id: string): Storage => {
  const storage = model.storage[id];
  if (storage === undefined) throw new JujuError(`storage instance "${id}" not found`);
  return storage;
};

const countOf = (model: Model, unit: string, name: string): number =>
  Object.values(model.storage).filter(storage => storage.owner === unit && storage.name === name).length;

const checkRoom = (model: Model, unit: Unit, spec: StorageSpec, count: number, failing: string): void => {
  const total = countOf(model, unit.name, spec.name) + count;
  if (spec.countMax === 1 && total > 1) throw new JujuError(`${failing}: cannot attach, storage is singular`);
  if (spec.countMax >= 0 && total > spec.countMax) {
    throw new JujuError(`${failing}: cannot attach, storage "${spec.name}" supports at most ${spec.countMax} instances`);
  }
};

// As Juju places it: the charm's location; below it by id when there may be several; else under /var/lib/juju/storage.
const locationOf = (folder: string, unit: Unit, spec: StorageSpec | undefined, id: string): string => {
  const root = machineRoot(folder, unit.machine);
  if (spec?.location === undefined) return join(root, 'var', 'lib', 'juju', 'storage', id);
  return spec.countMax === 1 ? join(root, spec.location) : join(root, spec.location, id);
};

const parseDirective = (text: string, failing: string): { pool?: string; sizeMiB?: number; count?: number } => {
  const found: { pool?: string; sizeMiB?: number; count?: number } = {};
  for (const part of text.split(',').filter(word => word !== '')) {
    const size = /^(\d+(?:\.\d+)?)([MGTP])(?:i?B)?$/i.exec(part);
    if (/^\d+$/.test(part)) found.count = Number(part);
    else if (size) found.sizeMiB = Math.ceil(Number(size[1]) * 1024 ** 'MGTP'.indexOf(size[2]!.toUpperCase()));
    else if (pools.includes(part)) found.pool = part;
    else throw new JujuError(`${failing}: pool "${part}" not found`);
  }
  return found;
};
