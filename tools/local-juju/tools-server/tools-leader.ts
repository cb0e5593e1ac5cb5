// is-leader, leader-get, leader-set.
import { goQuote } from '../format/quote.ts';
import { ToolError, UsageError } from './errors.ts';
import { noMore } from './flags.ts';
import { parseKeyValues } from './keyvalues.ts';
import { applicationOf, isLeader } from './running.ts';
import type { Tool } from './tool.ts';
import { changed, sameValues } from './values.ts';

const isLeaderTool: Tool = {
  summary: 'print application leadership status',
  usage: '[options]',
  output: 'smart',
  run: ({ running, words }) => {
    noMore(words);
    return { value: isLeader(running) };
  },
};

const leaderGet: Tool = {
  summary: 'print application leadership settings',
  usage: '[options] [<key>]',
  output: 'smart',
  run: ({ running, words }) => {
    const key = words[0] === undefined || words[0] === '-' ? '' : words[0];
    if (key.includes('=')) throw new UsageError(`invalid key ${goQuote(key)}`);
    noMore(words.slice(1));
    const { values } = applicationOf(running).leaderSettings;
    return { value: key === '' ? values : (values[key] ?? null) };
  },
};

const leaderSet: Tool = {
  summary: 'write application leadership settings',
  usage: '<key>=<value> [...]',
  run: ({ running, words }) => {
    const changes = parseKeyValues(words);
    if (!isLeader(running)) throw new ToolError('cannot write leadership settings: cannot write settings: not the leader');
    const settings = applicationOf(running).leaderSettings;
    const values = changed(settings.values, changes);
    if (sameValues(values, settings.values)) return undefined;
    settings.values = values;
    settings.version += 1;
    running.host.changed();
    return undefined;
  },
};

export const leaderTools: Readonly<Record<string, Tool>> = {
  'is-leader': isLeaderTool,
  'leader-get': leaderGet,
  'leader-set': leaderSet,
};
