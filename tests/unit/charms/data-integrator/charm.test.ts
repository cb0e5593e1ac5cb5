// The whole charm as a process, hook by hook, against fake hook tools: what it calls, in which order, and what is left in the bags.
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeJuju, startFakeJuju } from '../../../support/fake-hook-tools/fake-juju.ts';
import { type FakeRelation, fakeState, type Values } from '../../../support/fake-hook-tools/state.ts';
import { packagedNode, projectFolder } from '../../../support/project.ts';

const folder = join(projectFolder, 'tests', 'charms', 'data-integrator');
const userSecret = 'd2u1k2a3b4c5d6e7f8g9';
const requested = '["username", "password", "tls", "tls-ca", "uris", "read-only-uris", "entity-name", "entity-password"]';
const published: Values = {
  data: '{"database": "shop"}',
  database: 'shop',
  endpoints: '10.0.0.1',
  replset: 'mongodb',
  'secret-user': `secret:${userSecret}`,
};

let juju: FakeJuju;
beforeEach(async () => {
  juju = await startFakeJuju(fakeState({ config: { 'database-name': 'shop' } }));
});
afterEach(() => juju.stop());

const relate = (endpoint: string, provider: Values = {}): FakeRelation => {
  const remote = endpoint === 'mongodb' ? 'mongodb' : 'mongos';
  const relation = { id: endpoint === 'mongodb' ? 3 : 4, endpoint, remote, units: [`${remote}/0`], bags: { [remote]: provider } };
  juju.state.relations.push(relation);
  return relation;
};
const addPeers = (states: Values = {}): FakeRelation => {
  const relation = {
    id: 1,
    endpoint: 'data-integrator-peers',
    remote: 'data-integrator',
    units: [],
    bags: { 'data-integrator': states },
  };
  juju.state.relations.push(relation);
  return relation;
};
const grant = () => {
  juju.state.secrets.push({ id: userSecret, content: { username: 'relation-3', password: 'pw', uris: 'mongodb://x' } });
};
const dispatch = (env: Record<string, string>) => juju.run([packagedNode, join(folder, 'src', 'charm.ts')], folder, env);
const hook = async (name: string, relation?: FakeRelation) => {
  const about = relation && {
    JUJU_RELATION: relation.endpoint,
    JUJU_RELATION_ID: `${relation.endpoint}:${relation.id}`,
    JUJU_REMOTE_APP: relation.remote,
    JUJU_REMOTE_UNIT: '',
  };
  const full = relation ? `${relation.endpoint}-${name}` : name;
  return dispatch({ JUJU_HOOK_NAME: full, JUJU_DISPATCH_PATH: `hooks/${full}`, ...about });
};
const action = () => dispatch({ JUJU_ACTION_NAME: 'get-credentials', JUJU_DISPATCH_PATH: 'actions/get-credentials' });
const called = (tool: string) =>
  juju.calls.filter(call => call.tool === tool).map(({ args, input }) => [...args, ...(input === undefined ? [] : [JSON.parse(input)])]);
const own = (relation: FakeRelation) => relation.bags['data-integrator'];

describe('relation-created', () => {
  test.each(['mongodb', 'mongos'])('the leader writes its request on %s, in order', async endpoint => {
    juju.state.config['extra-user-roles'] = 'admin';
    const relation = relate(endpoint);
    expect(await hook('relation-created', relation)).toEqual({ code: 0, stderr: '' });
    const key = `${endpoint}:${relation.id}`;
    expect(called('relation-set')).toEqual([
      ['-r', key, '--app', '--file', '-', { 'requested-secrets': requested }],
      ['-r', key, '--file', '-', { 'requested-secrets': requested }],
      ['-r', key, '--app', '--file', '-', { 'provided-secrets': '["mtls-cert"]' }],
      ['-r', key, '--file', '-', { 'provided-secrets': '["mtls-cert"]' }],
      ['-r', key, '--app', '--file', '-', { database: 'shop', 'extra-user-roles': 'admin', 'external-node-connectivity': 'true' }],
    ]);
    expect(juju.state.status).toBeUndefined();
  });

  test('a unit that does not lead writes nothing', async () => {
    juju.state.leader = false;
    await hook('relation-created', relate('mongodb'));
    expect(called('relation-set')).toEqual([]);
  });

  test('a wished entity goes into a secret of its own, granted to the relation, its password not in any argument', async () => {
    juju.state.secrets.push({ id: 'wish0', content: { eve: 'hush-hush' } });
    Object.assign(juju.state.config, { 'requested-entities-secret': 'secret:wish0', 'entity-type': 'USER' });
    const relation = relate('mongodb');
    expect((await hook('relation-created', relation)).code).toBe(0);
    const helper = juju.state.secrets.at(-1);
    expect(helper).toMatchObject({
      label: '11111111-2222-3333-4444-555555555555-3-requested-entity',
      content: { 'entity-name': 'eve', password: 'hush-hush' },
      grantedTo: ['mongodb:3'],
    });
    expect(own(relation)).toMatchObject({ 'requested-entity-secret': `secret:${helper?.id}`, 'entity-type': 'USER' });
    expect(JSON.stringify(juju.calls)).not.toContain('hush-hush');
  });
});

describe('config-changed', () => {
  test('without a database name, the unit is blocked and asks for nothing', async () => {
    juju.state.config = {};
    const relation = relate('mongodb');
    await hook('relation-created', relation);
    expect(own(relation)).not.toHaveProperty('database');
    await hook('config-changed');
    expect(juju.state.status?.message).toBe('Please specify either topic, index, database name, keyspace name, or prefix');
    juju.calls.length = 0;
    juju.state.config = { 'database-name': 'shop' };
    expect((await hook('config-changed')).code).toBe(0);
    expect(called('relation-set')).toEqual([['-r', 'mongodb:3', '--app', '--file', '-', { database: 'shop' }]]);
    expect(juju.state.status?.message).toBe('Please relate the data-integrator with the desired product');
  });

  test('a new name on a granted database blocks and is not sent', async () => {
    const relation = relate('mongodb', { ...published });
    grant();
    juju.state.config['database-name'] = 'store';
    await hook('config-changed', undefined);
    expect(juju.state.status).toEqual({
      level: 'blocked',
      message: 'To change database name: shop, please remove relation and add it again',
    });
    expect(own(relation)).toBeUndefined();
  });

  test('a unit that does not lead sets its status and writes nothing', async () => {
    juju.state.leader = false;
    relate('mongodb');
    expect((await hook('config-changed')).code).toBe(0);
    expect(juju.state.status?.level).toBe('blocked');
    expect(called('relation-set')).toEqual([]);
  });

  test('a secret for entities that cannot be read blocks', async () => {
    juju.state.config['requested-entities-secret'] = 'secret:gone';
    expect((await hook('config-changed')).code).toBe(0);
    expect(juju.state.status?.message).toBe('Unable to access requested-entities-secret');
  });

  test('an unknown entity type crashes the charm', async () => {
    juju.state.config['entity-type'] = 'role';
    const { code, stderr } = await hook('config-changed');
    expect(code).toBe(1);
    expect(stderr).toContain('possible values are USER and GROUP');
  });
});

describe('relation-changed', () => {
  test('the answer is remembered, labelled, read, and shown in status and peer data', async () => {
    const peers = addPeers();
    const relation = relate('mongodb', { ...published });
    grant();
    expect(await hook('relation-changed', relation)).toEqual({ code: 0, stderr: '' });
    const { data: _, ...remembered } = published;
    expect(JSON.parse(relation.bags['data-integrator/0']?.data ?? '')).toEqual(remembered);
    const label = 'mongodb.3.user.secret';
    expect(called('secret-get').slice(0, 2)).toEqual([
      ['--format=json', '--label', label],
      ['--format=json', `secret:${userSecret}`, '--label', label],
    ]);
    expect(called('secret-get')).toContainEqual(['--format=json', '--label', label, '--refresh']);
    expect(juju.state.status).toEqual({ level: 'active', message: '' });
    expect(own(peers)).toEqual({ mongodb: 'ACTIVE' });

    // Nothing new the second time: no write, no status.
    juju.calls.length = 0;
    expect((await hook('relation-changed', relation)).code).toBe(0);
    expect(called('relation-set')).toEqual([]);
    expect(called('status-set')).toEqual([]);
  });

  test('hosts that change are remembered without more ado', async () => {
    const relation = relate('mongodb', { ...published, endpoints: '10.0.0.2' });
    relation.bags['data-integrator/0'] = { data: JSON.stringify(published) };
    await hook('relation-changed', relation);
    expect(relation.bags['data-integrator/0'].data).toContain('10.0.0.2');
    expect(called('status-set')).toEqual([]);
  });

  test.each([
    ['was never granted', false],
    ['is gone', undefined],
  ])('a published secret that %s is waited for', async (_, readable) => {
    if (readable === false) juju.state.secrets.push({ id: userSecret, content: { username: 'u' }, readable });
    const relation = relate('mongodb', { ...published });
    expect(await hook('relation-changed', relation)).toEqual({ code: 0, stderr: '' });
    expect(juju.state.status?.message).toBe('Please relate the data-integrator with the desired product');
    juju.state.secrets = [];
    grant();
    expect(await hook('update-status')).toEqual({ code: 0, stderr: '' });
    expect(juju.state.status).toEqual({ level: 'active', message: '' });
  });

  test('a mirror that is no JSON crashes the hook', async () => {
    expect((await hook('relation-changed', relate('mongodb', { data: 'garbage', database: 'shop' }))).code).toBe(1);
  });

  test('behind a gate nothing is remembered until the unit beside is ready', async () => {
    addPeers();
    const relation = relate('mongos', { ...published, subordinated: 'true' });
    grant();
    await hook('relation-changed', relation);
    expect(relation.bags['data-integrator/0']).toBeUndefined();
    relation.bags['mongos/0'] = { state: 'ready' };
    expect((await hook('relation-changed', relation)).code).toBe(0);
    expect(relation.bags['data-integrator/0']).toHaveProperty('data');
    expect(juju.state.status?.level).toBe('active');
  });

  test('the secret with the wish for an entity is removed once it has served', async () => {
    addPeers();
    juju.state.secrets.push({ id: 'wish0', content: { eve: 'None' } }, { id: 'helper0', content: { 'entity-name': 'eve' }, owned: true });
    Object.assign(juju.state.config, { 'requested-entities-secret': 'secret:wish0', 'entity-type': 'USER' });
    const mirror = '{"database": "shop", "entity-type": "USER", "requested-entity-secret": "secret:helper0"}';
    juju.state.secrets.push({ id: 'entity0', content: { 'entity-name': 'eve', 'entity-password': 'x' } });
    const relation = relate('mongodb', { data: mirror, database: 'shop', 'secret-entity': 'secret:entity0' });
    expect((await hook('relation-changed', relation)).code).toBe(0);
    expect(called('secret-remove')).toEqual([['secret:helper0']]);
    expect(juju.state.status).toEqual({ level: 'active', message: '' });
  });
});

describe('the end of a relation', () => {
  test('broken is noted among the peers, and the status stays as it is', async () => {
    const peers = addPeers({ mongodb: 'ACTIVE' });
    const relation = relate('mongodb', { ...published });
    expect((await hook('relation-broken', relation)).code).toBe(0);
    expect(own(peers)).toEqual({ mongodb: 'BROKEN' });
    expect(called('status-set')).toEqual([]);
  });

  test('the peers hear of it, and the leader looks again', async () => {
    const peers = addPeers({ mongodb: 'BROKEN' });
    await hook('relation-changed', peers);
    expect(own(peers)).toEqual({ mongodb: 'REMOVED' });
    expect(juju.state.status?.message).toBe('Please relate the data-integrator with the desired product');
    juju.calls.length = 0;
    await hook('relation-changed', peers);
    expect(called('status-set')).toEqual([]);
  });

  test('a relation that is there again is not called removed', async () => {
    const peers = addPeers({ mongodb: 'BROKEN' });
    relate('mongodb');
    await hook('relation-changed', peers);
    expect(own(peers)).toEqual({ mongodb: 'BROKEN' });
  });
});

describe('get-credentials', () => {
  test('shows bag and secret in one, on a unit that does not lead too', async () => {
    juju.state.leader = false;
    relate('mongodb', { ...published });
    grant();
    expect(await action()).toEqual({ code: 0, stderr: '' });
    expect(juju.state.action).toEqual({
      results: {
        ok: 'True',
        'mongodb.data': published.data,
        'mongodb.database': 'shop',
        'mongodb.endpoints': '10.0.0.1',
        'mongodb.replset': 'mongodb',
        'mongodb.username': 'relation-3',
        'mongodb.password': 'pw',
        'mongodb.uris': 'mongodb://x',
      },
    });
  });

  test('says that nothing is related', async () => {
    expect((await action()).code).toBe(0);
    expect(juju.state.action).toEqual({ results: { ok: 'False' }, failure: 'The action can be run only after relation is created.' });
  });
});

test.each(['install', 'start', 'leader-elected', 'secret-changed', 'stop', 'remove', 'upgrade-charm'])('%s changes nothing', async name => {
  expect(await hook(name)).toEqual({ code: 0, stderr: '' });
  expect(juju.calls.map(({ tool }) => tool)).toEqual(['config-get']);
});

test('update-status recomputes the status', async () => {
  relate('mongodb', { ...published });
  grant();
  await hook('update-status');
  expect(juju.state.status).toEqual({ level: 'active', message: '' });
});

test('outside a hook it says so', async () => {
  const { code, stderr } = await dispatch({ JUJU_UNIT_NAME: '' });
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'cannot run outside a hook: JUJU_UNIT_NAME is not set\n' });
});
