// What the tools of a unit say of another model: secrets that were granted to it there, and the relation itself.
import { beforeEach, describe, expect, test } from 'vitest';
import { remoteApplicationName } from '../../../../tools/local-juju/cross-model.ts';
import { linkModels } from '../../../../tools/local-juju/engine/link-models.ts';
import { nextSecretHook } from '../../../../tools/local-juju/engine/secret-events.ts';
import type { Model } from '../../../../tools/local-juju/state.ts';
import { addSecret, since } from '../commands/world.ts';
import { kitModel, relationHook, type World, world } from './kit.ts';

const id = '0000000000000000000o';
const refused = 'ERROR permission denied\n= 1';
let offering: Model;
let consuming: Model;
let kit: World;
let uri: string;
let reader: string;

/** req of this model may read a secret of the other one, and has its relation 1 with an offer of it. */
beforeEach(() => {
  offering = { ...kitModel(), name: 'prod', uuid: '22222222-6a80-4a1c-8f0f-0d6f1d1f7a11' };
  consuming = kitModel();
  reader = remoteApplicationName(consuming, 'req');
  uri = `secret://${offering.uuid}/${id}`;
  addSecret(offering, id, { label: 'ours', grants: [{ kind: 'application', name: reader, relation: 1 }] });
  consuming.relations[1]!.remote = { role: 'consuming', model: offering.uuid, offer: 'x', relation: 1 };
  kit = world(consuming);
  kit.host.otherModel = uuid => (uuid === offering.uuid ? { model: offering, changed: () => undefined } : undefined);
});
const newRevision = (password: string) => {
  const secret = offering.secrets[id]!;
  secret.latest += 1;
  secret.revisions.push({
    ...secret.revisions[0]!,
    revision: secret.latest,
    content: { password: Buffer.from(password).toString('base64') },
  });
  linkModels([offering, consuming], false, since);
};
const changedHook = () => nextSecretHook(consuming, consuming.units['req/0']!, since).hook;

describe('a secret of another model', () => {
  test('is read by its URI, then by the label that the unit gave it', async () => {
    expect(await kit.hook('req/0', [`secret-get ${uri} --label mine`, 'secret-get --label mine'])).toEqual([
      'password: one\n',
      'password: one\n',
    ]);
    expect(offering.secrets[id]!.consumers).toEqual({ [`${reader}/0`]: { label: '', tracked: 1 } });
  });

  test('a new revision is followed once it is asked for, and secret-changed names it by its URI', async () => {
    await kit.hook('req/0', [`secret-get ${uri} --label mine`]);
    expect(changedHook()).toBeUndefined();
    newRevision('two');
    expect(changedHook()).toEqual({ name: 'secret-changed', kind: 'secret', secret: { id: uri, label: 'mine' } });
    const lines = [
      `secret-get ${uri}`,
      `secret-get ${uri} --peek`,
      `secret-get ${uri}`,
      `secret-get ${uri} --refresh`,
      `secret-get ${uri}`,
    ];
    expect(await kit.hook('req/0', lines)).toEqual(['one', 'two', 'one', 'two', 'two'].map(word => `password: ${word}\n`));
    expect(offering.secrets[id]!.consumers[`${reader}/0`]!.tracked).toBe(2);
    expect(changedHook()).toBeUndefined();
  });

  test('nobody else reads it, and once revoked or removed nobody does, by URI or label', async () => {
    expect(await kit.hook('prov/0', [`secret-get ${uri}`])).toEqual([refused]);
    await kit.hook('req/0', [`secret-get ${uri} --label mine`]);
    offering.secrets[id]!.grants = [];
    newRevision('two');
    expect(changedHook()).toBeUndefined();
    expect(await kit.hook('req/0', [`secret-get ${uri}`, 'secret-get --label mine'])).toEqual([refused, refused]);
    delete offering.secrets[id];
    expect(await kit.hook('req/0', [`secret-get ${uri}`])).toEqual([refused]);
    linkModels([offering, consuming], false, since);
    expect(consuming.remoteSecrets).toEqual({});
  });

  test('without the model in its URI it is looked for in the own model', async () => {
    expect(await kit.hook('req/0', [`secret-get secret:${id}`])).toEqual([`ERROR secret "secret:${id}" not found\n= 1`]);
  });

  test('a label that another secret has already is refused', async () => {
    addSecret(consuming, '0000000000000000000u', { label: 'mine', owner: { kind: 'unit', name: 'req/0' } });
    expect(await kit.hook('req/0', [`secret-get ${uri} --label mine`])).toEqual([expect.stringContaining('already exists')]);
  });
});

describe('a relation across models', () => {
  const hook = () => relationHook('broken', 1, 'db', 'prov');
  test('relation-model-get names the other model', async () => {
    expect(await kit.hook('req/0', ['relation-model-get'], hook())).toEqual([`uuid: ${offering.uuid}\n`]);
  });

  test('suspended, it is not listed even in its own hook, and can be written there', async () => {
    consuming.relations[1]!.suspended = '';
    expect(await kit.hook('req/0', ['relation-ids db', 'relation-set -r 1 a=b', 'relation-get -r 1 a req/0'], hook())).toEqual([
      '',
      '',
      'b\n',
    ]);
  });

  test('goal-state names an offer by its URL, and leaves out who consumes one', async () => {
    consuming.remoteApplications.prov = {
      name: 'prov',
      model: offering.uuid,
      offer: 'x',
      url: 'admin/prod.prov',
      endpoints: [],
      life: 'alive',
      created: since,
    };
    const [consumer = ''] = await kit.hook('req/0', ['goal-state --format=json']);
    expect(Object.keys(JSON.parse(consumer).relations.db)).toContain('admin/prod.prov');
    consuming.relations[1]!.remote!.role = 'offering';
    const [offerer = ''] = await kit.hook('prov/0', ['goal-state --format=json']);
    expect(JSON.parse(offerer).relations).toEqual({});
  });
});
