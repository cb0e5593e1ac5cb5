// Healed and left to itself: whether all comes to rest, and stays as it is.
import { addStorage, attachStorage } from '../../tools/local-juju/engine/storage.ts';
import type { Unit } from '../../tools/local-juju/state.ts';
import type { Agents } from './agents.ts';
import { chosenPasswords, isHeld, type Violation } from './checks.ts';
import { unsettle } from './database/life.ts';
import { evolve } from './database/replication.ts';
import { clock, run, sleep } from './kernel.ts';
import { rest } from './stage.ts';
import { currentWorld, FOLDER, rootOf } from './world.ts';

/** Rounds of update-status at every unit until one of them changes nothing. @param writes what is written meanwhile; it is emptied. */
export async function comeToRest(agents: Agents, writes: string[]): Promise<Violation | undefined> {
  const { model } = currentWorld();
  let last: readonly string[] = [];
  for (let round = 0; round < 14; round += 1) {
    await rest(agents, 1_800_000);
    if (giveStorageBack()) await rest(agents, 1_800_000);
    evolve();
    // Nobody may ask the servers meanwhile, and each step of theirs is made when somebody does.
    for (let waited = 0; waited < 12_000; waited += 3_000) {
      await passes(3_000);
      evolve();
    }
    writes.splice(0);
    for (const unit of Object.values(model.units)) if (unit.agent.nextUpdateStatus !== '') unit.agent.nextUpdateStatus = clock.iso();
    await rest(agents, 1_800_000);
    last = writes.splice(0);
    const isWhole = unitsWithoutStorage().length === 0;
    if (isWhole && last.length === 0 && Object.values(model.units).every(unit => unit.agent.pending === undefined || isHeld(unit)))
      return undefined;
  }
  return { what: 'no end of changes', detail: last.slice(0, 12).join(', ') };
}

async function passes(ms: number): Promise<void> {
  let over = false;
  void sleep(ms).then(() => {
    over = true;
  });
  await run(() => over);
}

/** All that was done to machines is undone, and every configuration is valid. */
export function heal(): void {
  const world = currentWorld();
  for (const machine of Object.values(world.machines)) machine.cut = false;
  for (const server of Object.values(world.servers)) server.frozen = false;
  for (const app of Object.values(world.model.applications)) {
    if (app.config['cache-size-mb'] === 1) delete app.config['cache-size-mb'];
    const isGranted = chosenPasswords(world.model, app.name)?.grants.some(({ name }) => name === app.name);
    if (!isGranted) delete app.config['system-users'];
  }
  unsettle();
}

/** To units whose storage was taken away by force; another one if theirs is somewhere else by now. @returns whether there was any. */
function giveStorageBack(): boolean {
  const { model } = currentWorld();
  const units = unitsWithoutStorage();
  for (const unit of units) {
    const storage = freeStorage(unit);
    if (storage === undefined) addStorage(model, unit.name, 'mongodb', 1, FOLDER, clock.iso());
    else attachStorage(model, unit.name, storage, FOLDER);
  }
  return units.length > 0;
}

/** Units that stay, and whose storage was taken away by force. */
export const unitsWithoutStorage = (): Unit[] => {
  const { units, storage, charms, applications } = currentWorld().model;
  const owners = new Set(Object.values(storage).map(one => one.owner));
  return Object.values(units).filter(
    unit => unit.life === 'alive' && !owners.has(unit.name) && charms[applications[unit.application]!.charm]!.storage.mongodb !== undefined,
  );
};

/** One that is not attached to anybody, on the unit's machine if there is one. */
export const freeStorage = (unit: Unit): string | undefined =>
  Object.values(currentWorld().model.storage).find(
    one => one.owner === undefined && one.life === 'alive' && one.location.startsWith(`${rootOf(unit.machine)}/`),
  )?.id;
