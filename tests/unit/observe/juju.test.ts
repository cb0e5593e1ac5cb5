import { describe, expect, test } from 'vitest';
import { mongodb } from '../../../src/charms/mongodb.ts';
import { networksKey } from '../../../src/core/bags.ts';
import type { Context } from '../../../src/core/context.ts';
import * as tools from '../../../src/juju/tools.ts';
import { userFingerprint } from '../../../src/mongo/fingerprint.ts';
import { observeJuju } from '../../../src/observe/juju.ts';
import { meetOthers } from '../../../src/observe/peers.ts';
import { addUnits } from '../../../tools/local-juju/engine/deploy.ts';
import { inHook } from '../../support/hook.ts';
import { type Deployed, deployed, LABEL, PEER_RELATION, relationHook, secretOf } from '../juju/deployed.ts';

const context = (unit: string, more: Partial<Context> = {}): Context => ({
  unit,
  app: 'mongodb',
  hook: 'update-status',
  charmFolder: '/charm',
  root: '',
  ...more,
});

const content = { 'operator-password': 'op', 'monitor-password': 'mon', 'backup-password': 'back', keyfile: 'theKey' };

const observe = async (
  { model }: Deployed,
  unit: string,
  more: Partial<Context> = {},
  hook: Parameters<typeof inHook>[2] = 'update-status',
) => inHook(model, unit, hook, () => observeJuju(tools, context(unit, more), mongodb.endpoints));

const withSecret = (world: Deployed, held: Record<string, string> = content) =>
  inHook(world.model, 'mongodb/0', 'start', () => tools.secretAdd(LABEL, held));

/** Publishes a secret to a client, as the charm does. */
const published = (world: Deployed, relation: number, group = 'user') =>
  inHook(world.model, 'mongodb/0', 'update-status', async () => {
    const uri = await tools.secretAdd(`database.${relation}.${group}.secret`, { password: 'pw' });
    await tools.secretGrant(uri, relation);
    await tools.relationSet(relation, 'application', { [`secret-${group}`]: uri, database: 'shop', data: '{"database":"shop"}' });
    return uri;
  });

/** Three units that are well, and two clients that have been answered. */
const steadyWorld = async () => {
  const world = await deployed(3);
  await withSecret(world);
  const [app, other] = [world.client('app', { database: 'shop' }), world.client('other', { database: 'shop' })];
  for (const { id } of [app, other]) await published(world, id);
  await inHook(world.model, 'mongodb/0', 'update-status', async () => {
    await tools.statusSet('unit', 'active', 'Primary');
    await tools.statusSet('application', 'active', '');
    await tools.openPort('27017/tcp');
    const networks = [app, other].map(({ id }) => [networksKey(id), '{}'] as const);
    await tools.relationSet(PEER_RELATION, 'application', Object.fromEntries(networks));
  });
  return { world, app, other };
};

describe('what the leader sees', () => {
  test('before anything was made', async () => {
    const world = await deployed(1);
    const { value } = await observe(world, 'mongodb/0');
    const address = world.model.machines['0']?.address;
    expect(value).toEqual({
      leader: true,
      dying: false,
      leaving: new Map(),
      address,
      config: { valid: true, config: expect.objectContaining({ 'auto-delete': false }) },
      peers: { id: PEER_RELATION, app: {}, units: new Map([['mongodb/0', { address, data: {} }]]) },
      charm: { version: '', deployment: 'local' },
      role: 'replication',
      relations: new Map(['database', 'cluster', 'config-server', 'sharding'].map(endpoint => [endpoint, []])),
      staying: new Map(),
      going: new Map(),
      clients: [],
      shards: [],
      hosts: [],
      staleSecrets: [],
      unitStatus: { level: 'maintenance', message: expect.stringContaining('unknown') },
      appStatus: { level: 'maintenance', message: expect.stringContaining('unknown') },
      openedPorts: [],
    });
  });

  test('units that it has not had a hook for yet, and those that have no address yet', async () => {
    const world = await deployed(3);
    const known = world.model.units['mongodb/0']?.agent.relations[PEER_RELATION];
    delete known?.members['mongodb/1'];
    delete known?.members['mongodb/2'];
    delete world.model.relations[PEER_RELATION]?.units['mongodb/2'];
    const { value } = await observe(world, 'mongodb/0');
    expect([...(value.peers?.units.keys() ?? [])]).toEqual(['mongodb/0', 'mongodb/1']);
    expect(value.peers?.coming).toEqual(['mongodb/2']);
  });

  test('a steady application: everything is asked once', async () => {
    const { world, app, other } = await steadyWorld();
    const { value, calls } = await observe(world, 'mongodb/0', { hook: 'leader-elected' });
    expect(value).toMatchObject({
      leader: true,
      secret: {
        id: secretOf(world.model, LABEL)?.id,
        passwords: { operator: 'op', monitor: 'mon', backup: 'back' },
        keyFile: 'theKey',
        fingerprints: { operator: userFingerprint('theKey', 'operator', 'op'), monitor: userFingerprint('theKey', 'monitor', 'mon') },
      },
      clients: [
        { id: app.id, app: 'app', remote: { database: 'shop' }, own: { database: 'shop' } },
        { id: other.id, app: 'other', remote: { database: 'shop' }, own: { database: 'shop' } },
      ],
      staleSecrets: [],
      unitStatus: { level: 'active', message: 'Primary' },
      appStatus: { level: 'active', message: '' },
      openedPorts: ['27017/tcp'],
    });
    expect([...(value.peers?.units.keys() ?? [])]).toEqual(['mongodb/0', 'mongodb/1', 'mongodb/2']);
    const asked = calls.map(({ tool, words }) => [tool, ...words].join(' '));
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length).toBeLessThanOrEqual(27);
  });

  test('a steady application while it is settled: clients are taken to ask for what they were answered, and nothing of clusters is asked', async () => {
    const { world, app, other } = await steadyWorld();
    const { value, calls } = await observe(world, 'mongodb/0', { hook: 'config-changed' });
    expect(value.clients.map(({ id, remote, own }) => ({ id, remote, own: own.database }))).toEqual([
      { id: app.id, remote: { database: 'shop' }, own: 'shop' },
      { id: other.id, remote: { database: 'shop' }, own: 'shop' },
    ]);
    expect(value.openedPorts).toBeUndefined();
    const asked = calls.map(({ tool, words }) => [tool, ...words].filter(word => word !== '--format=json').join(' '));
    expect(asked.filter(call => call.startsWith('relation-ids')).sort()).toEqual(['relation-ids database', 'relation-ids database-peers']);
    expect(asked.filter(call => call.includes(`-r ${app.id}`))).toEqual([`relation-get -r ${app.id} --app - mongodb`]);
    expect(asked).not.toContain('opened-ports');
  });

  test('of one client at a time what it asks for now, in each update-status: a hook of its relation may have passed while nobody led', async () => {
    const { world, app, other } = await steadyWorld();
    for (const relation of [app, other]) relation.applications[relation === app ? 'app' : 'other']!.values = { database: 'another' };
    const noticed = new Set<string>();
    for (let round = 0; round < 100 && noticed.size < 2; round += 1) {
      const { value, calls } = await observe(world, 'mongodb/0');
      const anew = value.clients.filter(({ remote }) => remote.database === 'another');
      expect(anew).toHaveLength(1);
      expect(calls.filter(({ tool, words }) => tool === 'relation-list' && words.includes('-r'))).toHaveLength(1 + 1); // the peers' too
      noticed.add(anew[0]?.app ?? '');
    }
    expect([...noticed].sort()).toEqual(['app', 'other']);
  });

  test.each<[string, Partial<Context>, (world: Deployed) => unknown]>([
    ['its first hook as the leader', { hook: 'leader-elected' }, () => {}],
    ['another charm', { hook: 'upgrade-charm' }, () => {}],
    ['an action', { hook: '', action: 'get-primary' }, () => {}],
    ['a status that is not active', {}, ({ model }) => Object.assign(model.units['mongodb/0']!.workload, { current: 'waiting' })],
    [
      'an application whose status is not active',
      {},
      ({ model }) => Object.assign(model.applications.mongodb!.status!, { current: 'blocked' }),
    ],
    ['another role', {}, ({ model }) => Object.assign(model.applications.mongodb!.config, { role: 'config-server' })],
  ])('all of it with %s', async (_, more, change) => {
    const { world, app, other } = await steadyWorld();
    change(world);
    const { value, calls } = await observe(world, 'mongodb/0', more);
    expect(value.clients.map(client => client.app)).toEqual(['app', 'other']);
    expect(value.openedPorts).toEqual(['27017/tcp']);
    const asked = calls.map(({ words }) => words.join(' '));
    for (const relation of [app, other]) expect(asked.filter(words => words.includes(`-r ${relation.id} `)).length).toBeGreaterThan(1);
    for (const endpoint of ['cluster', 'config-server', 'sharding']) expect(asked).toContain(`--format=json ${endpoint}`);
  });

  test('in a hook of one client what that one asks for now, and of the others only the answers', async () => {
    const { world, app, other } = await steadyWorld();
    app.applications.app!.values = { database: 'another' };
    other.applications.other!.values = { database: 'another' };
    const { value } = await observe(world, 'mongodb/0', { hook: 'database-relation-changed', relation: app.id });
    expect(value.clients.map(({ remote }) => remote.database)).toEqual(['another', 'shop']);
  });

  test('one client that was not answered yet is asked in each hook', async () => {
    const { world } = await steadyWorld();
    const late = world.client('late', { database: 'late' });
    const { value } = await observe(world, 'mongodb/0');
    expect(value.clients.find(({ id }) => id === late.id)).toMatchObject({ app: 'late', remote: { database: 'late' } });
  });

  test('a relation on an endpoint of clusters in its own hook, and from then on while it is told of', async () => {
    const { world } = await steadyWorld();
    const { calls } = await observe(world, 'mongodb/0', { hook: 'sharding-relation-created', relation: 77 });
    expect(calls.map(({ words }) => words.join(' '))).toContain('--format=json sharding');
  });

  test('units by their numbers, each with the address that it shows', async () => {
    const world = await deployed(11);
    const { value } = await observe(world, 'mongodb/0');
    expect([...(value.peers?.units.keys() ?? [])]).toEqual(Array.from({ length: 11 }, (_, n) => `mongodb/${n}`));
    for (const [unit, { address }] of value.peers?.units ?? [])
      expect(address).toBe(world.model.machines[world.model.units[unit]!.machine]?.address);
  });

  test('its own new address at once, before its bag shows it', async () => {
    const world = await deployed(2);
    world.model.machines['0']!.address = '127.16.0.99';
    const { value } = await observe(world, 'mongodb/0');
    expect(value.address).toBe('127.16.0.99');
    expect(value.peers?.units.get('mongodb/0')?.address).toBe('127.16.0.99');
  });

  test('a configuration that is not right, as a sentence', async () => {
    const world = await deployed(1);
    world.model.applications.mongodb!.config['log-verbosity'] = 9;
    expect((await observe(world, 'mongodb/0')).value.config).toEqual({
      valid: false,
      option: 'log-verbosity',
      problem: expect.stringContaining('log-verbosity=9'),
    });
  });

  test('a secret that lacks something as none', async () => {
    const world = await deployed(1);
    const { 'backup-password': _, ...incomplete } = content;
    await withSecret(world, incomplete);
    expect((await observe(world, 'mongodb/0')).value.secret).toBeUndefined();
  });

  test.each(['None', ''])('a secret in which a password is %j as none', async deleted => {
    const world = await deployed(1);
    await withSecret(world, content);
    const known = { ...tools, secretByLabel: async () => ({ ...content, 'backup-password': deleted }) };
    const { value } = await inHook(world.model, 'mongodb/0', 'update-status', () =>
      observeJuju(known, context('mongodb/0'), mongodb.endpoints),
    );
    expect(value.secret).toBeUndefined();
  });

  test('the new content of the secret, as soon as it is committed', async () => {
    const world = await deployed(1);
    await withSecret(world);
    await observe(world, 'mongodb/0');
    await inHook(world.model, 'mongodb/0', 'update-status', () =>
      tools.secretSet(secretOf(world.model, LABEL)?.id ?? '', { ...content, 'operator-password': 'new' }),
    );
    expect((await observe(world, 'mongodb/0')).value.secret?.passwords.operator).toBe('new');
  });
});

describe('what another unit sees', () => {
  test('the peers and the secret, nothing of the clients', async () => {
    const world = await deployed(2);
    await withSecret(world);
    await inHook(world.model, 'mongodb/0', 'update-status', () => tools.relationSet(PEER_RELATION, 'application', { initialised: 'true' }));
    const app = world.client('app', { database: 'shop' });
    await published(world, app.id);
    const { value, calls } = await observe(world, 'mongodb/1');
    expect(value).toMatchObject({
      leader: false,
      clients: [],
      staleSecrets: [],
      secret: { id: '', keyFile: 'theKey' },
      peers: { app: { initialised: 'true' } },
    });
    expect(value).not.toHaveProperty('appStatus');
    expect(calls.map(({ words }) => words.join(' ')).filter(words => /-r [1-9]|database\./.test(words))).toEqual([]);
  });

  test('of its peers itself alone, as often as there are units, until it needs the others', async () => {
    const [three, nine] = await Promise.all([deployed(3), deployed(9)]);
    const { value, calls } = await observe(three, 'mongodb/1');
    expect(value.peers).toMatchObject({ othersUnread: true, units: new Map([['mongodb/1', expect.anything()]]) });
    expect((await observe(nine, 'mongodb/1')).calls).toHaveLength(calls.length);
    const met = await inHook(three.model, 'mongodb/1', 'update-status', () => meetOthers(tools, context('mongodb/1'), value));
    const leaders = (await observe(three, 'mongodb/0')).value.peers;
    expect(met.value).toEqual({ ...value, peers: leaders });
    const outside = () => inHook(three.model, 'mongodb/1', 'update-status', () => meetOthers(tools, context('mongodb/1'), value, true));
    expect((await outside()).value).toEqual({ ...met.value, leaving: new Map() });
    for (const name of ['mongodb/0', 'mongodb/2']) three.model.units[name]!.life = 'dying';
    expect((await outside()).value).toMatchObject({
      leaving: new Map(['0', '2'].map(id => [`mongodb/${id}`, three.model.machines[id]?.address])),
      peers: { units: new Map([['mongodb/1', expect.anything()]]) },
    });
    for (const name of ['mongodb/0', 'mongodb/2']) three.model.units[name]!.life = 'alive';
    // Outside of its set it depends on who stays, those included that it has had no hook for.
    const known = three.model.units['mongodb/1']?.agent.relations[PEER_RELATION];
    delete known?.members['mongodb/2'];
    expect([...((await outside()).value.peers?.units.keys() ?? [])]).toEqual(['mongodb/0', 'mongodb/1', 'mongodb/2']);
    expect(
      (await inHook(three.model, 'mongodb/1', 'update-status', () => meetOthers(tools, context('mongodb/1'), met.value))).calls,
    ).toEqual([]);
  });

  test.each([
    ['in an action', { action: 'status-detail' }],
    ['while another departs', { departing: 'mongodb/2' }],
    ['while it leaves', { hook: 'stop' }],
  ])('all of its peers %s', async (_, more) => {
    const { value } = await observe(await deployed(2), 'mongodb/1', more);
    expect([...(value.peers?.units.keys() ?? [])]).toEqual(['mongodb/0', 'mongodb/1']);
  });
});

test('a configuration that Juju does not tell fails the hook, and leaves no rejection that nobody handles', async () => {
  const world = await deployed(1);
  const refusing = {
    ...tools,
    configGet: async () => {
      for (const _ of [1, 2, 3]) await tools.isLeader(); // what the leader asks besides has begun
      throw new Error('no configuration');
    },
  };
  const asked = inHook(world.model, 'mongodb/0', 'update-status', () => observeJuju(refusing, context('mongodb/0'), mongodb.endpoints));
  await expect(asked).rejects.toThrow('no configuration');
});

describe('clients', () => {
  test('a relation that is breaking is none, though Juju still lists it', async () => {
    const world = await deployed(1);
    const [one, two] = [world.client('one', { database: 'a' }), world.client('two', { database: 'b' })];
    await published(world, one.id);
    await published(world, two.id);
    const { value } = await observe(
      world,
      'mongodb/0',
      { hook: 'database-relation-broken', breaking: one.id },
      relationHook(one, 'broken', 'one'),
    );
    expect(value.clients.map(({ app }) => app)).toEqual(['two']);
    expect(value.broken).toEqual({ id: one.id, endpoint: 'database', databag: expect.objectContaining({ database: 'shop' }) });
    expect(value.staleSecrets).toEqual([secretOf(world.model, `database.${one.id}.user.secret`)?.id]);
    expect(value.dying).toBe(false);
  });

  test('a relation that breaks on another endpoint, or that Juju no longer has, leaves no answer to take back', async () => {
    const world = await deployed(1);
    const { id } = world.client('one', { database: 'a' });
    const broken = (endpoint: string, at: number) =>
      observe(world, 'mongodb/0', { hook: `${endpoint}-relation-broken`, breaking: at }).then(({ value }) => value.broken);
    expect(await broken('sharding', id)).toBeUndefined();
    expect(await broken('database', 99)).toBeUndefined();
  });

  test('one whose databag cannot be read stays, and asks for what it was given', async () => {
    const world = await deployed(1);
    const app = world.client('app', { database: 'shop' });
    await published(world, app.id);
    for (const [refusing, name] of [
      [{ ...tools, remoteBag: async () => undefined }, 'app'],
      [{ ...tools, relationUnits: async () => [], relationApplication: async () => undefined }, `relation ${app.id}`],
    ] as const) {
      const { value } = await inHook(world.model, 'mongodb/0', 'update-status', () =>
        observeJuju(refusing, context('mongodb/0'), mongodb.endpoints),
      );
      expect(value.clients).toMatchObject([{ id: app.id, app: name, remote: { database: 'shop' } }]);
      expect(value.staleSecrets).toEqual([]);
    }
  });
});

test.each(['garbage', '--help', 'secret:', 'secret:d0123456789012345678'])(
  'a wish for a name in %j, which is no secret for us, is known to be unreadable',
  async uri => {
    const world = await deployed(1);
    world.client('app', { database: 'shop', 'requested-entity-secret': uri });
    expect((await observe(world, 'mongodb/0')).value.clients).toMatchObject([{ wish: 'unreadable' }]);
  },
);

describe('where the units of a client come from', () => {
  const asked = { database: 'shop' };
  const addressIn = (world: Deployed) => Object.values(world.model.machines).at(-1)?.address;
  const held = async (count = 1) => {
    const world = await deployed(count);
    world.model.applications.mongodb!.config = { 'client-networks': 'units' };
    return world;
  };
  const look = async (world: Deployed, more: Partial<Context> = {}) => {
    const { value, calls } = await observe(world, 'mongodb/0', { hook: 'config-changed', ...more });
    const asks = calls.filter(({ tool, words }) => tool === 'relation-get' && words.includes('app/0'));
    return { networks: value.clients[0]?.networks, asks: asks.length };
  };
  const remember = (world: Deployed, networks: unknown) =>
    inHook(world.model, 'mongodb/0', 'update-status', () =>
      tools.relationSet(PEER_RELATION, 'application', { 'networks-2': JSON.stringify(networks) }),
    );

  test('is asked of each once, and then remembered', async () => {
    const world = await held();
    const app = world.client('app', asked);
    expect(app.id).toBe(2);
    const found = { 'app/0': [`${addressIn(world)}/32`] };
    expect(await look(world)).toEqual({ networks: found, asks: 1 });
    await remember(world, { 'app/0': ['10.9.9.9/32'] });
    expect(await look(world)).toEqual({ networks: { 'app/0': ['10.9.9.9/32'] }, asks: 0 });
  });
  test.each<[string, Partial<Context>, unknown]>([
    ['in a hook of its relation', { hook: 'database-relation-changed', relation: 2 }, { 'app/0': ['10.9.9.9/32'] }],
    ['by a new leader', { hook: 'leader-elected' }, { 'app/0': ['10.9.9.9/32'] }],
    ['in update-status', { hook: 'update-status' }, { 'app/0': ['10.9.9.9/32'] }],
    ['when its units are others than those remembered', {}, { 'app/0': ['10.9.9.9/32'], 'app/1': ['10.9.9.8/32'] }],
    ['when what is remembered makes no sense', {}, ['10.9.9.9/32']],
  ])('is asked again %s', async (_, more, remembered) => {
    const world = await held();
    world.client('app', asked);
    await remember(world, remembered);
    expect(await look(world, more)).toEqual({ networks: { 'app/0': [`${addressIn(world)}/32`] }, asks: 1 });
  });
  test.each([{}, { ...asked, 'external-node-connectivity': 'true' }, { ...asked, 'entity-type': 'THING' }])(
    'is nobody’s business of a client that asks for %j',
    async request => {
      const world = await held();
      world.client('app', request);
      expect(await look(world, { hook: 'leader-elected' })).toEqual({ networks: undefined, asks: 0 });
    },
  );
  test('is nobody’s business where clients may come from anywhere', async () => {
    const world = await deployed(1);
    world.client('app', asked);
    expect(await look(world, { hook: 'leader-elected' })).toEqual({ networks: undefined, asks: 0 });
  });

  // The hooks of a unit that comes run on every unit of ours, and Juju runs leader-elected before whatever else is due.
  test.each([
    ['the next leader sees it', 'mongodb/1', 'leader-elected'],
    ['one that leads again without having been elected sees it', 'mongodb/0', 'update-status'],
  ])('of one that comes while nobody leads: %s', async (_, leader, hook) => {
    const world = await held(2);
    const relation = world.client('app', asked);
    const { value: before } = await observe(world, 'mongodb/0', { hook: 'database-relation-changed', relation: relation.id });
    await remember(world, before.clients[0]?.networks);
    const { app } = world.model.applications;
    addUnits(world.model, app!.name, 1, [], [], { folder: '', now: () => '2026-11-23T08:00:00Z' });
    world.settle();
    world.model.applications.mongodb!.leader = '';
    for (const unit of ['mongodb/0', 'mongodb/1'])
      expect((await observe(world, unit, { hook: 'database-relation-joined', relation: relation.id })).value.clients).toEqual([]);
    world.model.applications.mongodb!.leader = leader;
    const { value } = await observe(world, leader, { hook });
    expect(Object.keys(value.clients[0]?.networks ?? {})).toEqual(['app/0', 'app/1']);
  });
});

describe('secrets that were made for relations which are gone', () => {
  test('each of them, whatever its group, and those that a live one was not told of; not those that are no client’s', async () => {
    const world = await deployed(1);
    await withSecret(world);
    const app = world.client('app', { database: 'shop' });
    await published(world, app.id);
    await inHook(world.model, 'mongodb/0', 'update-status', async () => {
      for (const label of [
        'database.77.user.secret',
        'database.77.entity.secret',
        `database.${app.id}.extra.secret`,
        'other.77.user.secret',
        'mine',
      ])
        await tools.secretAdd(label, { password: 'pw' });
    });
    const { staleSecrets } = (await observe(world, 'mongodb/0')).value;
    const expected = ['database.77.user.secret', 'database.77.entity.secret', `database.${app.id}.extra.secret`].map(
      label => secretOf(world.model, label)?.id,
    );
    expect([...staleSecrets].sort()).toEqual(expected.sort());
  });
});

describe('a unit that goes knows it', () => {
  test.each([
    ['its storage is taken away', { hook: 'mongodb-storage-detaching', detaching: 'mongodb/0' }, true],
    ['it departs from its clients', { hook: 'database-relation-departed', departing: 'mongodb/0' }, true],
    ['it departs from its peers', { hook: 'database-peers-relation-departed', departing: 'mongodb/0' }, true],
    ['another departs', { hook: 'database-peers-relation-departed', departing: 'mongodb/1' }, false],
    ['it stops', { hook: 'stop' }, true],
    ['it is removed', { hook: 'remove' }, true],
    ['any other hook', { hook: 'config-changed' }, false],
  ])('%s', async (_, more, dying) => {
    const world = await deployed(2);
    expect((await observe(world, 'mongodb/0', more)).value.dying).toBe(dying);
  });

  test('in relation-broken, where only Juju’s goal tells whether the unit or the relation goes', async () => {
    const world = await deployed(2);
    const app = world.client('app', { database: 'shop' });
    const broken = { hook: 'database-relation-broken', breaking: app.id };
    expect((await observe(world, 'mongodb/0', broken, relationHook(app, 'broken', 'app'))).value.dying).toBe(false);
    world.model.units['mongodb/0']!.life = 'dying';
    expect((await observe(world, 'mongodb/0', broken, relationHook(app, 'broken', 'app'))).value.dying).toBe(true);
  });

  test('another that Juju is about to take away is no peer for the leader, even before its departure', async () => {
    const world = await deployed(3);
    world.model.units['mongodb/1']!.life = 'dying';
    const seen = (await observe(world, 'mongodb/0', { hook: 'update-status' })).value;
    expect([...(seen.peers?.units.keys() ?? [])]).toEqual(['mongodb/0', 'mongodb/2']);
  });

  test('another that is gone already is no peer, although its departure is still to come', async () => {
    const world = await deployed(3);
    world.model.units['mongodb/1']!.life = 'dead';
    const seen = (await observe(world, 'mongodb/0', { hook: 'mongodb-storage-detaching', detaching: 'mongodb/0' })).value;
    expect([...(seen.peers?.units.keys() ?? [])]).toEqual(['mongodb/0', 'mongodb/2']);
  });

  test('by its own mark in the hooks after', async () => {
    const world = await deployed(2);
    await inHook(world.model, 'mongodb/0', 'stop', () => tools.relationSet(PEER_RELATION, 'unit', { leaving: 'true' }));
    expect((await observe(world, 'mongodb/0', { hook: 'leader-elected' })).value.dying).toBe(true);
  });

  test('another that departs is no peer any more, itself it still sees', async () => {
    const world = await deployed(3);
    const departed = (unit: string) => observe(world, 'mongodb/0', { hook: 'database-peers-relation-departed', departing: unit });
    expect([...((await departed('mongodb/1')).value.peers?.units.keys() ?? [])]).toEqual(['mongodb/0', 'mongodb/2']);
    expect([...((await departed('mongodb/0')).value.peers?.units.keys() ?? [])]).toEqual(['mongodb/0', 'mongodb/1', 'mongodb/2']);
  });
});

test('a peer whose databag Juju does not give is not taken for one that is gone', async () => {
  const world = await deployed(2);
  const refusing = {
    ...tools,
    unitBag: async () => {
      throw new Error('cannot run relation-get: permission denied');
    },
  };
  const seen = inHook(world.model, 'mongodb/0', 'update-status', () => observeJuju(refusing, context('mongodb/0'), mongodb.endpoints));
  await expect(seen).rejects.toThrow('permission denied');
});
