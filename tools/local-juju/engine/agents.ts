// The units' agents: they look at the model when it has changed, or when a time has come, and run one hook after the other;
// one at a time on each machine, machines side by side. Nothing is polled.
import { writeFile } from 'node:fs/promises';
import type { ContextHost, HookContext, MakeContext, ToolReply } from '../contract.ts';
import type { HookInfo, Model, Unit } from '../state.ts';
import { deployCharm } from './charm-folder.ts';
import { charmFolder } from './charm-source.ts';
import { finishHook } from './hook-effects.ts';
import type { Machines } from './machines.ts';
import { type NextStep, nextStep } from './next-step.ts';
import { notHere, runCommands } from './run-commands.ts';
import { type Attempt, runHook } from './run-hook.ts';
import { runTask } from './run-task.ts';
import { addressOfUnit, enterScope, scopesToEnter, unitsOf } from './scope.ts';
import { isUnmounted } from './storage.ts';
import { endOfForce } from './times.ts';
import { agentFolder, byUnitName } from './units.ts';

export type Agents = {
  /** Lets every agent that is free look at the model. */
  step(): void;
  context(id: string): HookContext | undefined;
  /** Runs a shell command in a hook context of the unit, before its next hook. */
  runCommands(unit: string, command: string): Promise<ToolReply>;
  /** Ends the program of a running task. */
  killTask(task: string): void;
  /** Ends whatever the unit runs now. @returns what that was, undefined if it runs nothing. */
  killUnit(unit: string): string | undefined;
  /** The unit is gone: nothing waits for it any more. */
  forgetUnit(unit: string): void;
  /** How many hooks, actions and commands run now. */
  running(): number;
  /** Nothing new is begun; what runs is killed and waited for. */
  stop(): Promise<void>;
};
export type AgentWorld = {
  model: Model;
  folder: string;
  machines: Machines;
  host: ContextHost;
  makeContext: MakeContext;
  apiAddress: string;
  path: string;
  setAgentStatus(unit: Unit, status: Unit['agentStatus']['current'], message: string): void;
  /** Sets a workload status that Juju, not the charm, gives. */
  setWorkload(unit: Unit, status: string, message: string): void;
  /** Writes the state to disk at once. */
  save(): void;
};

type Waiting = { command: string; answer(reply: ToolReply | Promise<ToolReply>): void };

/** Where a hook was cut off, it comes first. */
const mayRunCommands = ({ agent }: Unit, next: NextStep): boolean =>
  agent.installed && (agent.pending === undefined || agent.pending.failed) && (next.do === 'idle' || next.do === 'hook');

export const startAgents = (world: AgentWorld): Agents => {
  const { model, machines, host } = world;
  const busy = new Map<string, Promise<void>>(); // by machine
  const attempts = new Map<string, Attempt>(); // by unit
  const contexts = new Map<string, HookContext>();
  const commands = new Map<string, Waiting[]>(); // by unit
  const lastServed = new Map<string, string>(); // machine -> unit
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const step = (): void => {
    if (stopped) return;
    let earliest: string | undefined;
    const wait = (until: string | undefined) => {
      if (until !== undefined && (earliest === undefined || until < earliest)) earliest = until;
    };
    for (const id of Object.keys(model.machines)) if (machines.get(id)) wait(stepMachine(id));
    for (const relation of Object.values(model.relations)) wait(endOfForce(relation));
    clearTimeout(timer);
    if (earliest === undefined) return;
    timer = setTimeout(host.changed, Math.min(Math.max(1, Date.parse(earliest) - Date.now()), 2 ** 31 - 1));
  };

  /** Lets the machine's agents act until one of them runs a program. @returns when to look again at the latest. */
  const stepMachine = (id: string): string | undefined => {
    let earliest: string | undefined;
    for (const unit of inTurn(id)) {
      const due = endForced(unit);
      if (due !== undefined && (earliest === undefined || due < earliest)) earliest = due;
      if (busy.has(id)) continue;
      const until = stepUnit(unit);
      if (until !== undefined && (earliest === undefined || until < earliest)) earliest = until;
    }
    return earliest;
  };

  /** Does what can be done at once; a program is begun and makes the machine busy. */
  const stepUnit = (unit: Unit): string | undefined => {
    const next = nextStep(model, unit, host.now());
    const waiting = mayRunCommands(unit, next) ? commands.get(unit.name)?.shift() : undefined;
    if (waiting !== undefined) {
      const done = runCommands(world, unit, waiting.command, running => register(unit, running));
      waiting.answer(done);
      occupy(unit, () => done.then(() => undefined));
      host.changed();
      return undefined;
    }
    switch (next.do) {
      case 'idle':
        if (unit.agentStatus.current === 'executing') world.setAgentStatus(unit, 'idle', '');
        return next.until;
      case 'enter-scopes':
        for (const relation of scopesToEnter(model, unit)) enterScope(model, relation, unit, addressOfUnit(model, unit));
        break;
      case 'die':
        unit.life = 'dead';
        break;
      case 'skip':
        skipFailedHook(unit);
        break;
      case 'charm':
        occupy(unit, () => bringCharm(unit));
        break;
      case 'hook':
        occupy(unit, () => runHook(world, unit, next.hook, running => register(unit, running)));
        break;
      case 'task':
        occupy(unit, () => runTask(world, unit, next.task, running => register(unit, running)));
        break;
    }
    host.changed();
    return undefined;
  };

  const occupy = (unit: Unit, work: () => Promise<void>): void => {
    lastServed.set(unit.machine, unit.name);
    const done = work()
      .catch((error: unknown) => {
        host.log(unit.name, 'ERROR', 'juju.worker.uniter', `cannot go on: ${String((error as Error)?.message ?? error)}`);
        return failed(unit, (error as Error)?.message ?? String(error));
      })
      .finally(() => {
        busy.delete(unit.machine);
        attempts.delete(unit.name);
        host.changed();
      });
    busy.set(unit.machine, done);
  };

  // Something of ours went wrong around the hook. The agent tries again in a while, as after a failed hook.
  const failed = (unit: Unit, message: string): Promise<void> =>
    new Promise(settle => {
      if (stopped || model.units[unit.name] !== unit) return settle();
      world.setAgentStatus(unit, 'failed', message);
      setTimeout(settle, 2_000);
    });

  /** Makes the context known to the tool calls while the program runs. */
  const register = (unit: Unit, attempt: Attempt): (() => void) => {
    attempts.set(unit.name, attempt);
    contexts.set(attempt.context.id, attempt.context);
    if (stopped) attempt.kill('SIGKILL');
    return () => {
      contexts.delete(attempt.context.id);
      attempts.delete(unit.name);
    };
  };

  const skipFailedHook = (unit: Unit): void => {
    const hook = unit.agent.pending!.hook;
    delete unit.agentError;
    finishHook(model, unit, hook, world.setWorkload, host.now(), Math.random());
    if (hook.storage && hook.name.endsWith('-storage-detaching')) void detachAfter(hook);
  };

  const detachAfter = async (hook: HookInfo): Promise<void> => {
    const storage = model.storage[hook.storage!.id];
    if (storage && isUnmounted(storage)) await machines.detach(storage);
  };

  const bringCharm = async (unit: Unit): Promise<void> => {
    const application = model.applications[unit.application]!;
    const charm = model.charms[application.charm]!;
    const old = model.charms[unit.agent.charm];
    if (old === undefined) machines.prepareUnit(unit);
    await deployCharm(
      charmFolder(world.folder, charm),
      `${agentFolder(world.folder, unit)}/charm`,
      old === undefined ? undefined : charmFolder(world.folder, old),
    );
    // A charm can read here where it came from.
    await writeFile(`${agentFolder(world.folder, unit)}/charm/.juju-charm`, `${charm.url}\n`);
    unit.agent.charm = charm.url;
    // A unit in error that was upgraded by force runs neither upgrade-charm nor config-changed.
    if (old !== undefined && unit.agent.pending === undefined) {
      unit.agent.pending = { hook: { name: 'upgrade-charm', kind: 'lifecycle' }, failed: false, retries: 0 };
    }
    if (unitsOf(model, application.name).every(one => one.agent.charm === charm.url)) delete application.forceCharm;
  };

  /** A unit that was removed by force and does not come to its end is ended. @returns when that will be. */
  const endForced = (unit: Unit): string | undefined => {
    const due = endOfForce(unit);
    if (due === undefined || unit.life === 'dead') return undefined;
    if (due > host.now()) return due;
    attempts.get(unit.name)?.kill('SIGKILL');
    unit.life = 'dead';
    host.changed();
    return undefined;
  };

  const inTurn = (machine: string): Unit[] => {
    const units = Object.values(model.units)
      .filter(unit => unit.machine === machine)
      .sort(
        (one, other) => Number(one.principal !== undefined) - Number(other.principal !== undefined) || byUnitName(one.name, other.name),
      );
    const last = units.findIndex(unit => unit.name === lastServed.get(machine));
    return [...units.slice(last + 1), ...units.slice(0, last + 1)];
  };

  return {
    step,
    context: id => contexts.get(id),
    killTask: task => {
      for (const attempt of attempts.values()) if (attempt.task === task) attempt.kill('SIGTERM');
    },
    runCommands: (unit, command) =>
      new Promise(answer => {
        commands.set(unit, [...(commands.get(unit) ?? []), { command, answer }]);
        host.changed();
      }),
    forgetUnit: unit => {
      for (const { answer } of commands.get(unit) ?? []) answer(notHere(unit));
      commands.delete(unit);
    },
    killUnit: unit => {
      const running = attempts.get(unit);
      running?.kill('SIGKILL');
      return running?.what;
    },
    running: () => busy.size,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      for (const attempt of attempts.values()) attempt.kill('SIGKILL');
      await Promise.allSettled(busy.values());
    },
  };
};
