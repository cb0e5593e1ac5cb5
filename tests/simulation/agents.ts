// The units' agents over the local Juju's own engine: the same next steps, the same preparation and end of a hook, the same tools and the
// same commit, in virtual time and without processes. What may happen to a program is decided by the `chance` that is given.
import type { Charm as Reacts } from '../../src/charms/charm.ts';
import { mongodb } from '../../src/charms/mongodb.ts';
import { mongos } from '../../src/charms/mongos.ts';
import { dispatch } from '../../src/dispatch.ts';
import type { ContextHost, HookContext } from '../../tools/local-juju/contract.ts';
import { applyConsequences, type Consequence } from '../../tools/local-juju/engine/consequences.ts';
import { hookEnvironment } from '../../tools/local-juju/engine/environment.ts';
import { finishHook, prepareHook } from '../../tools/local-juju/engine/hook-effects.ts';
import { nextStep } from '../../tools/local-juju/engine/next-step.ts';
import { addressOfUnit, enterScope, scopesToEnter } from '../../tools/local-juju/engine/scope.ts';
import { addStorage } from '../../tools/local-juju/engine/storage.ts';
import { completeTask } from '../../tools/local-juju/engine/tasks.ts';
import { endOfForce, retryDelayMs } from '../../tools/local-juju/engine/times.ts';
import { agentFolder } from '../../tools/local-juju/engine/units.ts';
import type { HookInfo, Task, Unit } from '../../tools/local-juju/state.ts';
import { makeContext } from '../../tools/local-juju/tools-server/context.ts';
import { dispatchClient } from './client.ts';
import { endServer } from './database/life.ts';
import * as disk from './disk.ts';
import { below, chance, clock, type Mishap, type Program, run, schedule, watch, within } from './kernel.ts';
import { currentWorld, FOLDER, rootOf } from './world.ts';

export type Fate = {
  /** What is to happen in this run of a hook. */
  mishap(unit: Unit, hook: HookInfo): Mishap | undefined;
  /** Whether the agent dies after the program has ended well, or Juju refuses the commit. */
  atCommit(unit: Unit, hook: HookInfo): 'die' | 'refuse' | undefined;
  /** How long an agent takes to begin its next hook. */
  delayMs(): number;
  /** Told of each run when it is over. */
  ran(unit: Unit, hook: HookInfo, program: Program, end: string): void;
};

export type Agents = {
  /** Something has changed from outside. */
  look(): void;
  /** Nothing runs, and nothing will but for what waits for its time. */
  idle(): boolean;
  /** When the agents have something to do again; none if never. */
  programs: Map<string, Program>;
  /** For good: what still runs is killed, and gives back what it has taken of the thread that it shares with the next simulation. */
  stop(): Promise<void>;
};

const reacts: Readonly<Record<string, Reacts>> = { mongodb, mongos };

export function startAgents(fate: Fate): Agents {
  const { model } = currentWorld();
  const busy = new Set<string>();
  const programs = new Map<string, Program>();
  let timer: { cancel(): void } | undefined;
  let looking = false;
  let stopped = false;

  const setStatus = (unit: Unit, status: string, message: string) => {
    unit.workload = { current: status as Unit['workload']['current'], message, since: clock.iso() };
  };
  const host: ContextHost = {
    model,
    addressOf: name => addressOfUnit(model, model.units[name]!),
    log: (_entity, _level, module, message) => watch.words(undefined, `log of ${module}`, message),
    taskLog: (_task, message) => watch.words(undefined, 'task log', message),
    setUnitStatus: (unit, status, message) => {
      watch.words(undefined, `status of ${unit.name}`, message);
      unit.workloadSetByCharm = true;
      setStatus(unit, status, message);
    },
    setApplicationStatus: (name, status, message) => {
      watch.words(undefined, `status of ${name}`, message);
      model.applications[name]!.status = { current: status as Unit['workload']['current'], message, since: clock.iso() };
    },
    addStorage: (unit, name, count) => void addStorage(model, unit, name, count, FOLDER, clock.iso()),
    changed: () => {},
    now: clock.iso,
  };

  const look = (): void => {
    if (looking || stopped) return;
    looking = true;
    timer?.cancel();
    let earliest: string | undefined;
    const wait = (until: string | undefined) => {
      if (until !== undefined && (earliest === undefined || until < earliest)) earliest = until;
    };
    for (let again = true; again; ) {
      again = false;
      earliest = undefined;
      for (const consequence of applyConsequences(model, FOLDER, clock.iso())) clearAway(consequence);
      openMachines();
      for (const unit of Object.values(model.units)) {
        const forced = endOfForce(unit);
        if (forced !== undefined && unit.life !== 'dead') {
          if (forced <= clock.iso()) {
            killUnit(unit.name);
            unit.life = 'dead';
            again = true;
            continue;
          }
          wait(forced);
        }
        if (busy.has(unit.machine)) continue;
        const next = nextStep(model, unit, clock.iso());
        if (next.do === 'idle') wait(next.until);
        else if (next.do === 'hook' || next.do === 'task') begin(unit);
        else {
          takeStep(unit, next.do);
          again = true;
        }
      }
      for (const relation of Object.values(model.relations)) wait(endOfForce(relation));
    }
    looking = false;
    timer = earliest === undefined ? undefined : schedule(Math.max(1, Date.parse(earliest) - clock.now()), look);
  };

  const takeStep = (unit: Unit, step: 'enter-scopes' | 'charm' | 'die' | 'skip'): void => {
    if (step === 'enter-scopes')
      for (const relation of scopesToEnter(model, unit)) enterScope(model, relation, unit, addressOfUnit(model, unit));
    if (step === 'die') unit.life = 'dead';
    if (step === 'charm') bringCharm(unit);
    if (step === 'skip') {
      const { hook } = unit.agent.pending!;
      delete unit.agentError;
      finishHook(model, unit, hook, setStatus, clock.iso(), chance());
      if (hook.name.endsWith('-storage-detaching')) detach(unit, hook);
    }
  };

  /** The machine is taken at once, the hook begins a little later, and is then whatever is due by then. */
  const begin = (unit: Unit): void => {
    busy.add(unit.machine);
    schedule(fate.delayMs(), () => {
      if (stopped) return;
      const next = model.units[unit.name] === unit ? nextStep(model, unit, clock.iso()) : undefined;
      const work = next?.do === 'hook' ? runHook(unit, next.hook) : next?.do === 'task' ? runTask(unit, next.task) : Promise.resolve();
      void work.then(() => {
        busy.delete(unit.machine);
        look();
      });
    });
  };

  const runHook = async (unit: Unit, hook: HookInfo): Promise<void> => {
    const { agent } = unit;
    const retries = agent.pending?.retries ?? 0;
    delete unit.agentError;
    prepareHook(model, unit, hook, setStatus);
    agent.pending = { hook, failed: false, retries };
    if (hook.name.endsWith('-storage-attached')) attach(unit, hook);
    const end = await attempt(unit, hook);
    if (model.units[unit.name] !== unit || end === 'killed') return; // still pending: it is run again at once
    if (end !== 'done') {
      agent.pending = {
        hook,
        failed: true,
        retries: retries + 1,
        retryAt: new Date(clock.now() + retryDelayMs(retries + 1)).toISOString(),
      };
      unit.agentError = { message: `hook failed: "${hook.name}"`, suffix: '', since: clock.iso() };
      return;
    }
    if (hook.name.endsWith('-storage-detaching')) detach(unit, hook);
    finishHook(model, unit, hook, setStatus, clock.iso(), chance());
  };

  const runTask = async (unit: Unit, id: string): Promise<void> => {
    const task = model.tasks[id]!;
    const operation = model.operations[task.operation];
    const hook: HookInfo = {
      name: '',
      kind: 'action',
      action: { name: operation?.action ?? '', task: id, parameters: operation?.parameters ?? {} },
    };
    task.status = 'running';
    const results: { of?: HookContext } = {};
    const end = await attempt(unit, hook, results);
    const { failed = false, message = '', results: said = {} } = results.of?.action ?? {};
    const status: Task['status'] = end !== 'done' || failed ? 'failed' : 'completed';
    if (model.tasks[id] === task) completeTask(model, task, { status, message: failed ? message : end, results: said }, clock.iso());
  };

  /** One run of the charm, and its commit. @returns `done`, `killed`, or why it failed. */
  const attempt = async (unit: Unit, hook: HookInfo, results: { of?: HookContext } = {}): Promise<string> => {
    const context = makeContext(host, `${unit.name}-${below(1e9)}`, unit.name, hook);
    results.of = context;
    const charm = model.charms[model.applications[unit.application]!.charm]!.name;
    const env = hookEnvironment(model, unit, hook, context.id, { folder: FOLDER, commandFolder: '', apiAddress: '', path: '' });
    const end = await new Promise<number | 'killed'>(settle => {
      const program: Program = {
        unit: unit.name,
        machine: unit.machine,
        context,
        calls: [],
        mishap: fate.mishap(unit, hook),
        dead: false,
        die: () => settle('killed'),
      };
      programs.set(unit.name, program);
      const known = reacts[charm];
      void within(program, () => (known === undefined ? dispatchClient(context) : dispatch(known, env))).then(settle, error => {
        if (program.dead) settle('killed');
        else throw error;
      });
    });
    const program = programs.get(unit.name)!;
    programs.delete(unit.name);
    const outcome = end === 'killed' || end !== 0 ? undefined : fate.atCommit(unit, hook);
    const told = end === 'killed' || outcome === 'die' ? 'killed' : end !== 0 ? `exit status ${end}` : undefined;
    if (told !== undefined || outcome === 'refuse') context.discard();
    const refused = told === undefined && outcome !== 'refuse' ? context.commit() : undefined;
    const text = told ?? refused ?? (outcome === 'refuse' ? 'commit refused' : 'done');
    fate.ran(unit, hook, program, text);
    return text;
  };

  const killUnit = (name: string): void => {
    const program = programs.get(name);
    if (program === undefined) return;
    program.dead = true;
    program.die();
  };

  const clearAway = (consequence: Consequence): void => {
    const world = currentWorld();
    if (consequence.kind === 'unit-removed') {
      killUnit(consequence.unit.name);
      disk.remove(world.files, agentFolder(FOLDER, consequence.unit));
    }
    if (consequence.kind === 'storage-removed') {
      const volume = `${FOLDER}/${consequence.storage.volume}`;
      disk.remove(world.files, volume);
      for (const path of Object.keys(world.disks)) if (path.startsWith(`${volume}/`)) delete world.disks[path];
    }
    if (consequence.kind === 'machine-removed') {
      const id = consequence.machine;
      for (const program of ['mongod', 'mongos'] as const) endServer(id, program, false);
      disk.remove(world.files, rootOf(id));
      delete world.machines[id];
    }
  };

  const stop = async (): Promise<void> => {
    stopped = true;
    for (const name of [...programs.keys()]) killUnit(name);
    await run(() => false);
  };

  return { look, idle: () => busy.size === 0 && !pendingWork(), programs, stop };

  function pendingWork(): boolean {
    return Object.values(model.units).some(unit => nextStep(model, unit, clock.iso()).do !== 'idle');
  }
}

function openMachines(): void {
  const world = currentWorld();
  for (const { id } of Object.values(world.model.machines)) {
    if (world.machines[id] !== undefined) continue;
    world.machines[id] = { id, snap: false, services: { mongod: false, mongos: false }, cut: false };
    disk.makeFolders(world.files, `${rootOf(id)}/etc`);
  }
}

function bringCharm(unit: Unit): void {
  const { model, files } = currentWorld();
  const charm = model.charms[model.applications[unit.application]!.charm]!;
  const folder = `${agentFolder(FOLDER, unit)}/charm`;
  disk.makeFolders(files, folder);
  disk.create(files, `${folder}/.juju-charm`, `${charm.url}\n`);
  disk.create(files, `${folder}/version`, `${charm.revision}\n`);
  const upgrade = unit.agent.charm !== '';
  unit.agent.charm = charm.url;
  if (upgrade) unit.agent.pending = { hook: { name: 'upgrade-charm', kind: 'lifecycle' }, failed: false, retries: 0 };
}

function attach(unit: Unit, hook: HookInfo): void {
  const { model, files } = currentWorld();
  const storage = model.storage[hook.storage!.id];
  if (storage === undefined) return;
  disk.makeFolders(files, `${FOLDER}/${storage.volume}`);
  if (files.get(storage.location)?.kind === 'folder') disk.remove(files, storage.location);
  disk.link(files, storage.location, `${FOLDER}/${storage.volume}`);
  if (!storage.location.startsWith(`${rootOf(unit.machine)}/`)) throw new Error(`${storage.id} lies on another machine`);
}

function detach(_unit: Unit, hook: HookInfo): void {
  disk.remove(currentWorld().files, hook.storage!.location);
}
