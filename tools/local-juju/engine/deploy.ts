// Deploying an application, adding units to it, and moving it to another revision of its charm.
import { type DeployRequest, JujuError } from '../contract.ts';
import type { Application, Charm, Model, Unit } from '../state.ts';
import { dropCharm, type FoundCharm, fetchCharm, keepCharm } from './charm-source.ts';
import { endpointsOf } from './endpoints.ts';
import { checkApplicationName } from './names.ts';
import { keepFittingConfig, parseOptions } from './options.ts';
import { addRelation } from './relations.ts';
import { unitsOf } from './scope.ts';
import { attachStorage, mountClash, newStorage, storageConstraints } from './storage.ts';
import { newMachine, newUnit } from './units.ts';

export type Place = { folder: string; now(): string };

/** Base that is taken when the charm leaves a choice, as of Juju 3.6. */
const preferredChannel = '24.04';

/**
 * A charm that was found has its revision, whatever is refused afterwards.
 * @param progress told in words how far it came. @throws {JujuError}
 */
export const deploy = async (model: Model, request: DeployRequest, place: Place, progress: (text: string) => void): Promise<void> => {
  if (request.application !== undefined) checkApplicationName(request.application);
  const found = await fetchCharm(request.source, request.cwd, place.folder);
  try {
    const name = request.application ?? found.charm.name;
    checkApplicationName(name);
    const base = chooseBase(found, request.base ?? (model.config['default-base'] as string | undefined), request.base !== undefined);
    const charm = await keepCharm(model, found, place.folder, base);
    // Known to the model, it is cleared away with other unused charms if it is refused.
    model.charms[charm.url] = charm;
    const which = `local charm "${charm.name}", revision ${charm.revision}`;
    progress(`Located ${which}`);
    if (charm.subordinate && (request.count > 1 || request.to.length > 0)) {
      throw new JujuError('cannot use --num-units or --to with subordinate application');
    }
    progress(`Deploying "${name}" from ${which} on ${baseText(base)}`);
    createApplication(model, name, charm, request, place);
  } finally {
    await dropCharm(found);
  }
};

/**
 * A unit that cannot be put where it was asked for is left without a machine.
 * @param to a machine for each unit; those beyond it get new ones. @returns names of the new units. @throws {JujuError}
 */
export const addUnits = (
  model: Model,
  name: string,
  count: number,
  to: readonly string[],
  storage: readonly string[],
  place: Place,
): string[] => {
  const application = model.applications[name];
  if (application === undefined) throw new JujuError(`application "${name}" not found (not found)`);
  checkModelLife(model);
  if (model.charms[application.charm]?.subordinate) {
    throw new JujuError(
      `cannot add unit 1/${count} to application "${name}": cannot add unit to application "${name}": application is a subordinate`,
    );
  }
  if (application.life !== 'alive') throw new JujuError(`cannot add unit 1/${count} to application "${name}": application is not alive`);
  if (storage.length > 0 && count > 1) throw new JujuError('--attach-storage cannot be used with -n');
  for (const placement of to) checkKind(name, placement);
  return placeUnits(model, application, count, to, storage, place, unit => {
    throw new JujuError(`acquiring machine to host unit "${unit.name}": ${unit.problem}`);
  });
};

/** Moves an application to another revision; the units follow by themselves. @throws {JujuError} */
export const refresh = async (
  model: Model,
  name: string,
  source: string | undefined,
  options: { cwd: string; forceUnits: boolean },
  place: Place,
): Promise<{ charmName: string; revision: number }> => {
  const before = model.applications[name];
  if (before === undefined) throw new JujuError(`application "${name}" not found`);
  const oldName = model.charms[before.charm]!.name;
  const found = await fetchCharm(sourceOfRefresh(source, oldName), options.cwd, place.folder);
  try {
    const application = model.applications[name];
    if (application === undefined) throw new JujuError(`application "${name}" not found`);
    if (found.charm.name !== oldName) throw new JujuError(`cannot refresh "${oldName}" to "${found.charm.name}"`);
    checkUpgrade(model, application, found);
    const charm = await keepCharm(model, found, place.folder, application.base);
    upgradeApplication(model, application, charm, place);
    if (options.forceUnits) application.forceCharm = true;
    return { charmName: charm.name, revision: charm.revision };
  } finally {
    await dropCharm(found);
  }
};

const baseText = (base: Application['base']): string => `${base.name}@${base.channel}/stable`;

const chooseBase = (found: FoundCharm, wanted: string | undefined, asked: boolean): Application['base'] => {
  const { bases, name } = found.charm;
  const match = /^([a-z]+)@([\d.]+)/.exec(wanted ?? '');
  if (wanted !== undefined && match === null && asked)
    throw new JujuError(`invalid value "${wanted}" for option --base: base string must contain exactly one "@"`);
  if (match) {
    const base = { name: match[1]!, channel: match[2]! };
    if (bases.length === 0 || bases.some(one => one.name === base.name && one.channel === base.channel)) return base;
    if (asked) throw new JujuError(`${name} is not available on the following base: ${baseText(base)}`);
  }
  return bases.find(base => base.channel === preferredChannel) ?? bases[0] ?? { name: 'ubuntu', channel: preferredChannel };
};

/** Makes the application, its peer relations and its units. @throws {JujuError} */
export const createApplication = (model: Model, name: string, charm: Charm, request: DeployRequest, place: Place): void => {
  const failing = `cannot add application "${name}"`;
  checkModelLife(model);
  for (const placement of request.to) checkPlacement(model, name, placement);
  const fromFile = (request.configFile?.[name] ?? {}) as Record<string, unknown>;
  const config = { ...parseOptions(charm, fromFile, ''), ...parseOptions(charm, request.config, '') };
  if (model.applications[name] !== undefined) {
    throw new JujuError(
      `${failing}: application already exists: \ndeploy application using an alias name:\n    juju deploy <application> <alias>\nor use remove-application to remove the existing one and try again.`,
    );
  }
  if (model.remoteApplications[name] !== undefined) throw new JujuError(`${failing}: saas application with same name already exists`);
  const storage = storageConstraints(charm, request.storage, failing);
  const now = place.now();
  const application: Application = {
    name,
    charm: charm.url,
    life: 'alive',
    base: charm.base,
    exposed: false,
    trust: request.trust,
    config,
    configVersion: 0,
    version: '',
    leaderSettings: { values: {}, version: 0 },
    storage,
    constraints: request.constraints,
    created: now,
  };
  model.charms[charm.url] = charm;
  model.applications[name] = application;
  addPeers(model, name, charm, now);
  if (charm.subordinate) return;
  placeUnits(model, application, request.count, request.to, request.attachStorage, place, ({ name: unit, problem }) => {
    model.units[unit]!.agentError = { message: problem, suffix: '', since: now };
  });
};

const checkModelLife = (model: Model): void => {
  if (model.life !== 'alive') throw new JujuError(`model "${model.name}" is being destroyed: nothing can be added to it`);
};

const checkKind = (application: string, placement: string): void => {
  if (/^(lxd|kvm|zone|system-id)/.test(placement)) {
    throw new JujuError(`cannot deploy "${application}" to ${placement}: the local Juju has plain machines only`);
  }
};

const checkPlacement = (model: Model, application: string, placement: string): void => {
  checkKind(application, placement);
  if (placement !== '' && !model.machines[placement]) {
    throw new JujuError(`cannot deploy "${application}" to machine ${placement}: machine ${placement} not found`);
  }
};

const placeUnits = (
  model: Model,
  application: Application,
  count: number,
  to: readonly string[],
  attach: readonly string[],
  place: Place,
  refused: (unit: { name: string; problem: string }) => void,
): string[] => {
  const names: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const wanted = to[index] || newMachine(model, application.base, place.now()).id;
    const storage = index === 0 ? withoutAttached(application.storage, attach) : application.storage;
    const problem = whyNotOn(model, application, wanted, place.folder);
    const machine = problem === undefined ? wanted : '';
    const unit = newUnit(model, { application: application.name, machine, folder: place.folder, now: place.now(), storage });
    if (problem !== undefined) refused({ name: unit.name, problem: problem(unit.name) });
    if (index === 0) for (const id of attach) attachStorage(model, unit.name, id, place.folder);
    names.push(unit.name);
  }
  return names;
};

/** @returns what to say of a unit that cannot be put on the machine. */
const whyNotOn = (model: Model, application: Application, id: string, folder: string): ((unit: string) => string) | undefined => {
  if (!model.machines[id]) return () => `machine ${id} not found (not found)`;
  const clash = mountClash(model, application, id, folder);
  return clash === undefined
    ? undefined
    : unit => `cannot assign unit "${unit}" to machine ${id}: validating filesystem mount points: ${clash}`;
};

const withoutAttached = (storage: Application['storage'], attach: readonly string[]): Application['storage'] =>
  Object.fromEntries(
    Object.entries(storage).map(([name, wanted]) => {
      const given = attach.filter(id => id.startsWith(`${name}/`)).length;
      return [name, { ...wanted, count: Math.max(0, wanted.count - given) }];
    }),
  );

const addPeers = (model: Model, name: string, charm: Charm, now: string): void => {
  for (const endpoint of endpointsOf(charm, name)) {
    const there = Object.values(model.relations).some(
      relation =>
        relation.endpoints.length === 1 && relation.endpoints[0]!.application === name && relation.endpoints[0]!.name === endpoint.name,
    );
    if (endpoint.role === 'peer' && !there) addRelation(model, [endpoint], now);
  }
};

const sourceOfRefresh = (source: string | undefined, charm: string): string => {
  if (source !== undefined) return source;
  if (['mongodb', 'mongos', 'data-integrator'].includes(charm)) return charm;
  throw new JujuError('refreshing a local charm requires either --path or --switch');
};

const checkUpgrade = (model: Model, application: Application, found: FoundCharm): void => {
  const { charm } = found;
  const failing = `cannot upgrade application "${application.name}" to charm "${charm.name}"`;
  for (const relation of Object.values(model.relations)) {
    for (const endpoint of relation.endpoints) {
      if (endpoint.application !== application.name || endpoint.implicit) continue;
      const next = charm.endpoints[endpoint.name];
      if (next?.interface !== endpoint.interface || next.role !== endpoint.role) {
        throw new JujuError(`${failing}: would break relation "${relation.key}"`);
      }
    }
  }
  for (const name of Object.keys(application.storage)) {
    if (!charm.storage[name]) throw new JujuError(`${failing}: existing storage "${name}" removed`);
  }
};

const upgradeApplication = (model: Model, application: Application, charm: Charm, place: Place): void => {
  const { name } = application;
  model.charms[charm.url] = charm;
  application.charm = charm.url;
  application.config = keepFittingConfig(application.config, charm);
  for (const relation of Object.values(model.relations)) {
    relation.endpoints = relation.endpoints.map(endpoint =>
      endpoint.application === name && !endpoint.implicit ? { ...endpoint, ...charm.endpoints[endpoint.name] } : endpoint,
    );
  }
  addPeers(model, name, charm, place.now());
  for (const [store, wanted] of Object.entries(storageConstraints(charm, {}, ''))) {
    if (application.storage[store]) continue;
    application.storage[store] = wanted;
    for (const unit of unitsOf(model, name)) addMissing(model, unit, store, wanted, place);
  }
};

const addMissing = (model: Model, unit: Unit, store: string, wanted: Application['storage'][string], place: Place): void => {
  for (let count = 0; count < wanted.count; count += 1) {
    newStorage(model, unit, store, wanted.pool, wanted.sizeMiB, place.folder, place.now());
  }
};
