// On which shard a cursor lies that a client was given, and whose it is.

export type CursorPlace = { readonly shard: string; readonly owner: string };
export type Cursors = {
  remember(id: string, place: CursorPlace): void;
  find(id: string): CursorPlace | undefined;
  forget(id: string): void;
};

// A shard itself ends a cursor that was not used for ten minutes, or with its session half an hour after the last use.
const forgetAfterMs = 40 * 60_000;

export const openCursors = (): Cursors => {
  const known = new Map<string, CursorPlace & { used: number }>();
  return {
    remember: (id, place) => {
      const now = Date.now();
      known.delete(id);
      known.set(id, { ...place, used: now });
      // The one that was not used for longest comes first.
      for (const [old, { used }] of known) {
        if (now - used < forgetAfterMs) break;
        known.delete(old);
      }
    },
    find: id => known.get(id),
    forget: id => void known.delete(id),
  };
};
