// Permissions that a client asks for, one by one, as privileges of MongoDB, or a sentence that says why not.
import type { Privilege } from '../core/observed.ts';
import type { Permission } from '../interfaces/client-entity.ts';

/** What a client may be allowed to do to a collection. https://www.mongodb.com/docs/manual/reference/privilege-actions/ */
const OF_COLLECTION =
  'bypassDocumentValidation changeStream collMod collStats convertToCapped createCollection createIndex dropCollection dropIndex find indexStats insert listIndexes planCacheRead remove update validate'.split(
    ' ',
  );
const OF_DATABASE = [...OF_COLLECTION, 'dbHash', 'dbStats', 'dropDatabase', 'listCollections', 'renameCollectionSameDB'];

/** Only what lies in the database that was asked for can be given. One privilege for each resource, sorted, its actions too. */
export function privilegesOf(asked: readonly Permission[], database: string): readonly Privilege[] | { readonly problem: string } {
  const problem = asked.map(permission => problemOf(permission, database)).find(one => one !== undefined);
  if (problem !== undefined) return { problem };
  const actions = new Map<string, Set<string>>();
  for (const permission of asked) {
    const collection = isDatabase(permission) ? '' : permission.name;
    actions.set(collection, new Set([...(actions.get(collection) ?? []), ...permission.privileges]));
  }
  return [...actions]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([collection, all]) => ({ db: database, collection, actions: [...all].sort() }));
}

const isDatabase = ({ type }: Permission): boolean => type.toLowerCase() === 'database';

function problemOf(permission: Permission, database: string): string | undefined {
  const { name, type, privileges } = permission;
  if (!isDatabase(permission) && type.toLowerCase() !== 'collection')
    return `entity-permissions names a resource of type ${JSON.stringify(type)}; it may name database and collection`;
  if (isDatabase(permission) && name !== database)
    return `entity-permissions names database ${JSON.stringify(name)}, and ${database} is asked for; ask for permissions in that alone`;
  if (!isDatabase(permission) && (name === '' || name.startsWith('system.') || /[$\0]/.test(name)))
    return `entity-permissions names collection ${JSON.stringify(name)}, which no client may be given; name another`;
  if (privileges.length === 0) return `entity-permissions names no privileges for ${JSON.stringify(name)}; name some`;
  const known = isDatabase(permission) ? OF_DATABASE : OF_COLLECTION;
  const unknown = privileges.find(action => !known.includes(action));
  if (unknown === undefined) return undefined;
  return `entity-permissions names the privilege ${JSON.stringify(unknown)} of a ${type.toLowerCase()}; it may name ${known.join(', ')}`;
}
