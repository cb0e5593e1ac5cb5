// How the cost of a hook grows, as Markdown. Pure.
import { type Line, lineThrough } from '../statistics.ts';
import { table } from '../table.ts';
import type { GrowthResults, Point } from './growth.ts';

export const tellGrowth = ({ runs, units, clients }: GrowthResults): string =>
  [
    '## How a hook grows',
    '',
    `update-status with nothing to do, on the leader and on another unit: the median of ${runs} runs. Of more than ${ownMongod(units)} units the further ones have no mongod of their own on this computer: Juju tells of them and the set lists them, as members without a vote that are down. Clients beyond the first are told of in the same way; their users are real.`,
    '',
    ...tellPoints('units', units),
    '',
    ...tellPoints('clients', clients),
    '',
  ].join('\n');

const ownMongod = (units: readonly Point[]): number => Math.max(0, ...units.map(({ running }) => running));

const tellPoints = (what: string, points: readonly Point[]): string[] => [
  ...table(
    [what, 'leader: wall ms', 'CPU ms', 'calls', 'another unit: wall ms', 'CPU ms', 'calls'],
    points.map(({ of, leader, follower }) => [
      String(of),
      ...[leader, follower].flatMap(one =>
        one === undefined ? ['–', '–', '–'] : [one.wallMs.median, one.cpuMs.median, one.toolCalls].map(figure => figure.toFixed(0)),
      ),
    ]),
  ),
  '',
  `Lines through these points: ${[
    lineOf('the leader', what, points, point => point.leader.wallMs.median),
    lineOf('another unit', what, points, point => point.follower?.wallMs.median),
  ].join('; ')}.`,
];

const lineOf = (who: string, what: string, points: readonly Point[], of: (point: Point) => number | undefined): string => {
  const known = points.flatMap((point): [number, number][] => {
    const y = of(point);
    return y === undefined ? [] : [[point.of, y]];
  });
  const line: Line = lineThrough(known);
  return `${who} ${line.base.toFixed(0)} ms and ${line.slope.toFixed(1)} ms for each of the ${what} (R² ${line.fit.toFixed(3)})`;
};
