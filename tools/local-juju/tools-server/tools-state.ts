// state-get, state-set, state-delete: values that the controller keeps for the unit.
import { goQuote } from '../format/quote.ts';
import type { Values } from '../state.ts';
import { ToolError } from './errors.ts';
import { noMore } from './flags.ts';
import { parseKeyValues, parseValuesFile } from './keyvalues.ts';
import { type Running, unitOf } from './running.ts';
import type { Tool } from './tool.ts';

const maxKeyBytes = 256;
const maxValueBytes = 65_536;
/** Most that all keys and values of a unit may take together; looked at when the hook commits. */
export const maxStateBytes = 2 * 1024 * 1024;

const stateOf = (running: Running): Values => running.pending.state ?? unitOf(running).state;

const stateGet: Tool = {
  summary: 'print server-side-state value',
  usage: '[options] [<key>]',
  output: 'smart',
  flags: { strict: { boolean: true, about: 'return an error if the requested key does not exist' } },
  run: ({ running, words, flags }) => {
    const key = words[0] === undefined || words[0] === '-' ? '' : words[0];
    noMore(words.slice(1));
    const state = stateOf(running);
    if (key === '') return Object.keys(state).length > 0 ? { value: state } : noState(flags.format);
    const value = Object.hasOwn(state, key) ? state[key] : undefined;
    if (value === undefined && flags.strict) throw new ToolError(`${goQuote(key)} not found`);
    return { value: value ?? '' };
  },
};

// The one empty map that Juju prints as null in JSON and yet as a map otherwise.
const noState = (format: string | boolean | undefined) => ({ value: format === 'json' ? null : {} });

const stateSet: Tool = {
  summary: 'set server-side-state values',
  usage: '[options] key=value [key=value ...]',
  flags: { file: { about: 'file containing key-value pairs' } },
  run: async call => {
    const fromWords = parseKeyValues(call.words);
    const { file } = call.flags;
    const fromFile = typeof file === 'string' ? parseValuesFile(await call.readFile(file)) : {};
    const changes = { ...fromFile, ...fromWords };
    for (const [key, value] of Object.entries(changes)) {
      if (Buffer.byteLength(key) > maxKeyBytes) throw new ToolError(`max allowed key length (${maxKeyBytes}) exceeded`);
      if (Buffer.byteLength(value) > maxValueBytes) throw new ToolError(`max allowed value length (${maxValueBytes}) exceeded`);
    }
    call.running.pending.state = { ...stateOf(call.running), ...changes };
    return undefined;
  },
};

const stateDelete: Tool = {
  summary: 'delete server-side-state key value pairs',
  usage: '<key>',
  run: ({ running, words }) => {
    noMore(words.slice(1));
    const state = { ...stateOf(running) };
    if (words[0] === undefined || !Object.hasOwn(state, words[0])) return undefined;
    delete state[words[0]];
    running.pending.state = state;
    return undefined;
  },
};

export const stateTools: Readonly<Record<string, Tool>> = { 'state-get': stateGet, 'state-set': stateSet, 'state-delete': stateDelete };
