// What all parts of the router work on.
import type { Cluster } from './cluster.ts';
import type { Cursors } from './cursors.ts';
import type { Log } from './log.ts';
import type { RouterOptions } from './options.ts';
import type { Transactions } from './transactions.ts';

export type Router = {
  readonly options: RouterOptions;
  readonly cluster: Cluster;
  readonly log: Log;
  readonly cursors: Cursors;
  readonly transactions: Transactions;
  connections(): { current: number; total: number };
};

/** How the router shows everywhere that it is no mongos. */
export const standIn = 'charmed-mongodb router stand-in';
