// Part `cluster`: how long the life of a replica set takes, beside the floor.
import { join } from 'node:path';
import { build } from '../../pack/build.ts';
import { type Spread, spreadOf } from '../statistics.ts';
import { openCharm } from './charm.ts';
import { openFloor } from './floor.ts';
import { type Contender, goThrough, type StepName, steps } from './steps.ts';

/** `ms` of each, and how many times the floor the charm takes: the median of the rounds' own ratios. */
export type Step = { key: StepName; name: string; charm: Spread; floor: Spread; ratio: Spread };
export type ClusterResults = { rounds: number; steps: Step[] };
export type ClusterOptions = { rounds: number; room: string; interrupted: AbortSignal; say(text: string): void };

export const benchCluster = async ({ rounds, room, interrupted, say }: ClusterOptions): Promise<ClusterResults> => {
  // Deployed by name, a charm is built if it has to be; that is not what is measured.
  await Promise.all([build('mongodb'), build('data-integrator')]);
  const took: Record<'charm' | 'floor', Record<StepName, number>[]> = { charm: [], floor: [] };
  for (let round = 0; round < rounds; round += 1) {
    say(`the life of a replica set, round ${round + 1} of ${rounds}`);
    took.floor.push(await through(await openFloor(join(room, `f${round}`), `127.${90 + (process.pid % 30)}.${round}`)));
    interrupted.throwIfAborted();
    took.charm.push(await through(await openCharm(join(room, 'j'), interrupted)));
  }
  return {
    rounds,
    steps: steps.map(({ key, name }) => {
      const of = (who: 'charm' | 'floor') => took[who].map(one => one[key]);
      const ratios = of('charm').map((ms, round) => ms / of('floor')[round]!);
      return { key, name, charm: spreadOf(of('charm')), floor: spreadOf(of('floor')), ratio: spreadOf(ratios) };
    }),
  };
};

const through = async (contender: Contender): Promise<Record<StepName, number>> => {
  try {
    return await goThrough(contender);
  } finally {
    await contender.close();
  }
};
