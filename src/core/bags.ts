// Keys of the peers' databags, and how a member's host is written.
import { MONGOD_PORT, MONGOS_PORT } from './names.ts';

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

/** Key in the application databag: what the application is for, for good. */
export const ROLE = 'role';
/** Key in the application databag: how far the shard is with taking over the key of its cluster. A change of it wakes the units. */
export const KEY_STAGE = 'key';
/** Key in a shard's application databag: addresses of the config server, for the time when it is related no more. */
export const CONFIG_SERVERS = 'config-servers';
/** Key in a shard's application databag: the relation by which it came to the cluster that those make up. */
export const ADDED_BY = 'added-by';
/** Key in a shard's application databag: the shard has left its cluster with all its data moved, and is to forget it. */
export const DRAINED = 'drained';
/** Key in a config server's application databag: where its shards were when the leader last looked, as the cluster writes it. */
export const SHARD_HOSTS = 'shard-hosts';
/** Key in the application databag: how often a shard has moved with all of its members. */
export const MOVES = 'moves';
/** Key in the application databag: anything new. The leader wakes itself with it. */
export const WAKE = 'wake';
/** Key in the application databag: how often Juju was told to ask for new passwords of clients; missing for never. */
export const CLIENT_ROTATION = 'client-rotation';
/** Key in the application databag: the same of the charm's own users. */
export const SYSTEM_ROTATION = 'system-rotation';
/** Key in the application databag: users whose passwords came from the secret that the option `system-users` names. */
export const GOVERNED = 'system-users';
/** Key in the application databag: where routers were told to find the config servers. */
export const ROUTERS_CONFIG = 'routers-config';
/** Key in the application databag: where the units of a client come from, as its last hook found it. */
export const networksKey = (relation: number): string => `networks-${relation}`;
/** Key in the application databag: fingerprint of the password that was published to a client. `requestId`: which of several requests. */
export const publishedKey = ({ id, requestId }: { readonly id: number; readonly requestId?: string }): string =>
  requestId === undefined ? `client-${id}` : `client-${id}-${requestId}`;
/** Key in a unit's databag: version of its router, which is ready. */
export const ROUTER = 'mongos';

/** An address or a name of a machine, as one may be told by another application. */
export const isAddress = (text: string): boolean => /^[A-Za-z0-9]([A-Za-z0-9.-]{0,252})$/.test(text) || /^[0-9A-Fa-f:.]{2,45}$/.test(text);

export const hostOf = (address: string): string => `${address.includes(':') ? `[${address}]` : address}:${MONGOD_PORT}`;
export const routerHostOf = (address: string): string => `${address.includes(':') ? `[${address}]` : address}:${MONGOS_PORT}`;
export const addressOf = (host: string): string => host.slice(0, host.lastIndexOf(':')).replace(/^\[|\]$/g, '');
