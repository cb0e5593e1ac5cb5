// `juju help`: the overview, and one page per command made from its description.
import type { CommandSpec, FlagSpec } from './spec.ts';
import { commands } from './table.ts';
import { layTable } from './text/table.ts';

export function overview(): string {
  const rows = commands().map(spec => [`    ${spec.name}`, spec.summary]);
  return `A small Juju that runs machine charms on this computer.

Usage: juju <command> [options] [arguments]

A first walk:

    juju add-model try
    juju deploy ./mongodb.charm
    juju status --watch 2s
    juju run mongodb/leader get-primary
    juju destroy-model --no-prompt try

Commands:

${layTable(rows)}
"juju help <command>" tells more about each.
`;
}

export function commandHelp(spec: CommandSpec, flags: readonly FlagSpec[]): string {
  const parts = [
    `Usage: juju ${spec.name} [options] ${spec.usage}`.trimEnd(),
    `Summary:\n${spec.summary}.`,
    `Options:\n${[...flags]
      .sort((a, b) => ((a.names[0] ?? '') < (b.names[0] ?? '') ? -1 : 1))
      .map(describeFlag)
      .join('\n')}`,
    `Details:\n${spec.details}`,
  ];
  if (spec.examples?.length) parts.push(`Examples:\n\n${spec.examples.map(line => `    ${line}`).join('\n')}`);
  if (spec.aliases?.length) parts.push(`Aliases: ${spec.aliases.join(', ')}`);
  return `${parts.join('\n\n')}\n`;
}

function describeFlag(flag: FlagSpec): string {
  const names = flag.names.map(name => (name.length === 1 ? `-${name}` : `--${name}`)).join(', ');
  const initial = flag.initial === undefined ? '' : ` (= ${flag.initial})`;
  return `${names}${initial}${flag.value === undefined ? '' : ` ${flag.value}`}\n    ${flag.help}`;
}
