// What a hook asked for about secrets, at its end. Each kind is refused as a whole with Juju's text; what came before it stays.
import { newRevision, nextRotation } from '../secret-values.ts';
import type { Secret, SecretGrant, SecretRevision } from '../state.ts';
import { applicationOfUnit, type Running } from './running.ts';
import type { PendingCreate, PendingRevoke, SecretDetails } from './secrets-pending.ts';
import { belongsTo, manages } from './secrets-view.ts';

/** Returns why the rest was not applied, or undefined. */
export const applyPendingSecrets = (running: Running): string | undefined => {
  const { creates, updates, grants, revokes, removes, trackLatest } = running.pending.secrets;
  const { secrets } = running.model;
  for (const create of creates.values()) {
    const failure = addOne(running, create);
    if (failure) return `creating secrets: ${failure}`;
  }
  for (const [id, details] of updates) {
    const failure = whyNot(running, id) ?? updateOne(running, secrets[id] as Secret, details);
    if (failure) return `updating secrets: ${failure}`;
  }
  for (const { id, grant } of grants) {
    const failure = whyNot(running, id);
    if (failure) return `granting secrets access: ${failure}`;
    addGrant(secrets[id] as Secret, grant);
  }
  for (const { id, subject } of revokes) {
    const failure = whyNot(running, id);
    if (failure) return `revoking secrets access: ${failure}`;
    const secret = secrets[id] as Secret;
    secret.grants = secret.grants.filter(grant => !isRevoked(grant, subject));
  }
  for (const { id, revision } of removes) {
    if (secrets[id] === undefined) continue; // removed twice
    const failure = whyNot(running, id);
    if (failure) return `removing secrets: ${failure}`;
    removeOne(running, secrets[id] as Secret, revision);
  }
  for (const id of trackLatest) {
    const secret = secrets[id];
    const consumer = secret?.consumers[running.unitName];
    if (secret && consumer) consumer.tracked = secret.latest;
  }
  return undefined;
};

/** The tools cannot tell everywhere who may change a secret; here it is known. */
const whyNot = (running: Running, id: string): string | undefined => {
  const secret = running.model.secrets[id];
  if (secret === undefined) return `secret "${id}" not found`;
  if (manages(running, secret.owner)) return undefined;
  const ofApplication = secret.owner.kind === 'application' && belongsTo(running, secret.owner);
  return ofApplication ? `"${running.unitName}" is not leader of "${running.applicationName}"` : 'permission denied';
};

const addOne = (running: Running, create: PendingCreate): string | undefined => {
  const { id, owner, content, label = '', description = '', rotate = 'never', expires } = create;
  if (owner.kind === 'application' && !manages(running, owner))
    return `"${running.unitName}" is not leader of "${running.applicationName}"`;
  if (isTaken(running, id, label)) return `secret with label ${JSON.stringify(label)} already exists`;
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

/** Labels are one name space for an application and its units. */
const isTaken = (running: Running, id: string, label: string): boolean =>
  label !== '' &&
  Object.values(running.model.secrets).some(secret => {
    const application = secret.owner.kind === 'unit' ? applicationOfUnit(secret.owner.name) : secret.owner.name;
    return secret.id !== id && secret.label === label && secret.owner.kind !== 'model' && application === running.applicationName;
  });

const updateOne = (running: Running, secret: Secret, details: SecretDetails): string | undefined => {
  const { label, description, rotate, expires, content } = details;
  if (label !== undefined && isTaken(running, secret.id, label)) return `secret with label ${JSON.stringify(label)} already exists`;
  const now = running.host.now();
  if (label !== undefined) secret.label = label;
  if (description !== undefined) secret.description = description;
  if (rotate !== undefined && rotate !== secret.rotate) {
    secret.rotate = rotate;
    const next = nextRotation(rotate, now);
    if (next === undefined) delete secret.nextRotate;
    else secret.nextRotate = next;
  }
  secret.updated = now;
  const current = secret.revisions.find(one => one.revision === secret.latest);
  const next = content && newRevision(secret.latest + 1, content, now);
  if (next && next.checksum !== current?.checksum) addRevision(secret, { ...next, ...(expires === undefined ? {} : { expires }) });
  else if (expires !== undefined && current) current.expires = expires;
  if (expires !== undefined) secret.expires = expires;
  return undefined;
};

/** A new revision begins without the expiry of the one before. */
const addRevision = (secret: Secret, revision: SecretRevision): void => {
  secret.revisions.push(revision);
  secret.latest = revision.revision;
  if (revision.expires === undefined) delete secret.expires;
};

const addGrant = (secret: Secret, grant: SecretGrant): void => {
  const known = secret.grants.find(one => one.kind === grant.kind && one.name === grant.name);
  if (known === undefined) secret.grants.push(grant);
  else if (grant.relation !== undefined) known.relation = grant.relation;
};

const isRevoked = (grant: SecretGrant, subject: PendingRevoke['subject']): boolean =>
  grant.kind === subject.kind
    ? grant.name === subject.name
    : subject.kind === 'application' && applicationOfUnit(grant.name) === subject.name;

const removeOne = (running: Running, secret: Secret, revision: number | undefined): void => {
  if (revision !== undefined) secret.revisions = secret.revisions.filter(one => one.revision !== revision);
  if (revision === undefined || secret.revisions.length === 0) {
    delete running.model.secrets[secret.id];
    return;
  }
  secret.latest = Math.max(...secret.revisions.map(one => one.revision));
};
