// Commands that change what databases and collections there are. A router hands them to the database's primary shard in another form,
// and that shard sees to it that all shards and the config servers agree.
import { setTimeout as delay } from 'node:timers/promises';
import { majority } from './cluster.ts';
import type { Document } from './documents.ts';
import { isStale, RouterError, ServerError } from './errors.ts';
import { nothingFor } from './nothing.ts';
import type { Request } from './request.ts';
import type { Router } from './router.ts';

const staleForMs = 20_000;

/** Whether a command is one of these. */
export const isDefinition = (name: string): boolean => name in forms;

/** @throws {ServerError} what the shard says. */
export const runDefinition = async (router: Router, request: Request): Promise<Document> => {
  const form = forms[request.name];
  if (form === undefined) throw new RouterError('CommandNotFound', `no such command: '${request.name}'`);
  if (request.inTransaction) throw new RouterError('OperationNotSupportedInTransaction', `cannot run ${request.name} in a transaction`);
  const reply = await onPrimaryShard(router, request, form(request));
  await router.cluster.refresh(request.db, request.collection === '' ? undefined : request.collection);
  return reply;
};

const onPrimaryShard = async ({ cluster }: Router, request: Request, command: Document): Promise<Document> => {
  const { db } = request;
  const deadline = Date.now() + staleForMs;
  const writeConcern = { w: 'majority', wtimeout: Number(request.command.writeConcern?.wtimeout ?? majority.writeConcern.wtimeout) };
  for (;;) {
    const entry = await cluster.database(db);
    if (entry === undefined) return nothingFor(request);
    try {
      const set = await cluster.shard(entry.primary);
      const { maxTimeMS } = request.command;
      return await set.command(db, { ...command, maxTimeMS, databaseVersion: entry.version, writeConcern });
    } catch (error) {
      if (request.name === 'drop' && error instanceof ServerError && error.code === 26) return { info: error.message, ok: 1 };
      if (!(error instanceof ServerError && isStale(error.code)) || Date.now() > deadline) throw error;
      await cluster.refresh(db, undefined);
      await delay(50);
    }
  }
};

/** https://github.com/mongodb/mongo/tree/r6.0.5/src/mongo/s/commands */
const forms: Readonly<Record<string, (request: Request) => Document>> = {
  drop: ({ collection }) => ({ _shardsvrDropCollection: collection }),
  dropDatabase: () => ({ _shardsvrDropDatabase: 1 }),
  collMod: ({ collection, command }) => ({ _shardsvrCollMod: collection, ...settingsOf(command, 'collMod') }),
  dropIndexes: ({ collection, command }) => ({ _shardsvrDropIndexes: collection, index: command.index }),
  deleteIndexes: ({ collection, command }) => ({ _shardsvrDropIndexes: collection, index: command.index }),
};

/** A command's own fields. */
const settingsOf = (command: Document, name: string): Document =>
  Object.fromEntries(Object.entries(command).filter(([field]) => field !== name && !field.startsWith('$') && !general.has(field)));

const general = new Set([
  'lsid',
  'writeConcern',
  'readConcern',
  'txnNumber',
  'apiVersion',
  'apiStrict',
  'apiDeprecationErrors',
  'maxTimeMS',
]);
