// The event that Juju runs us for, folded into facts: everything that can only be known from the hook's environment.

export type Context = {
  readonly unit: string;
  readonly app: string;
  readonly hook: string; // '' in an action
  readonly action?: string;
  /** Relation that the hook is about. */
  readonly relation?: number;
  /** Unit of which relation-changed tells something new. */
  readonly telling?: string;
  /** Relation that is going away: Juju still lists it, we must not. */
  readonly breaking?: number;
  /** Unit that is leaving, in relation-departed of any relation. */
  readonly departing?: string;
  /** Storage that is about to be taken away. */
  readonly detaching?: string;
  /** Secret whose old revision nobody follows any more (secret-remove). */
  readonly obsolete?: { readonly secret: string; readonly revision: number };
  /** Id of the secret that Juju wants changed (secret-rotate). */
  readonly rotating?: string;
  readonly charmFolder: string;
  /** What stands before every host path: empty on a real machine. */
  readonly root: string;
};

/** Number of a unit: 3 for mongodb/3. Host lists are sorted by it, so that nothing flaps. */
export const unitNumber = (unit: string): number => Number(unit.slice(unit.lastIndexOf('/') + 1));
export const byUnitNumber = (a: string, b: string): number => unitNumber(a) - unitNumber(b);
