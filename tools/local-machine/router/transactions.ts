// Which shard runs the transaction of a session. A transaction of this router has one shard.

export type TransactionPlace = { readonly number: string; readonly shard: string };
export type Transactions = {
  begin(session: string, number: string, shard: string): void;
  /** Undefined when it did not begin here, or was forgotten. */
  find(session: string, number: string): TransactionPlace | undefined;
  forget(session: string): void;
};

// A session that is not used ends after half an hour.
const forgetAfterMs = 40 * 60_000;

export const openTransactions = (): Transactions => {
  const known = new Map<string, TransactionPlace & { at: number }>();
  return {
    begin: (session, number, shard) => {
      const now = Date.now();
      known.delete(session);
      known.set(session, { number, shard, at: now });
      for (const [old, { at }] of known) {
        if (now - at < forgetAfterMs) break;
        known.delete(old);
      }
    },
    find: (session, number) => {
      const found = known.get(session);
      return found?.number === number ? found : undefined;
    },
    forget: session => void known.delete(session),
  };
};
