// A replica set of three to which harm can be done: the charm's on the local Juju, or the floor's, which has neither Juju nor charm.

/** A member by the name that its side gives it. It keeps it at another address. */
export type Who = string;

export type Cluster = {
  /** address:port of each member that there should be. */
  hosts(): Promise<ReadonlyMap<Who, string>>;
  /** Somebody who may ask all. */
  operator(): Promise<Login>;
  /** With what the client connects. */
  client(): Promise<string>;
  /** kill -9; the process is started again a second later. */
  kill(who: Who): Promise<void>;
  /** The process is halted, and everybody who asks it waits. */
  freeze(who: Who): Promise<void>;
  thaw(who: Who): Promise<void>;
  cut(who: Who): Promise<void>;
  /** The machine gets another address. */
  move(who: Who): Promise<void>;
  restore(who: Who): Promise<void>;
  fill(who: Who): Promise<void>;
  free(who: Who): Promise<void>;
  loseData(who: Who): Promise<void>;
  /** Machines go down in order and come up again. */
  reboot(who: readonly Who[]): Promise<void>;
  /** A setting changes that needs a restart of every member. Resolves when the last one has it. */
  restartInTurn(): Promise<void>;
  /** The member is taken away, and another one is given its storage. */
  replace(who: Who): Promise<void>;
  /** Only where there are agents: kills them in the middle of their hooks and of an action. @returns how many were hit. */
  killAgents?(): Promise<number>;
  /** Nothing is left to be done that the last failure began. */
  calm(): Promise<void>;
  close(): Promise<void>;
};
export type Login = { uri: string; username: string; password: string };

/** How storage is made: `full` can be filled, `kept` outlives its member. */
export type Kind = 'full' | 'kept';
