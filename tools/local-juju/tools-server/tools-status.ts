// status-get, status-set, application-version-set.
import type { GoValue } from '../format/json.ts';
import { goQuote } from '../format/quote.ts';
import type { StatusOf, Unit, WorkloadStatus } from '../state.ts';
import { ToolError, UsageError } from './errors.ts';
import { noMore } from './flags.ts';
import { applicationOf, isLeader, notLeader, unitOf } from './running.ts';
import type { Tool } from './tool.ts';

const settable = ['maintenance', 'blocked', 'waiting', 'active'];

const statusGet: Tool = {
  summary: 'print status information',
  usage: '[options]',
  output: 'smart',
  flags: {
    'include-data': { boolean: true, about: 'print all status data' },
    application: { boolean: true, about: 'print status for all units of this application if this unit is the leader' },
  },
  run: ({ running, words, flags }) => {
    noMore(words);
    const full = flags['include-data'] === true;
    const bare = !full && (flags.format ?? 'smart') === 'smart';
    if (!flags.application) {
      running.kept.status ??= { ...unitOf(running).workload };
      return { value: bare ? running.kept.status.current : details(running.kept.status, full) };
    }
    if (!isLeader(running)) throw new ToolError(`finding application status: ${notLeader}`);
    const units = Object.values(running.model.units).filter(unit => unit.application === running.applicationName);
    const own = applicationOf(running).status ?? worst(units);
    if (bare) return { value: own.current };
    const each = Object.fromEntries(units.map(unit => [unit.name, details(shownStatus(unit), full)]));
    return { value: { 'application-status': { ...details(own, full), units: each } } };
  },
};

type Shown = { current: string; message: string };

const details = ({ current, message }: Shown, full: boolean): Record<string, GoValue> => ({
  status: current,
  ...(full ? { message, 'status-data': {} } : {}),
});

const shownStatus = (unit: Unit): Shown =>
  unit.agentError ? { current: 'error', message: unit.agentError.message + unit.agentError.suffix } : unit.workload;

/** Where the leader has set none, the application's status is that of its worst unit. */
const worst = (units: readonly Unit[]): Shown => {
  const severity: WorkloadStatus[] = ['unknown', 'terminated', 'active', 'waiting', 'maintenance', 'blocked', 'error'];
  const rank = ({ current }: Shown) => severity.indexOf(current as StatusOf<WorkloadStatus>['current']);
  return units.map(shownStatus).reduce((a, b) => (rank(b) > rank(a) ? b : a), { current: 'unknown', message: '' });
};

const statusSet: Tool = {
  summary: 'set status information',
  usage: '[options] <maintenance | blocked | waiting | active> [message]',
  flags: {
    application: { boolean: true, about: 'set this status for the application to which the unit belongs if the unit is the leader' },
  },
  run: ({ running, words, flags }) => {
    const [status, message = ''] = words;
    if (status === undefined) throw new UsageError('invalid args, require <status> [message]');
    if (!settable.includes(status)) throw new UsageError(`invalid status ${goQuote(status)}, expected one of [${settable.join(' ')}]`);
    noMore(words.slice(2));
    if (flags.application) {
      if (!isLeader(running)) throw new ToolError(notLeader);
      running.host.setApplicationStatus(running.applicationName, status, message);
    } else {
      const unit = unitOf(running);
      running.host.setUnitStatus(unit, status, message);
      unit.workloadSetByCharm = true;
    }
    running.host.changed();
    return undefined;
  },
};

const applicationVersionSet: Tool = {
  summary: 'specify which version of the application is deployed',
  usage: '<new-version>',
  run: ({ running, words }) => {
    const [version] = words;
    if (version === undefined) throw new UsageError('no version specified');
    noMore(words.slice(1));
    applicationOf(running).version = version;
    running.host.changed();
    return undefined;
  },
};

export const statusTools: Readonly<Record<string, Tool>> = {
  'status-get': statusGet,
  'status-set': statusSet,
  'application-version-set': applicationVersionSet,
};
