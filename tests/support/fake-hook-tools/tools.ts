// The hook tools of the fake Juju: a function each, from arguments to answer. Texts of failures as in Juju 3.6.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { FakeRelation, FakeSecret, FakeState, Values } from './state.ts';

export type Call = { args: readonly string[]; cwd: string; readInput: () => Promise<string> };
type Words = { flags: Map<string, string>; words: string[] };
type Tool = (state: FakeState, words: Words, call: Call) => unknown;

class Refusal extends Error {}

/** Runs one tool. Reads are answered as JSON, whatever format was asked for. */
export const runTool = async (state: FakeState, tool: string, call: Call): Promise<{ code: number; stdout: string; stderr: string }> => {
  try {
    const answer = await tools[tool]?.(state, parse(call.args), call);
    return {
      code: 0,
      stdout: answer === undefined ? '' : typeof answer === 'string' ? `${answer}\n` : `${JSON.stringify(answer)}\n`,
      stderr: '',
    };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { code: 1, stdout: '', stderr: `ERROR ${error.message}\n` };
  }
};

const tools: Record<string, Tool> = {
  'is-leader': state => state.leader,
  'config-get': state => state.config,
  'relation-ids': (state, { words }) =>
    state.relations.filter(({ endpoint }) => endpoint === words[0]).map(({ endpoint, id }) => `${endpoint}:${id}`),
  'relation-list': (state, { flags }) => {
    const relation = relationOf(state, flags);
    // A string of its own would be printed bare, and this is asked for as JSON.
    return flags.has('app') ? JSON.stringify(relation.remote) : relation.units;
  },
  'relation-get': (state, { flags, words }) => {
    const relation = relationOf(state, flags);
    const target = words[1] ?? '';
    checkRead(state, relation, target);
    return relation.bags[target] ?? {};
  },
  'relation-set': async (state, { flags }, call) => {
    const relation = relationOf(state, flags);
    if (flags.has('app') && !state.leader) refuse('cannot write relation settings');
    const target = flags.has('app') ? applicationOf(state.unit) : state.unit;
    relation.bags[target] ??= {};
    const bag = relation.bags[target];
    for (const [key, value] of Object.entries(JSON.parse(await call.readInput()) as Values)) {
      if (value === '') delete bag[key];
      else bag[key] = value;
    }
  },
  'secret-get': (state, { flags, words }) => {
    const label = flags.get('label');
    const secret = words[0] === undefined ? state.secrets.find(one => one.label === label) : secretOf(state, words[0]);
    if (!secret) return refuse(`consumer label "${label}" not found`);
    if (secret.readable === false) refuse('permission denied');
    if (words[0] !== undefined && label !== undefined) secret.label = label;
    return secret.content;
  },
  'secret-add': (state, { flags, words }, { cwd }) => {
    const content: Values = {};
    for (const word of words) {
      const [, key = '', file = ''] = /^([^=]+)#file=(.*)$/.exec(word) ?? [];
      content[key] = readFileSync(resolve(cwd, file), 'utf8');
    }
    const id = `d${String(state.secrets.length).padStart(19, '0')}`;
    state.secrets.push({ id, content, label: flags.get('label') ?? '', owned: true, grantedTo: [] });
    return `secret:${id}`;
  },
  'secret-grant': (state, { flags, words }) => {
    secretOf(state, words[0] ?? '').grantedTo?.push(flags.get('relation') ?? '');
  },
  'secret-remove': (state, { words }) => {
    const secret = secretOf(state, words[0] ?? '');
    state.secrets.splice(state.secrets.indexOf(secret), 1);
  },
  'status-set': (state, { words }) => {
    state.status = { level: words[0] ?? '', message: words[1] ?? '' };
  },
  'action-set': (state, { words }) => {
    state.action ??= { results: {} };
    for (const word of words) state.action.results[word.slice(0, word.indexOf('='))] = word.slice(word.indexOf('=') + 1);
  },
  'action-fail': (state, { words }) => {
    state.action ??= { results: {} };
    state.action.failure = words[0] ?? '';
  },
  'juju-log': () => undefined,
};
/** The names of all tools there are. */
export const toolNames = Object.keys(tools);

const valued = new Set(['label', 'file', 'owner', 'relation', 'log-level', 'r']);

const parse = (args: readonly string[]): Words => {
  const flags = new Map<string, string>();
  const words: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    if (word === '--') {
      words.push(...args.slice(at + 1));
      break;
    }
    const [, name, value] = /^--?([a-z][a-z-]*)(?:=(.*))?$/.exec(word) ?? [];
    if (name === undefined) words.push(word);
    else flags.set(name, value ?? (valued.has(name) ? (args[++at] ?? '') : 'true'));
  }
  return { flags, words };
};

const refuse = (text: string): never => {
  throw new Refusal(text);
};

const relationOf = (state: FakeState, flags: Map<string, string>): FakeRelation => {
  const id = flags.get('r') ?? '';
  const found = state.relations.find(one => String(one.id) === id.slice(id.lastIndexOf(':') + 1));
  return found ?? refuse(`invalid value "${id}" for option -r: relation not found`);
};

const secretOf = (state: FakeState, uri: string): FakeSecret =>
  state.secrets.find(({ id }) => uri === `secret:${id}`) ?? refuse(`secret "${uri}" not found`);

const applicationOf = (unit: string): string => unit.slice(0, unit.lastIndexOf('/'));

const checkRead = (state: FakeState, relation: FakeRelation, target: string): void => {
  const own = applicationOf(state.unit);
  if (target === own && relation.remote !== own && !state.leader) refuse('permission denied');
};
