// What a hook asked for about secrets, at its end. Within each kind all are tried; one that is refused ends the commit after its
// kind, and what was done before stays.
import { newRevision, nextRotation, setNextRotation } from '../secret-values.ts';
import type { Secret, SecretGrant, SecretRevision } from '../state.ts';
import { applicationOfUnit, type Running } from './running.ts';
import { ownerLabelTaken } from './secret-labels.ts';
import type { PendingCreate, RevokeSubject, SecretDetails } from './secrets-pending.ts';
import { belongsTo, manages } from './secrets-view.ts';

/** Returns why the rest was not applied, or undefined. */
export const applyPendingSecrets = (running: Running): string | undefined => {
  const { creates, updates, grants, revokes, removes, trackLatest } = running.pending.secrets;
  /** Does something with each secret that the unit may change; failures begin with what was being done. */
  const each = <T>(doing: string, wishes: ReadonlyMap<string, T>, apply: (secret: Secret, wish: T) => string | undefined) => {
    const failures = [...wishes].map(([id, wish]) => {
      const secret = running.model.secrets[id];
      return secret === undefined ? `secret "secret:${id}" not found` : (whyNot(running, secret) ?? apply(secret, wish));
    });
    return combined(doing, failures);
  };
  return (
    combined(
      'creating secrets',
      [...creates.values()].map(create => addOne(running, create)),
    ) ??
    each('updating secrets', updates, (secret, details) => updateOne(running, secret, details)) ??
    trackNewest(running, trackLatest) ??
    each('granting secrets access', grants, addGrants) ??
    each('revoking secrets access', revokes, revokeAll) ??
    each('removing secrets', removes, (secret, revisions) => removeOne(running, secret, revisions))
  );
};

const combined = (doing: string, failures: readonly (string | undefined)[]): string | undefined => {
  const texts = failures.filter(failure => failure !== undefined);
  return texts.length === 0 ? undefined : `${doing}: ${texts.join('\n')}`;
};

/** The tools cannot tell everywhere who may change a secret; here it is known. */
const whyNot = (running: Running, { owner }: { owner: Secret['owner'] }): string | undefined => {
  if (manages(running, owner)) return undefined;
  const ofApplication = owner.kind === 'application' && belongsTo(running, owner);
  return ofApplication ? `"${running.unitName}" is not leader of "${running.applicationName}"` : 'permission denied';
};

const addOne = (running: Running, create: PendingCreate): string | undefined => {
  const { id, owner, content, label = '', description = '', rotate = 'never', expires } = create;
  const failure = whyNot(running, create) ?? labelTaken(running, id, owner, label);
  if (failure !== undefined) return failure;
  const now = running.host.now();
  const nextRotate = nextRotation(rotate, now);
  running.model.secrets[id] = {
    id,
    owner,
    label,
    name: '',
    description,
    rotate,
    ...(nextRotate === undefined ? {} : { nextRotate }),
    ...(expires === undefined ? {} : { expires }),
    created: now,
    updated: now,
    autoPrune: false,
    latest: 1,
    revisions: [{ ...newRevision(1, content, now), ...(expires === undefined ? {} : { expires }) }],
    grants: [],
    consumers: {},
  };
  return undefined;
};

const labelTaken = (running: Running, id: string, owner: Secret['owner'], label: string): string | undefined =>
  label !== '' && ownerLabelTaken(running.model, id, owner, label) !== undefined
    ? `secret with label ${JSON.stringify(label)} already exists`
    : undefined;

const updateOne = (running: Running, secret: Secret, details: SecretDetails): string | undefined => {
  const { label, description, rotate, expires, content } = details;
  const failure = label === undefined || label === secret.label ? undefined : labelTaken(running, secret.id, secret.owner, label);
  if (failure !== undefined) return failure;
  const now = running.host.now();
  if (label !== undefined) secret.label = label;
  if (description !== undefined) secret.description = description;
  if (rotate !== undefined && rotate !== secret.rotate) {
    secret.rotate = rotate;
    setNextRotation(secret, now);
  }
  secret.updated = now;
  const current = secret.revisions.find(one => one.revision === secret.latest);
  const next = content && newRevision(secret.latest + 1, content, now);
  if (next && next.checksum !== current?.checksum) addRevision(secret, { ...next, ...(expires === undefined ? {} : { expires }) });
  else if (expires !== undefined && current) {
    current.expires = expires;
    delete current.expiryDue;
  }
  if (expires !== undefined) secret.expires = expires;
  return undefined;
};

/** A new revision begins without the expiry of the one before. */
const addRevision = (secret: Secret, revision: SecretRevision): void => {
  secret.revisions.push(revision);
  secret.latest = revision.revision;
  if (revision.expires === undefined) delete secret.expires;
};

const trackNewest = (running: Running, ids: ReadonlySet<string>): undefined => {
  for (const id of ids) {
    const secret = running.model.secrets[id];
    if (secret) secret.consumers[running.unitName] = { label: '', ...secret.consumers[running.unitName], tracked: secret.latest };
  }
};

const addGrants = (secret: Secret, grants: ReadonlyMap<number, SecretGrant>): undefined => {
  for (const grant of grants.values()) {
    const known = secret.grants.find(one => one.kind === grant.kind && one.name === grant.name);
    if (known === undefined) secret.grants.push(grant);
    else if (grant.relation !== undefined) known.relation = grant.relation;
  }
};

const revokeAll = (secret: Secret, subjects: readonly RevokeSubject[]): undefined => {
  secret.grants = secret.grants.filter(grant => !subjects.some(subject => isRevoked(grant, subject)));
};

const isRevoked = (grant: SecretGrant, subject: RevokeSubject): boolean =>
  grant.kind === subject.kind
    ? grant.name === subject.name
    : subject.kind === 'application' && applicationOfUnit(grant.name) === subject.name;

/** Unknown revisions are passed over; without its last revision the secret is gone. */
const removeOne = (running: Running, secret: Secret, revisions: readonly number[] | 'all'): undefined => {
  secret.revisions = revisions === 'all' ? [] : secret.revisions.filter(one => !revisions.includes(one.revision));
  if (secret.revisions.length === 0) delete running.model.secrets[secret.id];
};
