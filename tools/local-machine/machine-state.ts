// What a machine must not forget: which snap it has, its settings, which services should run. One JSON file, replaced in one step.
import { readFile, rename, writeFile } from 'node:fs/promises';

export const serviceNames = ['mongod', 'mongodb-exporter', 'mongos', 'pbm-agent'] as const;
export type ServiceName = (typeof serviceNames)[number];

export type InstalledSnap = {
  version: string;
  revision: string;
  channel: string; // 6/edge
  previous?: { revision: string; version: string; channel: string };
  installed: string; // ISO 8601
  devmode: boolean;
  /** Until when refreshes are held: 'forever' or ISO 8601. */
  hold?: string;
  /** `enabled`: started when the machine starts. `active`: should run now. */
  services: Record<ServiceName, { enabled: boolean; active: boolean }>;
};

export type MachineState = {
  snap?: InstalledSnap;
  /** Settings of `snap set`, by snap; `system` is always there. */
  settings: Record<string, Record<string, unknown>>;
  networkCut: boolean;
  /** The storage takes no more data: a limit on the services stands for it, since it has no file system of its own. */
  diskLimited?: boolean;
};

/** @throws when the file is there but cannot be read as a machine's state. */
export const loadState = async (path: string): Promise<MachineState> => {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return { settings: {}, networkCut: false };
  try {
    return JSON.parse(text) as MachineState;
  } catch (error) {
    throw new Error(`cannot read the machine's state ${path}: ${(error as Error).message}`);
  }
};

export const saveState = async (path: string, state: MachineState): Promise<void> => {
  const next = `${path}.new`;
  await writeFile(next, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  await rename(next, path);
};
