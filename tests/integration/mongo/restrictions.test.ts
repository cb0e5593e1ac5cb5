// What MongoDB makes of the networks that a user may log in from. The charm's decisions rest on each of these.
import { MongoClient } from 'mongodb';
import { expect, onTestFinished, test } from 'vitest';
import type { UserSpec } from '../../../src/core/effects.ts';
import { refusalsAt } from '../../../src/mongo/refusals.ts';
import type { Launched } from './launch.ts';
import { apply, freshAddress, launch, lookFor, makeSet } from './open.ts';

const spec: UserSpec = { name: 'relation-7', password: 'pw', roles: [{ role: 'readWrite', db: 'shop' }], relation: 7, database: 'shop' };

/** A client whose connections come from this address, or through the unix socket. */
function clientFrom(mongod: Launched, place: { readonly address: string } | 'socket'): MongoClient {
  const host = place === 'socket' ? encodeURIComponent(mongod.socket) : mongod.host;
  const client = new MongoClient(`mongodb://${host}/?directConnection=true&serverSelectionTimeoutMS=5000`, {
    auth: { username: spec.name, password: 'pw' },
    authMechanism: 'SCRAM-SHA-256',
    ...(place === 'socket' ? {} : { localAddress: place.address }),
  });
  onTestFinished(() => client.close());
  return client;
}
const readFrom = (mongod: Launched, place: { readonly address: string } | 'socket') =>
  clientFrom(mongod, place)
    .db('shop')
    .collection('orders')
    .countDocuments()
    .catch(error => error.code);

test('a user gets in from its networks alone; that they change is felt on open connections too, and the password stays', async () => {
  const [a] = await launch(1);
  const mongo = await makeSet([a!]);
  const [one, two] = [{ address: freshAddress() }, { address: freshAddress() }];
  await apply(mongo, { do: 'set-user', user: { ...spec, from: [`${one.address}/32`] } });
  expect((await lookFor('member', mongo)).primary?.users.get(spec.name)).toMatchObject({ ours: true, from: [`${one.address}/32`] });
  expect([await readFrom(a!, one), await readFrom(a!, two)]).toEqual([0, 18]);

  const open = clientFrom(a!, one);
  await open.db('shop').collection('orders').countDocuments();
  const { password: _, ...same } = spec;
  await apply(mongo, { do: 'set-user', user: { ...same, from: [`${two.address}/32`] } });
  expect([await readFrom(a!, one), await readFrom(a!, two)]).toEqual([18, 0]);
  await expect(open.db('shop').collection('orders').countDocuments()).rejects.toMatchObject({ code: 13 });

  // A whole network, one of version 6 beside it.
  await apply(mongo, { do: 'set-user', user: { ...same, from: ['127.0.0.0/8', 'fd00::/64', '::1/128'] } });
  expect([await readFrom(a!, one), await readFrom(a!, two)]).toEqual([0, 0]);
  await apply(mongo, { do: 'set-user', user: { ...same, from: ['10.0.0.0/8'] } });
  expect(await readFrom(a!, one)).toBe(18);
  // Without any, from anywhere again.
  await apply(mongo, { do: 'set-user', user: same });
  expect([await readFrom(a!, one), await readFrom(a!, 'socket')]).toEqual([0, 0]);
  expect((await lookFor('member', mongo)).primary?.users.get(spec.name)).not.toHaveProperty('from');
});

test('a refused login is found in the log of the member, with the address that it came from', async () => {
  const [a] = await launch(1);
  const mongo = await makeSet([a!]);
  const [one, two] = [{ address: freshAddress() }, { address: freshAddress() }];
  // So many networks that mongod cuts the line in which it refuses.
  const many = Array.from({ length: 100 }, (_, n) => `10.1.${n}.0/24`);
  await apply(mongo, { do: 'set-user', user: { ...spec, from: [`${one.address}/32`, ...many] } });
  expect(await refusalsAt(mongo, a!.host)).toEqual([]);
  expect([await readFrom(a!, one), await readFrom(a!, two)]).toEqual([0, 18]);
  expect(await refusalsAt(mongo, a!.host)).toEqual([{ user: spec.name, address: two.address }]);
});

test('who comes through a unix socket has no address, and no network lets it in', async () => {
  const [a] = await launch(1);
  const mongo = await makeSet([a!]);
  await apply(mongo, { do: 'set-user', user: { ...spec, from: ['0.0.0.0/0', '::/0'] } });
  expect([await readFrom(a!, { address: freshAddress() }), await readFrom(a!, 'socket')]).toEqual([0, 18]);
});

test('a member that follows holds to them as well', async () => {
  const [a, b] = await launch(2);
  const mongo = await makeSet([a!, b!]);
  const one = { address: freshAddress() };
  await apply(mongo, { do: 'set-user', user: { ...spec, from: [`${one.address}/32`] } });
  await expect
    .poll(() =>
      clientFrom(b!, one)
        .db('shop')
        .command({ ping: 1 })
        .then(
          () => 'in',
          error => error.code,
        ),
    )
    .toBe('in');
  expect(
    await clientFrom(b!, { address: freshAddress() })
      .db('shop')
      .command({ ping: 1 })
      .catch(error => error.code),
  ).toBe(18);
});
