// Doing many things side by side, and waiting for what takes long without looking too often.

/** A large model takes a while to read. */
export const patience = { limitMs: 1_800_000, everyMs: 500 };

const lanes = 8;

/** As many at once as an impatient operator may have terminals. @throws what the first that fails throws, when those under way are done. */
export const sideBySide = async <Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<void> => {
  const left = [...items];
  const lane = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  const ends = await Promise.allSettled(Array.from({ length: lanes }, lane));
  const failed = ends.find(end => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
};
