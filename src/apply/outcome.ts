// How an effect ended. A failure is not an exception: the world is looked at again, and planned anew.
export type Outcome = { readonly ok: true } | { readonly ok: false; readonly reason: string; readonly code?: number };
