// Secrets as the unit of a running hook sees them: which it manages, which it may read, by id and by label, its own pending changes included.
import type { Secret, SecretGrant, Values } from '../state.ts';
import { ToolError, UsageError } from './errors.ts';
import { isLeader, type Running } from './running.ts';
import type { PendingCreate } from './secrets-pending.ts';

/** The bare id in `secret:<id>`, `secret://<uuid>/<id>` or `<id>`. @throws {UsageError} */
export const parseSecretId = (text: string): string => parseSecretUri(text).id;

/** The same with the model that the URI names. @throws {UsageError} */
export const parseSecretUri = (text: string): { id: string; model?: string } => {
  const [, model, id] = /^(?:secret:(?:\/\/([0-9a-f-]{36})\/)?)?([0-9a-v]{20})$/.exec(text) ?? [];
  if (id === undefined) throw new UsageError(`secret URI ${JSON.stringify(text)} not valid`);
  return { id, ...(model === undefined ? {} : { model }) };
};

/** The leader manages the application's secrets, each unit its own. */
export const manages = (running: Running, owner: Secret['owner']): boolean =>
  owner.kind === 'unit'
    ? owner.name === running.unitName
    : owner.kind === 'application' && owner.name === running.applicationName && isLeader(running);

/** Of the unit or its application, whoever may change it. */
export const belongsTo = (running: Running, owner: Secret['owner']): boolean =>
  owner.kind === 'unit' ? owner.name === running.unitName : owner.kind === 'application' && owner.name === running.applicationName;

/** Will be removed, or one of its revisions: Juju no longer shows it to its owner in this hook. */
export const isRemoved = (running: Running, id: string): boolean => running.pending.secrets.removes.has(id);

/** Ids of what the unit manages, pending ones included. */
export const managedIds = (running: Running): string[] => {
  const stored = Object.values(running.model.secrets).filter(secret => manages(running, secret.owner));
  return [...stored.map(secret => secret.id), ...running.pending.secrets.creates.keys()].filter(id => !isRemoved(running, id)).sort();
};

export type Found = { stored: Secret } | { pending: PendingCreate };

/** What a label means to the unit: an owned secret first, then one made in this hook, then the label that the unit gave to another's. */
export const byLabel = (running: Running, label: string): Found | undefined => {
  const stored = Object.values(running.model.secrets);
  const owned = stored.find(secret => belongsTo(running, secret.owner) && ownerLabel(running, secret) === label);
  if (owned) return { stored: owned };
  const pending = [...running.pending.secrets.creates.values()].find(create => create.label === label);
  if (pending) return { pending };
  const consumed = stored.find(secret => secret.consumers[running.unitName]?.label === label);
  return consumed && { stored: consumed };
};

export const byId = (running: Running, id: string): Found | undefined => {
  const pending = running.pending.secrets.creates.get(id);
  if (pending) return { pending };
  const stored = running.model.secrets[id];
  return stored && { stored };
};

/** What the unit may change and has not removed. */
export const managed = (running: Running, id: string): Found | undefined => {
  const found = isRemoved(running, id) ? undefined : byId(running, id);
  if (found === undefined) return undefined;
  return manages(running, 'pending' in found ? found.pending.owner : found.stored.owner) ? found : undefined;
};

/** The owner's label with the change of this hook. */
export const ownerLabel = (running: Running, secret: Secret): string =>
  running.pending.secrets.updates.get(secret.id)?.label ?? secret.label;

/** @throws {ToolError} when the secret was not granted to the unit or its application. */
export const checkReadable = (running: Running, secret: Secret): void => {
  if (belongsTo(running, secret.owner)) return;
  if (!secret.grants.some(grant => covers(running, grant))) throw new ToolError('permission denied');
};

const covers = (running: Running, grant: SecretGrant): boolean =>
  grant.kind === 'unit' ? grant.name === running.unitName : grant.name === running.applicationName;

/** The content the unit gets: of the revision that it follows, or of the newest. The caller moves what is followed. */
export const contentOf = (running: Running, secret: Secret, newest: boolean): Values => {
  const update = running.pending.secrets.updates.get(secret.id)?.content;
  if (update && newest) return update;
  const tracked = secret.consumers[running.unitName]?.tracked;
  const number = newest || tracked === undefined ? secret.latest : tracked;
  const revision = secret.revisions.find(one => one.revision === number);
  if (revision === undefined) throw new ToolError(`secret revision "${secret.id}/${number}" not found`);
  return revision.content;
};
