// What the two products plan, and that Juju takes it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectFolder } from '../../support/project.ts';
import { openWorkspace, type Plan, type Planned, type Workspace, whyNot } from './terraform.ts';

const reason = whyNot();
const given = { model_uuid: '6a4d1c0e-5a4b-4c6e-8f55-0d0f3f0c2b11', channel: '8/edge' };
const shards = { 'shard-a': {}, 'shard-b': { units: 5 } };

type Endpoint = { interface: string; scope?: string };
type Metadata = Record<'provides' | 'requires', Record<string, Endpoint> | undefined> & { subordinate?: boolean };

const metadata = (path: string): Metadata => load(readFileSync(join(projectFolder, path, 'metadata.yaml'), 'utf8')) as Metadata;
const charms: Record<string, Metadata> = {
  mongodb: metadata('.'),
  mongos: metadata('mongos'),
  'data-integrator': metadata('tests/charms/data-integrator'),
};

/** The planned applications by their names, without what is not said or known. */
const applicationsOf = ({ resources }: Plan): Record<string, Record<string, unknown>> =>
  Object.fromEntries(
    resources
      .filter(({ type }) => type === 'juju_application')
      .map(({ values }) => {
        const { charm, name, ...rest } = values as { charm: Record<string, unknown>[]; name: string };
        return [name, { charm: said(charm[0]!), ...said(rest) }];
      }),
  );

const said = (values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0)));

/** The planned integrations as `application:endpoint application:endpoint`. */
const integrationsOf = ({ resources }: Plan): string[] =>
  resources
    .filter(({ type }) => type === 'juju_integration')
    .map(resource =>
      sidesOf(resource)
        .map(({ name, endpoint }) => `${name}:${endpoint}`)
        .sort()
        .join(' '),
    )
    .sort();

const sidesOf = ({ values }: Planned) => values.application as { name: string; endpoint: string }[];

/** Whether Juju takes each integration: one charm provides what the other requires. */
const expectIntegrable = (plan: Plan): void => {
  const applications = applicationsOf(plan);
  const integrations = plan.resources.filter(({ type }) => type === 'juju_integration');
  for (const integration of integrations) {
    const sides = sidesOf(integration).map(({ name, endpoint }) => {
      const charm = charms[(applications[name]!.charm as { name: string }).name]!;
      return { provided: charm.provides?.[endpoint], required: charm.requires?.[endpoint] };
    });
    expect(sides.filter(({ provided }) => provided !== undefined)).toHaveLength(1);
    expect(sides.filter(({ required }) => required !== undefined)).toHaveLength(1);
    expect(new Set(sides.map(({ provided, required }) => (provided ?? required)!.interface)).size).toBe(1);
  }
};

if (reason !== undefined) {
  test.skip(`what the terraform modules plan (${reason})`);
} else {
  let workspace: Workspace;
  const plan = (product: string, variables: Record<string, unknown>) =>
    workspace.plan(join('terraform', product), { ...given, ...variables });
  beforeAll(async () => {
    workspace = await openWorkspace();
    for (const product of ['replica-set', 'sharded-cluster']) {
      expect(await workspace.run(join('terraform', product), 'init', '-input=false')).toMatchObject({ code: 0, stderr: '' });
    }
  });
  afterAll(() => workspace?.close());

  describe('a replica set', () => {
    test('is one application of three units', async () => {
      const planned = await plan('replica-set', {});
      expect(planned.diagnostics).toEqual([]);
      expect(applicationsOf(planned)).toEqual({
        mongodb: {
          charm: { name: 'mongodb', channel: '8/edge', base: 'ubuntu@24.04' },
          model_uuid: given.model_uuid,
          units: 3,
          config: { role: 'replication' },
        },
      });
      expect(integrationsOf(planned)).toEqual([]);
      expect(planned.outputs).toEqual({ app_name: 'mongodb', provides: { database: 'database' }, data_integrator: null });
    });

    test('is as its variables say, and has a data-integrator', async () => {
      const planned = await plan('replica-set', {
        base: 'ubuntu@22.04',
        mongodb: {
          app_name: 'orders',
          charm_name: 'our-mongodb',
          revision: 7,
          units: 5,
          config: { 'cache-size-mb': 2048 },
          constraints: 'cores=4 mem=16G',
          storage_directives: { mongodb: 'ebs,200G' },
          endpoint_bindings: [{ space: 'internal' }, { space: 'clients', endpoint: 'database' }],
        },
        data_integrator: { database_name: 'shop', extra_user_roles: 'admin' },
      });
      expect(planned.diagnostics).toEqual([]);
      expect(applicationsOf(planned)).toEqual({
        orders: {
          charm: { name: 'our-mongodb', channel: '8/edge', revision: 7, base: 'ubuntu@22.04' },
          model_uuid: given.model_uuid,
          units: 5,
          config: { role: 'replication', 'cache-size-mb': '2048' },
          constraints: 'cores=4 mem=16G',
          storage_directives: { mongodb: 'ebs,200G' },
          endpoint_bindings: expect.arrayContaining([
            { space: 'internal', endpoint: null },
            { space: 'clients', endpoint: 'database' },
          ]),
        },
        'data-integrator': {
          charm: { name: 'data-integrator', channel: 'latest/stable' },
          model_uuid: given.model_uuid,
          config: { 'database-name': 'shop', 'extra-user-roles': 'admin' },
        },
      });
      expect(integrationsOf(planned)).toEqual(['data-integrator:mongodb orders:database']);
      expect(planned.outputs).toMatchObject({ app_name: 'orders', data_integrator: 'data-integrator' });
    });

    test('its integration is one that Juju takes', async () => {
      const planned = await plan('replica-set', { data_integrator: { database_name: 'shop' } });
      expect(integrationsOf(planned)).toHaveLength(1);
      expectIntegrable(planned);
    });

    test.each([2, 6])('of %i units is planned with a warning', async units => {
      const planned = await plan('replica-set', { mongodb: { units } });
      expect(applicationsOf(planned).mongodb).toMatchObject({ units });
      expect(planned.diagnostics).toMatchObject([
        {
          severity: 'warning',
          detail: `With ${units} units, mongodb survives the loss of no more members than with one fewer. An odd number is best.`,
        },
      ]);
    });

    test('of eight units is planned without one, for seven vote', async () => {
      expect((await plan('replica-set', { mongodb: { units: 8 } })).diagnostics).toEqual([]);
    });
  });

  describe('a sharded cluster', () => {
    test('is a config server, its shards, and routers', async () => {
      const planned = await plan('sharded-cluster', { shards });
      expect(planned.diagnostics).toEqual([]);
      const charm = { name: 'mongodb', channel: '8/edge', base: 'ubuntu@24.04' };
      const { model_uuid } = given;
      expect(applicationsOf(planned)).toEqual({
        'config-server': { charm, model_uuid, units: 3, config: { role: 'config-server' } },
        'shard-a': { charm, model_uuid, units: 3, config: { role: 'shard' } },
        'shard-b': { charm, model_uuid, units: 5, config: { role: 'shard' } },
        mongos: { charm: { ...charm, name: 'mongos' }, model_uuid },
      });
      expect(integrationsOf(planned)).toEqual([
        'config-server:cluster mongos:cluster',
        'config-server:config-server shard-a:sharding',
        'config-server:config-server shard-b:sharding',
      ]);
      expect(planned.outputs).toEqual({
        config_server: 'config-server',
        shards: ['shard-a', 'shard-b'],
        mongos: 'mongos',
        provides: { cluster: 'cluster' },
        requires: { mongos_proxy: 'mongos_proxy' },
        data_integrator: null,
      });
    });

    test('has a router beside a data-integrator, on machines of the same base', async () => {
      const planned = await plan('sharded-cluster', { base: 'ubuntu@22.04', shards, data_integrator: { database_name: 'shop' } });
      expect(planned.diagnostics).toEqual([]);
      expect(integrationsOf(planned)).toContain('data-integrator:mongos mongos:mongos_proxy');
      const bases = Object.values(applicationsOf(planned)).map(({ charm }) => (charm as { base: string }).base);
      expect(bases).toEqual(Array(5).fill('ubuntu@22.04'));
      expectIntegrable(planned);
    });

    test('gives each part what its variables say', async () => {
      const planned = await plan('sharded-cluster', {
        revision: 9,
        config_server: { app_name: 'head', units: 1, constraints: 'mem=4G' },
        shards: { 'shard-a': { units: 1, storage_directives: { mongodb: '500G' }, config: { 'log-verbosity': 1 } } },
        mongos: { app_name: 'way-in', revision: 4, endpoint_bindings: [{ space: 'internal', endpoint: 'cluster' }] },
      });
      expect(planned.diagnostics).toEqual([]);
      expect(applicationsOf(planned)).toMatchObject({
        head: { charm: { revision: 9 }, units: 1, constraints: 'mem=4G', config: { role: 'config-server' } },
        'shard-a': {
          charm: { revision: 9 },
          units: 1,
          storage_directives: { mongodb: '500G' },
          config: { role: 'shard', 'log-verbosity': '1' },
        },
        'way-in': { charm: { revision: 4 }, endpoint_bindings: [{ space: 'internal', endpoint: 'cluster' }] },
      });
      expect(integrationsOf(planned)).toEqual(['head:cluster way-in:cluster', 'head:config-server shard-a:sharding']);
    });
  });
}
