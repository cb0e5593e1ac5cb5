// What a hook has asked for about secrets and what waits for its end. Types only.
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
export type PendingGrant = { id: string; grant: SecretGrant };
/** An application's revoke takes its units' grants along. */
export type PendingRevoke = { id: string; subject: { kind: SecretGrant['kind']; name: string } };
export type PendingRemove = { id: string; revision?: number };

export type PendingSecrets = {
  creates: Map<string, PendingCreate>; // by id
  updates: Map<string, SecretDetails>; // by id
  grants: PendingGrant[];
  revokes: PendingRevoke[];
  removes: PendingRemove[];
  trackLatest: Set<string>; // ids whose new revision the unit has read with --refresh
};
