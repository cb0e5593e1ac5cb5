// The hooks' figures as a chart: each hook beside the recorded one, and below them what the peers cost in the same run. Pure.
import { type Bar, drawBars, type Row } from '../plot.ts';
import type { Spread } from '../statistics.ts';
import { recordedOf } from './goals.ts';
import type { HookResults } from './hooks.ts';

export const plotHooks = ({ scenarios, peers, runs }: HookResults): string =>
  drawBars({
    title: `What a hook costs (median and quartiles of ${runs} runs)`,
    legend: { ours: 'this charm', theirs: 'Python: the same hook as recorded once; below, what was measured beside this charm' },
    panels: ['wall time, ms', 'CPU time, ms'],
    rows: [
      ...scenarios.map(({ key, name, figures }): Row => {
        const theirs = recordedOf(key);
        const pair = (ours: Spread, recorded: number | undefined): Bar[] => [
          { value: ours.median, low: ours.low, high: ours.high, ours: true },
          ...(recorded === undefined ? [] : [{ value: recorded, ours: false }]),
        ];
        return { label: shortened(name), bars: [pair(figures.wallMs, theirs?.wallMs), pair(figures.cpuMs, theirs?.cpuMs)] };
      }),
      ...peers.map(({ name, figures }): Row => {
        const bar = ({ median, low, high }: Spread): Bar[] => [{ value: median, low, high, ours: false }];
        return { label: shortened(name), bars: [bar(figures.wallMs), bar(figures.cpuMs)] };
      }),
    ],
  });

/** What stands in parentheses is told in the table. */
const shortened = (name: string): string => name.replace(/ \([^)]*\)$/, '');
