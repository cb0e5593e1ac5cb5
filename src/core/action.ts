// What an action is: a pure function of what was observed and of its parameters.
import type { Effect } from './effects.ts';
import type { Observed } from './observed.ts';

export type Results = { readonly [key: string]: string | Results };
export type ActionAnswer =
  /** One sentence: why not, and what to do. Nothing is changed. */
  | { readonly refused: string }
  /** The results are shown only when every effect has been applied. */
  | { readonly effects: readonly Effect[]; readonly results: Results };

/** What a member answers about the set when it is asked directly. */
export type View = {
  readonly host: string;
  readonly state: 'primary' | 'secondary' | 'not a member' | 'silent' | 'other';
  /** host of the member that it takes for the primary */
  readonly primary?: string;
  /** Logins that it refused lately because of where they come from; asked where clients are restricted to their networks. */
  readonly refused?: readonly Refusal[];
};
/** `address` is none of the networks that the user may log in from. */
export type Refusal = { readonly user: string; readonly address: string };

export type Action = {
  readonly answer: (seen: Observed, params: unknown, views: readonly View[]) => ActionAnswer;
  /** It wants to know what each member sees. */
  readonly asksMembers?: boolean;
};
