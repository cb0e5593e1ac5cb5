// A model's state made larger: Juju tells of the new units and clients as of the others.
import { expect, test } from 'vitest';
import { mongodb } from '../../../src/charms/mongodb.ts';
import * as tools from '../../../src/juju/tools.ts';
import { observeJuju } from '../../../src/observe/juju.ts';
import { addClients, addUnits } from '../../../tools/bench/growth/clones.ts';
import { inHook } from '../../support/hook.ts';
import { type Deployed, deployed } from '../juju/deployed.ts';

const seenBy = async ({ model }: Deployed, unit: string) => {
  const context = { unit, app: 'mongodb', hook: 'update-status', charmFolder: '/charm', root: '', action: 'status-detail' };
  return (await inHook(model, unit, 'update-status', () => observeJuju(tools, context, mongodb.endpoints))).value;
};

test('units are seen by the leader, each at its own address', async () => {
  const world = await deployed(3);
  const added = addUnits(world.model, 'mongodb', 20);
  expect(added).toHaveLength(17);
  const { peers } = await seenBy(world, 'mongodb/0');
  expect([...(peers?.units.keys() ?? [])]).toEqual(Array.from({ length: 20 }, (_, n) => `mongodb/${n}`));
  const addresses = [...(peers?.units.values() ?? [])].map(({ address }) => address);
  expect(new Set(addresses).size).toBe(20);
  expect(addresses.slice(3)).toEqual(added);
});

test('units see each other, old and new', async () => {
  const world = await deployed(3);
  addUnits(world.model, 'mongodb', 5);
  for (const unit of ['mongodb/1', 'mongodb/4']) expect((await seenBy(world, unit)).peers?.units.size).toBe(5);
});

test('clients ask for a database each, and none has been answered', async () => {
  const world = await deployed(1);
  world.client('shop', { database: 'shop' });
  addClients(world.model, 'mongodb', 'shop', 4);
  addClients(world.model, 'mongodb', 'shop', 10); // those that are there stay
  const { clients } = await seenBy(world, 'mongodb/0');
  expect(clients.map(({ app, remote }) => [app, remote.database])).toEqual([
    ['shop', 'shop'],
    ...Array.from({ length: 9 }, (_, n) => [`client${n + 1}`, `client${n + 1}`]),
  ]);
  expect(clients.every(({ own }) => Object.keys(own).length === 0)).toBe(true);
});
