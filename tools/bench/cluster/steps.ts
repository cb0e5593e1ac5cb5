// The life of a replica set in steps, which the charm and the floor go through alike.

/** One who can go through all steps, in their order and once. Each resolves when what it is named for can be used. */
export type Contender = {
  /** Three members, active. */
  deploy(): Promise<void>;
  /** A fourth member that is up to date and votes. */
  addUnit(): Promise<void>;
  /** Credentials with which a client has written. */
  integrate(): Promise<void>;
  /** Another password of the operator, with which somebody has logged in. */
  setPassword(): Promise<void>;
  /** The fourth member has left the set, and its process is gone. */
  removeUnit(): Promise<void>;
  /** Before each further step: everything else that there is to do has been done. Its time counts for nothing. */
  settle(): Promise<void>;
  close(): Promise<void>;
};

export type StepName = Exclude<keyof Contender, 'settle' | 'close'>;

export const steps: readonly { key: StepName; name: string }[] = [
  { key: 'deploy', name: 'deploy -n 3, until all are active and idle' },
  { key: 'addUnit', name: 'add-unit, until it is a voting SECONDARY' },
  { key: 'integrate', name: 'integrate, until the client has written' },
  { key: 'setPassword', name: 'set-password, until it logs in' },
  { key: 'removeUnit', name: 'remove-unit, until it is gone' },
];

/** @returns how long each step took, in milliseconds. */
export const goThrough = async (contender: Contender): Promise<Record<StepName, number>> => {
  const took: Partial<Record<StepName, number>> = {};
  for (const { key } of steps) {
    const start = performance.now();
    await contender[key]();
    took[key] = performance.now() - start;
    await contender.settle();
  }
  return took as Record<StepName, number>;
};
