// One running hook as the tools see it: who it is, what it has written and not yet committed, what it has read and keeps.
import type { ContextHost } from '../contract.ts';
import type { GoValue } from '../format/json.ts';
import type { Application, HookInfo, Model, PortRange, Unit, Values } from '../state.ts';
import { ToolError } from './errors.ts';
import { noSecretsPending, type PendingSecrets } from './secrets-pending.ts';

/** Values to set; an empty string takes the key away. */
export type Changes = Values;

export type Running = {
  readonly host: ContextHost;
  readonly model: Model;
  readonly unitName: string;
  readonly applicationName: string;
  readonly hook: HookInfo;
  pending: Pending;
  readonly kept: Kept;
  readonly action?: { results: Record<string, unknown>; failed: boolean; message: string };
  rebootRequested?: 'now' | 'later';
};

/** Waits for the end of the hook. */
export type Pending = {
  unitBags: Map<number, Changes>; // by relation id
  applicationBags: Map<number, Changes>;
  openPorts: PortRange[];
  closePorts: PortRange[];
  state?: Values; // the whole state, once it was changed
  storage: { name: string; count: number }[];
  secrets: PendingSecrets;
};

/** What was read once is the same for the length of the hook. */
export type Kept = {
  config?: Record<string, GoValue>;
  status?: { current: string; message: string };
  /** Bags of units and applications that are no members of the relation: `<relation id> <name>`. */
  bags: Map<string, Values>;
};

export const nothingPending = (): Pending => ({
  unitBags: new Map(),
  applicationBags: new Map(),
  openPorts: [],
  closePorts: [],
  storage: [],
  secrets: noSecretsPending(),
});

/** @throws {ToolError} when the unit was taken away while its hook ran. */
export const unitOf = (running: Running): Unit => {
  const unit = running.model.units[running.unitName];
  if (unit === undefined) throw new ToolError(`unit "${running.unitName}" not found`);
  return unit;
};

/** @throws {ToolError} when the application was taken away while the hook ran. */
export const applicationOf = (running: Running): Application => {
  const application = running.model.applications[running.applicationName];
  if (application === undefined) throw new ToolError(`application "${running.applicationName}" not found`);
  return application;
};

export const isLeader = (running: Running): boolean => applicationOf(running).leader === running.unitName;

export const notLeader = 'this unit is not the leader';

/** `prov` of `prov/0`. */
export const applicationOfUnit = (unit: string): string => unit.slice(0, unit.lastIndexOf('/'));
