// The hooks' figures in words and tables (Markdown).
import type { HookResults, Measured } from './hooks.ts';

export const tellHooks = ({ runs, scenarios, peers, toolCall, missing }: HookResults): string => {
  const row = ({ name, figures }: Measured) =>
    `| ${name} | ${spread(figures.wallMs)} | ${spread(figures.cpuMs)} | ${figures.rssMiB.median.toFixed(0)} | ${figures.processes} | ${figures.toolCalls} |`;
  return [
    `${runs} runs`,
    '',
    '| | wall ms | CPU ms | RSS MiB | processes | tool calls |',
    '| --- | --- | --- | --- | --- | --- |',
    ...[...scenarios, ...peers, { name: 'one call of a hook tool', figures: toolCall }].map(row),
    '',
    ...missing,
    ...scenarios.map(
      ({ name, figures }) =>
        `${name}: ${Object.entries(figures.calls)
          .map(([tool, count]) => `${tool} ${count}`)
          .join(', ')}`,
    ),
    ...scenarios.map(({ name, figures }) => `${name}: ${JSON.stringify(figures.phases)}`),
    '',
  ].join('\n');
};

const spread = ({ median, low, high }: { median: number; low: number; high: number }): string =>
  `${median.toFixed(0)} (${low.toFixed(0)}–${high.toFixed(0)})`;
