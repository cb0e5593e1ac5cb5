// The life of a replica set as a chart: each step beside its floor. Pure.
import { type Bar, drawBars, type Row } from '../plot.ts';
import type { Spread } from '../statistics.ts';
import type { ClusterResults } from './cluster.ts';

export const plotCluster = ({ rounds, steps }: ClusterResults): string =>
  drawBars({
    title: `The life of a replica set (median and quartiles of ${rounds} rounds)`,
    legend: { ours: 'this charm on the local Juju', theirs: 'a plain script with the same mongods, without Juju' },
    panels: ['wall time, ms'],
    rows: steps.map(({ name, charm, floor }): Row => {
      const bar = ({ median, low, high }: Spread, ours: boolean): Bar => ({ value: median, low, high, ours });
      return { label: name, bars: [[bar(charm, true), bar(floor, false)]] };
    }),
  });
