// One live model: its state on disk and in memory, its agents, its machines. Every change goes through here: it is applied, what
// follows from it is applied too, the whole is saved, and only then does anybody see it.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import type { Server } from 'node:net';
import { join } from 'node:path';
import type { OpenMachine } from '../../local-machine/contract.ts';
import {
  type ContextHost,
  type HookContext,
  JujuError,
  type LiveModel,
  type MakeContext,
  type ToolHelp,
  type ToolReply,
} from '../contract.ts';
import type { Model, Storage } from '../state.ts';
import { type Agents, startAgents } from './agents.ts';
import { applyConsequences, type Consequence } from './consequences.ts';
import { removeTree, writeWhole } from './files.ts';
import { rebootAgent, restartAgent } from './hook-effects.ts';
import { endLeftovers } from './leftovers.ts';
import { keepMachines } from './machines.ts';
import { operations } from './operations.ts';
import { openRecorder } from './recorder.ts';
import { notHere, readWords } from './run-commands.ts';
import { addressOfUnit, tagOf } from './scope.ts';
import { addStorage } from './storage.ts';
import { completeTask } from './tasks.ts';
import { machineRoot, unitOf } from './units.ts';

export type ToolTarget = HookContext | ((name: string, args: readonly string[], cwd: string) => Promise<ToolReply>);
/** The other rooms, as the daemon wires them. */
export type Wiring = {
  openMachine: OpenMachine;
  makeContext: MakeContext;
  serveTools(host: string, port: number, lookup: (token: string) => ToolTarget | undefined): Promise<Server>;
  writeTools(folder: string, address: { host: string; port: number }): void;
  /** A command of a machine, which the owner of the token answers. */
  writeMachineCommand(path: string, address: { host: string; port: number; token: string }): void;
  toolHelp: ToolHelp;
  /** Tail of the hooks' PATH. */
  path: string;
};
/** The other models of the controller, for relations across models. */
export type Neighbours = {
  /** Brings to the other models what has changed in this one, and from them what has changed there. */
  link(): void;
  /** @param uuid of a live model. */
  find(uuid: string): OwnedModel | undefined;
};
export type OwnedModel = LiveModel & {
  /** Its state was changed from outside: it is saved soon, and everybody looks again. */
  changed(): void;
  /** How many hooks, actions and commands run now. */
  running(): number;
  /** From now on nothing is added to the model. */
  beginEnd(): void;
  /** Ends every process and removes every file of the model; cut off, it goes on with the next start. */
  erase(): Promise<void>;
  /** Lets go of the model, whose services run on: it will be opened again. */
  release(): Promise<void>;
};

export const apiPort = 17070;
const machineRetryMs = 5_000;
const now = (): string => new Date().toISOString();

/** Opens a model, new (`known` false) or as an earlier background process left it. Fails when its network is taken. */
export const openModel = async (
  state: Model,
  folder: string,
  wiring: Wiring,
  known: boolean,
  neighbours: Neighbours,
): Promise<OwnedModel> => {
  let agents: Agents | undefined;
  let closed = false;
  let scheduled = false;
  let dirty = true;
  const watchers = new Set<() => void>();
  const opening = new Set<string>();
  const removals = new Set<Promise<void>>();

  const save = (): void => {
    // Without its folder it is a model no more; the background process notices and ends.
    if (!closed && existsSync(folder)) writeWhole(join(folder, 'model.json'), JSON.stringify(state));
  };
  /** Something has changed: soon it is saved, and everybody looks again. */
  const changed = (): void => {
    dirty = true;
    if (scheduled || closed) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      settle();
    });
  };
  const settle = (): void => {
    if (closed) return;
    neighbours.link();
    const consequences = applyConsequences(state, folder, now());
    openMachines();
    if (dirty || consequences.length > 0) {
      save();
      dirty = false;
      // What the saved state knows no more is cleared away only now; a start after a crash finds what is left.
      for (const consequence of consequences) clearAway(consequence);
      for (const watcher of [...watchers]) watcher();
    }
    agents?.step();
  };

  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const recorder = openRecorder(state, folder, now, changed);
  const host: ContextHost = {
    model: state,
    addressOf: name => addressOfUnit(state, unitOf(state, name)),
    log: recorder.log,
    taskLog: (task, message) => {
      state.tasks[task]?.log.push({ time: now(), message });
      changed();
    },
    setUnitStatus: (unit, status, message) => {
      unit.workloadSetByCharm = true;
      recorder.setWorkload(unit, status, message);
    },
    setApplicationStatus: recorder.setApplicationStatus,
    addStorage: (unit, name, count) => {
      addStorage(state, unit, name, count, folder, now());
      changed();
    },
    changed,
    otherModel: uuid => {
      const other = neighbours.find(uuid);
      return other && { model: other.state, changed: other.changed };
    },
    now,
  };
  const server = await wiring.serveTools(`${state.network}.1`, apiPort, token => agents?.context(token) ?? machines.commandOf(token));
  const machines = keepMachines({
    model: state,
    folder,
    port: apiPort,
    openMachine: wiring.openMachine,
    writeTools: wiring.writeTools,
    writeMachineCommand: wiring.writeMachineCommand,
    jujuExec: async (machine, words) => {
      const asked = readWords(state, machine, words);
      if ('code' in asked) return asked;
      return agents?.runCommands(asked.unit, asked.command) ?? notHere(asked.unit);
    },
    log: recorder.log,
    changed,
  });

  const openMachines = (): void => {
    for (const machine of Object.values(state.machines)) {
      if (machines.get(machine.id) || opening.has(machine.id)) continue;
      opening.add(machine.id);
      machines
        .open(machine, old.has(machine.id))
        .then(() => {
          opening.delete(machine.id);
          for (const unit of Object.values(state.units)) {
            if (unit.machine !== machine.id || unit.agent.installed || unit.workloadSetByCharm) continue;
            recorder.setWorkload(unit, 'waiting', 'agent initialising');
          }
          changed();
        })
        .catch((error: Error) => {
          recorder.log(`machine-${machine.id}`, 'ERROR', 'juju.local.machine', `cannot open the machine: ${error.message}`);
          setTimeout(() => {
            opening.delete(machine.id);
            changed();
          }, machineRetryMs).unref();
        });
    }
  };

  const removeMachine = (id: string): void => {
    const removal = machines
      .remove(id)
      .catch((error: Error) => recorder.log(`machine-${id}`, 'ERROR', 'juju.local.machine', `cannot remove the machine: ${error.message}`))
      .finally(() => removals.delete(removal));
    removals.add(removal);
  };

  const removeStorage = (storage: Storage): void => {
    removeTree(join(folder, storage.volume));
    machines
      .detach(storage)
      .catch((error: Error) => recorder.log(`storage-${storage.name}-${storage.number}`, 'ERROR', 'juju.local.machine', error.message));
  };

  const clearAway = (consequence: Consequence): void => {
    if (consequence.kind === 'machine-removed') removeMachine(consequence.machine);
    if (consequence.kind === 'storage-removed') removeStorage(consequence.storage);
    if (consequence.kind === 'charm-unused') removeTree(join(folder, 'charms', consequence.url.replace('local:', '')));
    if (consequence.kind === 'unit-removed') {
      agents?.killUnit(consequence.unit.name);
      agents?.forgetUnit(consequence.unit.name);
      machines.forgetUnit(consequence.unit);
    }
  };

  const close = (): void => {
    closed = true;
    server.close();
    machines.release();
    recorder.close();
    for (const watcher of [...watchers]) watcher();
  };

  const old = new Set(known ? Object.keys(state.machines) : []);
  if (known) await recover(state, folder, machines.remove, now());
  for (const unit of Object.values(state.units)) if (unit.agent.charm !== '') machines.prepareUnit(unit);
  if (state.life !== 'dead') {
    agents = startAgents({
      model: state,
      folder,
      machines,
      host,
      makeContext: wiring.makeContext,
      apiAddress: `${state.network}.1:${apiPort}`,
      path: wiring.path,
      setAgentStatus: recorder.setAgentStatus,
      setWorkload: recorder.setWorkload,
      save,
    });
    settle();
  }
  const changes = operations(
    state,
    { folder, now },
    commit(settle, () => (dirty = true)),
    task => agents?.killTask(task),
  );
  // These take a while, and must not make files when everything else is gone.
  const fetching = new Set<Promise<unknown>>();
  const fetches = <Result>(work: Promise<Result>): Promise<Result> => {
    const done: Promise<unknown> = work.catch(() => undefined).finally(() => fetching.delete(done));
    fetching.add(done);
    return work;
  };

  return {
    state,
    folder,
    changed,
    ...changes,
    deploy: (request, progress) => fetches(changes.deploy(request, progress)),
    refresh: (application, source, options) => fetches(changes.refresh(application, source, options)),
    nextChange: signal =>
      new Promise(resolve => {
        if (closed || signal.aborted) return resolve();
        const done = () => {
          watchers.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        watchers.add(done);
        signal.addEventListener('abort', done);
      }),
    readLog: recorder.readLog,
    onLog: recorder.onLog,
    statusHistory: recorder.statusHistory,
    addressOf: host.addressOf,
    fault: async (name, request) => {
      const unit = unitOf(state, name);
      const machine = machines.get(unit.machine);
      if (machine === undefined) throw new JujuError(`machine ${unit.machine} of ${name} is not up yet`);
      if (request.kind === 'kill-agent') {
        const killed = agents?.killUnit(name);
        if (killed === undefined) throw new JujuError(`cannot kill the agent of ${name} at work: it runs no hook and no action`);
        restartAgent(unit);
        return `killed ${killed}`;
      }
      const onMachine = Object.values(state.units).filter(one => one.machine === unit.machine);
      if (request.kind === 'reboot') for (const one of onMachine) agents?.killUnit(one.name);
      const said = await machine.fault(request).catch((error: Error) => {
        throw new JujuError(error.message);
      });
      if (request.kind === 'change-address') state.machines[unit.machine]!.address = machine.address;
      if (request.kind === 'reboot') for (const one of onMachine) rebootAgent(one);
      changed();
      return said;
    },
    running: () => agents?.running() ?? 0,
    beginEnd: () => {
      if (state.life === 'alive') state.life = 'dying';
      save();
    },
    erase: async () => {
      state.life = 'dead';
      save();
      await agents?.stop();
      await Promise.all(fetching);
      for (const id of Object.keys(state.machines)) removeMachine(id);
      while (removals.size > 0) await Promise.all(removals);
      close();
      removeTree(folder);
    },
    release: async () => {
      await agents?.stop();
      save();
      close();
    },
  };
};

/** Runs a change and shows it only when it is saved. */
const commit =
  (settle: () => void, touched: () => void) =>
  <Result>(work: () => Result): Result => {
    try {
      return work();
    } finally {
      touched();
      settle();
    }
  };

/** What the end of an earlier background process has left behind is ended: hooks, interrupted actions, folders without an owner. */
const recover = async (state: Model, folder: string, removeMachine: (id: string) => Promise<void>, time: string): Promise<void> => {
  await endLeftovers(Object.values(state.units).flatMap(unit => unit.agent.running ?? []));
  for (const unit of Object.values(state.units)) delete unit.agent.running;
  for (const task of Object.values(state.tasks)) {
    if (task.status !== 'running' && task.status !== 'aborting') continue;
    completeTask(state, task, { status: task.status === 'aborting' ? 'aborted' : 'failed', message: 'terminated', returnCode: -1 }, time);
  }
  const foldersOf = (place: string) => {
    const entries = existsSync(place) ? readdirSync(place, { withFileTypes: true }) : [];
    return entries.filter(entry => entry.isDirectory()).map(entry => entry.name);
  };
  for (const name of foldersOf(folder)) if (/^\d+$/.test(name) && !state.machines[name]) await removeMachine(name);
  const owned = [
    { place: join(folder, 'charms'), known: Object.keys(state.charms).map(url => url.replace('local:', '')) },
    { place: join(folder, 'volumes'), known: Object.values(state.storage).map(storage => storage.volume.replace('volumes/', '')) },
    ...Object.keys(state.machines).flatMap(machine =>
      ['agents', 'tools'].map(kind => ({
        place: join(machineRoot(folder, machine), 'var', 'lib', 'juju', kind),
        known: Object.keys(state.units).map(tagOf),
      })),
    ),
  ];
  for (const { place, known } of owned) {
    for (const name of foldersOf(place)) if (!known.includes(name)) removeTree(join(place, name));
  }
};
