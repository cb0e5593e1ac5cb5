// config-get.

import type { GoValue } from '../format/json.ts';
import { goFloat } from '../format/numbers.ts';
import { goQuote } from '../format/quote.ts';
import { UsageError } from './errors.ts';
import { noMore } from './flags.ts';
import { applicationOf, type Running, unitOf } from './running.ts';
import type { Tool } from './tool.ts';

const configGet: Tool = {
  summary: 'print application configuration',
  usage: '[options] [<key>]',
  output: 'smart',
  flags: { all: { boolean: true, also: ['a'], about: 'print all keys' } },
  run: ({ running, words, flags }) => {
    const key = words[0] ?? '';
    if (flags.all && key !== '') throw new UsageError(`cannot use argument --all together with key ${goQuote(key)}`);
    noMore(words.slice(1));
    running.kept.config ??= readConfig(running);
    const config = running.kept.config;
    if (key !== '') return { value: Object.hasOwn(config, key) ? config[key] : null };
    return { value: flags.all ? config : Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null)) };
  },
};

/** What is set, else the default, else null, for each option of the charm that the unit runs. */
const readConfig = (running: Running): Record<string, GoValue> => {
  const { config, charm } = applicationOf(running);
  const options = running.model.charms[unitOf(running).agent.charm || charm]?.options ?? {};
  const entries = Object.entries(options).map(([name, option]) => {
    const value = config[name] ?? option.default ?? null;
    return [name, option.type === 'float' && typeof value === 'number' ? goFloat(value) : value] as const;
  });
  return Object.fromEntries(entries);
};

export const configTools: Readonly<Record<string, Tool>> = { 'config-get': configGet };
