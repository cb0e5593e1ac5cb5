// Names and numbers that Juju, MongoDB and their operators know us by.

export const MONGOD_PORT = 27017;
export const MONGOS_PORT = 27018;
export const STORAGE = 'mongodb';

/** What an application is for; the option `role`. */
export const ROLES = ['replication', 'config-server', 'shard'] as const;
export type Role = (typeof ROLES)[number];

export const SNAP = {
  name: 'charmed-mongodb',
  channel: '6/edge',
  /** By architecture, in Juju's words; snapd numbers each build. Where none is known, nothing is installed. */
  revisions: { amd64: '123' },
  mongod: 'charmed-mongodb.mongod',
  mongos: 'charmed-mongodb.mongos',
} as const;
export const snapRevision = (architecture: string): string | undefined =>
  Object.entries(SNAP.revisions).find(([name]) => name === architecture)?.[1];
export type Service = 'mongod' | 'mongos';

/** From where a client's user may log in: from anywhere, or from the networks of the client's units. */
export const CLIENT_NETWORKS = ['any', 'units'] as const;

/** How often Juju asks for a secret to be changed: its own words, and `never`. */
export const ROTATIONS = ['never', 'hourly', 'daily', 'weekly', 'monthly', 'quarterly', 'yearly'] as const;
export type Rotation = (typeof ROTATIONS)[number];

/** The charm's own users. Everything else in admin.system.users belongs to clients or to the operators themselves. */
export const SYSTEM_USERS = ['operator', 'monitor', 'backup'] as const;
export type SystemUser = (typeof SYSTEM_USERS)[number];
/** Role that Percona Backup for MongoDB asks for. */
export const BACKUP_ROLE = 'pbmAnyAction';
export const isSystemUser = (name: string): name is SystemUser => (SYSTEM_USERS as readonly string[]).includes(name);

/** Whether Juju takes the text for the name of a secret; what another application calls one may be anything. */
export const isSecretUri = (text: string): boolean => /^secret:(\/\/[0-9a-f-]{36}\/)?[0-9a-v]{20}$/.test(text);

/** The id alone, of `secret:<id>`, `secret://<model>/<id>` or itself: Juju uses all three. */
export const bareSecretId = (text: string): string => text.slice(Math.max(text.lastIndexOf('/'), text.lastIndexOf(':')) + 1);
export const appSecretLabel = (app: string): string => `${app}.app`;
/** `requestId` names one of several requests in the relation. */
export const relationSecretLabel = (endpoint: string, relation: number, group: string, requestId?: string): string =>
  [endpoint, relation, ...(requestId === undefined ? [] : [requestId]), group, 'secret'].join('.');
/** How an operator knows a client. One of another model Juju calls `remote-` and 32 digits; `juju offers` lists the number of its relation. */
export const clientName = ({ app, id }: { readonly app: string; readonly id: number }): string =>
  /^remote-[0-9a-f]{32}$/.test(app) ? `relation ${id} of an offer` : app;
/** A client's user. `requestId` as above. */
export const clientUser = (relation: number, requestId?: string): string =>
  requestId === undefined ? `relation-${relation}` : `relation-${relation}-${requestId}`;

export const MAX_VOTERS = 7; // mongod withholds the vote of an eighth for ever
export const MAX_MEMBERS = 50;
export const MAX_PASSWORD_LENGTH = 4096;

/** Databases that are MongoDB's own: no client may ask for them. */
export const RESERVED_DATABASES = ['admin', 'config', 'local'] as const;
export const isReserved = (database: string): boolean => (RESERVED_DATABASES as readonly string[]).includes(database.toLowerCase());
