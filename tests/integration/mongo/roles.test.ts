// Roles that the charm makes for clients, on a real mongod: what they allow, whose they are, and that others are left alone.
import { expect, test } from 'vitest';
import { applyMongod } from '../../../src/apply/mongod.ts';
import type { RoleSpec } from '../../../src/core/effects.ts';
import { apply, clientOf, launch, lookFor, makeSet } from './open.ts';

const role: RoleSpec = {
  name: 'readers',
  of: 'relation-7',
  roles: [{ role: 'read', db: 'archive' }],
  privileges: [
    { db: 'shop', collection: '', actions: ['listCollections'] },
    { db: 'shop', collection: 'orders', actions: ['find'] },
  ],
};

test('a role is made, given, changed and dropped; who has it may do just that', async () => {
  const [a] = await launch(1);
  const mongo = await makeSet([a!]);
  await apply(mongo, { do: 'set-role', role });
  await apply(mongo, { do: 'set-role', role });
  const seen = async () => (await lookFor('member', mongo)).primary?.roles;
  expect((await seen())?.get('readers')).toEqual(role);

  await apply(mongo, {
    do: 'set-user',
    user: { name: 'eve', password: 'pw', roles: [{ role: 'readers', db: 'admin' }], relation: 8, database: 'shop' },
  });
  const eve = clientOf(a!, 'eve', 'pw').db('shop');
  expect(await eve.collection('orders').countDocuments()).toBe(0);
  expect(await eve.listCollections().toArray()).toEqual([]);
  await expect(eve.collection('orders').insertOne({})).rejects.toMatchObject({ code: 13 });
  await expect(eve.collection('others').countDocuments()).rejects.toMatchObject({ code: 13 });

  const wider = { ...role, roles: [], privileges: [{ db: 'shop', collection: 'orders', actions: ['find', 'insert'] }] };
  await apply(mongo, { do: 'set-role', role: wider });
  expect((await seen())?.get('readers')).toEqual(wider);
  await eve.collection('orders').insertOne({});

  await apply(mongo, { do: 'drop-role', name: 'readers' });
  await apply(mongo, { do: 'drop-role', name: 'readers' });
  await expect(eve.collection('orders').countDocuments()).rejects.toMatchObject({ code: 13 });
  expect((await seen())?.has('readers')).toBe(false);
});

test('a role of somebody else is neither changed nor dropped', async () => {
  const [a] = await launch(1);
  const mongo = await makeSet([a!]);
  await clientOf(a!)
    .db('admin')
    .command({ createRole: 'readers', privileges: [], roles: ['read'] });
  expect((await lookFor('member', mongo)).primary?.roles.get('readers')).toEqual({
    name: 'readers',
    roles: [{ role: 'read', db: 'admin' }],
    privileges: [],
  });
  expect(await applyMongod(mongo, { do: 'set-role', role })).toEqual({ ok: false, reason: 'role readers was not made for this client' });
  expect(await applyMongod(mongo, { do: 'drop-role', name: 'readers' })).toEqual({
    ok: false,
    reason: 'role readers was not made by this charm',
  });
});
