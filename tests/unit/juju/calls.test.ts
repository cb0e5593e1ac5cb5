// Looking and writing as a whole: how often Juju is asked, what each unit leaves alone, and in which order a client is answered.
import { beforeAll, describe, expect, test } from 'vitest';
import { applyJuju } from '../../../src/apply/juju.ts';
import { mongodb } from '../../../src/charms/mongodb.ts';
import { LEAVING } from '../../../src/core/bags.ts';
import type { Context } from '../../../src/core/context.ts';
import type { PublishedClient } from '../../../src/core/effects.ts';
import * as tools from '../../../src/juju/tools.ts';
import { observeJuju } from '../../../src/observe/juju.ts';
import { inHook } from '../../support/hook.ts';
import { bagOf, type Deployed, deployed, PEER_RELATION, relationHook, secretOf } from './deployed.ts';

const content = { 'operator-password': 'op', 'monitor-password': 'mo', 'backup-password': 'ba', keyfile: 'theKey' };
const request = { database: 'shop', 'requested-secrets': '["username","password","uris"]' };

const contextOf = (unit: string, more: Partial<Context> = {}): Context => ({
  unit,
  app: 'mongodb',
  hook: 'update-status',
  charmFolder: '',
  root: '',
  ...more,
});
const published = (relation: number, more: Partial<PublishedClient> = {}): PublishedClient => ({
  endpoint: 'database',
  relation,
  user: `relation-${relation}`,
  password: 'pw',
  database: 'shop',
  replset: 'mongodb',
  hosts: ['10.0.0.1:27017'],
  request,
  ...more,
});

let world: Deployed;
let relation: ReturnType<Deployed['client']>;
const observe = (unit: string, more: Partial<Context> = {}) =>
  inHook(world.model, unit, more.hook ?? 'update-status', () => observeJuju(tools, contextOf(unit, more), mongodb.endpoints));
const publish = (client: PublishedClient) =>
  inHook(world.model, 'mongodb/0', 'update-status', async () => {
    const facts = await observeJuju(tools, contextOf('mongodb/0'), mongodb.endpoints);
    await applyJuju(tools, facts, [{ do: 'publish-client', client }]);
  });

beforeAll(async () => {
  world = await deployed(3);
  relation = world.client('shop', request);
  await inHook(world.model, 'mongodb/0', 'start', () => tools.secretAdd('mongodb.app', content));
  await publish(published(relation.id));
});

describe('of three units and one client', () => {
  test('a leader asks each thing once, and no more than two dozen', async () => {
    const { calls, value } = await observe('mongodb/0');
    const asked = calls.map(({ tool, words }) => [tool, ...words].join(' '));
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length).toBeLessThanOrEqual(24);
    expect(value.clients).toMatchObject([{ id: relation.id, app: 'shop', remote: request, own: { database: 'shop' } }]);
    expect(value.secret?.id).toBe(secretOf(world.model, 'mongodb.app')?.id);
    expect(value.staleSecrets).toEqual([]);
  });

  test('the others read the secret and the peers, and look into no relation of a client', async () => {
    const { calls, value } = await observe('mongodb/1');
    const asked = calls.map(({ tool, words }) => [tool, ...words].join(' '));
    expect(asked.filter(words => /-r [1-9]|secret-ids|secret-info-get|--application/.test(words))).toEqual([]);
    expect(asked.length).toBeLessThanOrEqual(16);
    expect(value).toMatchObject({ leader: false, clients: [], staleSecrets: [], secret: { id: '', keyFile: 'theKey' } });
  });

  test('what is published already is not written again, and wakes nobody', async () => {
    world.settle();
    const shown = () => {
      const { readers: _, ...secret } = secretOf(world.model, `database.${relation.id}.user.secret`) ?? { readers: [] };
      return { secret, bag: structuredClone(relation.applications.mongodb) };
    };
    const before = shown();
    const { password: _, ...kept } = published(relation.id);
    const { calls } = await publish(kept);
    expect(calls.map(({ tool }) => tool)).not.toContain('relation-set');
    expect(shown()).toEqual(before);
    expect(world.settle()).toEqual([]);
  });
});

describe('publishing', () => {
  test('addresses that changed keep the password, and reach the secret and the databag', async () => {
    const { password: _, ...moved } = published(relation.id, { hosts: ['10.0.0.1:27017', '10.0.0.2:27017'] });
    const uri = bagOf(relation, 'mongodb')['secret-user'];
    await publish(moved);
    const secret = secretOf(world.model, `database.${relation.id}.user.secret`);
    expect(secret?.content).toMatchObject({ password: 'pw', uris: expect.stringContaining('10.0.0.1:27017,10.0.0.2:27017') });
    expect(bagOf(relation, 'mongodb')).toMatchObject({ endpoints: '10.0.0.1,10.0.0.2', 'secret-user': uri });
    expect(secret?.granted).toEqual([`shop in ${relation.id}`]);
  });

  test('the secret is granted before its address is shown, and nothing secret is in any call', async () => {
    const other = world.client('other', request);
    const { calls } = await publish(published(other.id, { password: 's3cret' }));
    const order = calls.map(({ tool }) => tool).filter(tool => ['secret-add', 'secret-grant', 'relation-set'].includes(tool));
    expect(order).toEqual(['secret-add', 'secret-grant', 'relation-set']);
    expect(JSON.stringify(calls)).not.toContain('s3cret');
    expect(secretOf(world.model, `database.${other.id}.user.secret`)?.content.password).toBe('s3cret');
  });

  test('what only YAML minds goes through unchanged', async () => {
    const odd = world.client('odd', { ...request, note: '\u007f\u0085\u2028\ufeff' });
    const { calls } = await publish(published(odd.id, { request: { ...request, note: '\u007f\u0085\u2028\ufeff' } }));
    expect(calls.find(({ tool }) => tool === 'relation-set')?.input).toMatch(/^[ -~]+$/);
    expect(JSON.parse(bagOf(odd, 'mongodb').data ?? '')).toMatchObject({ note: '\u007f\u0085\u2028\ufeff' });
  });
});

describe('who is going', () => {
  const gone = () => relationHook(relation, 'broken', 'shop');
  test('a relation that breaks is no client any more, and its secret is stale', async () => {
    const { value } = await inHook(world.model, 'mongodb/0', gone(), () =>
      observeJuju(tools, contextOf('mongodb/0', { hook: 'database-relation-broken', breaking: relation.id }), mongodb.endpoints),
    );
    expect(value.dying).toBe(false);
    expect(value.clients.map(client => client.app)).not.toContain('shop');
    expect(value.staleSecrets).toEqual([secretOf(world.model, `database.${relation.id}.user.secret`)?.id]);
  });

  test('a relation that breaks because the unit is going says so', async () => {
    const unit = world.model.units['mongodb/0']!;
    unit.life = 'dying';
    const { value } = await inHook(world.model, 'mongodb/0', gone(), () =>
      observeJuju(tools, contextOf('mongodb/0', { hook: 'database-relation-broken', breaking: relation.id }), mongodb.endpoints),
    );
    unit.life = 'alive';
    expect(value.dying).toBe(true);
  });

  test.each<[string, Partial<Context>, boolean, readonly string[]]>([
    ['a peer', { hook: 'database-peers-relation-departed', departing: 'mongodb/2' }, false, ['mongodb/0', 'mongodb/1']],
    ['this unit', { hook: 'database-peers-relation-departed', departing: 'mongodb/0' }, true, ['mongodb/0', 'mongodb/1', 'mongodb/2']],
    ["a client's unit", { hook: 'database-relation-departed', departing: 'shop/0' }, false, ['mongodb/0', 'mongodb/1', 'mongodb/2']],
    [
      'the storage of this unit',
      { hook: 'mongodb-storage-detaching', detaching: 'mongodb/0' },
      true,
      ['mongodb/0', 'mongodb/1', 'mongodb/2'],
    ],
    ['the end of the unit', { hook: 'stop' }, true, ['mongodb/0', 'mongodb/1', 'mongodb/2']],
  ])('%s', async (_, context, dying, units) => {
    const { value } = await observe('mongodb/0', context);
    expect(value.dying).toBe(dying);
    expect([...(value.peers?.units.keys() ?? [])]).toEqual(units);
  });

  test("a unit's own mark counts in every hook but that of a new storage", async () => {
    await inHook(world.model, 'mongodb/1', 'start', () => tools.relationSet(PEER_RELATION, 'unit', { [LEAVING]: 'true' }));
    expect((await observe('mongodb/1')).value.dying).toBe(true);
    expect((await observe('mongodb/1', { hook: 'mongodb-storage-attached' })).value.dying).toBe(false);
    expect((await observe('mongodb/0')).value.dying).toBe(false);
  });
});
