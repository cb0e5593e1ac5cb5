// What one look at the world tells: everything a planner may base a decision on, and nothing else.
import type { CheckedConfig } from './config.ts';
import type { Context } from './context.ts';
import type { Role as ClusterRole, SystemUser } from './names.ts';
import type { Status } from './status.ts';

export type Observed = {
  readonly context: Context;
  readonly juju: JujuFacts;
  readonly host: HostFacts;
  readonly mongod: MongodFacts;
  readonly router: RouterFacts;
  /** What the last round of this dispatch could not do, and why. */
  readonly failed: readonly Failed[];
  /**
   * Hosts that were members when this dispatch first saw a set. One that vanishes while it runs has left by itself; one that comes was let in
   * by whoever leads by now.
   */
  readonly membersAtStart: readonly string[];
  /** No set was to be seen then: what Juju has said is older than what was seen of a set later. */
  readonly blindAtStart?: boolean;
  /** mongod had no data of a set when this dispatch first looked at it. */
  readonly emptyAtStart?: boolean;
  /** Random values, new in each dispatch, for a planner that must make a secret. */
  readonly fresh: Fresh;
  /** A unit that goes has taken its member out of the set in this dispatch. Its mongod may never be told. */
  readonly left?: boolean;
  /** This dispatch has started or restarted mongod. */
  readonly started?: boolean;
  /** Time for waiting is over: what is still missing is left to a later hook. */
  readonly lastChance: boolean;
};

/** An effect by its name and its object, such as `add-shard` of `shard-a`. */
export type Failed = { readonly effect: string; readonly of: string; readonly code?: number; readonly reason: string };

export type Bag = Readonly<Record<string, string>>;

/** What Juju says, asked once when the hook begins. A relation that is breaking is not among `clients`. */
export type JujuFacts = {
  readonly leader: boolean;
  /** This unit is going away, alone or with its application. */
  readonly dying: boolean;
  /**
   * Units of the application that Juju is taking away, this one aside, and where each is now, as far as it is known; asked by one that leads or
   * goes, and wherever else `mattersWhoGoes`. Only those that stay need to know where.
   */
  readonly leaving?: ReadonlyMap<string, string>;
  readonly address: string;
  readonly config: CheckedConfig;
  readonly charm: CharmRevision;
  /** What the application is for: fixed by the leader's first hook, before that what its configuration says. Missing while that is not valid. */
  readonly role?: ClusterRole;
  /** Missing only before the peer relation was created. */
  readonly peers?: Peers;
  /** The application's secret as an earlier hook committed it. */
  readonly secret?: AppSecret;
  /** What the option `system-users` comes to, where it is set; leader only. */
  readonly systemUsers?: SystemUsers | { readonly problem: string };
  /** Ids of the relations of each endpoint but that of the peers; while the unit is settled, of those only that its role has a use for. */
  readonly relations: ReadonlyMap<string, readonly number[]>;
  /** Applications on the other side of each endpoint that have a unit which stays; asked where this unit may be going away. */
  readonly staying: ReadonlyMap<string, readonly string[]>;
  /** The others there: all of their units go, as this one may. */
  readonly going: ReadonlyMap<string, readonly string[]>;
  /** Leader only. */
  readonly clients: readonly ClientRelation[];
  /** Leader only: the client's relation that breaks, and our application databag in it. */
  readonly broken?: { readonly id: number; readonly endpoint: string; readonly databag: Bag };
  /** Leader only. */
  readonly shards: readonly ShardRelation[];
  readonly configServer?: ConfigServerRelation;
  /** What the application beside a router asks for: one request, or from version 1 of the interface on any number of them. */
  readonly hosts: readonly HostRelation[];
  /** Leader only: ids of our secrets that were made for relations which are gone. */
  readonly staleSecrets: readonly string[];
  readonly unitStatus: Status;
  /** Leader only. */
  readonly appStatus?: Status;
  /** Missing while the unit is settled: then they are as an earlier hook left them. */
  readonly openedPorts?: readonly string[];
};

export type Peers = {
  readonly id: number;
  readonly app: Bag;
  /** This unit and those that are here to stay, sorted by unit number. This unit is listed even when it is leaving. */
  readonly units: ReadonlyMap<string, PeerUnit>;
  /** Units that Juju has, and that have not shown their address yet; asked where this unit leads or leaves. */
  readonly coming?: readonly string[];
  /** The others have not been asked for yet: `units` is this unit alone. */
  readonly othersUnread?: true;
};
export type PeerUnit = { readonly address: string; readonly data: Bag };

export type AppSecret = {
  readonly id: string;
  readonly passwords: Readonly<Record<SystemUser, string>>;
  /** Text of the key file. */
  readonly keyFile: string;
  /** Differs whenever the key file does, and tells nothing of it. */
  readonly keyToken: string;
  /** What the database remembers of a user whose password is the one above. */
  readonly fingerprints: Readonly<Record<SystemUser, string>>;
};

/** Passwords that an operator chose, and what the database remembers of users who have them. */
export type SystemUsers = {
  readonly passwords: Readonly<Partial<Record<SystemUser, string>>>;
  readonly fingerprints: Readonly<Partial<Record<SystemUser, string>>>;
};

/** Which build of this charm runs, and where it came from. The parts of a cluster must have the same. */
export type CharmRevision = { readonly version: string; readonly deployment: 'ch' | 'local' };

/** A request for a user. A relation has one, or from version 1 of its interface on any number of them, each in the words of version 0. */
export type ClientRelation = {
  readonly endpoint: string;
  readonly id: number;
  /** Names the request, from version 1 on. */
  readonly requestId?: string;
  readonly app: string;
  /** Its units that are there. */
  readonly units: readonly string[];
  /** The client's application databag, as far as it is about this request. */
  readonly remote: Bag;
  /** Our application databag, as far as it answers this request. */
  readonly own: Bag;
  /** Credentials that were given in clear have been taken back, and one of its units has not noticed yet. */
  readonly remembers?: true;
  /** Codes of statuses that each of its units has noticed; asked only while it may not know one. */
  readonly heard?: readonly number[];
  /** The request was answered, and is made no more. */
  readonly withdrawn?: true;
  /** The secret that it was answered with is there no more. */
  readonly lost?: true;
  /** Our application databag, whole. */
  readonly databag: Bag;
  /** Name and password that the client wishes for, until it has been answered; `unreadable` where it has a secret for them that is not granted. */
  readonly wish?: { readonly name: string; readonly password?: string } | 'unreadable';
  /** Where its units come from; only of a relation with a request for which that matters. */
  readonly networks?: Networks;
};

/** Networks (CIDR) from which each unit connects; none where Juju does not tell. */
export type Networks = Readonly<Record<string, readonly string[]>>;

/** A shard, as its config server sees it. */
export type ShardRelation = {
  readonly id: number;
  readonly endpoint: string;
  /** Missing if Juju does not tell it now. */
  readonly app?: string;
  /** The shard's name in the cluster, and that of its replica set; missing if `app` is. */
  readonly name?: string;
  readonly remote: Bag;
  readonly own: Bag;
  /** What our secret for it holds. */
  readonly published: Bag;
  /** Addresses of its units, by unit number. */
  readonly addresses: readonly string[];
};

/** The application that a router runs beside: its client. */
export type HostRelation = {
  readonly id: number;
  readonly endpoint: string;
  /** Names the request, from version 1 on. */
  readonly requestId?: string;
  readonly app: string;
  /** Its application databag, as far as it is about this request. */
  readonly remote: Bag;
  /** Our application databag, as far as it answers this request; leader only. */
  readonly own: Bag;
  /** The request was answered, and is made no more. */
  readonly withdrawn?: true;
  /** Our application databag, whole; leader only. */
  readonly databag: Bag;
  /** What our secrets for it hold, together; leader only. */
  readonly published: Bag;
  /** As of a client relation; of the unit on this machine. */
  readonly remembers?: true;
  readonly heard?: readonly number[];
};

/** The config server, as a shard or a router sees it. */
export type ConfigServerRelation = {
  readonly id: number;
  readonly endpoint: string;
  readonly app: string;
  readonly remote: Bag;
  /** Leader only. */
  readonly own: Bag;
  /** What its secrets for us hold, together. */
  readonly content: Bag;
  /** To a router that makes several requests: each answer in the words of version 0, and what its secrets hold, by request id. */
  readonly answers?: ReadonlyMap<string, { readonly remote: Bag; readonly content: Bag }>;
  /** What our database remembers of users that have the passwords of `content`. */
  readonly fingerprints: Readonly<Partial<Record<SystemUser, string>>>;
};

export type HostFacts = {
  /** Of the machine, in Juju's words, such as `amd64`. */
  readonly architecture: string;
  /** Installed, with the revision that snapd shows. */
  readonly snap?: { readonly revision: string };
  readonly service: 'active' | 'inactive' | 'absent';
  /** It has ended, and systemd is about to start it again. */
  readonly startsAgain?: true;
  /** Text of mongod.conf as it lies on the disk. */
  readonly config?: string;
  /** Text of the key file as it lies on the disk. */
  readonly keyFile?: string;
  /** What keeps the snap on this machine for good, although its unit goes; asked in the unit's last hook. */
  readonly kept?: string;
  readonly router: {
    /** Text of mongos.conf as it lies on the disk. */
    readonly config?: string;
    /** The words that the snap starts mongos with. */
    readonly words?: string;
    readonly service: 'active' | 'inactive' | 'absent';
    /** Size of its log file in bytes. */
    readonly logBytes: number;
  };
  /** Size of mongod's log file in bytes. */
  readonly logBytes: number;
  /** Which mongod is installed; asked of the binary only when no mongod answers. */
  readonly build?: Build;
  /** Bytes that mongod may still write where its data lies; asked only when it does not answer. */
  readonly freeBytes?: number;
};
export type Build = { readonly version: string; readonly percona: boolean };

/** What this unit's own mongod says, and through it, or directly, the primary of the set. */
export type MongodFacts =
  /** Nothing answers on the socket. */
  | {
      readonly kind: 'silent';
      readonly reason: string;
      /** Another unit's mongod has the data of a set; asked by one whose unit goes. */
      readonly dataElsewhere?: true;
    }
  /** It answers, but lets neither the operator nor the key file in. */
  | { readonly kind: 'locked'; readonly running: Running; readonly reason: string }
  | {
      readonly kind: 'uninitialised';
      readonly running: Running;
      /** It has collections all the same, as files have that were copied without their database `local`; looked for by the leader. */
      readonly hasData?: true;
      /** What the mongods of the other units that are ready answer; asked only in this state. */
      readonly others: ReadonlyMap<string, 'uninitialised' | 'member' | 'silent'>;
      /** Looked for by the leader, and while a unit goes that may lead: that of the set which the others are members of, and this mongod is not yet. */
      readonly primary?: PrimaryFacts;
      /** For the leader, where the others have no primary either: what one of them has for the newest configuration. */
      readonly elsewhere?: SetElsewhere;
    }
  /** Its data is of a set that does not list this mongod: removed, or moved to a new address, or not yet added. */
  | {
      readonly kind: 'outside';
      readonly running: Running;
      readonly set: ReplicaSet;
      /** Looked for among the other units, and the members that the set had when this mongod was last one of them. */
      readonly primary?: PrimaryFacts;
      /** Where there is none: what another unit has for the newest configuration. */
      readonly elsewhere?: SetElsewhere;
      /** address:port of other units that have the data of a set. */
      readonly copies?: readonly string[];
      /** As of a silent one. */
      readonly dataElsewhere?: true;
    }
  | {
      readonly kind: 'member';
      readonly running: Running;
      readonly self: MemberState;
      readonly settings: RunningSettings;
      readonly set: ReplicaSet;
      /** Looked at by the leader only; missing when there is no primary or it cannot be reached. */
      readonly primary?: PrimaryFacts;
      /**
       * The set of another unit that is a primary, though this mongod knows of none, or nobody else in its set has ever had the data; asked by
       * one whose unit goes.
       * Those that went on without it may have done so where it is not told: by another key, or from a new address.
       */
      readonly elsewhere?: ReplicaSet;
      /** The primary is there, and what it answers cannot be read: a sentence. */
      readonly problem?: string;
    };

/** The router of this unit, or the one through which a shard looks at its cluster. */
export type RouterFacts =
  | { readonly kind: 'silent'; readonly reason: string }
  | {
      readonly kind: 'open';
      readonly version: string;
      /** Fingerprint of the configuration that it was started with. */
      readonly config: string;
      /** Asked only by who has to decide about shards; a sentence where it does not tell. */
      readonly cluster?: ClusterFacts | { readonly problem: string };
    };

export type ClusterFacts = {
  readonly shards: readonly Shard[];
  /** The balancer moves chunks. */
  readonly balancing: boolean;
  readonly databases: readonly { readonly name: string; readonly primary: string }[];
  /** For each shard that is being drained. */
  readonly remaining: ReadonlyMap<string, Remaining>;
};
export type Shard = {
  readonly name: string;
  /** address:port of its members, as the cluster knows them. */
  readonly hosts: readonly string[];
  readonly draining: boolean;
  /** Bytes that are free on its disk; asked only while a shard is being drained. */
  readonly freeBytes?: number;
  /** One of its members answers; asked only by the leader of the config server, and by a unit of it that goes. */
  readonly answers?: boolean;
  /** All of its members that answer are units which Juju takes away. */
  readonly leaving?: boolean;
};
export type Remaining = {
  readonly chunks: number;
  /** Collections with chunks that are too big to be moved. */
  readonly jumbo: readonly string[];
};

export type Running = {
  readonly build: Build;
  /** Fingerprint of the configuration that this mongod was started with; empty if it was not started by this charm. */
  readonly config: string;
};

/** Settings that change while mongod runs, in the units of config.yaml (bytes where named so). */
export type RunningSettings = {
  readonly slowMs: number;
  readonly verbosity: number;
  /** Where the operator has set one. */
  readonly cacheBytes?: number;
  readonly oplogBytes: number;
};

export type MemberState = 'primary' | 'secondary' | 'arbiter' | 'syncing' | 'removed' | 'down' | 'other';

export type Member = {
  readonly id: number;
  /** address:port */
  readonly host: string;
  /** The Juju unit that this member was added for, from its tag; missing on a member that the charm did not add. */
  readonly unit?: string;
  /** The unit has said there that Juju takes it away, and that it is being held. */
  readonly leaving?: true;
  readonly votes: 0 | 1;
  /** MongoDB counts its vote only when it has the data. Looked for only where there is no primary, or the unit goes. */
  readonly newlyAdded?: true;
  readonly priority: number;
  readonly state: MemberState;
  /** Juju-free words of mongod about the member, such as `RECOVERING`. */
  readonly stateText: string;
};

export type ReplicaSet = {
  readonly name: string;
  /** Version of the configuration, which a reconfiguration must have been planned from. */
  readonly version: number;
  /** What mongod gave the set when it was initiated (`replicaSetId`): another set of the same name has another. */
  readonly identity?: string;
  readonly members: readonly Member[];
  readonly times?: SetTimes;
  /** host of the primary, as far as this mongod knows */
  readonly primary?: string;
};

/** Of elections and heartbeats, in MongoDB's own words. */
export type SetTimes = {
  readonly electionTimeoutMillis: number;
  readonly heartbeatIntervalMillis: number;
  readonly heartbeatTimeoutSecs: number;
};

/** The set as the mongod at this address:port knows it. */
export type SetElsewhere = { readonly host: string; readonly set: ReplicaSet };

export type PrimaryFacts = {
  readonly host: string;
  /** Configuration as the primary has it, with the states that it sees. */
  readonly set: ReplicaSet;
  readonly users: ReadonlyMap<string, DatabaseUser>;
  /** Names of the databases there; asked while a client's request has not been granted. In a cluster, the router tells them. */
  readonly databases?: readonly string[];
  /** The operator's password in the application secret is accepted. */
  readonly operatorAccepted: boolean;
  /** The data says to which cluster it belongs; asked of a shard that has left its cluster. */
  readonly cluster?: boolean;
  /** Roles that were made there, by name. */
  readonly roles: ReadonlyMap<string, DatabaseRole>;
  /** The custom role that the backup user needs exists. */
  readonly backupRole: boolean;
};

/** A role that somebody has made in the database admin. */
export type DatabaseRole = {
  readonly name: string;
  /** The name that `clientUser` gives to the user of the request it was made for; missing where it was not made by this charm. */
  readonly of?: string;
  /** Sorted by database and role. */
  readonly roles: readonly Role[];
  /** Sorted by resource and action. */
  readonly privileges: readonly Privilege[];
};
/** An empty collection stands for all of the database. */
export type Privilege = { readonly db: string; readonly collection: string; readonly actions: readonly string[] };

export type Role = { readonly role: string; readonly db: string };
export type DatabaseUser = {
  readonly name: string;
  /** Made by this charm: it carries the charm's mark in customData. Others are never touched. */
  readonly ours: boolean;
  readonly fingerprint: string;
  /** For a client's user. */
  readonly relation?: number;
  /** The same: which of several requests in the relation. */
  readonly requestId?: string;
  readonly database?: string;
  /** Networks from which it may log in, sorted; missing for anywhere. */
  readonly from?: readonly string[];
  /** The client chose its password. */
  readonly chosen?: true;
  /** Who set the password that it has, if not the charm: `unknown` after an earlier revision of the charm, or a crash. */
  readonly passwordBy?: 'somebody' | 'unknown';
  /** Sorted by database and role. */
  readonly roles: readonly Role[];
};

export type Fresh = {
  /** Never the same twice. */
  readonly token: string;
  readonly keyFile: string;
  readonly passwords: Readonly<Record<SystemUser, string>>;
  /** What the database will remember of a user with the password above; empty texts before there is a key file. */
  readonly fingerprints: Readonly<Record<SystemUser, string>>;
  /** By the name that `clientUser` gives; the fingerprint is what the database will remember of a user with this password. */
  readonly clients: ReadonlyMap<string, { readonly password: string; readonly fingerprint: string }>;
};
