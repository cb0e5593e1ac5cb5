// The parts `load`, many clients and many changes of a password, and `units`, as many as a replica set may have.
import { join } from 'node:path';
import { clearAway } from '../../demo/juju.ts';
import { build } from '../../pack/build.ts';
import { modelName, openWorld, untilCalm, type World } from '../hooks/world.ts';
import { loadPasswords, type Passwords } from './passwords.ts';
import { loadRelations, type Relations } from './relations.ts';
import { loadUnits, type Units } from './units.ts';

export type LoadResults = { relations: Relations; passwords: Passwords };
export type LoadOptions = { room: string; interrupted: AbortSignal; say(text: string): void };

const changes = 1_000;
const clients = 100;
/** The last is what a replica set may have at most. */
const unitCounts = [7, 20, 35, 50];

export const benchLoad = async ({ room, interrupted, say }: LoadOptions): Promise<LoadResults> => {
  await Promise.all([build('mongodb'), build('data-integrator')]);
  say(`${changes} changes of a password`);
  const passwords = await withSet(3, { room, interrupted }, world => loadPasswords(world, changes));
  say(`${clients} clients`);
  return { passwords, relations: await withSet(3, { room, interrupted }, world => loadRelations(world, clients)) };
};

export const benchUnits = async ({ room, interrupted, say }: LoadOptions): Promise<Units> => {
  await build('mongodb');
  return withSet(1, { room, interrupted }, world => loadUnits(world, unitCounts, say));
};

type Room = Pick<LoadOptions, 'room' | 'interrupted'>;

const withSet = async <Result>(units: number, { room, interrupted }: Room, work: (world: World) => Promise<Result>): Promise<Result> => {
  const world = await openWorld(join(room, 'j'), interrupted);
  try {
    await deploySet(world, units);
    return await work(world);
  } finally {
    await clearAway(world.juju.data, modelName);
  }
};

export const deploySet = async (world: World, units: number): Promise<void> => {
  await world.juju.run('deploy', 'mongodb', '-n', String(units));
  await untilCalm(world, { mongodb: units });
};
