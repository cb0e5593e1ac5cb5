// Keys of the peers' databags, and how a member's host is written.
import { MONGOD_PORT } from './names.ts';

/** Key in a unit's databag: fingerprint of the configuration that its mongod runs with. Its presence says that the mongod is ready to be added. */
export const RUNNING_CONFIG = 'mongod-config';
/** Key in a unit's databag: the unit gives up its member, and nobody is to add it again. */
export const LEAVING = 'leaving';
/** Key in a unit's databag: version of its mongod. */
export const VERSION = 'version';
/** Key in the application databag: the unit that may initiate the replica set. */
export const INITIATOR = 'initiator';
/** Key in the application databag: the replica set exists; it is never initiated again. */
export const INITIALISED = 'initialised';
/** Key in the application databag: units that are members. A change of it wakes those who wait. */
export const MEMBERS = 'members';

export const hostOf = (address: string): string => `${address.includes(':') ? `[${address}]` : address}:${MONGOD_PORT}`;
export const addressOf = (host: string): string => host.slice(0, host.lastIndexOf(':')).replace(/^\[|\]$/g, '');
