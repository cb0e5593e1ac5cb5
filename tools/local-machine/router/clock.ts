// The cluster's logical time, which every message carries along so that a read on one shard can come after a write on another.
import { type Document, Timestamp } from 'mongodb';

export type Clock = {
  /** Takes note of a `$clusterTime` that came with a message. */
  see(time: unknown): void;
  /** The latest one seen, as a field for a message to a server. */
  field(): Document;
};

export const openClock = (): Clock => {
  let latest: Document | undefined;
  return {
    see: time => {
      const next = (time as Document | undefined)?.clusterTime;
      if (!(next instanceof Timestamp)) return;
      if (latest === undefined || next.greaterThan(latest.clusterTime)) latest = time as Document;
    },
    field: () => (latest === undefined ? {} : { $clusterTime: latest }),
  };
};
