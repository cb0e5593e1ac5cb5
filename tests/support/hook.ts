// One hook of one unit for tests of the charm's Juju side: the local Juju's own hook tools stand in PATH, every call of them is recorded,
// and what they asked for is committed when the work is done.
import { rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { delimiter } from 'node:path';
import type { ContextHost } from '../../tools/local-juju/contract.ts';
import type { HookInfo, Model, Unit } from '../../tools/local-juju/state.ts';
import { makeContext } from '../../tools/local-juju/tools-server/context.ts';
import { serveTools, writeTools } from '../../tools/local-juju/tools-server/serve.ts';
import { makeTestFolder } from './run-folder.ts';

export type ToolCall = { readonly tool: string; readonly words: readonly string[]; input?: string };
export type Ran<Value> = {
  readonly value: Value;
  readonly calls: readonly ToolCall[];
  readonly log: readonly string[];
  /** What an action left. */
  readonly action?: { readonly results: Record<string, unknown>; readonly failed: boolean; readonly message: string };
  /** Why Juju refused what the hook asked for. */
  readonly refused?: string;
};

/** Runs `work` as the hook; the tools find their unit by the environment of this process. @throws what the work throws; nothing is committed then. */
export async function inHook<Value>(model: Model, unit: string, hook: string | HookInfo, work: () => Promise<Value>): Promise<Ran<Value>> {
  const calls: ToolCall[] = [];
  const log: string[] = [];
  const info: HookInfo = typeof hook === 'string' ? { name: hook, kind: 'lifecycle' } : hook;
  const context = makeContext(hostOf(model, log), `${unit}-${info.name}-0`, unit, info);
  const recording = {
    ...context,
    call: (tool: string, words: readonly string[], cwd: string, readStdin: () => Promise<string>) => {
      const call: ToolCall = { tool, words };
      calls.push(call);
      return context.call(tool, words, cwd, async () => {
        call.input = await readStdin();
        return call.input;
      });
    },
  };
  const server = await serveTools('127.0.0.1', 0, token => (token === context.id ? recording : undefined));
  const folder = await makeTestFolder('hk-');
  const before = { PATH: process.env.PATH, JUJU_CONTEXT_ID: process.env.JUJU_CONTEXT_ID };
  try {
    writeTools(folder, { host: '127.0.0.1', port: (server.address() as AddressInfo).port });
    Object.assign(process.env, { PATH: `${folder}${delimiter}${before.PATH}`, JUJU_CONTEXT_ID: context.id });
    const value = await work();
    const refused = context.commit();
    const { action } = context;
    return { value, calls, log, ...(action === undefined ? {} : { action }), ...(refused === undefined ? {} : { refused }) };
  } finally {
    for (const [name, text] of Object.entries(before)) {
      if (text === undefined) delete process.env[name];
      else process.env[name] = text;
    }
    await new Promise(done => server.close(done));
    await rm(folder, { recursive: true, force: true });
  }
}

const hostOf = (model: Model, log: string[]): ContextHost => ({
  model,
  addressOf: unit => model.machines[model.units[unit]?.machine ?? '']?.address ?? '',
  log: (_entity, level, _module, message) => void log.push(`${level} ${message}`),
  taskLog: () => undefined,
  setUnitStatus: (unit, status, message) => {
    unit.workload = { current: status as Unit['workload']['current'], message, since: NOW };
  },
  setApplicationStatus: (application, status, message) => {
    const found = model.applications[application];
    if (found !== undefined) found.status = { current: status as Unit['workload']['current'], message, since: NOW };
  },
  addStorage: () => undefined,
  changed: () => undefined,
  now: () => NOW,
});

const NOW = '2026-11-23T08:06:13.000Z';
