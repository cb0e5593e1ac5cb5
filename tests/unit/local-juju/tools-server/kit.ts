// Hook tools without processes: a model with the kit's charms, a host that notes what it is told, and words as a shell would split them.
import type { ContextHost, HookContext, ToolReply } from '../../../../tools/local-juju/contract.ts';
import type { HookInfo, Model, Unit } from '../../../../tools/local-juju/state.ts';
import { makeContext } from '../../../../tools/local-juju/tools-server/context.ts';
import { addApplication, addCharm, addRelation, addUnit, emptyModel, endpoint } from '../commands/world.ts';

export const aHook: HookInfo = { name: 'config-changed', kind: 'lifecycle' };
export const anExec: HookInfo = { name: '', kind: 'exec', exec: { command: './tools exec', task: '2' } };

/** prov with two units and req with one; relation 0 is prov's peers, relation 1 is req:db prov:database. Everyone has joined everyone. */
export function kitModel(): Model {
  const model = emptyModel();
  const prov = addCharm(
    model,
    'prov',
    [endpoint('database', 'provider', 'db'), endpoint('other', 'provider', 'db'), endpoint('cluster', 'peer', 'prov-peers')],
    {
      options: {
        s: { type: 'string', default: 'hello', description: 'A string.' },
        i: { type: 'int', description: 'A number without a default.' },
        b: { type: 'boolean', default: false, description: 'A flag.' },
        f: { type: 'float', default: 1.5, description: 'A fraction.' },
        sec: { type: 'secret', description: 'A secret.' },
      },
    },
  );
  const req = addCharm(model, 'req', [endpoint('db', 'requirer', 'db'), endpoint('db2', 'requirer', 'db')]);
  addApplication(model, 'prov', prov);
  addApplication(model, 'req', req);
  addUnit(model, 'prov/0');
  addUnit(model, 'req/0');
  addUnit(model, 'prov/1');
  addRelation(model, 'prov:cluster');
  addRelation(model, 'req:db', 'prov:database');
  join(model);
  return model;
}

/** Makes every unit know all others that it shares a relation with. */
export function join(model: Model): void {
  for (const relation of Object.values(model.relations)) {
    for (const name of Object.keys(relation.units)) {
      const others = Object.keys(relation.units).filter(other => other !== name && isRemote(relation.endpoints.length, name, other));
      model.units[name]!.agent.relations[relation.id] = {
        created: true,
        broken: false,
        applicationVersion: 0,
        members: Object.fromEntries(others.map(other => [other, { version: 1, joined: true, changedDue: false }])),
      };
    }
  }
}
const isRemote = (sides: number, one: string, other: string) => sides === 1 || one.split('/')[0] !== other.split('/')[0];

export type World = {
  model: Model;
  host: ContextHost;
  logged: string[];
  taskLog: string[];
  storageAdded: string[];
  /** Begins a hook. */
  begin(unit: string, hook?: HookInfo): Running;
  /** One whole hook that ends well; answers with what its tools said. Throws if the commit is refused. */
  hook(unit: string, lines: readonly string[], hook?: HookInfo): Promise<string[]>;
};
export type Running = HookContext & {
  /** Runs one line of words; quotes hold words together. */
  run(line: string, stdin?: string): Promise<ToolReply>;
  /** The same, as text: stdout, or stderr and the exit code. */
  say(line: string, stdin?: string): Promise<string>;
};

let contexts = 0;

export function world(model: Model = kitModel()): World {
  const logged: string[] = [];
  const taskLog: string[] = [];
  const storageAdded: string[] = [];
  let clock = Date.parse('2026-11-23T08:15:11.000Z');
  const host: ContextHost = {
    model,
    addressOf: unit => model.machines[model.units[unit]!.machine]!.address,
    log: (entity, level, module, message) => void logged.push(`${entity} ${level} ${module} ${message}`),
    taskLog: (task, message) => void taskLog.push(`${task} ${message}`),
    setUnitStatus: (unit: Unit, status, message) => {
      unit.workload = { current: status as Unit['workload']['current'], message, since: host.now() };
    },
    setApplicationStatus: (name, status, message) => {
      model.applications[name]!.status = { current: status as Unit['workload']['current'], message, since: host.now() };
    },
    addStorage: (unit, name, count) => void storageAdded.push(`${unit} ${name} ${count}`),
    changed: () => undefined,
    now: () => {
      clock += 1000;
      return new Date(clock).toISOString();
    },
  };
  const begin = (unit: string, hook: HookInfo = aHook): Running => {
    contexts += 1;
    const context = makeContext(host, `${unit}-${hook.name}-${contexts}`, unit, hook);
    const run = (line: string, stdin = '') => {
      const [tool = '', ...args] = splitWords(line);
      return context.call(tool, args, '/nowhere', async () => stdin);
    };
    const say = async (line: string, stdin = '') => {
      const { code, stdout, stderr } = await run(line, stdin);
      return code === 0 ? stdout + stderr : `${stderr}= ${code}`;
    };
    // The prototype keeps the getters of the context alive.
    return Object.assign(Object.create(context) as HookContext, { run, say });
  };
  const hook = async (unit: string, lines: readonly string[], info: HookInfo = aHook) => {
    const running = begin(unit, info);
    const answers: string[] = [];
    for (const line of lines) answers.push(await running.say(line));
    const failure = running.commit();
    if (failure !== undefined) throw new Error(failure);
    return answers;
  };
  return { model, host, logged, taskLog, storageAdded, begin, hook };
}

/** A relation hook of relation 1 (`db:1`, `database:1`), or of the peers. */
export function relationHook(
  kind: string,
  id: number,
  endpointName: string,
  remoteApplication: string,
  remoteUnit = '',
  departing = '',
): HookInfo {
  return {
    name: `${endpointName}-relation-${kind}`,
    kind: 'relation',
    relation: { id, endpoint: endpointName, remoteApplication, remoteUnit, ...(departing === '' ? {} : { departingUnit: departing }) },
  };
}

/** Words of a line: blanks part them, single and double quotes hold them together. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  for (const [word] of line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)) words.push(word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'));
  return words;
}

/** The id in what secret-add prints. */
export const idIn = (text: string): string => text.trim().replace(/^.*[:/]/, '');
