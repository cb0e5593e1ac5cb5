// What bad input was once found to break, each as small as it can be said.
import { describe, expect, test, vi } from 'vitest';
import { mongodb } from '../../../src/charms/mongodb.ts';
import { isAddress } from '../../../src/core/bags.ts';
import { checkConfig } from '../../../src/core/config.ts';
import { isKeyFile } from '../../../src/core/key-file.ts';
import { isSecretUri } from '../../../src/core/names.ts';
import type { ClientRelation, DatabaseUser, Observed } from '../../../src/core/observed.ts';
import { status } from '../../../src/core/status.ts';
import { oneLine } from '../../../src/core/text.ts';
import { splitRequests } from '../../../src/interfaces/client-requests.ts';
import { decodeRouterAnswer } from '../../../src/interfaces/config-server.ts';
import { clientUri, decodeClientRequest } from '../../../src/interfaces/mongodb-client.ts';
import { decodeClusterSecrets, decodeHosts, movesOf } from '../../../src/interfaces/shards.ts';
import { failureOf } from '../../../src/mongo/errors.ts';
import { planClients } from '../../../src/plan/clients.ts';
import { planHostClient } from '../../../src/plan/host-client.ts';
import { planMembership } from '../../../src/plan/membership.ts';
import { deployed } from '../juju/deployed.ts';
import { hostRelation, routerSeen } from '../plan/beside.ts';
import { CONFIG, peerUnits, primaryFacts, steady, systemUsers } from '../plan/world.ts';
import { hook, steadyMachine } from './hook.ts';

vi.mock(import('../../../src/juju/run.ts'), async original => ({ ...(await original()), runTool: (await import('./hook.ts')).callTool }));

describe('a status', () => {
  test('is one line, whatever somebody else has to say in it', () => {
    expect(status.badClient('app', 'wants "a\nb\u001b[31m\u202e\0"').message).toBe('app: wants "a b [31m "');
    expect(oneLine('\ud800', 10)).toBe('\ufffd');
  });
  test('is never longer than a call may be', () => {
    expect(status.badClient('app', 'x'.repeat(200_000)).message).toHaveLength(1_001);
    expect(status.clusterSilent('é'.repeat(200_000)).message.length).toBeLessThan(1_100);
  });
});

test.each([
  ['secret:d1m8s2nmp25c762o1234', true],
  ['secret://0a7d4a2e-7a4b-4a8e-8f6c-0d7a3a1b2c3d/d1m8s2nmp25c762o1234', true],
  ['--label=mongodb.app', false],
  ['--help', false],
  ['secret:', false],
  ['secret:d1m8s2nmp25c762o1234\n', false],
  [`secret:${'d'.repeat(200_000)}`, false],
])('%s is the name of a secret: %s', (text, is) => expect(isSecretUri(text)).toBe(is));

test.each([
  ['10.0.0.1', true],
  ['fd00::1', true],
  ['machine-1.example.com', true],
  ['', false],
  ['10.0.0.1:27017,evil', false],
  ['/run/x.sock', false],
  ['a b', false],
  ['a\0b', false],
  ['-x', false],
  ['x'.repeat(300), false],
])('%s is an address: %s', (text, is) => expect(isAddress(text)).toBe(is));

describe('a config server', () => {
  test('that lists what is no address lists none', () => {
    expect(decodeHosts('["10.0.0.1","10.0.0.2 10.0.0.3"]')).toBeUndefined();
    expect(decodeHosts('["10.0.0.1"]')).toEqual(['10.0.0.1']);
    expect(decodeHosts('{"__proto__":[]}')).toBeUndefined();
  });
  test('counts moves in digits, or not at all', () => {
    expect(movesOf({ 'shard-moves': '12' })).toBe('12');
    for (const moves of ['1e9', 'x'.repeat(100_000), '-1', '99999999999999']) expect(movesOf({ 'shard-moves': moves })).toBe('');
  });
  test('with a key that no mongod can start with has given none', () => {
    const given = { 'operator-password': 'o', 'backup-password': 'b' };
    expect(decodeClusterSecrets({ ...given, 'key-file': 'abc+/=' })).toBeDefined();
    expect(decodeClusterSecrets({ ...given, 'key-file': '- abcdef\n- ghijkl\n' })).toBeDefined();
    for (const key of ['a\0b', 'abcde', 'ü'.repeat(10), '- \n', 'x'.repeat(1_025), '$'])
      expect([isKeyFile(key), decodeClusterSecrets({ ...given, 'key-file': key })]).toEqual([false, undefined]);
  });
  test('with a password that the shard may not keep has given none', () => {
    const given = { 'operator-password': 'o', 'backup-password': 'b', 'key-file': 'theKey' };
    for (const password of ['', 'None', 'x'.repeat(60_000), 'a\nb'])
      for (const key of ['operator-password', 'backup-password'])
        expect(decodeClusterSecrets({ ...given, [key]: password })).toBeUndefined();
  });
  test('that tells a router what is no place has told nothing', () => {
    const content = { username: 'u', password: 'p', 'key-file': 'theKey' };
    const told = (place: string) => decodeRouterAnswer({ database: 'shop' }, { ...content, 'config-server-db': place });
    expect(told('config/10.0.0.1:27017,10.0.0.2:27017')).toBeDefined();
    for (const place of ['config', '/10.0.0.1', 'a/b/c', 'config/x\nsecurity: {}', 'config/ ']) expect(told(place)).toBeUndefined();
  });
});

test('text that is none is in no connection string an exception', () => {
  expect(clientUri({ user: 'u', password: 'p\ud800', hosts: ['h:1'], database: 'd', replset: 'r' })).toContain('p%EF%BF%BD@');
});

test('a configuration in which nobody votes is none to force another by', () => {
  const seen = steady(1);
  if (seen.mongod.kind !== 'member') throw new Error('no member');
  const { primary: _, ...alone } = seen.mongod;
  const { primary: __, ...set } = { ...alone.set, members: [] };
  expect(planMembership({ ...seen, lastChance: true, mongod: { ...alone, set } }).effects).toEqual([]);
});

test('a secret of an operator that has no name is not asked for', async () => {
  const { model } = await deployed(1);
  model.applications.mongodb!.config = { 'system-users': '--help' };
  const machine = await steadyMachine(mongodb, model, 'mongodb/0');
  for (let number = 0; number < 2; number += 1) await hook(mongodb, model, 'mongodb/0', machine);
  expect(model.applications.mongodb?.status?.message).toMatch(/^config system-users: the secret cannot be read; give one/);
});

test('a parameter that is no text is told so', () => {
  const seen = seenWith([asks(3, 'shop')]);
  const answer = (params: object) => mongodb.actions['rotate-client-password']?.answer(seen, params, []);
  expect(answer({ application: { toString: 'x' } })).toEqual({ refused: 'the application must be text; there are app-3 (relation 3)' });
  expect(answer({ relation: '3' })).toEqual({ refused: expect.stringContaining('the relation must be a number') });
});

describe('options', () => {
  test.each([
    [undefined, 'is no list of options'],
    [null, 'is no list of options'],
    ['text', 'is no list of options'],
    [{ 'auto-delete': 'yes' }, 'auto-delete=yes must be true or false'],
    [{ 'log-verbosity': '3' }, 'log-verbosity=3 must be a number'],
    [{ 'log-verbosity': {} }, 'log-verbosity={} must be a number'],
    [{ 'log-verbosity': 2.5 }, 'log-verbosity=2.5 must be a whole number'],
    [{ 'system-users': 7 }, 'system-users=7 must be the name of a secret'],
    [{ role: 'x'.repeat(1_000) }, `role=${'x'.repeat(64)}… must be replication, config-server or shard`],
    [{ role: 7 }, 'role=7 must be replication, config-server or shard'],
  ])('%j', (raw, problem) => expect(checkConfig(raw)).toMatchObject({ valid: false, problem }));
  test('that an older version of the charm had, and lacks, are no problem', () => {
    expect(checkConfig({ 'auto-delete': true, 'gone-by-now': 'x', constructor: 1 })).toMatchObject({
      valid: true,
      config: { ...CONFIG, 'auto-delete': true },
    });
  });
});

test('an answer of mongod without what every answer has is a sentence', () => {
  const failure = (() => {
    try {
      return (JSON.parse('{}') as { cursor: { firstBatch: unknown } }).cursor.firstBatch;
    } catch (error) {
      return failureOf(error);
    }
  })();
  expect(failure).toMatchObject({
    network: false,
    text: expect.stringMatching(/^MongoDB answered in a way that the charm does not know \(/),
  });
});

const asks = (id: number, database: string, more: Partial<ClientRelation> = {}): ClientRelation => ({
  endpoint: 'database',
  id,
  app: `app-${id}`,
  units: [`app-${id}/0`],
  remote: { database, 'requested-secrets': '["username","password","uris"]' },
  own: {},
  databag: {},
  ...more,
});

function seenWith(clients: readonly ClientRelation[], users: readonly DatabaseUser[] = [], juju: Partial<Observed['juju']> = {}): Observed {
  const seen = steady(1, {
    juju: { clients, peers: { id: 1, app: { initialised: 'true', members: 'mongodb/0' }, units: peerUnits(1) }, ...juju },
  });
  if (seen.mongod.kind !== 'member') throw new Error('no member');
  const all = new Map([...systemUsers(), ...users.map(user => [user.name, user] as const)]);
  return { ...seen, mongod: { ...seen.mongod, primary: primaryFacts(seen.mongod.set, { users: all }) } };
}
const usersMade = (seen: Observed) => planClients(seen).effects.flatMap(effect => (effect.do === 'set-user' ? [effect.user.name] : []));
const shownBy = (seen: Observed) => planClients(seen).app.map(one => one.message);

test('requests that cannot be read are refused, also beside a database of version 0', () => {
  const [one, ...others] = splitRequests({ version: 'v1', requests: '{}', database: 'loot' }, {});
  expect(others).toEqual([]);
  expect(decodeClientRequest(one?.remote ?? {})).toEqual({ problem: expect.stringContaining('requests is not a JSON list') });
});

describe('clients', () => {
  test('of which one’s user name is taken by somebody else do not keep the others waiting', () => {
    const squatted: DatabaseUser = { name: 'relation-3', ours: false, fingerprint: '', roles: [] };
    const seen = seenWith([asks(3, 'shop'), asks(4, 'other')], [squatted]);
    expect(usersMade(seen)).toEqual(['relation-4']);
    expect(shownBy(seen)).toEqual(['app-3: user relation-3 was not made by this charm; drop it in MongoDB, and the charm makes its own']);
  });
  test('that ask at the same time for names which differ by case are not both served', () => {
    const seen = seenWith([asks(3, 'shop'), asks(4, 'SHOP')]);
    expect(usersMade(seen)).toEqual(['relation-3']);
    expect(shownBy(seen)).toEqual(['app-4: database SHOP differs only by case from shop, which app-3 uses; ask for another name']);
  });
  test('that write more than can be given back are told so', () => {
    const seen = seenWith([asks(3, 'shop', { remote: { database: 'shop', alias: 'x'.repeat(300_000) } })]);
    expect(usersMade(seen)).toEqual([]);
    expect(shownBy(seen)[0]).toMatch(
      /^app-3: remove the relation, and see the client charm: writes 300\d{3} characters into its databag, and 262144 are read/,
    );
  });
  test('and the database of a mark that an administrator has forged: MongoDB’s own are never deleted', () => {
    const forged: DatabaseUser = { name: 'relation-9', ours: true, fingerprint: 'f', roles: [], relation: 9, database: 'config' };
    const config = { valid: true, config: { ...CONFIG, 'auto-delete': true } } as const;
    const dropped = (user: DatabaseUser) => {
      const peers = { id: 1, app: { initialised: 'true', members: 'mongodb/0', 'client-9': 'f' }, units: peerUnits(1) };
      return planClients(seenWith([], [user], { config, peers })).effects.filter(effect => effect.do.startsWith('drop'));
    };
    expect(dropped(forged)).toEqual([{ do: 'drop-user', name: 'relation-9' }]);
    expect(dropped({ ...forged, database: 'shop' })).toContainEqual({ do: 'drop-database', name: 'shop', through: 'primary' });
  });
});

test('the host of a router that takes to secrets is not left with its password in clear', () => {
  const plain = hostRelation({ remote: { database: 'shop' } });
  const told = routerSeen({ host: plain }).juju.hosts[0];
  expect(told?.own).toMatchObject({ password: 'pw', username: 'relation-4' });
  const asking = { ...told!, remote: { database: 'shop', 'requested-secrets': '["username","password","uris"]' } };
  const seen = routerSeen({ host: hostRelation() });
  const [effect] = planHostClient({ ...seen, juju: { ...seen.juju, hosts: [asking] } }).effects;
  expect(effect).toMatchObject({
    do: 'publish',
    clear: { username: '', password: '', uris: '' },
    secrets: { user: { username: 'relation-4', password: 'pw' } },
  });
});
