// What a hook is held to: a part of what the Python charm's hook was recorded to cost. Pure.
import type { HookResults, Measured } from './hooks.ts';
import recorded from './recorded.json' with { type: 'json' };

export type RecordedFigures = { wallMs: number; cpuMs: number; spawned: number };
/** What a figure may be at the most. */
export type Goal = { scenario: string; what: string; figure: number; limit: number; met: boolean };

const figures: Readonly<Record<string, RecordedFigures>> = recorded.scenarios;
/** So many times less than was recorded: of most hooks, and of those that were cheap already. */
const timesLess = 10;
const timesLessOf: Readonly<Record<string, number>> = { 'config-changed': 5 };
/** From so many processes on there have to be ten times fewer; where there were less, never more. */
const manySpawned = 100;

/** Undefined for a hook of which nothing was recorded. */
export const recordedOf = (key: string): RecordedFigures | undefined => figures[key];

export const goalsOf = ({ scenarios }: Pick<HookResults, 'scenarios'>): Goal[] =>
  scenarios.flatMap(one => [...ofRecorded(one), ...ofAll(one)]);

const ofRecorded = ({ key, name, figures: ours }: Measured & { key: string }): Goal[] => {
  const theirs = recordedOf(key);
  if (theirs === undefined) return [];
  const times = timesLessOf[key] ?? timesLess;
  const spawned = theirs.spawned >= manySpawned ? theirs.spawned / timesLess : theirs.spawned;
  return [
    goal(name, `wall time (ms), ${times} times less`, ours.wallMs.median, theirs.wallMs / times),
    goal(name, `CPU time (ms), ${times} times less`, ours.cpuMs.median, theirs.cpuMs / times),
    goal(
      name,
      theirs.spawned >= manySpawned ? `processes, ${timesLess} times fewer` : 'processes, not more',
      ours.spawned,
      Math.floor(spawned),
    ),
  ];
};

const ofAll = ({ name, figures: ours }: Measured): Goal[] => [
  goal(name, 'largest process (MiB), not larger', ours.rssMiB.median, recorded.rssMiB),
  goal(name, 'calls that log', ours.calls['juju-log'] ?? 0, 1),
];

const goal = (scenario: string, what: string, figure: number, limit: number): Goal => ({
  scenario,
  what,
  figure,
  limit,
  met: figure <= limit,
});
