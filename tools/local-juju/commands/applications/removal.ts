// What the removal of a unit or an application takes with it, in Juju's lines. Pure.
import type { Model } from '../../state.ts';
import { sortedUnits } from '../status/describe.ts';
import { outlivesUnit } from '../status/storage.ts';
import { naturally } from '../text/names.ts';

/** "will remove unit prov/0" and a line for each storage. */
export function removalOfUnit(model: Model, unit: string, destroyStorage: boolean): string[] {
  return [`will remove unit ${unit}`, ...storageLines(model, [unit], destroyStorage)];
}

/** The same for an application with all its units. */
export function removalOfApplication(model: Model, application: string, destroyStorage: boolean): string[] {
  const units = sortedUnits(model)
    .filter(unit => unit.application === application)
    .map(unit => unit.name);
  return [
    `will remove application ${application}`,
    ...units.map(unit => `- will remove unit ${unit}`),
    ...storageLines(model, units, destroyStorage),
  ];
}

function storageLines(model: Model, units: readonly string[], destroyStorage: boolean): string[] {
  return Object.values(model.storage)
    .filter(storage => storage.owner !== undefined && units.includes(storage.owner))
    .sort((a, b) => naturally(a.id, b.id))
    .map(storage => `- will ${destroyStorage || !outlivesUnit(storage) ? 'remove' : 'detach'} storage ${storage.id}`);
}
