// `juju show-status-log`: how the status of a unit, an application or a machine has changed.
import { JujuError, type StatusHistoryEntry } from '../../contract.ts';
import { zoneOf } from '../clock.ts';
import { inOrder, outputFlags, print } from '../output.ts';
import type { CommandSpec } from '../spec.ts';
import { isUnitName } from '../text/names.ts';
import { layTable } from '../text/table.ts';
import { statusTime } from '../text/times.ts';

const types: Record<string, readonly StatusHistoryEntry['type'][]> = {
  unit: ['juju-unit', 'workload'],
  'juju-unit': ['juju-unit'],
  workload: ['workload'],
  application: ['application'],
  machine: ['machine'],
  'juju-machine': ['machine'],
};

export const showStatusLog: CommandSpec = {
  name: 'show-status-log',
  summary: 'Shows how a status has changed',
  usage: '<unit> | <application> | <machine>',
  most: 1,
  details: 'Of a unit: what its agent did and what the charm said. The newest is last.',
  examples: ['juju show-status-log mongodb/0', 'juju show-status-log -n 100 --type workload mongodb/0'],
  flags: [
    ...outputFlags('tabular', 'tabular, json, yaml'),
    { names: ['n'], value: 'integer', initial: '20', help: 'So many of the last entries' },
    { names: ['type'], value: 'type', help: `One of ${Object.keys(types).join(', ')}` },
    { names: ['days'], value: 'integer', help: 'Those of the last days' },
    { names: ['from-date'], value: 'date', help: 'Those since a date, YYYY-MM-DD' },
    { names: ['utc'], help: 'Show times in UTC' },
    { names: ['include-status-updates'], help: 'Show the runs of update-status too' },
  ],
  run(call) {
    const { flags } = call;
    const [entity] = call.args;
    if (entity === undefined) throw new JujuError('entity name is missing', 2);
    const type = flags.text('type') ?? (isUnitName(entity) ? 'unit' : /^\d+$/.test(entity) ? 'machine' : 'application');
    const wanted = types[type];
    if (!wanted) throw new JujuError(`unexpected status type "${type}"`, 2);
    const live = call.model();
    const { units, applications, machines } = live.state;
    const entries = live.statusHistory().filter(entry => entry.entity === entity && wanted.includes(entry.type));
    if (!units[entity] && !applications[entity] && !machines[entity] && entries.length === 0) throw new JujuError(`"${entity}" not found`);
    const since = sinceOf(flags.text('from-date'), flags.integer('days'));
    const shown = entries
      .filter(entry => flags.on('include-status-updates') || !entry.message.startsWith('running update-status hook'))
      .filter(entry => since === undefined || Date.parse(entry.time) >= since)
      .slice(-(since === undefined || flags.has('n') ? (flags.integer('n') ?? 20) : entries.length));
    const time = (iso: string) => statusTime(iso, zoneOf(call.console), flags.on('utc'));
    print(
      call,
      'tabular',
      () =>
        inOrder(
          shown.map(({ status, message, time: at, type: kind }) => ({
            status,
            ...(message === '' ? {} : { message }),
            since: time(at),
            type: kind,
          })),
        ),
      {
        tabular: () =>
          layTable([['Time', 'Type', 'Status', 'Message'], ...shown.map(one => [time(one.time), one.type, one.status, one.message])]),
      },
    );
    return 0;
  },
};

function sinceOf(date: string | undefined, days: number | undefined): number | undefined {
  if (date !== undefined) {
    const ms = Date.parse(`${date}T00:00:00Z`);
    if (Number.isNaN(ms)) throw new JujuError(`parsing time "${date}" as "2006-01-02": cannot parse`, 2);
    return ms;
  }
  return days === undefined ? undefined : Date.now() - days * 86_400_000;
}
