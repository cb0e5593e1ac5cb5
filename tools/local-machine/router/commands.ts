// Which command goes where: to the router itself, to the config servers as the user, or to a shard after a look at what the user may do.
import { anybody, hello, users } from './about.ts';
import { administration } from './administration.ts';
import type { Client, Login } from './client.ts';
import { getMore, killCursors, runOnData } from './data.ts';
import { isDefinition, runDefinition } from './definitions.ts';
import { change, decode, encode, plain } from './documents.ts';
import { RouterError } from './errors.ts';
import { collStats, dbStats, listDatabases } from './overview.ts';
import { allows, needsOf, visibleCollections } from './privileges.ts';
import { refusalOf } from './refusals.ts';
import { isConversation, isForConfigServers, isUserManagement, relay } from './relay.ts';
import { type Request, readRequest } from './request.ts';
import type { Router } from './router.ts';
import { endTransaction } from './transaction-end.ts';

/** Runs a command and answers with the body of the reply. @throws {RouterError} @throws {ServerError} */
export const runCommand = async (router: Router, client: Client, request: Request): Promise<Buffer> => {
  const { name, db, command } = request;
  if (greetings.has(name)) return encode(await hello(router, client, command, name !== 'hello'));
  const said = entryOf(anybody, name);
  if (said !== undefined) return encode(await said(router, client, request));
  if (isConversation(name) || isUserManagement(name)) return relay(router, client, request);

  const own = entryOf(users, name);
  if (own !== undefined) {
    await client.require(name, db, own.action === undefined ? [] : [{ action: own.action, on: 'cluster' }]);
    return encode(await own.say(router, client, request));
  }
  if (adminOnly(name) && db !== 'admin') throw new RouterError('Unauthorized', `${name} may only be run against the admin database.`);
  const cluster = entryOf(administration, name);
  if (cluster !== undefined) {
    await client.require(name, db, cluster.needs(command));
    router.log.info('COMMAND', 'Cluster command', { command: name, value: command[name], client: client.peer });
    return encode(plain(await cluster.run(router, command)));
  }
  const login = await client.login(name);
  if (name === 'listDatabases') return encode(await listDatabases(router, login, request));
  if (name === 'commitTransaction' || name === 'abortTransaction') return endTransaction(router, login, request);

  const refusal = refusalOf(request);
  if (refusal !== undefined) throw refusal;
  if (isForConfigServers(name)) return relay(router, client, request);
  return runInDatabase(router, client, login, request);
};

const runInDatabase = async (router: Router, client: Client, login: Login, request: Request): Promise<Buffer> => {
  const { name, db, command } = request;
  const isStats = name === 'dbStats' || name === 'dbstats';
  if ((db === 'admin' || db === 'config') && !isStats) return relay(router, client, request);
  if (db === 'local') {
    throw new RouterError('InvalidNamespace', 'the local database belongs to each member alone, and cannot be reached through a router');
  }
  if (name === 'getMore') return getMore(router, login, request);
  if (name === 'killCursors') return killCursors(router, login, request);
  if (name === 'listCollections') return runOnData(router, login, onlyVisible(login, request));

  const needs = needsOf(name, db, command);
  if (needs === undefined) throw new RouterError('CommandNotFound', `no such command: '${name}'`);
  await client.require(name, db, needs);
  if (isStats) return encode(await dbStats(router, request));
  if (isDefinition(name)) return encode(plain(await runDefinition(router, request)));
  const reply = await runOnData(router, login, request);
  return name === 'collStats' ? withShard(router, request, reply) : reply;
};

const withShard = async ({ cluster }: Router, { db, collection }: Request, reply: Buffer): Promise<Buffer> => {
  const entry = await cluster.database(db);
  const stats = decode(reply);
  if (entry === undefined || !Number(stats.ok)) return reply;
  const { shard, versions } = await cluster.place(entry, collection);
  return encode(collStats(shard, entry.primary, 'databaseVersion' in versions, stats));
};

/** Without the right to list a database's collections a user may see the names of those on which it has any right. */
const onlyVisible = (login: Login, request: Request): Request => {
  const { db, command, message } = request;
  if (allows(login.privileges, { action: 'listCollections', on: { db, collection: '' } })) return request;
  if (!(command.nameOnly === true && command.authorizedCollections === true)) {
    throw new RouterError('Unauthorized', `not authorized on ${db} to execute command listCollections`);
  }
  const names = visibleCollections(login.privileges, db);
  if (names === undefined) return request;
  const filter = { $and: [command.filter ?? {}, { name: { $in: names } }] };
  return readRequest({ ...message, body: change(message.body, ['filter'], { filter }) });
};

const greetings = new Set(['hello', 'isMaster', 'ismaster']);
const adminOnly = (name: string): boolean => name in administration || name === 'listDatabases';

const entryOf = <Entry>(table: Readonly<Record<string, Entry>>, name: string): Entry | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;
