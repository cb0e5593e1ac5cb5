// The stand on which single hooks are run and measured: a copy of a live model's state behind the local Juju's own hook tools, and the
// charm, the machine and the mongod of the live model itself. What a hook commits changes the copy alone; the live model sleeps meanwhile.
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { ContextHost, HookContext } from '../../local-juju/contract.ts';
import { cleanPath, hookEnvironment } from '../../local-juju/engine/environment.ts';
import { agentFolder, machineRoot } from '../../local-juju/engine/units.ts';
import type { HookInfo, Model, StatusOf, WorkloadStatus } from '../../local-juju/state.ts';
import { makeContext } from '../../local-juju/tools-server/context.ts';
import { serveTools, writeTools } from '../../local-juju/tools-server/serve.ts';
import { snapFolders } from '../../local-machine/snap-folders.ts';
import { nowMs, type Program } from '../measure/program.ts';

/** A call of a hook tool as the server saw it. */
export type ToolCall = { tool: string; fromMs: number; untilMs: number };
/** `log` is what the hook logged, a line for each call; `output` what it printed. */
export type Told = { output: string; calls: ToolCall[]; log: string[]; results: Record<string, unknown> };
export type Stand = {
  /** The copy: each hook finds what the one before it left, and may be given other state here. */
  readonly model: Model;
  /**
   * Runs `dispatch` of a unit's charm as the hook.
   * @param measure runs the program, and answers at least its exit code. @throws when the hook fails, or Juju would refuse what it wrote.
   */
  run<Ended extends { code: number; output: string }>(
    unit: string,
    hook: HookInfo,
    measure: (program: Program) => Promise<Ended>,
  ): Promise<Ended & Told>;
  close(): Promise<void>;
};

/** @param folder of the live model. */
export const openStand = async (model: Model, folder: string): Promise<Stand> => {
  const contexts = new Map<string, HookContext>();
  const server = await serveTools('127.0.0.1', 0, token => contexts.get(token));
  const room = await mkdtemp(join(tmpdir(), 'bt-'));
  const tools = join(room, 'tools');
  await mkdir(tools);
  writeTools(tools, { host: '127.0.0.1', port: (server.address() as AddressInfo).port });

  const environmentOf = (name: string, hook: HookInfo, id: string): Record<string, string> => {
    const unit = model.units[name];
    if (unit === undefined) throw new Error(`the model has no unit ${name}`);
    const env = hookEnvironment(model, unit, hook, id, {
      folder,
      commandFolder: '',
      apiAddress: `${model.network}.1:17070`,
      path: '',
    });
    const commands = snapFolders(machineRoot(folder, unit.machine)).commands;
    env.PATH = [tools, commands, cleanPath(process.env.PATH ?? '')].join(delimiter);
    return env;
  };

  return {
    model,
    run: async (name, hook, measure) => {
      const id = `${name}-${hook.action?.name ?? hook.name}-${randomBytes(16).toString('hex')}`;
      const told: Omit<Told, 'output'> = { calls: [], log: [], results: {} };
      const context = makeContext(hostOf(model, told.log), id, name, hook);
      contexts.set(id, counted(context, told.calls));
      try {
        const cwd = join(agentFolder(folder, model.units[name]!), 'charm');
        const ended = await measure({ command: join(cwd, 'dispatch'), args: [], cwd, env: environmentOf(name, hook, id) });
        const refused = ended.code === 0 ? context.commit() : `exit code ${ended.code}`;
        const failed = refused ?? (context.action?.failed ? context.action.message : undefined);
        if (failed !== undefined)
          throw new Error(`${hook.name || hook.action?.name} of ${name} failed: ${[failed, ended.output, ...told.log].join('\n')}`);
        told.results = context.action?.results ?? {};
        return { ...ended, ...told };
      } finally {
        contexts.delete(id);
      }
    },
    close: async () => {
      await new Promise(done => server.close(done));
      await rm(room, { recursive: true, force: true });
    },
  };
};

const counted = (context: HookContext, calls: ToolCall[]): HookContext => ({
  ...context,
  call: async (tool, ...rest) => {
    const call = { tool, fromMs: nowMs(), untilMs: 0 };
    calls.push(call);
    const reply = await context.call(tool, ...rest);
    call.untilMs = nowMs();
    return reply;
  },
});

const hostOf = (model: Model, log: string[]): ContextHost => ({
  model,
  addressOf: unit => model.machines[model.units[unit]?.machine ?? '']?.address ?? '',
  log: (_entity, level, _module, message) => void log.push(`${level} ${message}`),
  taskLog: () => undefined,
  setUnitStatus: (unit, status, message) => {
    unit.workload = statusOf(status, message);
    unit.workloadSetByCharm = true;
  },
  setApplicationStatus: (application, status, message) => {
    const found = model.applications[application];
    if (found !== undefined) found.status = statusOf(status, message);
  },
  addStorage: () => undefined,
  changed: () => undefined,
  now,
});

const statusOf = (status: string, message: string): StatusOf<WorkloadStatus> => ({
  current: status as WorkloadStatus,
  message,
  since: now(),
});
const now = () => new Date().toISOString();
