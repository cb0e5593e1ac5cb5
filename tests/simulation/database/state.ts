// What a simulated database is made of. Documents are replaced, never changed, so that members may share them.
import type { Document } from 'mongodb';

export type MemberDocument = {
  _id: number;
  host: string;
  votes: number;
  priority: number;
  tags?: Record<string, string>;
  /** Hidden: the vote is withheld until the member has its data. */
  newlyAdded?: boolean;
};
export type SetConfig = {
  _id: string;
  version: number;
  /** -1 after a forced change. */
  term: number;
  members: MemberDocument[];
  settings: Document;
  configsvr?: boolean;
  /** Identity of the set, whatever its name. */
  identity: string;
};
/** `salt`: another one whenever the password is set. */
export type User = { pwd: string; salt: string; roles: { role: string; db: string }[]; customData: unknown };
export type Data = {
  users: Record<string, User>;
  roles: Record<string, { privileges: readonly Document[]; roles: readonly { role: string; db: string }[] }>;
  /** Database, collection, documents. */
  databases: Record<string, Record<string, readonly Document[]>>;
};
export type Position = { term: number; index: number };

/** What is in a data folder. */
export type Disk = {
  config: SetConfig | undefined;
  term: number;
  /** How far its data goes; missing before it has copied any. */
  head: Position | undefined;
  data: Data;
};
export const emptyDisk = (): Disk => ({
  config: undefined,
  term: 0,
  head: undefined,
  data: { users: {}, roles: {}, databases: {} },
});

export type Settings = {
  port: number;
  setName: string;
  keys: readonly string[];
  /** Parameter automationServiceDescriptor. */
  descriptor: string;
  clusterRole: string;
  slowMs: number;
  verbosity: number;
  cacheBytes: number;
  oplogBytes: number;
  /** Of a router: where the config servers are. */
  configDb: string;
};

export type Server = {
  machine: string;
  program: 'mongod' | 'mongos';
  /** Differs in each start. */
  incarnation: number;
  readyAt: number;
  settings: Settings;
  /** Path of its data folder. */
  disk: string;
  primary: boolean;
  /** Not to be elected until then. */
  barredUntil: number;
  sawPrimaryAt: number;
  sawMajorityAt: number;
  /** When its copy of the data is complete. */
  copiedAt: number | undefined;
  /** SIGSTOP. */
  frozen: boolean;
  /** SIGTERM: it still has its place in the set, and tells nobody who asks what it is. */
  ending: boolean;
};

/** Later by term and version; a forced configuration has no term and counts by its version alone. */
export const newerConfig = (a: SetConfig, b: SetConfig): boolean =>
  a.term >= 0 && b.term >= 0 && a.term !== b.term ? a.term > b.term : a.version > b.version;
export const sameConfig = (a: SetConfig | undefined, b: SetConfig): boolean => a?.term === b.term && a.version === b.version;
export const ahead = (a: Position, b: Position): boolean => a.term > b.term || (a.term === b.term && a.index > b.index);
export const votersOf = (config: SetConfig): MemberDocument[] => config.members.filter(member => member.votes > 0 && !member.newlyAdded);
export const majorityOf = (config: SetConfig): number => Math.floor(votersOf(config).length / 2) + 1;
