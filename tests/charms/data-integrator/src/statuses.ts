// The unit's status: the exact texts of the real charm, and the order in which they win. Pure.
import type { Request, Values } from './requirer.ts';

export type Status = { level: 'active' | 'blocked'; message: string };
/** One related database, as far as it has answered; `fields` are its bag and its secrets in one. */
export type Database = { endpoint: string; fields: Values };
export type EntitySecret = 'unset' | 'unreadable' | 'read';

export const unitStatus = (request: Request, databases: readonly Database[], entitySecret: EntitySecret, secrets: boolean): Status => {
  if (entitySecret !== 'unset' && !secrets) return blocked('Cannot use requested-entities-secret without secrets');
  if (entitySecret === 'unreadable') return blocked('Unable to access requested-entities-secret');
  if (request.database === '') return blocked('Please specify either topic, index, database name, keyspace name, or prefix');
  if (!databases.some(hasCredentials)) return blocked('Please relate the data-integrator with the desired product');
  if (rolesChanged(request, databases)) return blocked('To change role info, please remove relation and add it again');
  const active = activeDatabases(databases);
  const other = active.find(({ fields }) => !request.databases.includes(fields.database ?? ''));
  if (other !== undefined) {
    return blocked(`To change database name: ${other.fields.database}, please remove relation and add it again`);
  }
  return { level: 'active', message: '' };
};

/** Whether the provider has given a user or an entity. */
export const hasCredentials = ({ fields }: Database): boolean => Boolean((fields.username && fields.password) || fields['entity-name']);

/** The databases that have been granted. */
export const activeDatabases = (databases: readonly Database[]): Database[] => databases.filter(({ fields }) => fields.database);

const blocked = (message: string): Status => ({ level: 'blocked', message });

// What the provider publishes at the top level of its bag counts as granted, so a provider must not publish what it was asked for.
const rolesChanged = (request: Request, databases: readonly Database[]): boolean => {
  const granted = databases[0]?.fields ?? {};
  const differs = (key: string, wanted: string) => Boolean(granted[key]) && granted[key] !== wanted;
  return (
    differs('entity-type', request.entityType) ||
    differs('extra-user-roles', request.extraUserRoles) ||
    differs('extra-group-roles', request.extraGroupRoles)
  );
};
