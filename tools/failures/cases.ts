// The failures, each as what is done to a set of three while a client writes.
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../bench/cluster/replica-set.ts';
import type { Cluster, Kind, Who } from './cluster.ts';

export type Case = {
  key: string;
  name: string;
  /** The set that it can be done to. */
  kind: Kind;
  /** Nothing without agents can be compared with it. */
  charmOnly?: true;
  run(scene: Scene): Promise<void>;
};
/** @property writesAgain resolves after a write that began from now on was confirmed. */
export type Scene = {
  set: Cluster;
  primary: Who;
  secondary: Who;
  all: readonly Who[];
  writesAgain(): Promise<void>;
  newPrimary(): Promise<Who>;
};

/** Long enough for everybody to notice, and shorter than an election takes. */
const shortMs = 3_000;

const each = (whom: readonly Who[], act: (who: Who) => Promise<void>): Promise<unknown> => Promise.all(whom.map(act));

export const cases: readonly Case[] = [
  { key: 'kill-primary', name: 'kill -9 of the primary', kind: 'full', run: ({ set, primary }) => set.kill(primary) },
  { key: 'kill-secondary', name: 'kill -9 of a secondary', kind: 'full', run: ({ set, secondary }) => set.kill(secondary) },
  { key: 'kill-all', name: 'kill -9 of all at once', kind: 'full', run: async ({ set, all }) => void (await each(all, set.kill)) },
  {
    key: 'freeze-primary',
    name: 'the primary freezes, until another one takes writes',
    kind: 'full',
    run: async ({ set, primary, writesAgain }) => {
      await set.freeze(primary);
      await writesAgain();
      await set.thaw(primary);
    },
  },
  {
    key: 'freeze-secondary',
    name: 'a secondary freezes for 3 s',
    kind: 'full',
    run: async ({ set, secondary }) => {
      await set.freeze(secondary);
      await sleep(shortMs);
      await set.thaw(secondary);
    },
  },
  {
    key: 'freeze-all',
    name: 'all freeze for 3 s',
    kind: 'full',
    run: async ({ set, all }) => {
      await each(all, set.freeze);
      await sleep(shortMs);
      await each(all, set.thaw);
    },
  },
  { key: 'reboot-all', name: 'all machines reboot at once', kind: 'full', run: ({ set, all }) => set.reboot(all) },
  { key: 'restart', name: 'a new setting restarts all, one after the other', kind: 'full', run: ({ set }) => set.restartInTurn() },
  {
    key: 'cut-primary',
    name: "the primary's network is cut, until another one takes writes",
    kind: 'full',
    run: async ({ set, primary, writesAgain }) => {
      await set.cut(primary);
      await writesAgain();
      await set.restore(primary);
    },
  },
  {
    key: 'cut-and-move',
    name: "the primary's network is cut, and comes back with a new address",
    kind: 'full',
    run: async ({ set, primary, writesAgain }) => {
      await set.cut(primary);
      await writesAgain();
      await set.move(primary);
      await set.restore(primary);
    },
  },
  {
    key: 'full-disk',
    name: "the primary's disk is full, until another one takes writes",
    kind: 'full',
    run: async ({ set, primary, writesAgain, newPrimary }) => {
      await set.fill(primary);
      await until('another primary', async () => (await newPrimary().catch(() => primary)) !== primary);
      await writesAgain();
      await set.free(primary);
    },
  },
  { key: 'lose-data', name: "the primary's data folder is lost", kind: 'full', run: ({ set, primary }) => set.loseData(primary) },
  {
    key: 'kill-agents',
    name: 'agents are killed in the middle of hooks and of set-password',
    kind: 'full',
    charmOnly: true,
    run: async ({ set }) => void (await set.killAgents?.()),
  },
  {
    key: 'replace',
    name: 'the primary is removed, and a new unit gets its storage',
    kind: 'kept',
    run: ({ set, primary }) => set.replace(primary),
  },
];
