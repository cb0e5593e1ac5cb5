import { describe, expect, test } from 'vitest';
import { applyJuju } from '../../../src/apply/juju.ts';
import { mongodb } from '../../../src/charms/mongodb.ts';
import type { JujuEffect, PublishedClient } from '../../../src/core/effects.ts';
import { splitRequests } from '../../../src/interfaces/client-requests.ts';
import { runTool } from '../../../src/juju/run.ts';
import * as tools from '../../../src/juju/tools.ts';
import { observeJuju } from '../../../src/observe/juju.ts';
import { inHook, type ToolCall } from '../../support/hook.ts';
import { bagOf, type Deployed, deployed, LABEL, PEER_RELATION, secretOf } from '../juju/deployed.ts';

const context = { unit: 'mongodb/0', app: 'mongodb', hook: 'update-status', charmFolder: '/charm', root: '' };
const READS = [
  'goal-state',
  'is-leader',
  'config-get',
  'network-get',
  'relation-ids',
  'relation-list',
  'relation-get',
  'status-get',
  'opened-ports',
  'secret-ids',
];
const LOOKUPS = ['secret-get', 'secret-info-get'];

/** Looks and applies, as one hook of the leader. `writes` are the calls that change something. */
async function apply({ model }: Deployed, ...effects: readonly JujuEffect[]) {
  const ran = await inHook(model, 'mongodb/0', 'update-status', async () =>
    applyJuju(tools, await observeJuju(tools, context, endpoints), effects),
  );
  expect(ran.refused).toBeUndefined();
  const writes = ran.calls.filter(({ tool }) => ![...READS, ...LOOKUPS].includes(tool));
  return { writes, log: ran.log, calls: ran.calls };
}
const named = (calls: readonly ToolCall[]): readonly string[] => calls.map(({ tool }) => tool);

const REQUEST = { database: 'shop', 'requested-secrets': '["username", "password", "uris"]' };
const client = (relation: number, more: Partial<PublishedClient> = {}): JujuEffect => ({
  do: 'publish-client',
  client: {
    endpoint: 'database',
    relation,
    user: `relation-${relation}`,
    password: 's3cret',
    database: 'shop',
    replset: 'mongodb',
    hosts: ['10.0.0.1:27017'],
    request: REQUEST,
    ...more,
  },
});
/** The same with other addresses, and the password that is known already. */
const moved = (relation: number, hosts: readonly string[], request = REQUEST): JujuEffect => {
  const effect = client(relation, { hosts, request });
  if (effect.do !== 'publish-client') throw new Error('not a client');
  const { password: _, ...rest } = effect.client;
  return { do: 'publish-client', client: rest };
};

const { endpoints } = mongodb;

describe('a client that is answered', () => {
  const label = (id: number, group = 'user') => `database.${id}.${group}.secret`;

  test('finds everything in one write, after the secret was made and granted', async () => {
    const world = await deployed(1);
    const app = world.client('app', REQUEST);
    const { writes } = await apply(world, client(app.id));
    expect(named(writes)).toEqual(['secret-add', 'secret-grant', 'relation-set']);
    const secret = secretOf(world.model, label(app.id));
    expect(secret).toMatchObject({
      content: {
        username: `relation-${app.id}`,
        password: 's3cret',
        uris: `mongodb://relation-${app.id}:s3cret@10.0.0.1:27017/shop?replicaSet=mongodb&authSource=admin&authMechanism=SCRAM-SHA-256`,
      },
      granted: [`app in ${app.id}`],
      revision: 1,
    });
    const bag = bagOf(app, 'mongodb');
    expect(bag).toEqual({
      data: JSON.stringify(REQUEST),
      database: 'shop',
      endpoints: '10.0.0.1',
      replset: 'mongodb',
      'secret-user': expect.stringMatching(new RegExp(`^secret:.*${secret?.id}$`)),
    });
  });

  test('its password is in no call, no bag and no log', async () => {
    const world = await deployed(1);
    const app = world.client('app', REQUEST);
    const { calls, log } = await apply(world, client(app.id), { do: 'log', level: 'INFO', message: 'done' });
    expect(JSON.stringify([calls, log, bagOf(app, 'mongodb')])).not.toContain('s3cret');
  });

  test('the same again changes nothing', async () => {
    const world = await deployed(1);
    const app = world.client('app', REQUEST);
    await apply(world, client(app.id));
    world.settle();
    const { version } = app.applications.mongodb!;
    const { writes } = await apply(world, client(app.id));
    expect(named(writes)).not.toContain('relation-set');
    expect(app.applications.mongodb?.version).toBe(version);
    expect(secretOf(world.model, label(app.id))?.revision).toBe(1);
    expect(world.settle()).toEqual([]);
  });

  test('with two requests in one relation finds both in one write, each with secrets of its own', async () => {
    const world = await deployed(1);
    const asks = (id: string, resource: string) => ({ 'request-id': id, resource, salt: 's' });
    const remote = { version: 'v1', requests: JSON.stringify([asks('aa', 'shop'), asks('bb', 'stock')]) };
    const app = world.client('app', remote);
    const both = splitRequests(remote, {}).map(({ requestId = '', remote: request }) =>
      client(app.id, { requestId, user: `relation-${app.id}-${requestId}`, request, database: request.database ?? '' }),
    );
    const { writes } = await apply(world, ...both);
    expect(named(writes)).toEqual([...Array.from({ length: 4 }, () => ['secret-add', 'secret-grant']).flat(), 'relation-set']);
    const secret = (id: string, group: string) => secretOf(world.model, `database.${app.id}.${id}.${group}.secret`);
    expect(secret('bb', 'user')).toMatchObject({ content: { username: `relation-${app.id}-bb` }, granted: [`app in ${app.id}`] });
    expect(secret('bb', 'tls')?.content).toEqual({ tls: 'false' });
    const bag = bagOf(app, 'mongodb');
    expect(Object.keys(bag).sort()).toEqual(['data', 'requests', 'version']);
    const [one] = JSON.parse(bag.requests ?? '');
    expect(one).toMatchObject({
      'request-id': 'aa',
      resource: 'shop',
      'secret-user': expect.stringContaining(secret('aa', 'user')?.id ?? '-'),
    });
    // What goes with one of them leaves the other, and its secrets are found by the next hook.
    world.settle();
    await apply(world, { do: 'withdraw', relation: app.id, requestId: 'aa', own: bag });
    expect(JSON.parse(bagOf(app, 'mongodb').requests ?? '')).toMatchObject([{ 'request-id': 'bb' }]);
    const facts = await inHook(world.model, 'mongodb/0', 'update-status', () => observeJuju(tools, context, endpoints));
    expect([...facts.value.staleSecrets].sort()).toEqual(['user', 'tls'].map(group => secret('aa', group)?.id).sort());
  });

  test('other addresses reach it by the same secret and one write, its password stays, and we are not woken by our own change', async () => {
    const world = await deployed(1);
    const app = world.client('app', REQUEST);
    await apply(world, client(app.id));
    const before = bagOf(app, 'mongodb')['secret-user'];
    await inHook(world.model, 'app/0', 'update-status', () => runTool('secret-get', [before ?? '']));
    world.settle();
    const { writes } = await apply(world, moved(app.id, ['10.0.0.1:27017', '10.0.0.2:27017']));
    expect(named(writes)).toEqual(['secret-set', 'relation-set']);
    expect(JSON.parse(writes.at(-1)?.input ?? '')).toEqual({ endpoints: '10.0.0.1,10.0.0.2' });
    expect(bagOf(app, 'mongodb')).toMatchObject({ endpoints: '10.0.0.1,10.0.0.2', 'secret-user': before });
    expect(secretOf(world.model, label(app.id))).toMatchObject({
      revision: 2,
      content: { password: 's3cret', uris: expect.stringContaining('s3cret@10.0.0.1:27017,10.0.0.2:27017/') },
    });
    expect(world.settle().filter(hook => hook.startsWith('mongodb/') && hook.includes('secret'))).toEqual([]);
  });

  test('a secret that a failed hook left behind is taken up: filled, granted, published', async () => {
    const world = await deployed(1);
    const app = world.client('app', REQUEST);
    await inHook(world.model, 'mongodb/0', 'update-status', () => tools.secretAdd(label(app.id), { password: 'lost' }));
    const { writes } = await apply(world, client(app.id));
    expect(named(writes)).toEqual(['secret-set', 'secret-grant', 'relation-set']);
    expect(secretOf(world.model, label(app.id))).toMatchObject({ content: { password: 's3cret' }, granted: [`app in ${app.id}`] });
    expect(bagOf(app, 'mongodb')['secret-user']).toBe(`secret:${secretOf(world.model, label(app.id))?.id}`);
  });

  test('an entity has a second secret; a client of old has its password in clear, and keeps it', async () => {
    const world = await deployed(1);
    const requested = '["username", "password", "uris", "entity-name", "entity-password"]';
    const entity = world.client('entity', { ...REQUEST, 'requested-secrets': requested, 'entity-type': 'USER' });
    const old = world.client('old', { database: 'shop' });
    await apply(world, client(entity.id, { request: { ...bagOf(entity, 'entity') } }), client(old.id, { request: { database: 'shop' } }));
    expect(secretOf(world.model, label(entity.id, 'entity'))?.content).toEqual({
      'entity-name': `relation-${entity.id}`,
      'entity-password': 's3cret',
    });
    expect(
      Object.keys(bagOf(entity, 'mongodb'))
        .filter(key => key.startsWith('secret-'))
        .sort(),
    ).toEqual(['secret-entity', 'secret-user']);
    expect(bagOf(old, 'mongodb')).toMatchObject({ username: `relation-${old.id}`, password: 's3cret' });
    await apply(world, moved(old.id, ['10.0.0.9:27017'], { database: 'shop' } as typeof REQUEST));
    expect(bagOf(old, 'mongodb')).toMatchObject({
      password: 's3cret',
      endpoints: '10.0.0.9',
      uris: expect.stringContaining('s3cret@10.0.0.9'),
    });
  });

  test('without a password, and none to be found, nothing is published, and the next hook is to give it another', async () => {
    const world = await deployed(1);
    const app = world.client('app', REQUEST);
    const peers = world.model.relations[PEER_RELATION]!;
    peers.applications.mongodb = { values: { [`client-${app.id}`]: 'fingerprint' }, version: 1 };
    await apply(world, moved(app.id, ['10.0.0.1:27017']));
    expect(bagOf(app, 'mongodb')).toEqual({});
    expect(bagOf(peers, 'mongodb')).toEqual({});
  });
});

test('a databag of version 1 that is taken back whole is empty', async () => {
  const world = await deployed(1);
  const app = world.client('app', REQUEST);
  const own = { version: 'v1', requests: '[{"request-id":"a"}]', data: '{}', status: '[]' };
  await inHook(world.model, 'mongodb/0', 'update-status', () => tools.relationSet(app.id, 'application', own));
  const clear = Object.fromEntries(Object.keys(own).map(key => [key, '']));
  await apply(world, { do: 'publish', relation: app.id, endpoint: 'database', own, clear, secrets: {} });
  expect(bagOf(app, 'mongodb')).toEqual({});
});

describe('the application’s secret', () => {
  const content = { 'operator-password': 'op', 'monitor-password': 'mon', 'backup-password': 'back', keyfile: 'theKey' };
  const add: JujuEffect = { do: 'add-app-secret', label: LABEL, content };

  test('is made', async () => {
    const world = await deployed(1);
    await apply(world, add);
    expect(secretOf(world.model, LABEL)).toMatchObject({ content, granted: [] });
  });

  test('one that is there keeps what it holds', async () => {
    const world = await deployed(1);
    await apply(world, add);
    await apply(world, { ...add, content: { ...content, keyfile: 'other', 'operator-password': 'other' } });
    expect(secretOf(world.model, LABEL)).toMatchObject({ content, revision: 1 });
  });

  test('one that lacks something gets that and no more', async () => {
    const world = await deployed(1);
    await inHook(world.model, 'mongodb/0', 'start', () => tools.secretAdd(LABEL, { keyfile: 'inUse+', 'operator-password': 'in use' }));
    await apply(world, add);
    expect(secretOf(world.model, LABEL)?.content).toEqual({ ...content, keyfile: 'inUse+', 'operator-password': 'in use' });
  });

  test('is changed, and revisions that nobody follows go, and go twice', async () => {
    const world = await deployed(1);
    await apply(world, add);
    const id = secretOf(world.model, LABEL)?.id ?? '';
    await apply(world, { do: 'set-app-secret', id, content: { ...content, 'operator-password': 'new' } });
    expect(secretOf(world.model, LABEL)).toMatchObject({ revision: 2, content: { 'operator-password': 'new' } });
    const remove: JujuEffect = { do: 'remove-secret', id, revision: 1 };
    await apply(world, remove);
    await apply(world, remove);
    expect(world.model.secrets[id]?.revisions.map(({ revision }) => revision)).toEqual([2]);
    await apply(world, { do: 'remove-secret', id });
    await apply(world, { do: 'remove-secret', id });
    expect(world.model.secrets).toEqual({});
  });
});

describe('the rest', () => {
  test('one write for each bag of the peers, the last of equals counts', async () => {
    const world = await deployed(1);
    const { writes } = await apply(
      world,
      { do: 'set-peer-app', values: { initialised: 'true', 'client-3': 'x' } },
      { do: 'set-peer-unit', values: { version: '6.0.5' } },
      { do: 'set-peer-app', values: { 'client-3': '', members: 'mongodb/0' } },
    );
    expect(named(writes)).toEqual(['relation-set', 'relation-set']);
    const peers = world.model.relations[PEER_RELATION]!;
    expect(bagOf(peers, 'mongodb')).toEqual({ initialised: 'true', members: 'mongodb/0' });
    expect(bagOf(peers, 'mongodb/0')).toMatchObject({ version: '6.0.5' });
  });

  test('statuses only where they differ, after everything else', async () => {
    const world = await deployed(1);
    const effects: readonly JujuEffect[] = [
      { do: 'set-status', scope: 'unit', status: { level: 'active', message: 'Primary' } },
      { do: 'set-status', scope: 'application', status: { level: 'active', message: '' } },
      { do: 'log', level: 'INFO', message: 'start: nothing to do' },
      { do: 'log', level: 'WARNING', message: 'one' },
      { do: 'log', level: 'WARNING', message: 'two' },
      { do: 'open-port', port: '27017/tcp' },
      { do: 'set-workload-version', version: '6.0.5' },
    ];
    const first = await apply(world, ...effects);
    expect(named(first.writes)).toEqual(['open-port', 'application-version-set', 'juju-log', 'status-set', 'status-set']);
    expect(first.log).toEqual(['WARNING start: nothing to do\none\ntwo']);
    expect(world.model.units['mongodb/0']).toMatchObject({ workload: { current: 'active', message: 'Primary' }, ports: [{ from: 27017 }] });
    expect(world.model.applications.mongodb).toMatchObject({ status: { current: 'active' }, version: '6.0.5' });
    const second = await apply(world, ...effects.slice(0, 2));
    expect(second.writes).toEqual([]);
  });

  test('a write that Juju refuses leaves the status as it was', async () => {
    const world = await deployed(1);
    const before = { ...world.model.units['mongodb/0']?.workload };
    const refused = apply(
      world,
      { do: 'open-port', port: '99999/tcp' },
      { do: 'set-status', scope: 'unit', status: { level: 'active', message: 'Primary' } },
    );
    await expect(refused).rejects.toThrow('cannot run open-port: ');
    expect(world.model.units['mongodb/0']?.workload).toEqual(before);
  });
});
