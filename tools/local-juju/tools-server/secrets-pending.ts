// What a hook has asked for about secrets and what waits for its end, and how one wish changes the earlier ones.
import type { Secret, SecretGrant, Values } from '../state.ts';

/** What secret-add and secret-set may say besides the content; undefined leaves a thing as it is. */
export type SecretDetails = {
  label?: string;
  description?: string;
  rotate?: Secret['rotate'];
  expires?: string;
  content?: Values; // key -> base64; replaces the whole content
};
export type PendingCreate = SecretDetails & { id: string; owner: Secret['owner']; content: Values };
/** An application's revoke takes its units' grants along. */
export type RevokeSubject = { kind: SecretGrant['kind']; name: string };

export type PendingSecrets = {
  creates: Map<string, PendingCreate>; // by id
  updates: Map<string, SecretDetails>; // by id
  grants: Map<string, Map<number, SecretGrant>>; // by id and relation: the last one counts
  revokes: Map<string, RevokeSubject[]>; // by id
  removes: Map<string, number[] | 'all'>; // by id: revisions
  trackLatest: Set<string>; // ids whose new revision the unit has read with --refresh
};

export const noSecretsPending = (): PendingSecrets => ({
  creates: new Map(),
  updates: new Map(),
  grants: new Map(),
  revokes: new Map(),
  removes: new Map(),
  trackLatest: new Set(),
});

/** Takes back an earlier removal. */
export const noteUpdate = (pending: PendingSecrets, id: string, details: SecretDetails): void => {
  pending.removes.delete(id);
  const create = pending.creates.get(id);
  if (create) Object.assign(create, details);
  else pending.updates.set(id, { ...pending.updates.get(id), ...details });
};

export const noteGrant = (pending: PendingSecrets, id: string, relation: number, grant: SecretGrant): void => {
  pending.grants.set(id, (pending.grants.get(id) ?? new Map()).set(relation, grant));
};

export const noteRevoke = (pending: PendingSecrets, id: string, subject: RevokeSubject): void => {
  pending.revokes.set(id, [...(pending.revokes.get(id) ?? []), subject]);
};

/** Forgets whatever else the hook wanted of the secret, also when only a revision is removed. @param revision all without it */
export const noteRemove = (pending: PendingSecrets, id: string, revision: number | undefined): void => {
  pending.updates.delete(id);
  pending.grants.delete(id);
  pending.revokes.delete(id);
  pending.trackLatest.delete(id);
  if (pending.creates.delete(id)) return;
  const known = pending.removes.get(id) ?? [];
  pending.removes.set(id, known === 'all' || revision === undefined ? 'all' : [...known, revision]);
};
