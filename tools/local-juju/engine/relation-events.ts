// Which relation hook a unit runs next: decided from the state of the relation and from what the agent remembers, so that it does
// not matter how many changes there were in between. Juju's uniter does the same (worker/uniter/relation).
import type { AgentRelation, HookInfo, Model, Relation, Unit } from '../state.ts';
import { applicationOf, endpointOf, isOpen, isPeer, relationsOf, remoteApplicationOf, remoteUnitsOf } from './scope.ts';

type RelationKind = 'created' | 'joined' | 'changed' | 'departed' | 'broken';

/** relation-created of a relation that the unit is in and has not heard of yet. */
export const nextRelationCreated = (model: Model, unit: Unit): HookInfo | undefined => {
  if (unit.life !== 'alive') return undefined;
  const relation = relationsWithHooks(model, unit).find(
    candidate => isOpen(candidate) && candidate.units[unit.name]?.inScope && !unit.agent.relations[candidate.id]?.created,
  );
  return relation && relationHook(relation, unit, 'created', '');
};

/** Any other relation hook that is due; peer relations come after all others. */
export const nextRelationHook = (model: Model, unit: Unit): HookInfo | undefined => {
  const relations = relationsWithHooks(model, unit);
  for (const relation of [...relations.filter(one => !isPeer(one)), ...relations.filter(isPeer)]) {
    const known = unit.agent.relations[relation.id];
    const hook = known?.created && !known.broken ? nextOfRelation(model, unit, relation, known) : undefined;
    if (hook) return hook;
  }
  return undefined;
};

// The principal's side of an implicit juju-info relation has no hooks.
const relationsWithHooks = (model: Model, unit: Unit): Relation[] =>
  relationsOf(model, unit).filter(relation => endpointOf(relation, unit.application)?.implicit !== true);

const nextOfRelation = (model: Model, unit: Unit, relation: Relation, known: AgentRelation): HookInfo | undefined => {
  const joined = Object.keys(known.members).sort();
  const justJoined = joined.find(name => known.members[name]?.changedDue);
  if (justJoined !== undefined) return relationHook(relation, unit, 'changed', justJoined);

  const breaking = unit.life !== 'alive' || !isOpen(relation);
  const present = breaking ? [] : remoteUnitsOf(model, relation, unit);
  const gone = joined.find(name => !present.includes(name));
  if (gone !== undefined) {
    return relationHook(relation, unit, 'departed', gone, departingUnit(model, unit, gone));
  }
  if (breaking) return isPeer(relation) ? undefined : relationHook(relation, unit, 'broken', '');

  const remote = remoteApplicationOf(relation, unit.application);
  if ((relation.applications[remote]?.version ?? 0) !== known.applicationVersion) return relationHook(relation, unit, 'changed', '');

  const newcomer = present.find(name => known.members[name] === undefined);
  if (newcomer !== undefined) return relationHook(relation, unit, 'joined', newcomer);

  const changed = present.find(name => known.members[name]?.version !== relation.units[name]?.version);
  return changed === undefined ? undefined : relationHook(relation, unit, 'changed', changed);
};

// The local unit departs if it or its application is dying; else the remote one does. A subordinate whose principal's whole application
// is dying hears of that first, and names the principal.
const departingUnit = (model: Model, unit: Unit, remote: string): string => {
  const applicationDies = model.applications[unit.application]?.life !== 'alive';
  const principalsDie = unit.principal === remote && model.applications[applicationOf(remote)]?.life !== 'alive';
  return applicationDies || (unit.life !== 'alive' && !principalsDie) ? unit.name : remote;
};

const relationHook = (relation: Relation, unit: Unit, kind: RelationKind, remoteUnit: string, departing?: string): HookInfo => {
  const endpoint = endpointOf(relation, unit.application)?.name ?? '';
  return {
    name: `${endpoint}-relation-${kind}`,
    kind: 'relation',
    relation: {
      id: relation.id,
      endpoint,
      remoteApplication: remoteApplicationOf(relation, unit.application),
      remoteUnit,
      ...(departing === undefined ? {} : { departingUnit: departing }),
    },
  };
};
