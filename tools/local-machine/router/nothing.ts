// Answers for a database that does not exist, as mongos gives them. Pure.
import type { Document } from './documents.ts';
import { RouterError } from './errors.ts';
import type { Request } from './request.ts';

/** @throws {RouterError} NamespaceNotFound for a command that needs the database. */
export const nothingFor = ({ name, db, collection, command }: Request): Document => {
  const cursor = (namespace: string) => ({ cursor: { id: 0n, ns: `${db}.${namespace}`, firstBatch: [] }, ok: 1 });
  switch (name) {
    case 'find':
      return cursor(collection);
    case 'aggregate':
      return cursor(collection === '' ? '$cmd.aggregate' : collection);
    case 'listCollections':
      return cursor('$cmd.listCollections');
    case 'count':
      return { n: 0, ok: 1 };
    case 'distinct':
      return { values: [], ok: 1 };
    case 'drop':
    case 'dropDatabase':
      return { info: 'database does not exist', ok: 1 };
    case 'listIndexes':
      throw new RouterError('NamespaceNotFound', `ns does not exist: ${db}.${command.listIndexes}`);
    default:
      throw new RouterError('NamespaceNotFound', `database ${db} not found`);
  }
};
