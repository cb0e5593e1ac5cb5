// Tables and charts, from figures made up for the purpose.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ClusterResults } from '../../../tools/bench/cluster/cluster.ts';
import { plotCluster } from '../../../tools/bench/cluster/plot.ts';
import { tellCluster } from '../../../tools/bench/cluster/table.ts';
import type { GrowthResults, Point } from '../../../tools/bench/growth/growth.ts';
import { plotGrowth } from '../../../tools/bench/growth/plot.ts';
import { tellGrowth } from '../../../tools/bench/growth/table.ts';
import { goalsOf } from '../../../tools/bench/hooks/goals.ts';
import type { HookResults } from '../../../tools/bench/hooks/hooks.ts';
import type { Figures } from '../../../tools/bench/hooks/measure.ts';
import { tellHooks } from '../../../tools/bench/hooks/table.ts';
import type { LoadResults } from '../../../tools/bench/load/load.ts';
import { tellLoad, tellUnits } from '../../../tools/bench/load/table.ts';
import { writeResults } from '../../../tools/bench/results.ts';

const exactly = (value: number) => ({ median: value, low: value, high: value });
const figures = (wallMs: number, more: Partial<Figures> = {}): Figures => ({
  wallMs: exactly(wallMs),
  cpuMs: exactly(wallMs / 2),
  rssMiB: exactly(50),
  spawned: 10,
  calls: { 'config-get': 1 },
  toolCalls: 10,
  ...more,
});
const hooks = (update: Figures): HookResults => ({
  runs: 2,
  toolCall: figures(3),
  scenarios: [{ key: 'update-status', name: 'update-status', figures: update }],
  peers: [{ name: 'import <ops>', figures: figures(100) }],
  missing: ['there is no Python 3.12'],
});
const cluster: ClusterResults = {
  rounds: 3,
  steps: [
    { key: 'deploy', name: 'deploy', charm: exactly(3_000), floor: exactly(2_000), ratio: exactly(1.5) },
    { key: 'integrate', name: 'integrate', charm: exactly(300), floor: exactly(100), ratio: exactly(3) },
  ],
};
const point = (of: number, leader: number, follower?: number): Point => ({
  of,
  running: Math.min(of, 7),
  leader: figures(leader),
  ...(follower === undefined ? {} : { follower: figures(follower) }),
});
const growth: GrowthResults = {
  runs: 3,
  units: [point(1, 105), point(3, 115, 90), point(7, 135, 90), point(50, 350, 90)],
  clients: [point(1, 110, 90), point(100, 1_100, 90)],
};

test('a goal is met when the figure is not above it', () => {
  const goals = (wallMs: number) =>
    goalsOf(hooks(figures(wallMs, { cpuMs: exactly(97), spawned: 28 }))).map(({ what, met }) => [what, met]);
  const [wall] = goals(142);
  expect(wall).toEqual(['wall time (ms), 10 times less', true]);
  expect(goals(143)[0]).toEqual(['wall time (ms), 10 times less', false]);
});

test('each step stands beside its floor, and says whether the goal is met', () => {
  const text = tellCluster(cluster);
  expect(text).toContain('| deploy | 3000 (3000–3000) | 2000 (2000–2000) | 1.5 (1.5–1.5) | yes |');
  expect(text).toContain('| 3.0 (3.0–3.0) | **no** |');
  expect(text).toContain('1 of 2 goals are met');
});

test('a hook stands beside that of another checkout, if one was measured', () => {
  const ours = hooks(figures(100));
  const text = tellHooks({ ...ours, beside: [{ name: 'update-status', figures: figures(80, { rssMiB: exactly(40) }) }] });
  expect(text).toContain('| update-status | 100 / 80 = 1.25 | 50 / 40 = 1.25 | 50 / 40 = 1.25 |');
  expect(tellHooks(ours)).not.toContain('the other checkout');
});

test('growth is told as a line', () => {
  const text = tellGrowth(growth);
  expect(text).toContain('the leader 100 ms and 5.0 ms for each of the units (R² 1.000)');
  expect(text).toContain('another unit 90 ms and 0.0 ms for each of the units');
  expect(text).toContain('the leader 100 ms and 10.0 ms for each of the clients');
});

const load: LoadResults = {
  relations: { clients: 100, createdMs: 12_340, removedMs: 5_000, daemonMiB: { before: 90, after: 99 }, secretsLeft: 0 },
  passwords: {
    changes: 1_000,
    changeMs: exactly(400),
    totalMs: 400_000,
    logins: 5_000,
    refused: 7,
    longestOutMs: 300,
    daemonMiB: { before: 90, after: 95 },
    revisions: 1,
    modelKiB: { before: 50, after: 60 },
  },
};

test('load is told in sentences', () => {
  const text = tellLoad(load);
  expect(text).toContain('100 clients of a set of three, integrated side by side: 12.3 s');
  expect(text).toContain('out for longer than 0.3 s');
});

test('units are told as a table, and why no more were tried', () => {
  const step = { units: 20, addedMs: 9_000, voters: 7, mongodMiB: 120, daemonMiB: 100 };
  const text = tellUnits({ steps: [step], stopped: '50 units: 30 more would not fit' });
  expect(text).toContain('| 20 | 7 | 9.0 | 120 | 100 |');
  expect(text).toContain('No more were tried: 50 units: 30 more would not fit.');
});

/** Every element that is opened is closed, and nothing but numbers stands where a number must. */
const checkSvg = (svg: string): void => {
  const open: string[] = [];
  for (const [, closing, name, rest] of svg.matchAll(/<(\/?)(\w+)([^>]*)>/g)) {
    if (closing) expect(open.pop()).toBe(name);
    else if (!rest!.endsWith('/')) open.push(name!);
  }
  expect(open).toEqual([]);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
};

test.each([
  ['the cluster', plotCluster(cluster), ['deploy', '3000', '2000']],
  ['growth', plotGrowth(growth), ['units', 'clients', '1100', '90']],
])('the chart of %s shows its figures', (_, svg, words) => {
  checkSvg(svg);
  for (const word of words) expect(svg).toContain(`>${word}</text>`);
});

describe('the results of a part', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'br-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('are kept beside those of parts that were measured before', async () => {
    await writeResults(folder, { hooks: hooks(figures(120)), cluster });
    const text = await writeResults(folder, { growth, cluster: { ...cluster, rounds: 9 } });
    expect(text).toContain('there is no Python 3.12');
    expect(text).toContain('median of 9 rounds');
    const kept = JSON.parse(await readFile(join(folder, 'results.json'), 'utf8'));
    expect(Object.keys(kept)).toEqual(['hooks', 'cluster', 'growth']);
    expect(kept.hooks.measured.computer).toMatch(/Node 24/);
    for (const chart of ['hooks', 'cluster', 'growth']) checkSvg(await readFile(join(folder, `${chart}.svg`), 'utf8'));
    expect(await readFile(join(folder, 'hooks.svg'), 'utf8')).toContain('import &lt;ops&gt;');
  });
});
