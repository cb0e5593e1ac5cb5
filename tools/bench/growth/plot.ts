// How the cost of a hook grows, as a chart: the wall time on the leader and on another unit. Pure.
import { drawLines, type Panel } from '../lines.ts';
import type { GrowthResults, Point } from './growth.ts';

export const plotGrowth = ({ runs, units, clients }: GrowthResults): string =>
  drawLines(`How a hook with nothing to do grows (median of ${runs} runs)`, [panelOf('units', units), panelOf('clients', clients)]);

const panelOf = (x: string, points: readonly Point[]): Panel => ({
  x,
  y: 'wall time, ms',
  series: [
    { name: 'the leader', colour: 'ours', points: points.map(({ of, leader }) => [of, leader.wallMs.median] as const) },
    {
      name: 'another unit',
      colour: 'theirs',
      points: points.flatMap(({ of, follower }) => (follower === undefined ? [] : [[of, follower.wallMs.median] as const])),
    },
  ],
});
