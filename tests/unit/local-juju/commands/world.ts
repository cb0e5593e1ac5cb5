// A world for commands: a model made by hand, a LiveModel that records what it is asked, a Console that keeps what was written.
import { runCommand } from '../../../../tools/local-juju/commands/index.ts';
import type { Console, Controller, LiveModel, LogLine, StatusHistoryEntry } from '../../../../tools/local-juju/contract.ts';
import { JujuError } from '../../../../tools/local-juju/contract.ts';
import type {
  Application,
  Charm,
  CharmEndpoint,
  Machine,
  Model,
  Operation,
  PortRange,
  Relation,
  Secret,
  Storage,
  Task,
  Unit,
} from '../../../../tools/local-juju/state.ts';
import { toolHelp } from '../../../../tools/local-juju/tools-server/help.ts';

export const since = '2026-11-23T08:06:13.000Z';
const base = { name: 'ubuntu', channel: '22.04' };

export function emptyModel(name = 'm'): Model {
  return {
    format: 1,
    name,
    uuid: '8b6a1c4e-6a80-4a1c-8f0f-0d6f1d1f7a11',
    network: '127.31.7',
    life: 'alive',
    created: since,
    config: {},
    counters: { machine: 0, relation: 0, operation: 1, storage: 0, host: 10 },
    unitCounters: {},
    charmCounters: {},
    charms: {},
    applications: {},
    units: {},
    machines: {},
    relations: {},
    offers: {},
    remoteApplications: {},
    secrets: {},
    remoteSecrets: {},
    storage: {},
    operations: {},
    tasks: {},
  };
}

export function addCharm(model: Model, name: string, endpoints: CharmEndpoint[], more: Partial<Charm> = {}): Charm {
  const charm: Charm = {
    url: `local:${name}-0`,
    name,
    revision: 0,
    summary: '',
    description: '',
    subordinate: false,
    base,
    bases: [base],
    endpoints: Object.fromEntries(endpoints.map(endpoint => [endpoint.name, endpoint])),
    extraBindings: [],
    options: {},
    actions: {},
    storage: {},
    resources: [],
    assumes: [],
    ...more,
  };
  model.charms[charm.url] = charm;
  return charm;
}

export function endpoint(name: string, role: CharmEndpoint['role'], type: string, scope: CharmEndpoint['scope'] = 'global'): CharmEndpoint {
  return { name, role, interface: type, scope, limit: 0, optional: false };
}

export function addApplication(model: Model, name: string, charm: Charm, more: Partial<Application> = {}): Application {
  const application: Application = {
    name,
    charm: charm.url,
    life: 'alive',
    base,
    exposed: false,
    trust: false,
    config: {},
    configVersion: 0,
    version: '',
    leaderSettings: { values: {}, version: 0 },
    storage: {},
    constraints: '',
    created: since,
    ...more,
  };
  model.applications[name] = application;
  return application;
}

export function addUnit(model: Model, name: string, more: Partial<Unit> = {}): Unit {
  const principal = more.principal === undefined ? undefined : model.units[more.principal];
  const machine = principal?.machine ?? more.machine ?? String(model.counters.machine++);
  model.machines[machine] ??= machineOf(machine);
  const application = name.split('/')[0]!;
  const unit: Unit = {
    name,
    application,
    machine,
    life: 'alive',
    created: since,
    force: false,
    destroyStorage: false,
    workload: { current: 'unknown', message: '', since },
    workloadSetByCharm: false,
    agentStatus: { current: 'idle', message: '', since },
    ports: [],
    state: {},
    agent: {
      installed: true,
      started: true,
      stopped: false,
      removed: false,
      charm: model.applications[application]!.charm,
      configHash: 'x',
      leaderSeen: true,
      leaderSettingsVersion: 0,
      relations: {},
      storageAttached: [],
      secretChanged: {},
      secretRemoved: [],
      secretExpired: [],
      lastUpdateStatus: since,
      nextUpdateStatus: since,
    } as unknown as Unit['agent'],
    ...more,
  };
  model.units[name] = unit;
  model.applications[application]!.leader ??= name;
  return unit;
}

export function ports(...ranges: string[]): PortRange[] {
  return ranges.map(text => {
    const [numbers = '', protocol = 'tcp'] = text.split('/');
    const [from = '0', to = from] = numbers.split('-');
    return { from: Number(from), to: Number(to), protocol: protocol as PortRange['protocol'], endpoint: '' };
  });
}

/** `a` is the requirer's side, as "app:endpoint"; with one side only it is a peer relation. */
export function addRelation(model: Model, a: string, b?: string, scope: Relation['scope'] = 'global'): Relation {
  const sides = (b === undefined ? [a] : [a, b]).map(text => {
    const [application = '', name = ''] = text.split(':');
    const own = model.charms[model.applications[application]!.charm]!.endpoints[name];
    return { ...(own ?? endpoint(name, 'provider', name)), application, implicit: own === undefined };
  });
  const id = model.counters.relation++;
  const names = new Set(sides.map(side => side.application));
  const relation: Relation = {
    id,
    key: sides.map(side => `${side.application}:${side.name}`).join(' '),
    endpoints: sides,
    scope,
    interface: sides[0]!.interface,
    life: 'alive',
    created: since,
    applications: Object.fromEntries([...names].map(name => [name, { values: {}, version: 0 }])),
    units: Object.fromEntries(
      Object.values(model.units)
        .filter(unit => names.has(unit.application))
        .map(unit => [unit.name, { values: { 'ingress-address': '127.31.7.10' }, version: 1, inScope: true }]),
    ),
  };
  model.relations[id] = relation;
  return relation;
}

export function addStorage(model: Model, id: string, owner: string, more: Partial<Storage> = {}): Storage {
  const [name = '', number = '0'] = id.split('/');
  const storage: Storage = {
    id,
    name,
    number: Number(number),
    kind: 'filesystem',
    pool: 'rootfs',
    sizeMiB: 1024,
    life: 'alive',
    owner,
    location: `/srv/${name}`,
    volume: `storage/${number}`,
    created: since,
    ...more,
  };
  model.storage[id] = storage;
  return storage;
}

export function addSecret(model: Model, id: string, more: Partial<Secret> = {}): Secret {
  const secret: Secret = {
    id,
    owner: { kind: 'application', name: 'prov' },
    label: '',
    name: '',
    description: '',
    rotate: 'never',
    created: since,
    updated: since,
    autoPrune: false,
    latest: 1,
    revisions: [{ revision: 1, content: { password: 'b25l' }, created: since, updated: since, checksum: 'c0ffee' }],
    grants: [],
    consumers: {},
    ...more,
  };
  model.secrets[id] = secret;
  return secret;
}

function machineOf(id: string): Machine {
  return {
    id,
    address: `127.31.7.${10 + Number(id)}`,
    base,
    life: 'alive',
    created: since,
    instanceId: `local-${id}`,
    rebootRequested: false,
  };
}

/** The model of the recorded status: prov with two units, req, and the subordinate sub on prov. */
export function statusModel(): Model {
  const model = emptyModel();
  const prov = addCharm(model, 'prov', [
    endpoint('database', 'provider', 'db'),
    endpoint('other', 'provider', 'db'),
    endpoint('cluster', 'peer', 'prov-peers'),
  ]);
  const req = addCharm(model, 'req', [
    endpoint('db', 'requirer', 'db'),
    endpoint('db2', 'requirer', 'db'),
    endpoint('nomatch', 'requirer', 'nomatch'),
  ]);
  const sub = addCharm(model, 'sub', [endpoint('host', 'requirer', 'juju-info', 'container'), endpoint('db', 'requirer', 'db')], {
    subordinate: true,
  });
  addApplication(model, 'prov', prov, { version: '6.0.6-3' });
  addApplication(model, 'req', req, { version: '1.2-abcdefghijklmnop' });
  addApplication(model, 'sub', sub);
  addUnit(model, 'prov/0', {
    workload: { current: 'active', message: 'all is well', since },
    ports: ports('27017', '8080-8082/tcp', '8081/udp', '53/udp'),
  });
  addUnit(model, 'req/0', { workload: { current: 'maintenance', message: '', since } });
  addUnit(model, 'prov/1', { workload: { current: 'blocked', message: longMessage, since }, ports: ports('80', '81') });
  addUnit(model, 'sub/0', { principal: 'prov/0' });
  addUnit(model, 'sub/1', { principal: 'prov/1' });
  addRelation(model, 'prov:cluster');
  addRelation(model, 'req:db', 'prov:database');
  addRelation(model, 'sub:host', 'prov:juju-info', 'container');
  return model;
}
export const longMessage =
  'waiting for somebody to read this long message, which goes on and on until it is longer than the one hundred and twenty characters shown';

export type Asked = { method: string; args: unknown[] };
export type FakeLive = LiveModel & {
  asked: Asked[];
  poke(): void;
  say(line: LogLine): void;
  finish(id: string, task: Partial<Task>): void;
};

/** Every method records its call; `enqueue` makes the operation in the state, and `poke` is a change of the model. */
export function liveModel(model: Model, own: Partial<LiveModel> = {}): FakeLive {
  const asked: Asked[] = [];
  const waiting = new Set<() => void>();
  const listeners = new Set<(line: LogLine) => void>();
  const poke = () => {
    for (const wake of [...waiting]) wake();
  };
  const record =
    (method: string, answer?: unknown) =>
    (...args: unknown[]) => {
      asked.push({ method, args });
      return answer;
    };
  const live = {
    state: model,
    folder: '/nowhere',
    asked,
    poke,
    say: (line: LogLine) => {
      for (const listener of listeners) listener(line);
    },
    finish(id: string, task: Partial<Task>) {
      Object.assign(model.tasks[id]!, { status: 'completed', returnCode: 0, started: since, completed: since, ...task });
      poke();
    },
    deploy(request: Parameters<LiveModel['deploy']>[0], progress: (text: string) => void) {
      asked.push({ method: 'deploy', args: [request] });
      progress('Located local charm "prov", revision 0');
      progress('Deploying "prov" from local charm "prov", revision 0 on ubuntu@22.04/stable');
      return Promise.resolve();
    },
    addUnits: record('addUnits', Promise.resolve(['prov/2'])),
    refresh: record('refresh', Promise.resolve({ charmName: 'prov', revision: 1 })),
    addStorage: record('addStorage', ['logs/5']),
    addSecret: record('addSecret', 'd5q3sgnmp25c76l6r000'),
    enqueue(request: Parameters<LiveModel['enqueue']>[0]) {
      asked.push({ method: 'enqueue', args: [request] });
      const id = String(model.counters.operation++);
      const operation: Operation = {
        id,
        summary: request.summary,
        action: request.action ?? 'juju-exec',
        parameters: request.parameters,
        receivers: [...request.receivers],
        tasks: [],
        enqueued: since,
        ...(request.fail === undefined ? {} : { fail: request.fail }),
      };
      model.operations[id] = operation;
      for (const unit of request.units) {
        const task = String(model.counters.operation++);
        operation.tasks.push(task);
        model.tasks[task] = {
          id: task,
          operation: id,
          unit,
          status: 'pending',
          message: '',
          log: [],
          results: {},
          stdout: '',
          stderr: '',
          enqueued: since,
        };
      }
      return id;
    },
    nextChange: (signal: AbortSignal) =>
      new Promise<void>(done => {
        const wake = () => {
          waiting.delete(wake);
          done();
        };
        waiting.add(wake);
        if (signal.aborted) wake();
        signal.addEventListener('abort', wake, { once: true });
      }),
    readLog: (): LogLine[] => [],
    onLog(listener: (line: LogLine) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    statusHistory: (): StatusHistoryEntry[] => [],
    addressOf: (unit: string) => model.machines[model.units[unit]!.machine]!.address,
    ...own,
  };
  return new Proxy(live, {
    get: (target, key: string) => (key in target ? target[key as keyof typeof target] : key === 'then' ? undefined : record(key)),
  }) as unknown as FakeLive;
}

export function controllerOf(...models: LiveModel[]): Controller & { asked: Asked[] } {
  const asked: Asked[] = [];
  let current = models[0]?.state.name;
  return {
    name: 'local',
    toolHelp,
    asked,
    models: () => models,
    model(name) {
      const found = models.find(live => live.state.name === name);
      if (!found) throw new JujuError(`model local:admin/${name} not found`);
      return found;
    },
    current: () => current,
    switchTo(name) {
      current = name;
    },
    async addModel(name, config) {
      asked.push({ method: 'addModel', args: [name, config] });
      const live = liveModel(emptyModel(name));
      models.push(live);
      current = name;
      return live;
    },
    async destroyModel(name, options, progress) {
      asked.push({ method: 'destroyModel', args: [name, options] });
      progress('Destroying model');
      progress('Waiting for model to be removed, 1 machine(s), 1 application(s)...');
      progress('Model destroyed');
    },
  };
}

export type Said = { code: number; out: string; err: string };
export type Talk = Promise<Said> & { readonly out: string; readonly err: string; leave(): void };

/** Runs one command line; the answer's `out` and `err` can be read while it runs. */
export function juju(
  where: LiveModel | Controller,
  words: readonly string[],
  options: { lines?: string[]; env?: Record<string, string>; cwd?: string; tty?: boolean } = {},
): Talk {
  const controller = 'models' in where ? where : controllerOf(where);
  const gone = new AbortController();
  const lines = [...(options.lines ?? [])];
  let out = '';
  let err = '';
  const console: Console = {
    out: text => {
      out += text;
    },
    err: text => {
      err += text;
    },
    readLine: async () => lines.shift(),
    gone: gone.signal,
    cwd: options.cwd ?? '/',
    env: { TZ: 'UTC', ...options.env },
    tty: options.tty ?? false,
  };
  const run = runCommand(controller, words, console).then(code => ({ code, out, err }));
  return Object.defineProperties(run, {
    out: { get: () => out },
    err: { get: () => err },
    leave: { value: () => gone.abort() },
  }) as Talk;
}
