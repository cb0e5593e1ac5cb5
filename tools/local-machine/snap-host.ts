// What the verbs of `snap` work on: one machine's state, folders and services. Types and the few questions that several verbs ask.
import type { InstalledSnap, MachineState, ServiceName } from './machine-state.ts';
import { serviceNames } from './machine-state.ts';
import { type SnapFolders, snapName } from './snap-folders.ts';
import { SnapError } from './snap-words.ts';
import type { Supervisor } from './supervisor.ts';

export type SnapHost = {
  readonly folders: SnapFolders;
  readonly state: MachineState;
  readonly services: Readonly<Record<ServiceName, Supervisor>>;
  save(): Promise<void>;
  /** Why a service cannot run on this computer, or undefined when it can. */
  missing(service: ServiceName): Promise<string | undefined>;
};

/** What a verb prints when all went well. */
export type Said = { stdout?: string; stderr?: string };
export type Verb = (host: SnapHost, words: readonly string[]) => Promise<Said>;

/** @throws {SnapError} when the snap is not there. */
export const installedSnap = (host: SnapHost, name: string): InstalledSnap => {
  if (name !== snapName || host.state.snap === undefined) throw new SnapError(`snap "${name}" is not installed`);
  return host.state.snap;
};

/**
 * Services that words like `charmed-mongodb` or `charmed-mongodb.mongod` name.
 * @throws {SnapError} in snapd's words when there is no such snap or service.
 */
export const servicesNamed = (host: SnapHost, words: readonly string[]): { service: ServiceName; byName: boolean }[] => {
  const found = new Map<ServiceName, boolean>();
  for (const word of words) {
    const [snap = '', app] = word.split(/\.(.*)/s);
    if (snap !== snapName || host.state.snap === undefined) throw new SnapError(`snap "${snap}" not found`);
    if (app === undefined) for (const service of serviceNames) found.set(service, found.get(service) ?? false);
    else if (isService(app)) found.set(app, true);
    else throw new SnapError(`snap "${snap}" has no service "${app}"`);
  }
  return [...found].map(([service, byName]) => ({ service, byName })).sort((a, b) => a.service.localeCompare(b.service));
};

const isService = (word: string): word is ServiceName => serviceNames.some(service => service === word);
