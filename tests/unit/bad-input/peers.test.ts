// The peers' own databags and the application's own secret with anything in them: half written, of an older charm or another one, or
// meddled with by an operator. Hooks end well, and nothing that a set or its clients have goes because of it.
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { mongodb } from '../../../src/charms/mongodb.ts';
import * as bags from '../../../src/core/bags.ts';
import { isKeyFile } from '../../../src/core/key-file.ts';
import { bagOf, deployed, LABEL, PEER_RELATION, secretOf } from '../juju/deployed.ts';
import { bag, LIMIT_MS, mostly, runs } from './garbage.ts';
import { asUnit, hook, steadyMachine } from './hook.ts';

vi.mock(import('../../../src/juju/run.ts'), async original => ({ ...(await original()), runTool: (await import('./hook.ts')).callTool }));

const UNIT = 'mongodb/0';
const CLIENT = { database: 'good', 'requested-secrets': '["username","password","uris"]' };
/** What the Python charm before this one keeps there. */
const BEFORE = [
  'db_initialised',
  'replica_set_hosts',
  'managed-users-key',
  'external_connectivity',
  'upgrade-version',
  'snap_revision',
  'state',
  'keyfile',
];
const APP = {
  initiator: UNIT,
  initialised: 'true',
  members: UNIT,
  role: 'replication',
  wake: '3 abc',
};
/** All that the charm knows, of the application and of a unit. */
const KEYS = Object.values(bags).filter(one => typeof one === 'string');
const APP_KEYS = [...BEFORE, ...KEYS, ...['client-1', 'client-1-a', 'client-99', 'networks-1', 'networks-99', 'client-', 'networks-x']];
const UNIT_KEYS = [...KEYS, ...BEFORE];

/** One unit runs; the bag of another, which Juju has, is whatever somebody left there. */
async function application() {
  const world = await deployed(2);
  const content = ['operator-password=op', 'monitor-password=mon', 'backup-password=back', `keyfile=${'k'.repeat(1024)}`];
  await asUnit(world.model, UNIT, ['secret-add', '--owner', 'application', '--label', LABEL, ...content]);
  const machine = await steadyMachine(mongodb, world.model, UNIT);
  const good = world.client('good', CLIENT);
  for (let number = 0; number < 4; number += 1) await hook(mongodb, world.model, UNIT, machine);
  return { ...world, good, machine };
}

test(
  'any databags of the peers',
  async () => {
    const told = fc.tuple(bag(APP_KEYS, APP), bag(UNIT_KEYS), bag(UNIT_KEYS, { version: '6.0.6' }));
    await fc.assert(
      fc.asyncProperty(told, async ([ofApp, ofOwn, ofOther]) => {
        const { model, good, machine } = await application();
        const peers = model.relations[PEER_RELATION]!;
        const users = (): string[] => (machine.mongod.kind === 'member' ? [...(machine.mongod.primary?.users.keys() ?? [])].sort() : []);
        const [before, published] = [users(), bagOf(good, 'mongodb')];
        expect(before).toEqual(['backup', 'monitor', 'operator', `relation-${good.id}`]);
        const { 'ingress-address': address = '' } = bagOf(peers, 'mongodb/1');
        peers.applications.mongodb!.values = { ...ofApp };
        peers.units[UNIT]!.values = { ...bagOf(peers, UNIT), ...ofOwn };
        peers.units['mongodb/1']!.values = { ...ofOther, 'ingress-address': address };
        const done = machine.done.length;

        // An initiator that the set is taken from says nothing, and neither does a role that there is none of.
        for (let number = 0; number < 5; number += 1) await hook(mongodb, model, UNIT, machine);
        expect((await hook(mongodb, model, UNIT, machine)).writes).toEqual([]);
        const since = machine.done.slice(done);
        expect(
          since.filter(effect => /^(initiate|adopt-data|drop-|forget-cluster|remove-shard|stop-mongod|clean-machine)/.test(effect.do)),
        ).toEqual([]);
        for (const effect of since) {
          if (effect.do !== 'reconfigure') continue;
          expect(effect.force).toBe(false);
          expect(effect.members.some(one => one.unit === UNIT)).toBe(true);
        }
        expect(users()).toEqual(before);
        expect(bagOf(good, 'mongodb')).toMatchObject({ database: 'good', 'secret-user': published['secret-user'] });
        for (const message of [model.units[UNIT]?.workload.message ?? '', model.applications.mongodb?.status?.message ?? '']) {
          expect(message).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e]/u);
          expect(message.length).toBeLessThan(1_100);
        }
      }),
      runs(40),
    );
  },
  LIMIT_MS,
);

test(
  'any content of the secret with the charm’s own passwords',
  async () => {
    const content = fc.record({
      'operator-password': mostly('op'),
      'monitor-password': mostly('mon'),
      'backup-password': mostly('None'),
      keyfile: mostly('k'.repeat(1024)),
    });
    await fc.assert(
      fc.asyncProperty(content, async held => {
        const { model } = await deployed(1);
        const words = Object.entries(held).flatMap(([key, text]) =>
          text === undefined ? [] : [`${key}#base64=${Buffer.from(text).subarray(0, 60_000).toString('base64')}`],
        );
        if (words.length > 0) await asUnit(model, UNIT, ['secret-add', '--owner', 'application', '--label', LABEL, ...words]);
        const machine = await steadyMachine(mongodb, model, UNIT);
        for (let number = 0; number < 5; number += 1) await hook(mongodb, model, UNIT, machine);
        expect((await hook(mongodb, model, UNIT, machine)).writes).toEqual([]);
        // What is missing was made, and what is there is kept; a key that no mongod can start with is no key.
        expect(isKeyFile(machine.host.keyFile ?? '')).toBe(true);
        if (held.keyfile !== undefined && isKeyFile(held.keyfile)) expect(machine.host.keyFile).toBe(held.keyfile);
        expect(model.units[UNIT]?.workload.message).toBe('Primary');
      }),
      runs(40),
    );
  },
  LIMIT_MS,
);

test('a client whose secret is gone, or has nothing of what it had, is given another', async () => {
  for (const spoil of ['gone', 'empty'] as const) {
    const { model, good, machine } = await application();
    const label = `database.${good.id}.user.secret`;
    const id = secretOf(model, label)?.id ?? '';
    const before = bagOf(good, 'mongodb')['secret-user'];
    if (spoil === 'gone') delete model.secrets[id];
    else for (const revision of model.secrets[id]?.revisions ?? []) revision.content = { other: Buffer.from('x').toString('base64') };
    // Where the members are has changed, too: the databag has to be written again.
    good.applications.mongodb!.values.endpoints = '10.9.9.9';
    for (let number = 0; number < 3; number += 1) await hook(mongodb, model, UNIT, machine);
    expect((await hook(mongodb, model, UNIT, machine)).writes).toEqual([]);
    expect(secretOf(model, label)?.content).toMatchObject({ username: `relation-${good.id}`, password: expect.stringMatching(/^\w{32}$/) });
    expect(bagOf(good, 'mongodb').endpoints).not.toBe('10.9.9.9');
    expect(bagOf(good, 'mongodb')['secret-user'] === before).toBe(spoil === 'empty');
  }
});
