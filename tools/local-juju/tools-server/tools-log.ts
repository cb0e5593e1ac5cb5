// juju-log.
import { UsageError } from './errors.ts';
import type { Running } from './running.ts';
import type { Tool } from './tool.ts';

const levels = ['TRACE', 'DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'];

const jujuLog: Tool = {
  summary: 'write a message to the juju log',
  usage: '[options] <message>',
  flags: {
    debug: { boolean: true, about: 'log at debug level' },
    'log-level': { also: ['l'], about: 'send log message at the given level' },
    format: { about: 'deprecated format flag' },
  },
  run: ({ running, words, flags, warn }) => {
    if (words.length === 0) throw new UsageError('no message specified');
    if (flags.format) warn('--format flag deprecated for command "juju-log"');
    const asked = flags.debug ? 'DEBUG' : String(flags['log-level'] ?? 'INFO').toUpperCase();
    const level = asked === 'WARN' ? 'WARNING' : asked;
    if (!levels.includes(level)) write(running, 'WARNING', `Specified log level of "${flags['log-level']}" is not valid`);
    write(running, levels.includes(level) ? level : 'INFO', words.join(' '));
    return undefined;
  },
};

/** Under the unit's logger; in a relation hook the relation is named. */
const write = ({ host, unitName, hook }: Running, level: string, message: string): void => {
  const prefix = hook.relation ? `${hook.relation.endpoint}:${hook.relation.id}: ` : '';
  host.log(`unit-${unitName.replace('/', '-')}`, level, `unit.${unitName}.juju-log`, `${prefix}${message}`);
};

export const logTools: Readonly<Record<string, Tool>> = { 'juju-log': jujuLog };
