// relation-ids, relation-list, relation-get, relation-set, relation-model-get.
import { goQuote } from '../format/quote.ts';
import { isApplicationName, isUnitName } from '../name-patterns.ts';
import { ToolError, UsageError } from './errors.ts';
import { noMore } from './flags.ts';
import { parseKeyValues, parseValuesFile } from './keyvalues.ts';
import {
  membersOf,
  ownEndpoint,
  readApplicationBag,
  readUnitBag,
  relationFlag,
  relationOf,
  relationsOf,
  remoteApplicationOf,
} from './relations.ts';
import { applicationOfUnit, isLeader } from './running.ts';
import type { Call, Tool } from './tool.ts';

const relationIds: Tool = {
  summary: 'list all relation IDs for the given endpoint',
  usage: '[<name>]',
  output: 'smart',
  run: ({ running, words }) => {
    const endpoint = words[0] ?? running.hook.relation?.endpoint;
    if (endpoint === undefined) throw new UsageError('no endpoint name specified');
    noMore(words.slice(1));
    // A suspended relation is not listed even in the hooks that take leave of it.
    const relations = relationsOf(running).filter(
      relation => relation.suspended === undefined && ownEndpoint(running, relation).name === endpoint,
    );
    return { value: relations.map(relation => `${endpoint}:${relation.id}`).sort() };
  },
};

const relationList: Tool = {
  summary: 'list relation units',
  usage: '[options]',
  output: 'smart',
  flags: { relation: relationFlag, app: { boolean: true, about: 'list remote application instead of participating units' } },
  run: call => {
    const relation = relationOf(call);
    noMore(call.words);
    return { value: call.flags.app ? remoteApplicationOf(call.running, relation) : membersOf(call.running, relation) };
  },
};

const relationGet: Tool = {
  summary: 'get relation settings',
  usage: '[options] <key> <unit id>',
  output: 'smart',
  flags: { relation: relationFlag, app: { boolean: true, about: 'get the relation data for the overall application, not just a unit' } },
  run: call => {
    const { running, words } = call;
    const relation = relationOf(call);
    const key = words[0] === undefined || words[0] === '-' ? '' : words[0];
    const target = targetOf(call, words[1] ?? '');
    noMore(words.slice(2));
    const bag = 'unit' in target ? readUnitBag(running, relation, target.unit) : readApplicationBag(running, relation, target.application);
    return { value: key === '' ? bag : (bag[key] ?? null) };
  },
};

/** Whose bag is meant: the named unit's or application's, else that of the hook's remote unit or, without one, application. */
const targetOf = ({ running, flags }: Call, name: string): { unit: string } | { application: string } => {
  if (name === '') {
    const { remoteUnit = '', remoteApplication = '' } = running.hook.relation ?? {};
    if (remoteUnit !== '' && !flags.app) return { unit: remoteUnit };
    if (remoteApplication !== '') return { application: remoteApplication };
    throw new UsageError('no unit or application specified');
  }
  if (flags.app) {
    if (isApplicationName(name)) return { application: name };
    if (isUnitName(name)) return { application: applicationOfUnit(name) };
    throw new UsageError(`invalid application name ${goQuote(name)}`);
  }
  if (isUnitName(name)) return { unit: name };
  if (isApplicationName(name)) throw new UsageError(`expected unit name, got application name ${goQuote(name)}`);
  throw new UsageError(`invalid unit name ${goQuote(name)}`);
};

const relationSet: Tool = {
  summary: 'set relation settings',
  usage: '[options] key=value [key=value ...]',
  flags: {
    relation: relationFlag,
    app: { boolean: true, about: 'pick whether you are setting "application" settings or "unit" settings' },
    file: { about: 'file containing key-value pairs' },
    format: { about: 'deprecated format flag' },
  },
  run: async call => {
    const { running, flags } = call;
    const relation = relationOf(call);
    const fromWords = parseKeyValues(call.words);
    if (flags.format) call.warn('--format flag deprecated for command "relation-set"');
    const fromFile = typeof flags.file === 'string' ? parseValuesFile(await call.readFile(flags.file)) : {};
    if (flags.app && !isLeader(running)) throw new ToolError('cannot write relation settings');
    const bags = flags.app ? running.pending.applicationBags : running.pending.unitBags;
    bags.set(relation.id, { ...bags.get(relation.id), ...fromFile, ...fromWords });
    return undefined;
  },
};

const relationModelGet: Tool = {
  summary: 'get details about the model housing a related application',
  usage: '[options]',
  output: 'smart',
  flags: { relation: relationFlag },
  run: call => {
    const relation = relationOf(call);
    noMore(call.words);
    return { value: { uuid: relation.remote?.model ?? call.running.model.uuid } };
  },
};

export const relationTools: Readonly<Record<string, Tool>> = {
  'relation-ids': relationIds,
  'relation-list': relationList,
  'relation-get': relationGet,
  'relation-set': relationSet,
  'relation-model-get': relationModelGet,
};
