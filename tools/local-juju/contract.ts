// The seams between the three rooms of the local Juju: engine (what happens when), tools-server (what a hook tool answers),
// commands (what a person types and sees). Types only; each room imports them from here and nothing from another room,
// except `daemon.ts`, which wires them together.
import type { MachineFault } from '../local-machine/contract.ts';
import type { HookInfo, Model, Unit } from './state.ts';

/** An error that a person sees as `ERROR <message>`; `exitCode` is 1 unless arguments were wrong (2). */
export class JujuError extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

export type ToolReply = { code: number; stdout: string; stderr: string };

/**
 * One running hook, action or exec. The engine makes it when the hook starts, and calls `commit` when the program ended with 0
 * (for `juju exec`: whatever it ended with) or `discard` otherwise. What is immediate in Juju (status-set, juju-log, action-log,
 * leader-set, application-version-set, consumer labels and tracked revisions) changes the model at once, all else waits for `commit`.
 */
export type HookContext = {
  readonly id: string; // JUJU_CONTEXT_ID
  readonly unit: string;
  readonly hook: HookInfo;
  /** Runs one hook tool. `readStdin` is called only when the tool wants its standard input. */
  call(tool: string, args: readonly string[], cwd: string, readStdin: () => Promise<string>): Promise<ToolReply>;
  /** Applies the pending writes to the model, all or nothing but for secrets, as Juju does. Returns the failure's text, or undefined. */
  commit(): string | undefined;
  discard(): void;
  /** What the action tools gathered. */
  readonly action?: { results: Record<string, unknown>; failed: boolean; message: string };
  readonly rebootRequested?: 'now' | 'later';
};

/** What the engine offers to hook contexts: made by the engine, used by the tools-server. */
export type ContextHost = {
  readonly model: Model;
  /** Address of the unit's machine: private, public and ingress address in one. */
  addressOf(unit: string): string;
  /** Writes one line into the model's debug-log; level DEBUG INFO WARNING ERROR CRITICAL TRACE. */
  log(entity: string, level: string, module: string, message: string): void;
  /** Appends to a task's log, seen at once by the waiting client. */
  taskLog(task: string, message: string): void;
  /** Sets a unit's or application's status with its history. */
  setUnitStatus(unit: Unit, status: string, message: string): void;
  setApplicationStatus(application: string, status: string, message: string): void;
  /** Makes storage instances for the unit (storage-add, when its hook commits). Throws `JujuError` when the charm does not allow it. */
  addStorage(unit: string, name: string, count: number): void;
  /** The model has changed: save it and let the agents look again. */
  changed(): void;
  /** Another model of the controller, whose secrets this one's units may read, and what says that it has changed. */
  otherModel?(uuid: string): { readonly model: Model; changed(): void } | undefined;
  now(): string; // ISO 8601 UTC
};
export type MakeContext = (host: ContextHost, id: string, unit: string, hook: HookInfo) => HookContext;

/** Where a command's words go. Text is written as is; nothing adds a newline. */
export type Console = {
  out(text: string): void;
  err(text: string): void;
  /** Asks for a line of the client's standard input (undefined at its end). */
  readLine(): Promise<string | undefined>;
  /** Aborted when the client went away or was interrupted. */
  readonly gone: AbortSignal;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly tty: boolean; // is the client's stdout a terminal
};

export type StatusHistoryEntry = {
  time: string;
  type: 'workload' | 'juju-unit' | 'application' | 'machine';
  entity: string;
  status: string;
  message: string;
};
export type LogLine = { time: string; entity: string; level: string; module: string; message: string };

/** One live model: the state, and every way to change it. Each method checks its input, throws `JujuError` with Juju's text, and saves. */
export type LiveModel = {
  readonly state: Model;
  readonly folder: string;
  /** `source`: a folder, a .charm file, or a name from the repository's own builds. Reports in words how far it came. */
  deploy(request: DeployRequest, progress: (text: string) => void): Promise<void>;
  addUnits(application: string, count: number, to: readonly string[], attachStorage: readonly string[]): Promise<string[]>;
  removeUnit(unit: string, options: RemovalOptions): void;
  removeApplication(application: string, options: RemovalOptions): void;
  integrate(a: string, b: string): void; // each "app" or "app:endpoint"
  removeRelation(a: string, b: string | undefined, options: Pick<RemovalOptions, 'force' | 'noWait'>): void; // two endpoints, or one id
  offer(application: string, endpoints: readonly string[], name: string): void;
  removeOffer(name: string, force: boolean): void;
  consume(offering: Model, offer: string, alias: string): void; // an offer of another model
  removeRemoteApplication(name: string, force: boolean): void;
  suspendRelation(id: number, reason: string): void;
  resumeRelation(id: number): void;
  setConfig(application: string, values: Record<string, string>, reset: readonly string[]): void; // parses and checks against the charm's options
  setTrust(application: string, trust: boolean): void;
  refresh(
    application: string,
    source: string | undefined,
    options: { cwd: string; forceUnits: boolean },
  ): Promise<{ charmName: string; revision: number }>;
  addStorage(unit: string, name: string, count: number): string[];
  detachStorage(id: string, force: boolean): void;
  attachStorage(unit: string, id: string): void;
  removeStorage(id: string, force: boolean): void;
  expose(application: string, exposed: boolean): void;
  resolved(unit: string, retry: boolean): void;
  /**
   * Enqueues tasks; parameters are already checked and complete. `action` is undefined for exec. Returns the operation's id.
   * With `fail` no task could be scheduled: `units` is empty, and the operation is kept with that text and ends at once.
   */
  enqueue(request: {
    summary: string;
    receivers: readonly string[];
    units: readonly string[];
    action?: string;
    parameters: Record<string, unknown>;
    command?: string;
    fail?: string;
  }): string;
  cancelTask(id: string): void;
  addSecret(request: { name: string; description: string; content: Record<string, string> }): string; // content key -> base64; returns the id
  updateSecret(
    nameOrId: string,
    request: { newName?: string; description?: string; content?: Record<string, string>; autoPrune?: boolean },
  ): void;
  grantSecret(nameOrId: string, applications: readonly string[], revoke: boolean): void;
  removeSecret(nameOrId: string, revision: number | undefined): void;
  setModelConfig(values: Record<string, string>, reset: readonly string[]): void;
  /** What is due at a time comes so much earlier (`juju pass-time`, for demonstrations and tests). */
  passTime(passedMs: number): void;
  /** Resolves at the next change of the model (any), or when the signal is aborted. */
  nextChange(signal: AbortSignal): Promise<void>;
  /** Debug log: lines from the file so far, and a live feed. */
  readLog(): LogLine[];
  onLog(listener: (line: LogLine) => void): () => void;
  statusHistory(): StatusHistoryEntry[];
  addressOf(unit: string): string;
  /** Does harm to a unit's machine (`juju fault`, for demonstrations and tests); answers with a sentence on what was done. */
  fault?(unit: string, request: UnitFault): Promise<string>;
};
/** `kill-agent` ends the hook or action that the unit's agent runs, as the agent's own death does; the agent comes back at once. */
export type UnitFault = MachineFault | { kind: 'kill-agent' };
/** `force` goes on where a hook fails; with `noWait` no more hooks are run at all. */
export type RemovalOptions = { force: boolean; noWait?: boolean; destroyStorage: boolean };
export type DeployRequest = {
  source: string;
  cwd: string;
  application?: string;
  count: number;
  config: Record<string, string>;
  configFile?: Record<string, unknown>;
  trust: boolean;
  to: readonly string[];
  base?: string;
  channel?: string;
  storage: Record<string, string>; // name -> "pool,size,count" in any part
  attachStorage: readonly string[];
  constraints: string;
};

/** What the hook tools have to say of themselves (`juju help-hook-commands`). */
export type ToolHelp = {
  readonly names: readonly string[]; // sorted
  purpose(name: string): string;
  page(name: string): string | undefined;
};

/** All models of one data folder. `current` is the client's current model (switch), by name. */
export type Controller = {
  readonly name: string; // "local"
  readonly toolHelp: ToolHelp;
  models(): LiveModel[];
  model(name: string): LiveModel; // throws JujuError when there is none
  current(): string | undefined;
  switchTo(name: string): void;
  addModel(name: string, config: Record<string, string>): Promise<LiveModel>;
  /** Takes down everything of the model and its folder; `force` skips the hooks. Reports progress in words. */
  destroyModel(
    name: string,
    options: { force: boolean; destroyStorage: boolean; timeoutMs?: number },
    progress: (text: string) => void,
  ): Promise<void>;
};

/** A command of `juju`: parses its own words, answers with the exit code. */
export type Command = (controller: Controller, words: readonly string[], console: Console) => Promise<number>;
export type RunCommand = Command;
