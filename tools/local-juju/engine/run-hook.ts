// One run of a hook: prepared, run in its environment, and then committed, retried later or reported as failed.
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { HookContext } from '../contract.ts';
import type { HookInfo, Unit } from '../state.ts';
import type { AgentWorld } from './agents.ts';
import { dispatchPath, hookEnvironment } from './environment.ts';
import { finishHook, prepareHook, rebootAgent } from './hook-effects.ts';
import { type Program, type ProgramEnd, type Running, runProgram } from './program.ts';
import { tagOf } from './scope.ts';
import { isUnmounted } from './storage.ts';
import { retryDelayMs } from './times.ts';
import { agentFolder } from './units.ts';

/** A program that runs now, and the context its tools work in. */
export type Attempt = {
  context: HookContext;
  /** In words, such as `the hook start`. */
  what: string;
  task?: string;
  kill(signal: NodeJS.Signals): void;
};
/** Tells the tool server of the attempt; the answer is called when it is over. */
export type Register = (attempt: Attempt) => () => void;
/** How the program is named in the log, and what to run; nothing if the charm has no such hook. */
export type Runnable = { via: string; command?: string };

/** Runs the hook to its end, whatever that is. */
export const runHook = async (world: AgentWorld, unit: Unit, hook: HookInfo, register: Register): Promise<void> => {
  const { model, host, machines } = world;
  const { agent } = unit;
  const retries = agent.pending?.retries ?? 0;
  delete unit.agentError;
  if (hook.name !== 'update-status') world.setAgentStatus(unit, 'executing', `running ${describeHook(hook)}`);
  prepareHook(model, unit, hook, world.setWorkload);
  agent.pending = { hook, failed: false, retries };
  const id = contextId(unit, hook);
  agent.running = id;
  world.save();

  const storage = hook.storage && model.storage[hook.storage.id];
  if (storage && hook.name.endsWith('-storage-attached')) await machines.attach(storage, unit.machine);
  const runnable = await findHook(world, unit, hook);
  const end = runnable.command === undefined ? undefined : await attempt(world, unit, hook, id, runnable.command, register);
  delete agent.running;

  const tag = tagOf(unit.name);
  if (end === undefined) host.log(tag, 'INFO', operationModule, `skipped "${hook.name}" hook (missing)`);
  else if (end.signal === 'SIGTERM' || end.signal === 'SIGKILL') {
    host.log(tag, 'WARNING', operationModule, `hook "${hook.name}" was terminated`);
    return; // still pending: it is run again at once
  } else if (end.failure !== undefined) {
    host.log(tag, 'ERROR', operationModule, `hook "${hook.name}" (via ${runnable.via}) failed: ${end.failure}`);
    return reportFailure(world, unit, hook, retries + 1);
  } else host.log(tag, 'INFO', operationModule, `ran "${hook.name}" hook (via ${runnable.via})`);

  if (storage && hook.name.endsWith('-storage-detaching') && isUnmounted(storage)) await machines.detach(storage);
  finishHook(model, unit, hook, world.setWorkload, host.now(), Math.random());
  if (end?.reboot) reboot(world, unit);
  world.save();
};

export const operationModule = 'juju.worker.uniter.operation';

/** `prov/0-install-<32 hex>` */
export const contextId = (unit: Unit, hook: HookInfo): string => `${unit.name}-${workOf(hook)}-${randomBytes(16).toString('hex')}`;

/** What runs, as contexts and loggers name it. */
const workOf = (hook: HookInfo): string => {
  if (hook.kind === 'run-commands') return hook.kind;
  return hook.action?.name ?? (hook.exec ? 'juju-exec' : hook.name);
};

/** Runs one program in a hook context and commits or discards what it wrote. */
export const attempt = async (
  world: AgentWorld,
  unit: Unit,
  hook: HookInfo,
  id: string,
  command: string,
  register: Register,
): Promise<ProgramEnd & { failure?: string; reboot?: boolean }> => {
  const context = world.makeContext(world.host, id, unit.name, hook);
  const running = startProgram(world, unit, hook, id, { command, args: [] }, () => undefined);
  const over = register({ context, what: `the hook ${hook.name}`, kill: running.kill });
  const end = await running.ended;
  over();
  if (context.rebootRequested === 'now' && end.signal === null) {
    // Juju ends the hook and runs it again after the reboot.
    context.discard();
    reboot(world, unit);
    return { ...end, signal: 'SIGTERM' };
  }
  const failure = end.signal === null ? failureOf(end) : undefined;
  if (end.signal !== null || failure !== undefined) context.discard();
  const refused = end.signal === null && failure === undefined ? context.commit() : undefined;
  const text = failure ?? refused ?? (end.signal !== null && !isTermination(end.signal) ? `signal: ${end.signal}` : undefined);
  return { ...end, ...(text === undefined ? {} : { failure: text }), ...(context.rebootRequested ? { reboot: true } : {}) };
};

/** Starts a program with the hook's environment in the charm's folder; its lines go to the debug log. */
export const startProgram = (
  world: AgentWorld,
  unit: Unit,
  hook: HookInfo,
  id: string,
  program: Pick<Program, 'command' | 'args' | 'stdin'>,
  chunk: (stream: 'stdout' | 'stderr', text: string) => void,
): Running => {
  const module = `unit.${unit.name}.${workOf(hook)}`;
  const tag = tagOf(unit.name);
  return runProgram(
    {
      ...program,
      cwd: join(agentFolder(world.folder, unit), 'charm'),
      env: hookEnvironment(world.model, unit, hook, id, {
        folder: world.folder,
        commandFolder: world.machines.get(unit.machine)?.commandFolder ?? '',
        apiAddress: world.apiAddress,
        path: world.path,
      }),
    },
    (stream, text) => world.host.log(tag, stream === 'stdout' ? 'DEBUG' : 'WARNING', module, text),
    chunk,
  );
};

/** `dispatch` if the charm has one, else the hook's or action's own file. */
export const findHook = async (world: AgentWorld, unit: Unit, hook: HookInfo): Promise<Runnable> => {
  const charm = join(agentFolder(world.folder, unit), 'charm');
  const candidates = [
    { path: 'dispatch', via: 'hook dispatching script: dispatch' },
    { path: dispatchPath(hook), via: `explicit, bespoke hook script: ${dispatchPath(hook)}` },
  ];
  for (const { path, via } of candidates) {
    const there = await access(join(charm, path), constants.F_OK).then(
      () => true,
      () => false,
    );
    if (there) return { via, command: join(charm, path) };
  }
  return { via: 'missing' };
};

export const isTermination = (signal: NodeJS.Signals | null): boolean => signal === 'SIGTERM' || signal === 'SIGKILL';

export const failureOf = (end: ProgramEnd): string | undefined => {
  if (end.problem !== undefined) return end.problem;
  return end.code === 0 ? undefined : `exit status ${end.code}`;
};

const reportFailure = (world: AgentWorld, unit: Unit, hook: HookInfo, retries: number): void => {
  const { model, host } = world;
  const now = host.now();
  unit.agent.pending = { hook, failed: true, retries, retryAt: new Date(Date.parse(now) + retryDelayMs(retries)).toISOString() };
  const { relation } = hook;
  const remote = relation && model.relations[relation.id]?.endpoints.find(one => one.application === relation.remoteApplication);
  unit.agentError = {
    message: `hook failed: "${shownHook(hook)}"`,
    suffix: remote ? ` for ${remote.application}:${remote.name}` : '',
    since: now,
  };
  world.setAgentStatus(unit, 'error', unit.agentError.message);
  world.setAgentStatus(unit, 'idle', '');
  host.log(tagOf(unit.name), 'INFO', 'juju.worker.uniter', `awaiting error resolution for "${kindOf(hook)}" hook`);
  world.save();
};

/** `storage-attached` of `data-storage-attached`, `relation-joined` of `db-relation-joined`; other hooks are a kind of their own. */
const kindOf = (hook: HookInfo): string => {
  const subject = hook.relation?.endpoint ?? hook.storage?.id.replace(/\/.*$/, '');
  return subject === undefined ? hook.name : hook.name.slice(subject.length + 1);
};

/** How the status names a failed hook: a relation's with its endpoint, a storage's by its kind alone. */
export const shownHook = (hook: HookInfo): string => (hook.storage ? kindOf(hook) : hook.name);

/** `db-relation-joined hook for prov/0`, as in the agent's status. */
const describeHook = (hook: HookInfo): string => {
  const { relation, secret } = hook;
  const subject = secret ? [secret.id, secret.revision].filter(part => part !== undefined).join('/') : relation?.remoteUnit;
  return `${hook.name} hook${subject ? ` for ${subject}` : ''}`;
};

// A reboot of the local machine is seen by the charms only in hooks.
const reboot = (world: AgentWorld, unit: Unit): void => {
  for (const other of Object.values(world.model.units)) if (other.machine === unit.machine) rebootAgent(other);
};
