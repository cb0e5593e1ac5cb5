// The state of a relation in Juju's word.
import type { Model, Relation } from '../../state.ts';

export function relationStatus(model: Model, relation: Relation): 'joining' | 'joined' | 'suspending' | 'suspended' | 'removing' {
  if (relation.life !== 'alive') return 'removing';
  const inScope = Object.entries(relation.units).flatMap(([unit, bag]) => (bag.inScope ? [unit] : []));
  // The units of another model do not count: their own model tells of them.
  if (relation.suspended !== undefined) return inScope.some(unit => model.units[unit] !== undefined) ? 'suspending' : 'suspended';
  return relation.endpoints.length < 2 || inScope.length > 0 ? 'joined' : 'joining';
}
