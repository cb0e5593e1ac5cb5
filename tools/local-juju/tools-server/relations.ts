// The relations of a running hook: which there are, who is in them, and their bags.
import type { Relation, RelationEndpoint, Values } from '../state.ts';
import { ToolError, UsageError } from './errors.ts';
import { type Flag, parseInteger } from './flags.ts';
import { applicationOfUnit, isLeader, type Running } from './running.ts';
import type { Call } from './tool.ts';
import { changed } from './values.ts';

/** `-r`, `--relation`. */
export const relationFlag: Flag = {
  also: ['r'],
  check: (value, running) => findRelation(running, value),
  about: 'specify a relation by id',
};

/** The relations that the unit has entered; the one whose relation-broken runs is still among them. */
export const relationsOf = (running: Running): Relation[] =>
  Object.values(running.model.relations)
    .filter(relation => relation.units[running.unitName]?.inScope || relation.id === running.hook.relation?.id)
    .sort((one, other) => one.id - other.id);

/** What a `-r` means: only the number behind the last colon counts. Throws with the reason. */
export const findRelation = (running: Running, text: string): Relation => {
  let id: number;
  try {
    id = parseInteger(text.slice(text.lastIndexOf(':') + 1));
  } catch {
    throw new Error('invalid relation id');
  }
  const relation = relationsOf(running).find(one => one.id === id);
  if (relation === undefined) throw new Error('relation not found');
  return relation;
};

/** The relation that `-r` names, or that of the hook. @throws {UsageError} */
export const relationOf = (call: Call): Relation => {
  const relation = relationOrNone(call);
  if (relation === undefined) throw new UsageError('no relation id specified');
  return relation;
};

export const relationOrNone = (call: Call): Relation | undefined => {
  const { relation } = call.flags;
  if (typeof relation === 'string') return findRelation(call.running, relation);
  const { hook } = call.running;
  return hook.relation && relationsOf(call.running).find(one => one.id === hook.relation?.id);
};

export const ownEndpoint = (running: Running, relation: Relation): RelationEndpoint =>
  relation.endpoints.find(endpoint => endpoint.application === running.applicationName) ?? (relation.endpoints[0] as RelationEndpoint);

/** The application at the other side; in a peer relation the own one. */
export const remoteApplicationOf = (running: Running, relation: Relation): string =>
  relation.endpoints.find(endpoint => endpoint.application !== running.applicationName)?.application ?? running.applicationName;

const isPeer = (relation: Relation): boolean => relation.endpoints.length === 1;

/** Units that the unit has joined, the one of the running hook included unless it departs. */
export const membersOf = (running: Running, relation: Relation): string[] => {
  const members = new Set(Object.keys(running.model.units[running.unitName]?.agent.relations[relation.id]?.members ?? {}));
  const { hook } = running;
  if (hook.relation?.id === relation.id && hook.relation.remoteUnit !== '') {
    if (hook.name.endsWith('-relation-departed')) members.delete(hook.relation.remoteUnit);
    else members.add(hook.relation.remoteUnit);
  }
  return [...members].sort();
};

/** Forgets what this hook tells the unit about anew, and what it read of units that are members no more. */
export const refreshRead = (running: Running): void => {
  const { agent } = running.model.units[running.unitName] ?? {};
  for (const relation of relationsOf(running)) {
    const read = agent?.relations[relation.id]?.read;
    if (read === undefined) continue;
    const members = membersOf(running, relation);
    for (const name of Object.keys(read)) if (name.includes('/') && !members.includes(name)) delete read[name];
    if (running.hook.relation?.id === relation.id) delete read[running.hook.relation.remoteUnit || running.hook.relation.remoteApplication];
  }
};

/** @throws {ToolError} when there is no such bag, or it is not for this unit. */
export const readUnitBag = (running: Running, relation: Relation, unit: string): Values => {
  if (unit === running.unitName) return changed(relation.units[unit]?.values ?? {}, running.pending.unitBags.get(relation.id));
  if (!relation.endpoints.some(endpoint => endpoint.application === applicationOfUnit(unit))) throw new ToolError('permission denied');
  return kept(running, relation, unit, () => {
    const bag = sharesContainer(running, relation, unit) ? relation.units[unit] : undefined;
    if (bag === undefined) {
      throw new ToolError(`cannot read settings for unit "${unit}" in relation "${relation.key}": unit "${unit}": settings not found`);
    }
    return bag.values;
  });
};

/** The own application's bag is for its leader only, that of a peer relation for every unit. @throws {ToolError} */
export const readApplicationBag = (running: Running, relation: Relation, application: string): Values => {
  if (!relation.endpoints.some(endpoint => endpoint.application === application)) throw new ToolError('permission denied');
  const stored = () => relation.applications[application]?.values ?? {};
  if (application !== running.applicationName) return kept(running, relation, application, stored);
  if (isLeader(running)) return changed(stored(), running.pending.applicationBags.get(relation.id));
  if (!isPeer(relation)) throw new ToolError('permission denied');
  return kept(running, relation, application, stored);
};

/** In a container relation each unit sees only its partner on the same machine. */
const sharesContainer = (running: Running, relation: Relation, unit: string): boolean => {
  if (relation.scope === 'global') return true;
  const { units } = running.model;
  const [own, other] = [units[running.unitName], units[unit]];
  // A partner that is gone can only have been the own principal or a subordinate of the unit.
  return other === undefined || (own?.principal ?? own?.name) === (other.principal ?? other.name);
};

/** A bag of others, as it was when it was first read: members' and applications' bags until their changed event, others for this hook. */
const kept = (running: Running, relation: Relation, name: string, read: () => Values): Values => {
  const known = running.model.units[running.unitName]?.agent.relations[relation.id];
  const lasting = known !== undefined && (!name.includes('/') || membersOf(running, relation).includes(name));
  if (!lasting) {
    const key = `${relation.id} ${name}`;
    const values = running.kept.bags.get(key) ?? { ...read() };
    running.kept.bags.set(key, values);
    return values;
  }
  known.read ??= {};
  known.read[name] ??= { ...read() };
  return known.read[name];
};
