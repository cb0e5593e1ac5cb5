// `juju status`: reads the flags, chooses the format, draws once or again with each change.
import { JujuError, type LiveModel } from '../../contract.ts';
import { now, zoneOf } from '../clock.ts';
import { chosenFormat, inOrder, outputFlags, print } from '../output.ts';
import type { Call, CommandSpec } from '../spec.ts';
import { durationMs } from '../text/times.ts';
import { describeIntegrations, describeStatus } from './describe.ts';
import { selectFor } from './filter.ts';
import { statusLines, statusSummary } from './lines.ts';
import { statusTables } from './tabular.ts';

const formats = ['tabular', 'json', 'yaml', 'short', 'oneline', 'line', 'summary'];

export const status: CommandSpec = {
  name: 'status',
  summary: 'Shows the model: applications, units, machines',
  usage: '[<selector> …]',
  details: `A selector is the name of an application, a unit or a machine (with * and ?), a word of status such as "blocked" or "executing",
or "exposed"; what matches any of them is shown with its subordinates and machines.
--watch draws anew whenever something changes, and ends with Ctrl-C.`,
  examples: [
    'juju status',
    'juju status mongodb --relations',
    'juju status blocked error',
    'juju status --format json',
    'juju status --watch 2s',
  ],
  flags: [
    ...outputFlags('tabular', formats.join(', ')),
    { names: ['relations', 'integrations'], help: 'Show the integrations as well' },
    { names: ['storage'], help: 'Show the storage as well' },
    { names: ['utc'], help: 'Show times in UTC' },
    { names: ['watch'], value: 'duration', help: 'Go on showing' },
    { names: ['color'], help: 'Colour the words of status' },
    { names: ['no-color'], help: 'Do not colour' },
    { names: ['retry-count'], value: 'number', help: 'Accepted as Juju does; without effect' },
    { names: ['retry-delay'], value: 'duration', help: 'Accepted as Juju does; without effect' },
  ],
  async run(call) {
    chosenFormat(call, 'tabular', formats);
    const watch = call.flags.text('watch');
    if (watch !== undefined && durationMs(watch) === undefined)
      throw new JujuError(`invalid value "${watch}" for option --watch: time: invalid duration "${watch}"`, 2);
    const live = call.model();
    draw(call, live);
    while (watch !== undefined && !call.console.gone.aborted) {
      await live.nextChange(call.console.gone);
      if (call.console.gone.aborted) break;
      call.console.out(call.console.tty ? '\u001b[H\u001b[2J' : '\n');
      draw(call, live);
    }
    return 0;
  },
};

function draw(call: Call, live: LiveModel): void {
  const { flags, console } = call;
  const format = flags.text('format') ?? 'tabular';
  const tabular = format === 'tabular';
  const selection = selectFor(live.state, call.args);
  const utc = flags.on('utc');
  const described = describeStatus(live.state, selection, {
    now: now(),
    zone: zoneOf(console),
    utc,
    hookDetail: !tabular || flags.on('relations'),
    otherModel: uuid => call.controller.models().find(other => other.state.uuid === uuid)?.state,
  });
  const lines = () => statusLines(described);
  print(call, 'tabular', () => inOrder(described), {
    tabular: () =>
      statusTables(described, {
        ...(flags.on('relations') ? { integrations: describeIntegrations(live.state, selection) } : {}),
        storage: flags.on('storage'),
        colour: flags.on('color') || (console.tty && !flags.on('no-color') && !console.env.NO_COLOR && !flags.has('o')),
      }),
    short: lines,
    oneline: lines,
    line: lines,
    summary: () => statusSummary(described),
  });
  const { applications, machines, remoteApplications } = live.state;
  if (Object.keys({ ...applications, ...machines, ...remoteApplications }).length === 0)
    console.err(`\nModel "${live.state.name}" is empty.\n`);
  else if (selection.applications.size + selection.machines.size === 0) console.err('Nothing matched specified filter.\n');
}
