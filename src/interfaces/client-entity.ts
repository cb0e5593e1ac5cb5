// The part of a client's request that is about entities: a user or a group by name, and permissions one by one.
import * as z from 'zod/mini';
import type { Bag } from '../core/observed.ts';
import { readJson } from './json.ts';

/** What may be done to a database or to one of its collections. The words are the client's. */
export type Permission = { readonly name: string; readonly type: string; readonly privileges: readonly string[] };

export type Entity = {
  /** A group is a role of MongoDB: nobody logs in as it, and whoever may manage users can give it to them. */
  readonly entityType?: 'USER' | 'GROUP';
  /** Roles that the group has. */
  readonly extraGroupRoles: readonly string[];
  readonly permissions: readonly Permission[];
  /** URI of the secret with the name that the client wishes for. */
  readonly wishSecret?: string;
};

const permissions = z.array(z.object({ resource_name: z.string(), resource_type: z.string(), privileges: z.array(z.string()) }));

/** A problem is a sentence. */
export function decodeEntity(remote: Bag): Entity | { readonly problem: string } {
  const type = remote['entity-type'] || undefined;
  if (type !== undefined && type !== 'USER' && type !== 'GROUP')
    return { problem: `asks for an entity of type ${JSON.stringify(type)}; ask for USER or GROUP` };
  if (type !== 'GROUP' && remote['extra-group-roles'])
    return { problem: 'asks for extra-group-roles of something that is no group; ask for entity-type GROUP, or for extra-user-roles' };
  if (type === 'GROUP' && remote['extra-user-roles']) return { problem: 'asks for extra-user-roles of a group; ask for extra-group-roles' };
  const asked = readJson(remote['entity-permissions'] || '[]', permissions);
  if (asked === undefined)
    return { problem: 'entity-permissions is not a JSON list of resource_name, resource_type and privileges; correct it' };
  if (type === undefined && asked.length > 0)
    return { problem: 'asks for entity-permissions of no entity; ask for entity-type USER or GROUP' };
  const wish = remote['requested-entity-secret'];
  return {
    ...(type === undefined ? {} : { entityType: type }),
    extraGroupRoles: rolesIn(remote['extra-group-roles']),
    permissions: asked.map(one => ({ name: one.resource_name, type: one.resource_type, privileges: one.privileges })),
    ...(wish ? { wishSecret: wish } : {}),
  };
}

/** Names in a list that is written with commas. */
export const rolesIn = (text = ''): readonly string[] =>
  text
    .split(',')
    .map(role => role.trim())
    .filter(role => role !== '');

/** The name that the client wishes for, and perhaps the password. */
export type Wish = { readonly name: string; readonly password?: string };

export function decodeWish(content: Bag | undefined): Wish | undefined {
  const name = content?.['entity-name'];
  if (!name) return undefined;
  const { password } = content;
  return password ? { name, password } : { name };
}
