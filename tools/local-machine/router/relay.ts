// What the config servers answer themselves, to the user itself: its login, users and roles, and what lies in `admin` and `config`.
import type { Client } from './client.ts';
import { majority } from './cluster.ts';
import { change, type Document, pick } from './documents.ts';
import { isNotPrimary } from './errors.ts';
import type { RouterOptions } from './options.ts';
import type { Request } from './request.ts';
import type { Router } from './router.ts';
import { writeMessage } from './wire.ts';

/** Sends the command on the client's own connection to the config servers. */
export const relay = async ({ cluster, options }: Router, client: Client, request: Request): Promise<Buffer> => {
  const { name, command, message } = request;
  const connection = await client.relay();
  if (command.readConcern?.afterClusterTime !== undefined) await cluster.config.command('admin', { ping: 1, ...cluster.clock.field() });
  // A user may not bring along a time that no server has signed, and shards sign none for a router.
  const body = change(message.body, ['$clusterTime'], writesToConfig(name) ? concernOf(command) : {});
  const reply = await connection.send(writeMessage(body, message.sequences));
  const { ok, code, $clusterTime } = pick(reply.body, ['ok', 'code', '$clusterTime']);
  cluster.clock.see($clusterTime);
  if (changesLogin(name)) client.forgetLogin();
  if (name === 'setDefaultRWConcern') cluster.forgetDefaults();
  if (!Number(ok) && isNotPrimary(code)) client.loseLogin();
  return name === 'getParameter' && Number(ok) ? withOwnParameters(reply.body, request.command, options) : reply.body;
};

/** Parameters that were set on the router are its own; of all others the config servers' values are shown. */
const withOwnParameters = (reply: Buffer, command: Document, { parameters }: RouterOptions): Buffer => {
  const all = command.getParameter === '*' || command.getParameter?.allParameters === true;
  const asked = Object.entries(parameters).filter(([name]) => all || command[name] !== undefined);
  return change(reply, ['automationServiceDescriptor'], Object.fromEntries(asked));
};

/** The conversation in which a client logs in and out. */
export const isConversation = (name: string): boolean => conversation.has(name);
const conversation = new Set(['saslStart', 'saslContinue', 'logout', 'authenticate', 'connectionStatus', 'getnonce']);

/** Users and roles, which for the whole cluster are the config servers'. */
export const isUserManagement = (name: string): boolean => userManagement.has(name);
const userManagement = new Set(
  `createUser updateUser dropUser dropAllUsersFromDatabase grantRolesToUser revokeRolesFromUser usersInfo createRole updateRole dropRole
  dropAllRolesFromDatabase grantPrivilegesToRole revokePrivilegesFromRole grantRolesToRole revokeRolesFromRole rolesInfo
  invalidateUserCache`.split(/\s+/),
);

/** Other commands that the config servers answer for the cluster. */
export const isForConfigServers = (name: string): boolean => forConfigServers.has(name);
const forConfigServers = new Set(['getParameter', 'getClusterParameter', 'getDefaultRWConcern', 'setDefaultRWConcern', 'getShardMap']);

const changesLogin = (name: string): boolean => conversation.has(name) || userManagement.has(name);

const writes = new Set(
  'insert update delete findAndModify findandmodify create createIndexes dropIndexes drop collMod setDefaultRWConcern'.split(' '),
);
const writesToConfig = (name: string): boolean =>
  writes.has(name) || (userManagement.has(name) && !name.endsWith('Info') && name !== 'invalidateUserCache');

// Whatever the client asks for: what the config servers hold must not be lost with their primary.
const concernOf = ({ writeConcern }: Document): Document => ({
  writeConcern: { ...majority.writeConcern, ...(writeConcern?.wtimeout === undefined ? {} : { wtimeout: writeConcern.wtimeout }) },
});
