// storage-list, storage-get, storage-add.
import { goQuote } from '../format/quote.ts';
import { isStorageId } from '../name-patterns.ts';
import type { Storage } from '../state.ts';
import { storageCount } from '../storage-count.ts';
import { ToolError, UsageError } from './errors.ts';
import { type Flag, noMore } from './flags.ts';
import type { Running } from './running.ts';
import type { Tool } from './tool.ts';

/** All of the unit, also what its storage-attached has not run for yet, and what is being detached. */
const attachedTo = (running: Running): Storage[] =>
  Object.values(running.model.storage).filter(storage => storage.owner === running.unitName);

const storageFlag: Flag = {
  about: 'specify a storage instance by id',
  check: (value, running) => {
    if (!isStorageId(value)) throw new Error(`invalid storage ID ${goQuote(value)}`);
    if (attachedTo(running).some(storage => storage.id === value)) return;
    throw new Error(`storage attachment ${value}:${running.unitName} not found`);
  },
};

const storageList: Tool = {
  summary: 'list storage attached to the unit',
  usage: '[options] [<storage-name>]',
  output: 'smart',
  run: ({ running, words }) => {
    noMore(words.slice(1));
    const [name = ''] = words;
    const storages = attachedTo(running).filter(storage => name === '' || storage.name === name);
    return { value: storages.map(storage => storage.id).sort() };
  },
};

const storageGet: Tool = {
  summary: 'print information for the storage instance with the specified ID',
  usage: '[options] [<key>]',
  output: 'smart',
  flags: { s: storageFlag },
  run: ({ running, words, flags }) => {
    const id = typeof flags.s === 'string' ? flags.s : running.hook.storage?.id;
    if (id === undefined) throw new UsageError('no storage instance specified');
    noMore(words.slice(1));
    const storage = attachedTo(running).find(one => one.id === id);
    if (storage === undefined) throw new ToolError(`storage attachment ${id}:${running.unitName} not found`);
    const values = { kind: storage.kind, location: storage.location };
    const [key = ''] = words;
    if (key === '') return { value: values };
    if (key === 'kind' || key === 'location') return { value: values[key] };
    throw new ToolError(`invalid storage attribute ${goQuote(key)}`);
  },
};

const storageAdd: Tool = {
  summary: 'add storage instances',
  usage: '<charm storage name>[=count] ...',
  run: ({ running, words }) => {
    if (words.length === 0) throw new UsageError('storage add requires a storage directive');
    const added = words.map(word => {
      const [name = '', ...more] = word.split('=');
      if (name === '') throw new UsageError(`storage directive ${goQuote(word)} must have a name`);
      return { name, count: countOf(name, more.length === 0 ? undefined : more.join('=')) };
    });
    running.pending.storage.push(...added);
    return undefined;
  },
};

/** A charm leaves pool and size to whoever deployed it. */
const countOf = (name: string, directive: string | undefined): number => {
  if (directive && !/^-?[0-9]+$/.test(directive)) throw new UsageError(`only count can be specified for ${goQuote(name)}`);
  try {
    return storageCount(directive);
  } catch (error) {
    throw new UsageError(`cannot parse constraints for storage ${goQuote(name)}: ${(error as Error).message}`);
  }
};

export const storageTools: Readonly<Record<string, Tool>> = {
  'storage-list': storageList,
  'storage-get': storageGet,
  'storage-add': storageAdd,
};
