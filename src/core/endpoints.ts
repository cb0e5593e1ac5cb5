// Endpoints of the charms by what they are for. Each charm declares which it has.

export const DATABASE = 'database';
/** Config server's side of the routers. */
export const ROUTERS = 'cluster';
/** Config server's side of the shards. */
export const SHARDS = 'config-server';
/** Shard's side of the config server. */
export const SHARDING = 'sharding';
/** Router's side of the config server; the same word as on the other side. */
export const CLUSTER = 'cluster';
/** Router's side of the application that it runs beside. */
export const HOST = 'mongos_proxy';

/** Endpoints that a plain replica set has no use for. */
export const OF_CLUSTERS: readonly string[] = [ROUTERS, SHARDS, SHARDING];

export type Endpoints = {
  readonly peers: string;
  /** Each relation asks for a user: the interface mongodb_client, or one that is built on it. */
  readonly clients: readonly string[];
  /** Shards, where the application is their config server. */
  readonly shards: readonly string[];
  /** The config server that the application belongs to. */
  readonly configServer: readonly string[];
  /** The application that a router runs beside, and for. */
  readonly host: readonly string[];
};
