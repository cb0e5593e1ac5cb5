// Part `load`: many clients, many units, many changes of a password.
import { join } from 'node:path';
import { clearAway } from '../../demo/juju.ts';
import { build } from '../../pack/build.ts';
import { modelName, openWorld, untilCalm, type World } from '../hooks/world.ts';
import { loadPasswords, type Passwords } from './passwords.ts';
import { loadRelations, type Relations } from './relations.ts';
import { loadUnits, type Units } from './units.ts';

export type LoadResults = { relations: Relations; units: Units; passwords: Passwords };
export type LoadOptions = { room: string; interrupted: AbortSignal; say(text: string): void };

const changes = 1_000;
const clients = 100;
/** The last is what a replica set may have at most. */
const unitCounts = [7, 20, 35, 50];

export const benchLoad = async ({ room, interrupted, say }: LoadOptions): Promise<LoadResults> => {
  await Promise.all([build('mongodb'), build('data-integrator')]);
  const withSet = async <Result>(units: number, work: (world: World) => Promise<Result>): Promise<Result> => {
    const world = await openWorld(join(room, 'j'), interrupted);
    try {
      await deploySet(world, units);
      return await work(world);
    } finally {
      await clearAway(world.juju.data, modelName);
    }
  };
  say(`${changes} changes of a password`);
  const passwords = await withSet(3, world => loadPasswords(world, changes));
  say(`${clients} clients`);
  const relations = await withSet(3, world => loadRelations(world, clients));
  const units = await withSet(1, world => loadUnits(world, unitCounts, say));
  return { relations, units, passwords };
};

export const deploySet = async (world: World, units: number): Promise<void> => {
  await world.juju.run('deploy', 'mongodb', '-n', String(units));
  await untilCalm(world, { mongodb: units });
};
