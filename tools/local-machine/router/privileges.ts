// What a user may do, from the privileges that the config servers say the user has, and what a command needs. Pure.
import type { Document } from './documents.ts';
import { namespacesOf } from './pipeline.ts';

export type Target = 'cluster' | { readonly db: string; readonly collection: string };
export type Need = { readonly action: string; readonly on: Target };
export type Privilege = { readonly resource: Document; readonly actions: readonly string[] };

/** Whether one of the privileges covers the need. https://www.mongodb.com/docs/manual/reference/resource-document/ */
export const allows = (privileges: readonly Privilege[], { action, on }: Need): boolean =>
  privileges.some(({ resource, actions }) => (actions.includes(action) || actions.includes('anyAction')) && covers(resource, on));

/** Whether the user may do anything at all in the database. */
export const entersDatabase = (privileges: readonly Privilege[], db: string): boolean =>
  privileges.some(({ resource }) => resource.anyResource || resource.db === db || (resource.db === '' && !isInternal(db)));

/** The collections of a database that the user has a privilege on; undefined for all of them. */
export const visibleCollections = (privileges: readonly Privilege[], db: string): string[] | undefined => {
  const here = privileges.filter(({ resource }) => covers(resource, { db, collection: '' }) || resource.db === db || resource.db === '');
  if (here.some(({ resource }) => covers(resource, { db, collection: '' }))) return undefined;
  return [...new Set(here.map(({ resource }) => String(resource.collection)))].sort();
};

const covers = (resource: Document, on: Target): boolean => {
  if (resource.anyResource) return true;
  if (on === 'cluster') return resource.cluster === true;
  if (resource.cluster || resource.collection === undefined) return false;
  if (resource.collection !== '') return resource.collection === on.collection && (resource.db === on.db || resource.db === '');
  if (on.collection.startsWith('system.')) return false;
  return resource.db === on.db || (resource.db === '' && !isInternal(on.db));
};

// "Any database" does not include these.
const isInternal = (db: string): boolean => db === 'local' || db === 'config';

/**
 * What a data command needs; of an update `upsert` says whether one of its statements is one. Those that concern the user's own cursors and transactions need nothing here.
 * @returns undefined for a command that is no data command.
 */
export const needsOf = (name: string, db: string, command: Document): Need[] | undefined => {
  const collection = typeof command[name] === 'string' ? command[name] : '';
  const here = (action: string): Need => ({ action, on: { db, collection } });
  const database = (action: string): Need => ({ action, on: { db, collection: '' } });
  const bypass = command.bypassDocumentValidation ? [here('bypassDocumentValidation')] : [];
  switch (name) {
    case 'find':
    case 'count':
    case 'distinct':
      return [here('find')];
    case 'aggregate':
      return [...needsOfPipeline(db, collection, command.pipeline), ...bypass];
    case 'insert':
      return [here('insert'), ...bypass];
    case 'update':
      return [here('update'), ...(command.upsert ? [here('insert')] : []), ...bypass];
    case 'delete':
      return [here('remove')];
    case 'findAndModify':
    case 'findandmodify':
      if (command.remove) return [here('find'), here('remove')];
      return [here('find'), here('update'), ...(command.upsert ? [here('insert')] : []), ...bypass];
    case 'create': {
      if (typeof command.viewOn !== 'string') return [here('createCollection')];
      return [here('createCollection'), ...needsOfPipeline(db, command.viewOn, command.pipeline)];
    }
    case 'collMod': {
      if (typeof command.viewOn !== 'string') return [here('collMod')];
      return [here('collMod'), ...needsOfPipeline(db, command.viewOn, command.pipeline)];
    }
    case 'createIndexes':
      return [here('createIndex')];
    case 'dropIndexes':
    case 'deleteIndexes':
      return [here('dropIndex')];
    case 'drop':
      return [here('dropCollection')];
    case 'dropDatabase':
      return [database('dropDatabase')];
    case 'listIndexes':
    case 'collStats':
    case 'validate':
      return [here(name)];
    case 'dbStats':
    case 'dbstats':
      return [database('dbStats')];
    case 'explain': {
      const inner = (command.explain ?? {}) as Document;
      return needsOf(Object.keys(inner)[0] ?? '', db, inner);
    }
    default:
      return undefined;
  }
};

const needsOfPipeline = (db: string, collection: string, pipeline: unknown): Need[] => {
  const { reads, writes } = namespacesOf(pipeline, db);
  const first = Array.isArray(pipeline) ? Object.keys(pipeline[0] ?? {})[0] : undefined;
  const start = startNeeds[first ?? ''] ?? 'find';
  return [
    { action: start, on: { db, collection } },
    ...reads.map(on => ({ action: 'find', on })),
    ...writes.flatMap(({ actions, on }) => actions.map(action => ({ action, on }))),
  ];
};

const startNeeds: Readonly<Record<string, string>> = {
  $collStats: 'collStats',
  $indexStats: 'indexStats',
  $planCacheStats: 'planCacheRead',
};
