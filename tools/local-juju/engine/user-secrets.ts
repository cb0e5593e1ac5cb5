// Secrets that a user makes: added, changed, granted to applications, removed.
import { JujuError, type LiveModel } from '../contract.ts';
import { newRevision, newSecretId } from '../secret-values.ts';
import type { Model, Secret } from '../state.ts';

/** @returns the secret's id. @throws {JujuError} */
export const addSecret = (model: Model, request: Parameters<LiveModel['addSecret']>[0], now: string): string => {
  refuseTakenName(model, request.name);
  const id = newSecretId();
  model.secrets[id] = {
    id,
    owner: { kind: 'model', name: model.uuid },
    label: '',
    name: request.name,
    description: request.description,
    rotate: 'never',
    created: now,
    updated: now,
    autoPrune: false,
    latest: 1,
    revisions: [newRevision(1, request.content, now)],
    grants: [],
    consumers: {},
  };
  return id;
};

/** Equal content makes no new revision. @throws {JujuError} */
export const updateSecret = (model: Model, nameOrId: string, request: Parameters<LiveModel['updateSecret']>[1], now: string): void => {
  const secret = userSecret(model, nameOrId);
  if (request.newName !== undefined && request.newName !== secret.name) {
    refuseTakenName(model, request.newName);
    secret.name = request.newName;
  }
  if (request.description !== undefined) secret.description = request.description;
  if (request.autoPrune !== undefined) secret.autoPrune = request.autoPrune;
  secret.updated = now;
  if (request.content === undefined) return;
  const revision = newRevision(secret.latest + 1, request.content, now);
  if (secret.revisions.some(one => one.revision === secret.latest && one.checksum === revision.checksum)) return;
  secret.revisions.push(revision);
  secret.latest = revision.revision;
};

/** @throws {JujuError} */
export const grantSecret = (model: Model, nameOrId: string, applications: readonly string[], revoke: boolean): void => {
  const secret = userSecret(model, nameOrId);
  for (const name of applications) if (!model.applications[name]) throw new JujuError(`application "${name}" not found`);
  secret.grants = secret.grants.filter(grant => !applications.includes(grant.name));
  if (!revoke) secret.grants.push(...applications.map(name => ({ kind: 'application' as const, name })));
};

/** One revision, whose number is never given again, or the whole secret. @throws {JujuError} */
export const removeSecret = (model: Model, nameOrId: string, revision: number | undefined): void => {
  const secret = userSecret(model, nameOrId);
  if (revision === undefined) {
    delete model.secrets[secret.id];
    return;
  }
  if (!secret.revisions.some(one => one.revision === revision)) throw new JujuError(`secret revision ${revision} not found`);
  secret.revisions = secret.revisions.filter(one => one.revision !== revision);
  if (secret.revisions.length === 0) delete model.secrets[secret.id];
};

const userSecret = (model: Model, nameOrId: string): Secret => {
  const id = nameOrId.replace(/^secret:(\/\/[^/]*\/)?/, '');
  const secret = Object.values(model.secrets).find(one => one.owner.kind === 'model' && (one.id === id || one.name === nameOrId));
  if (secret === undefined) throw new JujuError(`secret "${nameOrId}" not found`);
  return secret;
};

const refuseTakenName = (model: Model, name: string): void => {
  if (Object.values(model.secrets).some(secret => secret.owner.kind === 'model' && secret.name === name)) {
    throw new JujuError(`secret with name "${name}" already exists`);
  }
};
