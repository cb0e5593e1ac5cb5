// What a status asks a person to do can be read in `juju status`, which cuts off the end of a long message.
import { describe, expect, test } from 'vitest';
import { SHOWN, type Status, status } from '../../../src/core/status.ts';

const REASON = `E11000 duplicate key error collection: config.databases index: _id_ dup key: { _id: "${'shop'.repeat(60)}" }`;
const APP = 'mongodb-production-of-the-shop';
const SHARDS = Array.from({ length: 12 }, (_, n) => `shard-of-the-shop-${n}`);

/** Those that are made of parts, with long ones, and what each asks for; nothing where the page says what to look at. */
const MADE: { readonly [Name in keyof typeof status as (typeof status)[Name] extends Status ? never : Name]: readonly [Status, string] } = {
  noSnap: [status.noSnap(APP, 'riscv64'), `run juju set-constraints ${APP} arch=amd64, and put another unit in place of this one`],
  withForeign: [status.withForeign(REASON), ''],
  setOfOthers: [status.setOfOthers(REASON), 'recover-access'],
  primaryStrange: [status.primaryStrange(REASON), ''],
  down: [status.down(SHARDS), ''],
  otherState: [status.otherState(REASON), 'see its log'],
  locked: [status.locked(REASON), 'run recover-access'],
  otherSet: [status.otherSet('x'.repeat(100)), 'run recover-access to take it over'],
  badConfig: [status.badConfig(`role=${'x'.repeat(64)}… must be replication, config-server or shard`), 'set it with juju config'],
  badSystemUsers: [
    status.badSystemUsers(`the secret names ${'x'.repeat(100)}; it may name operator, monitor and backup`),
    'it may name operator',
  ],
  badClient: [
    status.badClient('data-integrator', `entity-permissions names ${'x'.repeat(100)}; it may name find, insert`),
    'it may name find',
  ],
  badClients: [status.badClients(SHARDS), 'run status-detail'],
  hostSilent: [status.hostSilent(APP), ''],
  roleFixed: [status.roleFixed(APP, 'replication', 'config-server'), `set it back with juju config ${APP} role=replication`],
  roleUnknown: [
    status.roleUnknown(APP, 'shard', `role=${'x'.repeat(64)}… must be shard`),
    `set it back with juju config ${APP} role=shard`,
  ],
  shardOutdated: [status.shardOutdated('1.0.0+0123456789abcdef', '1.0.1+fedcba9876543210'), 'juju refresh the one that is older'],
  shardsOutdated: [status.shardsOutdated('7', SHARDS), 'upgrade/downgrade to revision 7'],
  waitsForShard: [status.waitsForShard(APP), ''],
  shardSyncing: [status.shardSyncing(APP), ''],
  addingShard: [status.addingShard(APP), ''],
  shardNotAdded: [status.shardNotAdded(APP, REASON), ''],
  shardRejoins: [status.shardRejoins(APP), ''],
  shardsUnreachable: [status.shardsUnreachable(SHARDS), 'see their units'],
  clusterSilent: [status.clusterSilent(REASON), ''],
  draining: [status.draining(APP, 1_000, 10), ''],
  drainStuck: [status.drainStuck(APP, REASON), ''],
  drainTurn: [status.drainTurn(APP), ''],
  jumboChunks: [status.jumboChunks(APP, ['shop.orders', 'shop.items', REASON]), 'split them, or run clearJumboFlag on them'],
  lastShard: [status.lastShard(APP), 'integrate it again, or add another shard'],
  shardDraining: [status.shardDraining(10, 1_000), ''],
  held: [status.held(REASON), ''],
  tooManyMembers: [status.tooManyMembers(50), 'remove units'],
};

describe('what to do stands before `juju status` cuts a message off', () => {
  test.each(Object.entries(MADE))('%s', (_, [{ message }, todo]) => {
    expect(message.slice(0, SHOWN)).toContain(todo);
  });
  test.each(Object.entries(status).flatMap(([name, one]) => (typeof one === 'function' ? [] : [[name, one.message] as const])))(
    '%s',
    (_, message) => {
      expect(message.length).toBeLessThanOrEqual(SHOWN);
    },
  );
});

test('a status that has room for all of it says first what is the matter', () => {
  expect(status.locked('it says no').message).toBe("MongoDB refuses the charm's users and key file: it says no; run recover-access");
});
