// action-get, action-set, action-fail, action-log. `juju exec` is an action too.
import type { GoValue } from '../format/json.ts';
import { goQuote } from '../format/quote.ts';
import { ToolError, UsageError } from './errors.ts';
import { noMore } from './flags.ts';
import type { Running } from './running.ts';
import type { Tool } from './tool.ts';

const keyRule = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const reserved = ['stdout', 'stdout-encoding', 'stderr', 'stderr-encoding'];

const actionOf = (running: Running) => {
  if (running.action === undefined) throw new ToolError('not running an action');
  return running.action;
};

const actionGet: Tool = {
  summary: 'get action parameters',
  usage: '[options] [<key>[.<key>.<key>...]]',
  output: 'smart',
  run: ({ running, words }) => {
    noMore(words.slice(1));
    actionOf(running);
    const parameters = parametersOf(running);
    return { value: words[0] === undefined ? parameters : (at(parameters, words[0].split('.')) ?? null) };
  },
};

const parametersOf = ({ hook }: Running): GoValue =>
  hook.exec ? { command: hook.exec.command, timeout: 0, 'workload-context': false } : (hook.action?.parameters as GoValue);

const at = (value: GoValue, keys: readonly string[]): GoValue => {
  const [key, ...more] = keys;
  if (key === undefined) return value;
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, key)) return undefined;
  return at((value as Record<string, GoValue>)[key], more);
};

const actionSet: Tool = {
  summary: 'set action results',
  usage: '<key>=<value> [<key>=<value> ...]',
  run: ({ running, words }) => {
    const entries = words.map(word => {
      const sign = word.indexOf('=');
      if (sign < 0) throw new UsageError(`argument ${goQuote(word)} must be of the form key...=value`);
      const keys = word.slice(0, sign).split('.');
      for (const key of keys) checkKey(key);
      return { keys, value: word.slice(sign + 1) };
    });
    const { results } = actionOf(running);
    for (const { keys, value } of entries) put(results, keys, value);
    return undefined;
  },
};

const checkKey = (key: string): void => {
  if (reserved.includes(key)) throw new UsageError(`cannot set reserved action key ${goQuote(key)}`);
  if (!keyRule.test(key)) {
    const rule = 'must start and end with lowercase alphanumeric, and contain only lowercase alphanumeric and hyphens';
    throw new UsageError(`key ${goQuote(key)} ${rule}`);
  }
};

/** A later value wins; one below a scalar turns it into a map. */
const put = (results: Record<string, unknown>, keys: readonly string[], value: string): void => {
  const [key = '', ...more] = keys;
  if (more.length === 0) {
    results[key] = value;
    return;
  }
  const inner = results[key];
  const map = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {};
  results[key] = map;
  put(map, more, value);
};

const actionFail: Tool = {
  summary: 'set action fail status with message',
  usage: '["<failure message>"]',
  run: ({ running, words }) => {
    noMore(words.slice(1));
    const action = actionOf(running);
    action.failed = true;
    action.message = words[0] || 'action failed without reason given, check action for errors';
    return undefined;
  },
};

const actionLog: Tool = {
  summary: 'record a progress message for the current action',
  usage: '<message>',
  run: ({ running, words }) => {
    if (words.length === 0) throw new UsageError('no message specified');
    actionOf(running);
    running.host.taskLog(running.hook.action?.task ?? running.hook.exec?.task ?? '', words.join(' '));
    return undefined;
  },
};

export const actionTools: Readonly<Record<string, Tool>> = {
  'action-get': actionGet,
  'action-set': actionSet,
  'action-fail': actionFail,
  'action-log': actionLog,
};
