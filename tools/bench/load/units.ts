// As many units as a replica set may have, each with a real mongod, seven of them voting.
import { availableParallelism, loadavg } from 'node:os';
import type { MongoClient } from 'mongodb';
import { operatorClient } from '../cluster/charm.ts';
import { until } from '../cluster/replica-set.ts';
import type { World } from '../hooks/world.ts';
import { availableMiB, daemonMiB, mongodsMiB } from './memory.ts';
import { patience } from './side.ts';

/** @property addedMs from add-unit until all are members with all data, and active. @property mongodMiB the median of the mongods. */
export type Step = { units: number; addedMs: number; voters: number; mongodMiB: number; daemonMiB: number };
/** @property stopped why no more were tried. */
export type Units = { steps: Step[]; stopped?: string };

/** After which a step is given up: the computer is too small for so many processes, and would be busy with them for hours. */
const stepMs = 1_500_000;
/** What a further mongod may need, and what the computer is to keep. */
const roomForOneMiB = 250;
const keptMiB = 2_048;

/** The set is there, with fewer units than the first step. */
export const loadUnits = async (world: World, counts: readonly number[], say: (text: string) => void): Promise<Units> => {
  const { juju, state } = world;
  const steps: Step[] = [];
  for (const count of counts) {
    const missing = count - (await unitsOf(world));
    const room = await availableMiB();
    if (room < missing * roomForOneMiB + keptMiB)
      return { steps, stopped: `${count} units: ${missing} more would not fit into the ${Math.round(room)} MiB that are free` };
    say(`${count} units`);
    const start = performance.now();
    await juju.run('add-unit', 'mongodb', '-n', String(missing));
    const whole = await until(`${count} units`, async () => isWhole(await state(), count), { ...patience, limitMs: stepMs }).then(
      () => true,
      (error: Error) => (performance.now() - start >= stepMs ? false : Promise.reject(error)),
    );
    if (!whole) return { steps, stopped: `${count} units were not whole after ${stepMs / 60_000} minutes, with a load of ${busy()}` };
    const addedMs = performance.now() - start;
    const client = await operatorClient(await state());
    try {
      // A unit is active by what its own mongod says; the primary hears of that with the next heartbeat.
      await until(`the primary sees ${count} members that are well`, async () => (await wellMembers(client)) === count, patience);
      const { config } = await client.db('admin').command({ replSetGetConfig: 1 });
      const voters = config.members.filter(({ votes }: { votes: number }) => votes === 1).length;
      const sizes = (await mongodsMiB(world.folder)).sort((a, b) => a - b);
      steps.push({
        units: count,
        addedMs,
        voters,
        mongodMiB: sizes[Math.floor(sizes.length / 2)] ?? 0,
        daemonMiB: await daemonMiB(juju.data),
      });
    } finally {
      await client.close();
    }
  }
  return { steps };
};

const wellMembers = async (client: MongoClient): Promise<number> => {
  const { members } = await client.db('admin').command({ replSetGetStatus: 1 });
  return members.filter(({ state }: { state: number }) => state === 1 || state === 2).length;
};

/** Processes that want a processor, beside the number of those. */
const busy = (): string => `${Math.round(loadavg()[0] ?? 0)} on ${availableParallelism()} processors`;

const unitsOf = async ({ state }: World): Promise<number> => own(await state()).length;

type Model = Awaited<ReturnType<World['state']>>;
const own = ({ units }: Model) => Object.values(units).filter(({ application }) => application === 'mongodb');

const isWhole = (model: Model, count: number): boolean => {
  const units = own(model);
  return (
    units.length === count && units.every(({ workload, agentStatus }) => workload.current === 'active' && agentStatus.current === 'idle')
  );
};
