// Everything that a plan may ask for. Each names the state to reach, so that doing it twice does no harm.

import type { Rotation, Service } from './names.ts';
import type { Bag, DatabaseRole, Role, SetTimes } from './observed.ts';
import type { RelationStatus, Status } from './status.ts';

export type Effect = HostEffect | MongodEffect | JujuEffect;

/** Done at once, on this unit's machine. */
export type HostEffect =
  | { readonly do: 'install-snap'; readonly revision: string }
  /** mongod.conf and the key file, whole; a missing text leaves the file as it is. */
  | { readonly do: 'write-files'; readonly config?: string; readonly keyFile?: string }
  | { readonly do: 'start-mongod' }
  | { readonly do: 'restart-mongod' }
  /** Stops the service and keeps it from being started again. */
  | { readonly do: 'stop-mongod' }
  /** Stops the services, deletes configuration and key file, and the snap unless data lies in its folder. */
  | { readonly do: 'clean-machine' }
  /** mongos.conf, and the words that the snap starts mongos with. */
  | { readonly do: 'write-router-files'; readonly config: string; readonly keyFile: string }
  | { readonly do: 'start-router' }
  /** Stops mongos for a moment. */
  | { readonly do: 'halt-router' }
  | { readonly do: 'restart-router' }
  /** Stops mongos, keeps it from being started again, and deletes its configuration and, where no mongod needs it, the key file. */
  | { readonly do: 'stop-router' }
  /** Lets the server begin a new log file and keeps the youngest ones. */
  | { readonly do: 'rotate-log'; readonly of: Service };

/** Done at once, in the database. */
export type MongodEffect =
  | {
      readonly do: 'initiate';
      readonly set: string;
      readonly host: string;
      readonly unit: string;
      readonly times: SetTimes;
      readonly configServer?: boolean;
    }
  /** Lets the data on this unit be that of the set `set`, with this unit as its only member; mongod takes note at its next start. */
  | { readonly do: 'adopt-data'; readonly set: string; readonly host: string; readonly unit: string }
  | {
      readonly do: 'reconfigure';
      readonly from: number;
      readonly members: readonly MemberConfig[];
      readonly force: boolean;
      /** Missing: as they are. */
      readonly times?: SetTimes;
      /** The primary, address:port, where this unit's mongod is of no set that could tell. */
      readonly at?: string;
    }
  /** Makes this unit's mongod give up being primary. */
  | { readonly do: 'step-down' }
  /** The same for the primary of the set, whichever it is: its unit is gone. */
  | { readonly do: 'step-down-primary' }
  | { readonly do: 'set-user'; readonly user: UserSpec }
  | { readonly do: 'drop-user'; readonly name: string }
  | { readonly do: 'set-role'; readonly role: RoleSpec }
  | { readonly do: 'drop-role'; readonly name: string }
  | { readonly do: 'drop-database'; readonly name: string; readonly through: 'primary' | 'router' }
  /** `host`: name/address:port,… */
  | { readonly do: 'add-shard'; readonly name: string; readonly host: string }
  /** Begins to drain the shard; ends it when nothing is left on it. */
  | { readonly do: 'remove-shard'; readonly name: string }
  | { readonly do: 'start-balancer' }
  /** Goes on in the cluster when it takes longer than a probe may. */
  | { readonly do: 'move-primary'; readonly database: string; readonly to: string }
  /** Takes away what a move that came to an early end has left on the shard it went to; nothing of a database is kept there by right. */
  | { readonly do: 'drop-leftovers'; readonly database: string; readonly hosts: readonly string[] }
  /** Lets the data of a former shard forget its cluster. */
  | { readonly do: 'forget-cluster' }
  /** Tells the cluster where a shard is whose members have all moved. */
  | { readonly do: 'set-shard-host'; readonly name: string; readonly host: string }
  | { readonly do: 'create-backup-role' }
  /** Settings of this unit's own mongod; those not named stay. */
  | {
      readonly do: 'set-mongod';
      readonly slowMs?: number;
      readonly verbosity?: number;
      readonly cacheMiB?: number;
      readonly oplogMB?: number;
    };

export type MemberConfig = {
  readonly id: number;
  readonly host: string;
  readonly unit?: string;
  /** Tells everybody who asks the member that its unit goes. */
  readonly leaving?: true;
  readonly votes: 0 | 1;
  readonly priority: number;
};
/** A role in the database admin, made for a request: `of` is what `clientUser` calls its user. */
export type RoleSpec = Required<DatabaseRole>;
export type UserSpec = {
  readonly name: string;
  /** Missing: keep the one it has. */
  readonly password?: string;
  /** The password is one that the client chose; where there is none, that stays as it is. */
  readonly chosen?: true;
  readonly roles: readonly Role[];
  readonly relation?: number;
  readonly requestId?: string;
  readonly database?: string;
  /** Networks (CIDR) from which it may log in; missing for anywhere. */
  readonly from?: readonly string[];
};

/** Written when the rest is done; Juju commits most of it when the hook has succeeded. */
export type JujuEffect =
  | { readonly do: 'add-app-secret'; readonly label: string; readonly content: Bag }
  | { readonly do: 'set-app-secret'; readonly id: string; readonly content: Bag }
  /** How often Juju asks for another content. */
  | { readonly do: 'set-rotation'; readonly id: string; readonly rotation: Rotation }
  | { readonly do: 'remove-secret'; readonly id: string; readonly revision?: number }
  | { readonly do: 'set-peer-app'; readonly values: Bag }
  | { readonly do: 'set-peer-unit'; readonly values: Bag }
  | { readonly do: 'publish-client'; readonly client: PublishedClient }
  /** Takes the answer to a request out of our databag; `own` is what that holds now. */
  | { readonly do: 'withdraw'; readonly relation: number; readonly requestId?: string; readonly own: Bag }
  /** What the client is told of its requests. */
  | {
      readonly do: 'tell-client';
      readonly relation: number;
      readonly own: Bag;
      readonly statuses: readonly RelationStatus[];
      /** What it has noticed of what it was told before. */
      readonly hearing: { readonly heard: readonly number[]; readonly reacts: boolean };
    }
  /** Our databag of a relation and, by group, the secrets that it names; `own` is what it holds now. An empty value takes a key away. */
  | {
      readonly do: 'publish';
      readonly relation: number;
      readonly requestId?: string;
      readonly endpoint: string;
      readonly own: Bag;
      readonly clear: Bag;
      readonly secrets: Readonly<Record<string, Bag>>;
    }
  | { readonly do: 'open-port'; readonly port: string }
  | { readonly do: 'close-port'; readonly port: string }
  | { readonly do: 'set-workload-version'; readonly version: string }
  | { readonly do: 'set-status'; readonly scope: 'unit' | 'application'; readonly status: Status }
  | { readonly do: 'log'; readonly level: 'INFO' | 'WARNING'; readonly message: string };

export type PublishedClient = {
  readonly endpoint: string;
  readonly relation: number;
  /** Which of several requests in the relation. */
  readonly requestId?: string;
  /** The user, or the group. */
  readonly user: string;
  /** There is no password. */
  readonly isGroup?: true;
  /** Missing: the one in the secret that was published before. */
  readonly password?: string;
  readonly database: string;
  readonly replset: string;
  /** address:port of each member, sorted by unit number */
  readonly hosts: readonly string[];
  /** What of the client's application databag this answers. */
  readonly request: Bag;
  /** How often Juju is to ask for a new password, where a secret is made. */
  readonly rotation?: Rotation;
  /** For a router: what it needs to be one of the cluster. */
  readonly keyFile?: string;
};

const HOST = [
  'install-snap',
  'write-files',
  'start-mongod',
  'restart-mongod',
  'stop-mongod',
  'clean-machine',
  'write-router-files',
  'start-router',
  'halt-router',
  'restart-router',
  'stop-router',
  'rotate-log',
];
const MONGOD = [
  'initiate',
  'adopt-data',
  'reconfigure',
  'step-down',
  'step-down-primary',
  'set-user',
  'drop-user',
  'set-role',
  'drop-role',
  'drop-database',
  'add-shard',
  'remove-shard',
  'start-balancer',
  'move-primary',
  'drop-leftovers',
  'forget-cluster',
  'set-shard-host',
  'create-backup-role',
  'set-mongod',
];

export const isHostEffect = (effect: Effect): effect is HostEffect => HOST.includes(effect.do);
export const isMongodEffect = (effect: Effect): effect is MongodEffect => MONGOD.includes(effect.do);
export const isJujuEffect = (effect: Effect): effect is JujuEffect => !isHostEffect(effect) && !isMongodEffect(effect);
