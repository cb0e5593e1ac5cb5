// All that a simulation consists of between two hooks, as plain data, so that it can be copied and gone on with twice.
import type { Model } from '../../tools/local-juju/state.ts';
import type { Disk, Server } from './database/state.ts';
import type { Files } from './disk.ts';

export type Machine = {
  id: string;
  snap: boolean;
  /** Whether snapd is to have each service running. */
  services: { mongod: boolean; mongos: boolean };
  /** No other machine reaches it, and it reaches none. */
  cut: boolean;
};

/** As much of a secret value as is looked for wherever none may be. */
export const SHOWN = 32;

export type World = {
  model: Model;
  files: Files;
  machines: Record<string, Machine>;
  /** Running servers, by machine and program: `0 mongod`. */
  servers: Record<string, Server>;
  /** What lies in the data folders, by their path without links. */
  disks: Record<string, Disk>;
  /** To where the database has been simulated, and until when something may still be changing in it. */
  databaseTime: number;
  unsettledUntil: number;
  incarnations: number;
  /** How long at most a server takes to end when it is told to, and to answer when it is started. */
  pace: { stopMs: number; startMs: number };
  /** Documents that a client was told are safe: the set's identity, and what was written. */
  acknowledged: { set: string; document: string }[];
  /** Of every secret value that was ever made the first `SHOWN` characters, which is a password whole. */
  minted: Set<string>;
  log: string[];
};

let world: World | undefined;
export const currentWorld = (): World => world!;
export const enterWorld = (next: World): void => {
  world = next;
};

/** The folder that all machines lie in. */
export const FOLDER = '/m';
export const rootOf = (machine: string): string => `${FOLDER}/${machine}`;
