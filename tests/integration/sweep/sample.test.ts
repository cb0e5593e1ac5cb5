// A sample of `npm run sweep`: the beginning of a replica set's life, in which each dispatch is killed once at a point that the seed chooses.
import { expect, test } from 'vitest';
import { inWords, live } from '../../sweep/life.ts';
import { replicaSet } from '../../sweep/replica-set.ts';

const seed = Number(process.env.SWEEP_SEED ?? 1);

test(`the charm is killed once in each dispatch, and nothing is lost (SWEEP_SEED=${seed})`, { timeout: 900_000 }, async () => {
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const { failure, told, errors } = await live(replicaSet, { mode: 'once', seed }, { limitMs: 240_000, say, steps: 3 });
  const kills = told.filter(({ did }) => did === 'kill');
  const story = () => [...lines, ...kills.map(one => `${one.dispatch}: ${one.point}`), failure?.why].join('\n');
  expect(failure?.step, story()).toBeUndefined();
  expect(errors, story()).toEqual([]); // an end by a signal is no failed hook
  // It has been killed at hook tools, at MongoDB and at files, and each of those dispatches came to its end all the same.
  expect(kills.length, inWords(told)).toBeGreaterThan(20);
  const ended = new Set(told.filter(({ did }) => did === 'end').map(({ dispatch }) => dispatch));
  expect(kills.map(({ dispatch }) => dispatch).filter(name => !name.includes('action') && !ended.has(name))).toEqual([]);
});
