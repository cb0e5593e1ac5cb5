// The hooks' figures as Markdown. Pure.
import type { Spread } from '../statistics.ts';
import { row, table } from '../table.ts';
import { type Goal, goalsOf, recordedOf } from './goals.ts';
import type { HookResults, Measured } from './hooks.ts';
import recorded from './recorded.json' with { type: 'json' };

export const tellHooks = (results: HookResults): string =>
  [
    '## What a hook costs',
    '',
    `Median of ${results.runs} runs, and the quartiles around it. The runs of all rows took turns. CPU time is that of the whole tree of processes, the hook tools' included (one call: ${tellToolCall(results)}); the largest process is the one with the largest resident set; processes are those that the hook started.`,
    '',
    ...table(
      ['', 'wall ms', 'CPU ms', 'largest process, MiB', 'hook tool calls', 'processes'],
      [...results.scenarios, ...results.peers].map(({ name, figures }) => [
        name,
        spread(figures.wallMs),
        spread(figures.cpuMs),
        whole(figures.rssMiB.median),
        figures.toolCalls === 0 ? '–' : whole(figures.toolCalls),
        whole(figures.spawned),
      ]),
    ),
    '',
    ...results.missing.map(why => `Not measured: ${why}.\n`),
    ...(results.beside === undefined ? [] : tellBeside(results.scenarios, results.beside)),
    '### How many times less than a Python charm',
    '',
    `Wall time / CPU time. *Recorded*: ${recorded.source} The other columns were measured in this run; an import alone is a part of what such a charm's hook costs.`,
    '',
    ...tellRatios(results),
    '',
    '### Goals',
    '',
    ...tellGoals(goalsOf(results)),
    '',
    '### Where the time goes',
    '',
    'Milliseconds from the start (medians): until the first hook tool is called, until the last one has read, until the first one writes (mongod is asked in between), until the end.',
    '',
    ...tellPhases(results.scenarios),
    '',
    '### Calls of hook tools',
    '',
    ...tellCalls(results.scenarios),
    '',
  ].join('\n');

const tellBeside = (ours: readonly Measured[], theirs: readonly Measured[]): string[] => [
  '### Beside the other checkout',
  '',
  'The medians of this checkout, those of the other one, and how many times as much this one takes.',
  '',
  ...table(
    ['', 'wall ms', 'CPU ms', 'largest process, MiB'],
    ours.map(({ name, figures }, at) => {
      const other = theirs[at]!.figures;
      const against = (mine: number, its: number) => `${brief(mine)} / ${brief(its)} = ${(mine / its).toFixed(2)}`;
      return [
        name,
        against(figures.wallMs.median, other.wallMs.median),
        against(figures.cpuMs.median, other.cpuMs.median),
        against(figures.rssMiB.median, other.rssMiB.median),
      ];
    }),
  ),
  '',
];

const tellToolCall = ({ toolCall }: HookResults): string =>
  `${toolCall.wallMs.median.toFixed(1)} ms, ${toolCall.cpuMs.median.toFixed(1)} ms CPU`;

const tellRatios = ({ scenarios, peers }: HookResults): string[] =>
  table(
    ['', 'the same hook, recorded', ...peers.map(({ name }) => name)],
    scenarios.map(({ key, name, figures }) => {
      const theirs = recordedOf(key);
      const against = (wallMs: number, cpuMs: number) =>
        `${times(wallMs / figures.wallMs.median)} / ${times(cpuMs / figures.cpuMs.median)}`;
      return [
        name,
        theirs === undefined ? '–' : against(theirs.wallMs, theirs.cpuMs),
        ...peers.map(peer => against(peer.figures.wallMs.median, peer.figures.cpuMs.median)),
      ];
    }),
  );

const tellGoals = (goals: readonly Goal[]): string[] => {
  const missed = goals.filter(({ met }) => !met);
  return [
    `${goals.length - missed.length} of ${goals.length} are met.`,
    '',
    ...table(
      ['', 'goal', 'at most', 'measured', 'met'],
      goals.map(({ scenario, what, limit, figure, met }) => [scenario, what, brief(limit), brief(figure), met ? 'yes' : '**no**']),
    ),
  ];
};

const tellPhases = (scenarios: readonly Measured[]): string[] =>
  table(
    ['', 'first call', 'last read', 'first write', 'end'],
    scenarios.flatMap(({ name, figures: { phases } }) =>
      phases === undefined ? [] : [[name, ...[phases.firstCall, phases.lastRead, phases.firstWrite, phases.end].map(whole)]],
    ),
  );

const tellCalls = (scenarios: readonly Measured[]): string[] => {
  const tools = [...new Set(scenarios.flatMap(({ figures }) => Object.keys(figures.calls)))].sort();
  return [
    row(['', ...tools]),
    row(['---', ...tools.map(() => '---:')]),
    ...scenarios.map(({ name, figures }) => row([name, ...tools.map(tool => whole(figures.calls[tool] ?? 0))])),
  ];
};

const spread = ({ median, low, high }: Spread): string => `${whole(median)} (${whole(low)}–${whole(high)})`;
const whole = (value: number): string => value.toFixed(0);
const brief = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(1));
const times = (ratio: number): string => `${ratio < 10 ? ratio.toFixed(1) : ratio.toFixed(0)}×`;
