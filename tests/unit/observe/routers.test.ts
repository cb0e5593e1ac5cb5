// A router between its host and its config server, on the local Juju's own tools: what each is told, and what the others see of it.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { applyJuju } from '../../../src/apply/juju.ts';
import { mongodb } from '../../../src/charms/mongodb.ts';
import { mongos } from '../../../src/charms/mongos.ts';
import type { Context } from '../../../src/core/context.ts';
import type { JujuEffect } from '../../../src/core/effects.ts';
import type { Bag } from '../../../src/core/observed.ts';
import { encodeRouterRequest } from '../../../src/interfaces/config-server.ts';
import * as tools from '../../../src/juju/tools.ts';
import { observeJuju } from '../../../src/observe/juju.ts';
import { integrate } from '../../../tools/local-juju/engine/relations.ts';
import { inHook } from '../../support/hook.ts';
import { projectFolder } from '../../support/project.ts';
import { bagOf, charmOf, secretOf } from '../juju/deployed.ts';
import { simulation } from '../local-juju/engine/simulation.ts';

const REQUEST: Bag = { database: 'shop', 'requested-secrets': '["username","password","uris"]' };

/** Two units of `app`, each with a router, and one config server. */
async function deployed() {
  const sim = simulation();
  sim.deploy('config', await charmOf(projectFolder, 'mongodb'));
  sim.deploy('app', await charmOf(join(projectFolder, 'tests', 'charms', 'neighbour'), 'neighbour'), { count: 2 });
  sim.deploy('mongos', await charmOf(join(projectFolder, 'mongos'), 'mongos'));
  sim.settle();
  const host = integrate(sim.model, 'mongos:mongos_proxy', 'app:mongos', sim.now);
  const cluster = integrate(sim.model, 'config:cluster', 'mongos:cluster', sim.now);
  sim.settle();
  host.applications.app = { values: { ...REQUEST }, version: 1 };
  sim.settle();
  const context = (unit: string, more: Partial<Context>): Context => ({
    unit,
    app: unit.slice(0, unit.indexOf('/')),
    hook: 'update-status',
    charmFolder: '/charm',
    root: '',
    ...more,
  });
  const facts = (unit: string, more: Partial<Context> = {}) =>
    observeJuju(tools, context(unit, more), unit.startsWith('config/') ? mongodb.endpoints : mongos.endpoints);
  /** As in the hook that tells it of a change on the other side: until then Juju shows a bag as it was read first. */
  const observe = async (unit: string, more: Partial<Context> = {}) => {
    const remote = unit.startsWith('config/') ? 'mongos' : 'config';
    const relation = { id: cluster.id, endpoint: 'cluster', remoteApplication: remote, remoteUnit: '' };
    return (await inHook(sim.model, unit, { name: 'cluster-relation-changed', kind: 'relation', relation }, () => facts(unit, more))).value;
  };
  const apply = async (unit: string, ...effects: readonly JujuEffect[]) => {
    const ran = await inHook(sim.model, unit, 'update-status', async () => applyJuju(tools, await facts(unit), effects));
    expect(ran.refused).toBeUndefined();
    sim.settle();
    return ran;
  };
  const ask: JujuEffect = {
    do: 'publish',
    relation: cluster.id,
    endpoint: 'cluster',
    own: {},
    clear: encodeRouterRequest({ database: 'shop', extraUserRoles: [] }, host.id),
    secrets: {},
  };
  const answer = async (password?: string, hosts = ['10.0.0.1:27017']): Promise<JujuEffect> => {
    const { clients } = await observe('config/0');
    const client = {
      endpoint: 'cluster',
      relation: cluster.id,
      user: `relation-${cluster.id}`,
      database: 'shop',
      replset: 'config',
      hosts,
    };
    return {
      do: 'publish-client',
      client: { ...client, request: clients[0]?.remote ?? {}, keyFile: 'clusterKey', ...(password === undefined ? {} : { password }) },
    };
  };
  return { model: sim.model, host, cluster, observe, apply, ask, answer };
}

describe('a router', () => {
  test('sees its host and its config server on every unit; what was told to them on the leader alone', async () => {
    const { model, host, cluster, observe, apply, ask } = await deployed();
    const routers = Object.keys(model.units).filter(name => name.startsWith('mongos/'));
    expect(routers).toHaveLength(2);
    await apply('mongos/0', ask);
    expect(await observe('mongos/0')).toMatchObject({
      leader: true,
      hosts: [{ id: host.id, endpoint: 'mongos_proxy', app: 'app', remote: REQUEST, own: {}, databag: {}, published: {} }],
      configServer: { id: cluster.id, endpoint: 'cluster', app: 'config', own: { database: 'shop' }, content: {} },
      clients: [],
      shards: [],
    });
    const other = await observe('mongos/1');
    expect(other).toMatchObject({ leader: false, hosts: [{ remote: REQUEST, own: {} }], configServer: { app: 'config', own: {} } });
    expect([...(other.peers?.units.keys() ?? [])]).toEqual(['mongos/1']); // a router has no use for the others
  });

  test('has none of a relation that breaks', async () => {
    const { host, cluster, observe } = await deployed();
    expect((await observe('mongos/0', { hook: 'cluster-relation-broken', breaking: cluster.id })).configServer).toBeUndefined();
    expect((await observe('mongos/0', { hook: 'mongos_proxy-relation-broken', breaking: host.id })).hosts).toEqual([]);
  });
});

describe('what the config server tells', () => {
  test('reaches every unit of the router by secrets, and is in no databag, call or log', async () => {
    const { cluster, observe, apply, ask, answer } = await deployed();
    await apply('mongos/0', ask);
    expect((await observe('config/0')).clients).toMatchObject([{ endpoint: 'cluster', app: 'mongos', remote: { database: 'shop' } }]);
    const ran = await apply('config/0', await answer('s3cret'));
    for (const unit of ['mongos/0', 'mongos/1'])
      expect((await observe(unit)).configServer?.content).toEqual({
        username: `relation-${cluster.id}`,
        password: 's3cret',
        'key-file': 'clusterKey',
        'config-server-db': 'config/10.0.0.1:27017',
      });
    expect(JSON.stringify([ran.calls, ran.log, bagOf(cluster, 'config')])).not.toMatch(/s3cret|clusterKey/);
  });

  test('keeps its password when the config servers are elsewhere', async () => {
    const { observe, apply, ask, answer } = await deployed();
    await apply('mongos/0', ask);
    await apply('config/0', await answer('s3cret'));
    await apply('config/0', await answer(undefined, ['10.0.0.1:27017', '10.0.0.2:27017']));
    expect((await observe('mongos/1')).configServer?.content).toMatchObject({
      password: 's3cret',
      'config-server-db': 'config/10.0.0.1:27017,10.0.0.2:27017',
    });
  });

  test('is gone when it is taken back, and its secrets are due to go', async () => {
    const { cluster, model, observe, apply, ask, answer } = await deployed();
    await apply('mongos/0', ask);
    await apply('config/0', await answer('s3cret'));
    const labels = ['user', 'extra'].map(group => `cluster.${cluster.id}.${group}.secret`);
    const ids = labels.map(label => secretOf(model, label)?.id ?? '');
    expect((await observe('config/0')).staleSecrets).toEqual([]);
    const [client] = (await observe('config/0')).clients;
    const back: JujuEffect = { do: 'withdraw', relation: cluster.id, own: client?.databag ?? {} };
    await apply('config/0', back);
    expect(bagOf(cluster, 'config')).toEqual({});
    expect((await observe('mongos/1')).configServer?.content).toEqual({});
    expect([...(await observe('config/0')).staleSecrets].sort()).toEqual([...ids].sort());
    await apply('config/0', ...ids.map((id): JujuEffect => ({ do: 'remove-secret', id })));
    expect(labels.map(label => secretOf(model, label))).toEqual([undefined, undefined]);
  });
});

test('what the router tells its host is known to its leader again, changed in place, and taken back', async () => {
  const { model, host, observe, apply } = await deployed();
  const label = `mongos_proxy.${host.id}.user.secret`;
  const tell = async (uris: string) =>
    apply('mongos/0', {
      do: 'publish',
      relation: host.id,
      endpoint: 'mongos_proxy',
      own: (await observe('mongos/0')).hosts[0]?.databag ?? {},
      clear: { database: 'shop', endpoints: 'here' },
      secrets: { user: { username: 'relation-4', password: 's3cret', uris } },
    });
  await tell('mongodb://one');
  expect(secretOf(model, label)).toMatchObject({ content: { uris: 'mongodb://one' }, granted: [`app in ${host.id}`], revision: 1 });
  const uri = bagOf(host, 'mongos')['secret-user'];
  await tell('mongodb://one');
  expect(secretOf(model, label)?.revision).toBe(1);
  await tell('mongodb://two');
  expect(bagOf(host, 'mongos')['secret-user']).toBe(uri);
  expect(await observe('mongos/0')).toMatchObject({
    hosts: [{ own: { database: 'shop', endpoints: 'here' }, published: { username: 'relation-4', uris: 'mongodb://two' } }],
    staleSecrets: [],
  });
  expect(JSON.stringify(bagOf(host, 'mongos'))).not.toContain('s3cret');
  const own = bagOf(host, 'mongos');
  await apply('mongos/0', {
    do: 'publish',
    relation: host.id,
    endpoint: 'mongos_proxy',
    own,
    clear: { endpoints: '', 'secret-user': '' },
    secrets: {},
  });
  expect(bagOf(host, 'mongos')).toEqual({ database: 'shop' });
  expect((await observe('mongos/0')).staleSecrets).toEqual([secretOf(model, label)?.id]);
});
