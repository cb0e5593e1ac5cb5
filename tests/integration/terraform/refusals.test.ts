// Wrong input that the modules refuse with a sentence.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Diagnostic, openWorkspace, type Workspace, whyNot } from './terraform.ts';

const reason = whyNot();
const given = { model_uuid: '6a4d1c0e-5a4b-4c6e-8f55-0d0f3f0c2b11', channel: '8/edge' };
const shards = { 'shard-a': {} };

/** The first lines of the errors; Terraform adds where the variable is. */
const sentencesOf = (diagnostics: readonly Diagnostic[]): (string | undefined)[] =>
  diagnostics.filter(({ severity }) => severity === 'error').map(({ detail }) => detail.split('\n')[0]);

if (reason !== undefined) {
  test.skip(`what the terraform modules refuse (${reason})`);
} else {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await openWorkspace();
    for (const module of ['mongodb', 'replica-set', 'sharded-cluster']) {
      expect(await workspace.run(join('terraform', module), 'init', '-input=false')).toMatchObject({ code: 0, stderr: '' });
    }
  });
  afterAll(() => workspace?.close());

  describe('refused with a sentence', () => {
    const units = 'A replica set has from 1 to 50 units, a whole number.';
    const refusals: [what: string, module: string, variables: Record<string, unknown>, sentence: string][] = [
      ['a role that does not exist', 'mongodb', { role: 'arbiter' }, 'The role is replication, config-server or shard.'],
      ['zero units', 'replica-set', { mongodb: { units: 0 } }, units],
      ['51 units', 'replica-set', { mongodb: { units: 51 } }, units],
      ['half a unit', 'replica-set', { mongodb: { units: 1.5 } }, units],
      ['a shard of no units', 'sharded-cluster', { shards: { 'shard-a': { units: 0 } } }, units],
      ['no shards', 'sharded-cluster', { shards: {} }, 'A sharded cluster has one shard or more.'],
      [
        'a shard with the name of the config server',
        'sharded-cluster',
        { shards: { 'config-server': {} } },
        'A shard has another name than the config server.',
      ],
      [
        'a role among the options',
        'replica-set',
        { mongodb: { config: { role: 'shard' } } },
        'The role is given with the variable role, not among the other options.',
      ],
      [
        'a name that Juju does not take',
        'replica-set',
        { mongodb: { app_name: 'Orders_1' } },
        "An application's name has small letters, digits and single hyphens, begins with a letter, and has a letter in each part.",
      ],
      [
        'a model by its name',
        'replica-set',
        { model_uuid: 'shop' },
        'The model is named by its UUID, for example 6a4d1c0e-5a4b-4c6e-8f55-0d0f3f0c2b11, and not by its name.',
      ],
      [
        'a channel without a track',
        'replica-set',
        { channel: 'edge' },
        'A channel is written track/risk, where the risk is stable, candidate, beta or edge.',
      ],
      ['a base that the charm does not have', 'replica-set', { base: 'ubuntu@20.04' }, 'The charm runs on ubuntu@22.04 and ubuntu@24.04.'],
      ['a negative revision', 'replica-set', { mongodb: { revision: -1 } }, 'A revision is a whole number, 0 or more.'],
      ['another storage', 'replica-set', { mongodb: { storage_directives: { data: '1G' } } }, 'The charm has one storage, mongodb.'],
      [
        'another endpoint',
        'replica-set',
        { mongodb: { endpoint_bindings: [{ space: 'internal', endpoint: 'db' }] } },
        "The charm's endpoints are database-peers, database, config-server, cluster and sharding.",
      ],
      [
        'another endpoint of the router',
        'sharded-cluster',
        { shards, mongos: { endpoint_bindings: [{ space: 'internal', endpoint: 'database' }] } },
        "The charm's endpoints are router-peers, mongos_proxy and cluster.",
      ],
      [
        'a data-integrator without a database',
        'replica-set',
        { data_integrator: { database_name: '' } },
        'The data-integrator needs the name of a database.',
      ],
    ];

    test.each(refusals)('%s', async (_, module, variables, sentence) => {
      const { diagnostics } = await workspace.plan(join('terraform', module), { ...given, ...variables });
      expect(sentencesOf(diagnostics)).toContain(sentence);
      expect(new Set(sentencesOf(diagnostics)).size).toBe(1);
    });
  });
}
