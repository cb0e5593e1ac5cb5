// Secrets as the client shows them. Pure.
import type { Model, Secret, SecretGrant } from '../../state.ts';
import { unitTag } from '../text/names.ts';
import { layTable } from '../text/table.ts';
import { ageOf, wholeSecond } from '../text/times.ts';

export type ShowOptions = { revision?: number; revisions: boolean; reveal: boolean; json: boolean };

/** The table of `juju secrets`. */
export function secretsTable(secrets: readonly Secret[], now: string): string {
  return layTable(
    [
      ['ID', 'Name', 'Owner', 'Rotation', 'Revision', 'Last updated'],
      ...secrets.map(secret => [
        secret.id,
        secret.name === '' ? '-' : secret.name,
        ownerOf(secret),
        secret.rotate,
        String(secret.latest),
        ageOf(secret.updated, now),
        '',
      ]),
    ],
    { right: [4] },
  );
}

/** One secret of `juju secrets --format json`. */
export function summaryOf(secret: Secret): Record<string, unknown> {
  return { revision: secret.latest, ...facts(secret, secret.latest) };
}

/** One secret of `juju show-secret`, keys in the order printed. */
export function describeSecret(model: Model, secret: Secret, options: ShowOptions): Record<string, unknown> {
  const number = options.revision ?? secret.latest;
  const revision = secret.revisions.find(one => one.revision === number);
  const access = secret.grants.map(grant => describeGrant(model, secret, grant));
  const content = Object.fromEntries(
    Object.entries(revision?.content ?? {})
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );
  return {
    revision: number,
    ...(options.reveal && revision?.checksum ? { checksum: revision.checksum } : {}),
    ...facts(secret, number),
    ...(options.revisions ? { revisions: secret.revisions.map(describeRevision) } : {}),
    ...(options.reveal ? { content: options.json ? { Data: content } : content } : {}),
    ...(access.length === 0 ? {} : { access }),
  };
}

/** By id, any form of URI, name of a user secret, or owner's label. */
export function findSecret(model: Model, text: string): Secret | undefined {
  const id = text.startsWith('secret:') ? (text.split(/[:/]/).at(-1) ?? '') : text;
  const all = Object.values(model.secrets);
  return model.secrets[id] ?? all.find(secret => secret.name === text) ?? all.find(secret => secret.label === text);
}

function facts(secret: Secret, revision: number): Record<string, unknown> {
  const expires = secret.revisions.find(one => one.revision === revision)?.expires ?? secret.expires;
  return {
    ...(expires === undefined ? {} : { expires: wholeSecond(expires) }),
    ...(secret.rotate === 'never' ? {} : { rotation: secret.rotate }),
    ...(secret.nextRotate === undefined ? {} : { rotates: wholeSecond(secret.nextRotate) }),
    owner: ownerOf(secret),
    ...(secret.description === '' ? {} : { description: secret.description }),
    ...(secret.name === '' ? {} : { name: secret.name }),
    ...(secret.label === '' ? {} : { label: secret.label }),
    created: wholeSecond(secret.created),
    updated: wholeSecond(secret.updated),
  };
}

function describeRevision(one: Secret['revisions'][number]): Record<string, unknown> {
  return {
    revision: one.revision,
    backend: 'internal',
    created: wholeSecond(one.created),
    updated: wholeSecond(one.updated),
    ...(one.expires === undefined ? {} : { expires: wholeSecond(one.expires) }),
  };
}

function describeGrant(model: Model, secret: Secret, grant: SecretGrant): Record<string, string> {
  const relation = grant.relation === undefined ? undefined : model.relations[String(grant.relation)];
  const scope =
    relation !== undefined
      ? `relation-${relation.key.replaceAll(':', '.').replace(' ', '#')}`
      : secret.owner.kind === 'model'
        ? `model-${model.uuid}`
        : `${secret.owner.kind}-${secret.owner.name.replace('/', '-')}`;
  return { target: grant.kind === 'unit' ? unitTag(grant.name) : `application-${grant.name}`, scope, role: 'view' };
}

function ownerOf(secret: Secret): string {
  return secret.owner.kind === 'model' ? '<model>' : secret.owner.name;
}
