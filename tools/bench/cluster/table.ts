// The figures of the life of a replica set as Markdown. Pure.
import type { Spread } from '../statistics.ts';
import { table } from '../table.ts';
import type { ClusterResults, Step } from './cluster.ts';

/** What the charm may take at most, in times of the floor. */
export const limit = 2;

export const tellCluster = ({ rounds, steps }: ClusterResults): string => {
  const met = steps.filter(isMet).length;
  return [
    '## The life of a replica set',
    '',
    `Milliseconds: the median of ${rounds} rounds, and the quartiles around it. The floor is a plain script of the same run, without Juju and without a charm: it starts the same mongods, initiates the set and makes the users, knowing all beforehand. The charm was deployed with \`juju\` on the local Juju. The two took turns, and both are looked at every 20 ms.`,
    '',
    ...table(
      ['', 'charm', 'floor', `times the floor (goal: ${limit})`, 'met'],
      steps.map(step => [
        step.name,
        spread(step.charm),
        spread(step.floor),
        `${step.ratio.median.toFixed(1)} (${step.ratio.low.toFixed(1)}–${step.ratio.high.toFixed(1)})`,
        isMet(step) ? 'yes' : '**no**',
      ]),
    ),
    '',
    `${met} of ${steps.length} goals are met.`,
    '',
  ].join('\n');
};

const isMet = ({ ratio }: Step): boolean => ratio.median <= limit;
const spread = ({ median, low, high }: Spread): string => `${median.toFixed(0)} (${low.toFixed(0)}–${high.toFixed(0)})`;
