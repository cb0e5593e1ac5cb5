// Part `growth`: how the cost of a hook that has nothing to do grows with the units and with the clients.
import { join } from 'node:path';
import { type Figures, hookSubject, measureAll, type Subject } from '../hooks/measure.ts';
import { didNothing, lifecycle } from '../hooks/scenarios.ts';
import { openStand, type Stand } from '../hooks/stand.ts';
import { leaderOf } from '../hooks/states.ts';
import { openWorld, untilCalm, type World } from '../hooks/world.ts';
import { timeProgram } from '../measure/program.ts';
import { anyPython } from '../measure/python.ts';
import { addClients, addUnits } from './clones.ts';

/** @property of how many units or clients there are. @property running of the units have a mongod. */
export type Point = { of: number; running: number; leader: Figures; follower?: Figures };
export type GrowthResults = { runs: number; units: Point[]; clients: Point[] };
export type GrowthOptions = { runs: number; room: string; interrupted: AbortSignal; say(text: string): void };

const application = 'mongodb';
const client = 'shop';
/** As many as may vote: each has a mongod of its own on this computer. */
const realUnits = [1, 3, 7] as const;
/** Of these the further ones are told of by Juju, and stand in the set's configuration, but their mongods do not run. */
const clonedUnits = [20, 50] as const;
const clients = [1, 10, 100] as const;
const unitsWithClients = 3;

export const benchGrowth = async ({ runs, room, interrupted, say }: GrowthOptions): Promise<GrowthResults> => {
  const python = (await anyPython()).path;
  const world = await openWorld(join(room, 'j'), interrupted);
  const results: GrowthResults = { runs, units: [], clients: [] };
  const measure = async (stand: Stand, of: number, running: number): Promise<Point> => {
    say(`nothing to do, ${of} ${of === running ? 'units' : `(${running} with a mongod)`}`);
    return { of, running, ...(await measured(stand, runs, python)) };
  };
  await deploy(world);
  for (const count of realUnits) {
    const missing = count - (await unitsOf(world));
    if (missing > 0) await world.juju.run('add-unit', application, '-n', String(missing));
    await untilCalm(world, { [application]: count, [client]: 1 });
    await withStand(world, async stand => {
      results.units.push(await measure(stand, count, count));
      if (count === unitsWithClients)
        for (const many of clients) {
          say(`${many} clients`);
          addClients(stand.model, application, client, many);
          await settle(stand, python);
          results.clients.push({ of: many, running: count, ...(await measured(stand, runs, python)) });
        }
      if (count === realUnits.at(-1))
        for (const many of clonedUnits) {
          addUnits(stand.model, application, many);
          await settle(stand, python);
          results.units.push(await measure(stand, many, count));
        }
    });
    // The users of the clients that only the stand had are none of the model's: its next hook takes them away.
  }
  return results;
};

const deploy = async ({ juju }: World): Promise<void> => {
  await juju.run('deploy', application);
  await juju.run('deploy', 'data-integrator', client, '--config', `database-name=${client}`);
  await juju.run('integrate', application, client);
};

const unitsOf = async ({ state }: World): Promise<number> =>
  Object.values((await state()).units).filter(unit => unit.application === application).length;

const withStand = async (world: World, use: (stand: Stand) => Promise<void>): Promise<void> => {
  const stand = await openStand(await world.state(), world.folder);
  try {
    await use(stand);
  } finally {
    await stand.close();
  }
};

/** Hooks of the leader, then of the follower, until each has nothing more to do. @throws when that does not come. */
const settle = async (stand: Stand, python: string): Promise<void> => {
  for (const unit of actors(stand)) {
    for (let left = 10; ; left -= 1) {
      const told = await stand.run(unit, lifecycle('config-changed'), program => timeProgram(python, program));
      const wrong = await didNothing(told);
      if (wrong === undefined) break;
      if (left === 0) throw new Error(`${unit} does not come to rest: ${wrong}`);
    }
  }
};

/** The leader, and a real follower where there is one. */
const actors = ({ model }: Stand): string[] => {
  const leader = leaderOf(model, application);
  const follower = Object.values(model.units).find(({ application: of, name }) => of === application && name !== leader);
  return follower === undefined ? [leader] : [leader, follower.name];
};

const measured = async (stand: Stand, runs: number, python: string): Promise<{ leader: Figures; follower?: Figures }> => {
  const info = lifecycle('update-status');
  const subjects = actors(stand).map((unit): Subject => hookSubject(stand, unit, unit, { info, check: didNothing }, python));
  const [leader, follower] = await measureAll(subjects, runs, () => undefined);
  return { leader: leader!, ...(follower === undefined ? {} : { follower }) };
};
