// What a model of the local Juju is, as plain data: everything that must survive the end of the background process.
// The engine changes it, the hook tools read and write it through a hook context, the commands show it.
// Reference for every rule: docs/reference of Juju 3.6 as recorded in the conformance scenarios.

/** `dying` waits for its hooks, `dead` is about to be taken out of the model. */
export type Life = 'alive' | 'dying' | 'dead';
export type Values = Record<string, string>;
/** A databag; `version` grows by one with each commit that changed it, and is what relation-changed is decided on. */
export type Bag = { values: Values; version: number };

export type WorkloadStatus = 'error' | 'blocked' | 'maintenance' | 'waiting' | 'active' | 'unknown' | 'terminated';
export type AgentStatus = 'allocating' | 'executing' | 'idle' | 'error' | 'lost' | 'rebooting' | 'failed';
export type StatusOf<Word extends string> = { current: Word; message: string; since: string };

export type EndpointRole = 'provider' | 'requirer' | 'peer';
export type CharmEndpoint = {
  name: string;
  role: EndpointRole;
  interface: string;
  scope: 'global' | 'container';
  limit: number; // 0 = no limit
  optional: boolean;
};
export type ConfigOption = {
  type: 'string' | 'int' | 'float' | 'boolean' | 'secret';
  default?: string | number | boolean;
  description: string;
};
/** One entry of actions.yaml; `schema` is the JSON schema that `juju actions --schema` shows. */
export type ActionSpec = { description: string; schema: Record<string, unknown> };
export type StorageSpec = {
  name: string;
  type: 'filesystem' | 'block';
  location?: string;
  countMin: number;
  countMax: number;
  minimumSizeMiB: number;
  shared: boolean;
};

/** A charm revision of the model; its files lie, extracted, in the model's folder `charms/<name>-<revision>`. */
export type Charm = {
  url: string; // local:prov-0
  name: string;
  revision: number;
  summary: string;
  description: string;
  subordinate: boolean;
  base: { name: string; channel: string }; // ubuntu, 22.04
  bases: { name: string; channel: string }[];
  version?: string; // of the charm's `version` file
  endpoints: Record<string, CharmEndpoint>; // without the implicit juju-info
  extraBindings: string[];
  options: Record<string, ConfigOption>;
  actions: Record<string, ActionSpec>;
  storage: Record<string, StorageSpec>;
  resources: string[];
  assumes: unknown[];
};

export type Application = {
  name: string;
  charm: string; // url of the charm that its units should run
  forceCharm?: boolean; // refresh --force-units: units in error take it too
  life: Life;
  base: { name: string; channel: string };
  exposed: boolean;
  trust: boolean;
  config: Record<string, string | number | boolean>; // set by the user; defaults come from the charm
  configVersion: number;
  status?: StatusOf<WorkloadStatus>; // only if the leader set one with --application
  version: string; // application-version-set, of the leader or whichever unit said it last
  leader?: string; // unit name
  leaderSettings: Bag; // leader-set
  storage: Record<string, { pool: string; sizeMiB: number; count: number }>;
  constraints: string;
  created: string;
};

export type PortRange = { from: number; to: number; protocol: 'tcp' | 'udp' | 'icmp'; endpoint: string }; // endpoint '' = all

/** What the unit's agent remembers between hooks; it is what makes the events state-based. Owned by the engine (agent). */
export type AgentMemory = {
  installed: boolean;
  started: boolean;
  stopped: boolean;
  removed: boolean;
  charm: string; // url of the charm its folder holds
  configHash: string; // of config, trust and addresses at the last config-changed; '' = never ran
  leaderSeen: boolean; // leader-elected has run since it became leader
  leaderSettingsVersion: number;
  relations: Record<string, AgentRelation>; // by relation id
  storageAttached: string[];
  secretChanged: Record<string, number>; // secret id -> newest revision for which secret-changed ran
  secretRemoved: string[]; // "<id>/<revision>" for which secret-remove ran
  /** When secret-expired (`expire <id>/<revision>`) or secret-rotate (`rotate <id>`), having run in vain, is due again. */
  secretRetry: Record<string, string>;
  lastUpdateStatus: string;
  nextUpdateStatus: string;
  running?: string; // context id of what runs now: its processes are found by it after a crash
  /** A hook that failed or was cut off, to be run again with the same context. */
  pending?: { hook: HookInfo; failed: boolean; retries: number; retryAt?: string; resolved?: 'retry' | 'no-retry' };
};
export type AgentRelation = {
  created: boolean;
  broken: boolean;
  applicationVersion: number; // of the remote application's bag, as last delivered
  members: Record<string, { version: number; joined: boolean; changedDue: boolean }>;
  /** Bags of others as the unit has read them, by unit or application; each stays so until its changed event. Owned by the hook tools. */
  read?: Record<string, Values>;
};

/** Everything that the environment of a hook is made of. */
export type HookInfo = {
  name: string; // full name: database-relation-changed, mongodb-storage-attached, secret-changed, '' in an action or exec
  kind: 'lifecycle' | 'relation' | 'storage' | 'secret' | 'action' | 'exec' | 'run-commands'; // the last: juju-exec on the machine
  relation?: { id: number; endpoint: string; remoteApplication: string; remoteUnit: string; departingUnit?: string };
  storage?: { id: string; kind: string; location: string };
  secret?: { id: string; label: string; revision?: number; newest?: number }; // newest: revision when a secret-rotate was begun
  action?: { name: string; task: string; parameters: Record<string, unknown> };
  exec?: { command: string; task: string };
};

export type Unit = {
  name: string;
  application: string;
  machine: string; // '' = none: it could not be put where it was asked for
  principal?: string; // of a subordinate
  life: Life;
  created: string;
  force: boolean; // remove-unit --force
  forcedAt?: string;
  destroyStorage: boolean;
  workload: StatusOf<WorkloadStatus>; // as last set by the charm or by Juju; an error of a hook is in `agentError`
  workloadSetByCharm: boolean;
  agentStatus: StatusOf<AgentStatus>;
  /** Present while the unit is in error: shown instead of the workload status. */
  agentError?: { message: string; suffix: string; since: string }; // suffix " for req:db" or ''
  ports: PortRange[];
  state: Values; // state-set
  agent: AgentMemory;
};

export type Machine = {
  id: string;
  address: string; // 127.x.y.z, or what `juju fault` has given it
  base: { name: string; channel: string };
  life: Life;
  created: string;
  instanceId: string;
  rebootRequested: boolean;
};

export type RelationEndpoint = CharmEndpoint & { application: string; implicit: boolean };
export type Relation = {
  id: number;
  key: string; // "req:db prov:database" (requirer first); "prov:cluster" for a peer
  endpoints: RelationEndpoint[]; // requirer, provider; or the one of a peer
  scope: 'global' | 'container'; // container if either side says so
  interface: string;
  life: Life;
  created: string;
  forcedAt?: string; // remove-relation --force
  /** Present while `juju suspend-relation` holds; with the operator's reason, which may be empty. */
  suspended?: string;
  /** Present when the other side is in another model, which has a relation of its own for it; each follows the other. */
  remote?: RemoteSide;
  applications: Record<string, Bag>; // by application name
  /** Every unit that has ever entered scope: the bag of a departed unit stays readable. */
  units: Record<string, Bag & { inScope: boolean }>;
};

/** Endpoints of an application that applications of other models may be integrated with. */
export type Offer = { name: string; id: string; application: string; endpoints: string[] };
/** An offer of another model that this one consumes (SAAS in `juju status`): it has an application's place. */
export type RemoteApplication = {
  name: string;
  model: string; // uuid of the offering model
  offer: string; // its id
  url: string; // admin/prod.mongodb
  endpoints: CharmEndpoint[];
  life: Life;
  created: string;
  terminated?: boolean; // the offer is there no more
};
export type RemoteSide = {
  role: 'offering' | 'consuming'; // of the model that holds this relation
  model: string; // uuid of the other one
  offer: string; // its id
  relation?: number; // the other model's id of the relation, from when it has one
};
/** A secret of another model that units of this one have read. */
export type RemoteSecret = { id: string; model: string; latest: number; consumers: Secret['consumers'] };

export type SecretRevision = {
  revision: number;
  content: Values; // key -> base64
  created: string;
  updated: string;
  checksum: string;
  expires?: string;
  expiryDue?: string; // earlier than `expires`: time was let pass (juju pass-time)
};
export type Secret = {
  id: string; // 20 characters 0-9a-v
  owner: { kind: 'application' | 'unit' | 'model'; name: string };
  label: string; // owner's label, '' = none
  name: string; // of a user secret
  description: string;
  rotate: 'never' | 'hourly' | 'daily' | 'weekly' | 'monthly' | 'quarterly' | 'yearly';
  nextRotate?: string;
  rotationDue?: string; // earlier than `nextRotate`: time was let pass
  expires?: string; // of the latest revision
  created: string;
  updated: string;
  autoPrune: boolean;
  latest: number; // highest revision number ever given
  revisions: SecretRevision[]; // those not removed
  grants: SecretGrant[];
  consumers: Record<string, { label: string; tracked: number }>; // by unit name, units of the owner included
};
/** `relation` is the id of the relation the grant lives and dies with; a user secret is granted to an application without one. */
export type SecretGrant = { kind: 'application' | 'unit'; name: string; relation?: number };

export type Storage = {
  id: string; // data/0
  name: string;
  number: number;
  kind: 'filesystem' | 'block';
  pool: string;
  sizeMiB: number;
  life: Life;
  owner?: string; // unit it is attached to
  machine?: string; // of machine-bound storage whose unit is gone: it stays there
  detaching?: boolean; // detach-storage was asked for
  location: string; // as the charm sees it
  volume: string; // folder below the model's folder that holds the data
  created: string;
};

export type TaskStatus = 'pending' | 'running' | 'completed' | 'failed' | 'cancelled' | 'aborting' | 'aborted' | 'error';
export type Task = {
  id: string;
  operation: string;
  unit: string;
  status: TaskStatus;
  message: string;
  log: { time: string; message: string }[];
  results: Record<string, unknown>; // what action-set made; without stdout, stderr, return-code
  returnCode?: number;
  stdout: string;
  stderr: string;
  enqueued: string;
  started?: string;
  completed?: string;
  command?: string; // of `juju exec`
};
export type Operation = {
  id: string;
  summary: string;
  action: string; // 'juju-exec' for exec
  parameters: Record<string, unknown>;
  receivers: string[]; // as typed: prov/leader
  tasks: string[];
  enqueued: string;
  started?: string;
  completed?: string;
  fail?: string; // "failed to schedule any tasks" text
};

export type Model = {
  format: 1;
  name: string;
  uuid: string;
  network: string; // "127.31.7": the loopback network of its machines; .1 is the controller
  life: Life;
  created: string;
  config: Record<string, string | number | boolean>; // model-config, set by the user
  counters: { machine: number; relation: number; operation: number; storage: number; host: number };
  unitCounters: Record<string, number>; // by application name; outlives the application
  charmCounters: Record<string, number>; // by charm name: next local revision
  charms: Record<string, Charm>; // by url
  applications: Record<string, Application>;
  units: Record<string, Unit>;
  machines: Record<string, Machine>;
  relations: Record<string, Relation>; // by id
  offers: Record<string, Offer>; // by name
  remoteApplications: Record<string, RemoteApplication>; // by name
  secrets: Record<string, Secret>; // by id
  remoteSecrets: Record<string, RemoteSecret>; // by id
  storage: Record<string, Storage>; // by id
  operations: Record<string, Operation>;
  tasks: Record<string, Task>;
};
