// `juju debug-log`: the model's log, its end or all of it, and what comes next.
import { JujuError, type LiveModel, type LogLine } from '../../contract.ts';
import { zoneOf } from '../clock.ts';
import type { Call, CommandSpec } from '../spec.ts';
import { globMatches } from '../text/glob.ts';
import { unitTag } from '../text/names.ts';
import { clockTime, goTime } from '../text/times.ts';

const levels = ['TRACE', 'DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'];

export const debugLog: CommandSpec = {
  name: 'debug-log',
  summary: 'Shows the log of the model',
  usage: '',
  most: 0,
  details: `Shows the last 10 lines and, on a terminal or with --tail, what comes next until Ctrl-C. --replay begins with the first line.
--include and --exclude take units (mongodb/0, unit-mongodb-0), applications and machines (machine-0), with * for any part.`,
  examples: ['juju debug-log', 'juju debug-log --replay --no-tail --include mongodb/0', 'juju debug-log --level WARNING -n 100'],
  flags: [
    { names: ['replay'], help: 'From the first line on' },
    { names: ['n', 'lines'], value: 'integer', initial: '10', help: 'So many of the last lines' },
    { names: ['tail'], help: 'Go on with new lines' },
    { names: ['no-tail'], help: 'Stop after the lines that are there' },
    { names: ['limit'], value: 'integer', help: 'The last so many lines, and stop' },
    { names: ['i', 'include'], value: 'names', help: 'Only of these' },
    { names: ['x', 'exclude'], value: 'names', help: 'Not of these' },
    { names: ['include-module'], value: 'names', help: 'Only of these modules' },
    { names: ['exclude-module'], value: 'names', help: 'Not of these modules' },
    { names: ['l', 'level'], value: 'level', help: 'At least this level: TRACE, DEBUG, INFO, WARNING, ERROR' },
    { names: ['date'], help: 'Show the date too' },
    { names: ['ms'], help: 'Show milliseconds' },
    { names: ['utc'], help: 'Show times in UTC' },
    { names: ['location'], help: 'Accepted as Juju does; without effect' },
    { names: ['color'], help: 'Accepted as Juju does; without effect' },
    { names: ['retry'], help: 'Accepted as Juju does; without effect' },
    { names: ['retry-delay'], value: 'duration', help: 'Accepted as Juju does; without effect' },
    { names: ['firehose'], help: 'Accepted as Juju does; without effect' },
  ],
  async run(call) {
    const { flags, console } = call;
    if (flags.on('tail') && flags.on('no-tail')) throw new JujuError('setting --tail and --no-tail not valid', 2);
    const level = flags.text('l')?.toUpperCase();
    if (level !== undefined && !levels.includes(level))
      throw new JujuError(`level value "${flags.text('l')}" is not one of "TRACE", "DEBUG", "INFO", "WARNING", "ERROR"`, 2);
    const limit = flags.integer('limit');
    const live = call.model();
    // Followed from here on, so that no line falls between what is there and what comes.
    const follow = limit === undefined && (flags.on('tail') || (console.tty && !flags.on('no-tail')));
    const done = follow ? following(call, live) : Promise.resolve();
    const lines = live.readLog().filter(line => wanted(call, line));
    const count = limit ?? (flags.on('replay') ? lines.length : (flags.integer('n') ?? 10));
    if (count > 0)
      console.out(
        lines
          .slice(-count)
          .map(line => written(call, line))
          .join(''),
      );
    await done;
    return 0;
  },
};

/** Writes every new line until the client goes. */
function following(call: Call, live: LiveModel): Promise<void> {
  const { gone } = call.console;
  const stop = live.onLog(line => {
    if (wanted(call, line)) call.console.out(written(call, line));
  });
  return new Promise(done => {
    const end = () => {
      stop();
      done();
    };
    if (gone.aborted) end();
    else gone.addEventListener('abort', end, { once: true });
  });
}

function wanted({ flags }: Call, line: LogLine): boolean {
  const listed = (name: string) => flags.all(name).flatMap(text => text.split(','));
  const level = flags.text('l')?.toUpperCase();
  if (level !== undefined && levels.indexOf(line.level) < levels.indexOf(level)) return false;
  const tag = tagOf(line.entity);
  const named = (pattern: string) => entityMatches(pattern, tag);
  const inModule = (module: string) => line.module === module || line.module.startsWith(`${module}.`);
  if (flags.has('i') && !listed('i').some(named)) return false;
  if (listed('x').some(named)) return false;
  if (flags.has('include-module') && !listed('include-module').some(inModule)) return false;
  return !listed('exclude-module').some(inModule);
}

/** `mongodb`, `mongodb/0`, `unit-mongodb-0`, `unit-mongodb-*` and `0` (a machine) against a tag. */
function entityMatches(pattern: string, tag: string): boolean {
  const forms = [pattern];
  if (pattern.includes('/')) forms.push(unitTag(pattern));
  else if (/^\d+$/.test(pattern)) forms.push(`machine-${pattern}`);
  else forms.push(`unit-${pattern}-*`);
  return forms.some(form => {
    const own = globMatches(form, tag);
    // An application's name must not reach the units of another one that begins alike: app and app-b.
    return own && (form === pattern || !form.endsWith('-*') || /^\d+$/.test(tag.slice(form.length - 1)));
  });
}

function written({ flags, console }: Call, line: LogLine): string {
  const zone = flags.on('utc') ? 'UTC' : zoneOf(console);
  const date = flags.on('date') ? `${goTime(line.time, zone).slice(0, 10)} ` : '';
  const ms = flags.on('ms') ? `.${new Date(line.time).toISOString().slice(20, 23)}` : '';
  return `${tagOf(line.entity)}: ${date}${clockTime(line.time, zone)}${ms} ${line.level} ${line.module} ${line.message}\n`;
}

function tagOf(entity: string): string {
  return entity.includes('/') ? unitTag(entity) : entity;
}
