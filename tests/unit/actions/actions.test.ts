// The actions: what they answer, what they refuse, and with which sentence.
import { describe, expect, test } from 'vitest';
import { mongodb } from '../../../src/charms/mongodb.ts';
import type { ActionAnswer, View } from '../../../src/core/action.ts';
import type { Effect } from '../../../src/core/effects.ts';
import type { ClientRelation, DatabaseUser, Observed } from '../../../src/core/observed.ts';
import { SYSTEM_ROLES } from '../../../src/plan/users.ts';
import { ADDED, GIVEN, inRole, serverRelation, shardRelation } from '../plan/cluster.ts';
import { host, member, primaryFacts, steady, systemUsers, unit, withMembers } from '../plan/world.ts';

const run = (name: string, seen: Observed, params: Record<string, unknown> = {}, views: readonly View[] = []) => {
  const action = mongodb.actions[name];
  if (action === undefined) throw new Error(`no action ${name}`);
  return action.answer(seen, params, views);
};

test('get-primary names the unit, from any unit', () => {
  expect(run('get-primary', steady(3))).toEqual({ effects: [], results: { 'replica-set-primary': unit(0) } });
  expect(run('get-primary', steady(3, {}, 2))).toEqual({ effects: [], results: { 'replica-set-primary': unit(0) } });
});
test('get-primary says when there is none', () => {
  const seen = withMembers(steady(2), [member(0, 'secondary'), member(1, 'down')]);
  expect(run('get-primary', seen)).toEqual({ refused: expect.stringContaining('has no primary at the moment') });
  expect(run('get-primary', steady(1, { mongod: { kind: 'silent', reason: 'x' } }))).toEqual({
    refused: expect.stringContaining('not a member'),
  });
});
test('get-password tells the operator unless another user is named', () => {
  expect(run('get-password', steady(1))).toEqual({ effects: [], results: { password: 'op' } });
  expect(run('get-password', steady(2, {}, 1), { username: 'backup' })).toEqual({ effects: [], results: { password: 'back' } });
});

describe('set-password', () => {
  test('gives the database the new one first, then the secret', () => {
    expect(run('set-password', steady(1), { username: 'monitor', password: 'new' })).toEqual({
      effects: [
        { do: 'set-user', user: { name: 'monitor', password: 'new', roles: SYSTEM_ROLES.monitor } },
        {
          do: 'set-app-secret',
          id: 'secret:app',
          content: { 'operator-password': 'op', 'monitor-password': 'new', 'backup-password': 'back', keyfile: 'theKey' },
        },
      ],
      results: { password: 'new', 'secret-id': 'secret:app' },
    });
  });
  test('makes a random one for the operator when none is given', () => {
    expect(run('set-password', steady(1))).toMatchObject({ results: { password: 'fresh-op' } });
  });
  test.each<[string, Record<string, unknown>, RegExp]>([
    ['an unknown user', { username: 'root' }, /no user "root"; username may be operator, monitor or backup/],
    ['an empty password', { password: '' }, /is empty/],
    ['a long password', { password: 'x'.repeat(4097) }, /longer than 4096/],
    ['a line break', { password: 'a\nb' }, /control characters/],
    ['a number', { password: 1234 }, /must be text/],
  ])('refuses %s', (_, params, sentence) => {
    expect(run('set-password', steady(1), params)).toEqual({ refused: expect.stringMatching(sentence) });
  });
  test('accepts the longest password and any printable character', () => {
    expect(run('set-password', steady(1), { password: 'ß"\' $%'.repeat(10) })).toMatchObject({
      results: { password: 'ß"\' $%'.repeat(10) },
    });
    expect(run('set-password', steady(1), { password: 'x'.repeat(4096) })).toHaveProperty('results');
  });
  test('refuses the password of a user whom the option system-users governs, and no other', () => {
    const systemUsers = { passwords: { operator: 'op' }, fingerprints: { operator: 'f-op' } };
    const seen = steady(1, { juju: { systemUsers } });
    expect(run('set-password', seen)).toEqual({
      refused: expect.stringMatching(
        /^the password of operator comes from the secret that the option system-users names; .*--reset system-users$/,
      ),
    });
    expect(run('set-password', seen, { username: 'monitor' })).toHaveProperty('results');
  });
  test('of a cluster reaches every shard that has the one before, whatever its build of the charm is', () => {
    const newer = shardRelation(3, 'a', { published: GIVEN, remote: { version: '2', deployment: 'local' } });
    const young = shardRelation(4, 'b');
    const { effects } = run('set-password', inRole('config-server', { juju: { shards: [newer, young] } }), { password: 'new' }) as {
      effects: readonly Effect[];
    };
    expect(effects.filter(one => one.do === 'publish')).toMatchObject([
      { relation: 3, clear: {}, secrets: { extra: { 'operator-password': 'new', 'backup-password': 'back' } } },
    ]);
  });
  test('refuses on a shard, also while its data is being moved away; its monitor is its own', () => {
    const inCluster = inRole('shard', { app: ADDED, juju: { configServer: serverRelation() } });
    const leaves = inRole('shard', { app: ADDED });
    expect(run('set-password', inCluster)).toEqual({ refused: expect.stringContaining('run set-password on config/leader') });
    expect(run('set-password', leaves)).toEqual({ refused: expect.stringContaining('until its data has been moved') });
    for (const seen of [inCluster, leaves, inRole('shard', { app: { drained: 'true' } }), inRole('shard')])
      expect(run('set-password', seen, { username: 'monitor', password: 'new' })).toMatchObject({ results: { password: 'new' } });
    expect(run('set-password', inRole('shard', { app: { drained: 'true' } }))).toMatchObject({ results: { password: 'fresh-op' } });
  });
  test('refuses on another unit than the leader, before the passwords are made, and without a primary', () => {
    expect(run('set-password', steady(2, {}, 1))).toEqual({
      refused: 'only the leader can change passwords; run set-password on mongodb/leader',
    });
    const { secret: _, ...juju } = steady(1).juju;
    expect(run('set-password', { ...steady(1), juju })).toEqual({ refused: expect.stringContaining('not been made yet') });
    expect(run('set-password', withMembers(steady(2), [member(0, 'secondary'), member(1, 'down')]))).toEqual({
      refused: expect.stringContaining('no primary'),
    });
  });
});

describe('status-detail', () => {
  const seen = withMembers(steady(3), [member(0), member(1), member(2, 'down'), member(7, 'down')]);
  const views: View[] = [
    { host: host(0), state: 'primary', primary: host(0) },
    { host: host(1), state: 'secondary', primary: host(0) },
    { host: host(2), state: 'silent' },
  ];
  const answer = run('status-detail', seen, {}, views) as unknown as { results: { table: string; json: string } };
  test('shows each unit as Juju, the set and the member itself see it', () => {
    const lines = answer.results.table.split('\n');
    expect(lines[0]).toMatch(/^Unit +Address +State +Votes +Says +Primary +Version +Config$/);
    expect(lines[1]).toMatch(/^mongodb\/0 +10\.0\.0\.1 +PRIMARY +1 +primary +mongodb\/0 +6\.0\.5 +current$/);
    expect(lines[3]).toMatch(/^mongodb\/2 +10\.0\.0\.3 +DOWN +1 +silent +- /);
    expect(lines[4]).toMatch(/^mongodb\/7 /);
  });
  test('says what is to be done, and the same as JSON', () => {
    expect(answer.results.table).toContain('the charm will: reconfigure');
    const detail = JSON.parse(answer.results.json);
    expect(detail).toMatchObject({ unit: unit(0), leader: true, 'to-do': expect.arrayContaining(['the charm will: reconfigure']) });
    expect(detail.members).toHaveLength(4);
  });
  test('says of each client that is not served what it asks for in vain', () => {
    const asks = (id: number, database: string): ClientRelation => ({
      endpoint: 'database',
      id,
      app: `app-${id}`,
      units: [],
      remote: { database },
      own: {},
      databag: {},
    });
    const clients = [asks(3, 'admin'), asks(4, 'shop'), asks(5, 'a/b')];
    const { results } = run('status-detail', steady(1, { juju: { clients } })) as unknown as { results: { table: string; json: string } };
    expect(results.table.split('\n')).toEqual(
      expect.arrayContaining([
        'client app-3 (relation 3): database admin belongs to MongoDB itself; ask for another name',
        expect.stringMatching(/^client app-5 \(relation 5\): database "a\/b" has a character/),
        '2 clients are not served: app-3, app-5; run status-detail',
      ]),
    );
    expect(JSON.parse(results.json).clients).toMatchObject([{ application: 'app-3', relation: 3 }, { relation: 5 }]);
  });
  test('names the address that a client’s user was refused from', () => {
    const user: DatabaseUser = { name: 'relation-4', ours: true, fingerprint: 'f', relation: 4, from: ['10.0.1.4/32'], roles: [] };
    const one = steady(1);
    if (one.mongod.kind !== 'member') throw new Error('not a member');
    const users = new Map([...systemUsers(), ['relation-4', user]]);
    const world = { ...one, mongod: { ...one.mongod, primary: primaryFacts(one.mongod.set, { users }) } };
    const refused = ['10.0.1.4', '192.168.0.7', '192.168.0.7'].map(address => ({ user: 'relation-4', address }));
    const view: View = { host: host(0), state: 'primary', refused: [...refused, { user: 'gone', address: '192.168.0.8' }] };
    const { results } = run('status-detail', world, {}, [view]) as unknown as { results: { table: string; json: string } };
    expect(results.table.split('\n').filter(line => line.includes('refused'))).toEqual([
      'user relation-4 was refused from 192.168.0.7: it may log in from 10.0.1.4/32; see client-networks',
    ]);
    expect(JSON.parse(results.json)['refused-logins']).toMatchObject([{ user: 'relation-4', address: '192.168.0.7' }]);
  });
  test('says so when nothing is to be done', () => {
    expect(run('status-detail', steady(1))).toMatchObject({ results: { table: expect.stringContaining('nothing is to be done') } });
  });
});

describe('rotate-client-password', () => {
  const REQUEST = { database: 'shop', 'requested-secrets': '["username","password","uris"]' };
  const relation = (id: number, app: string, own: Record<string, string> = {}): ClientRelation => ({
    endpoint: 'database',
    id,
    app,
    units: [`${app}/0`],
    remote: REQUEST,
    own: { data: JSON.stringify(REQUEST), database: 'shop', 'secret-user': `secret:${id}`, ...own },
    databag: {},
  });
  const clear = { data: '{"database":"shop"}', database: 'shop', username: 'relation-5', password: 'pw', uris: 'uri' };
  const clients = [
    relation(3, 'shop'),
    relation(4, 'reports'),
    { ...relation(5, 'old'), remote: { database: 'shop' }, own: clear, databag: clear },
  ];
  const seen = steady(1, { juju: { clients } });
  const kinds = (answer: ActionAnswer) =>
    'refused' in answer
      ? answer.refused
      : answer.effects.map(effect =>
          `${effect.do} ${'user' in effect ? effect.user.name : 'client' in effect ? effect.client.relation : ''}`.trim(),
        );

  test('gives each client another one, the database first; one in clear is taken back first', () => {
    const answer = run('rotate-client-password', seen);
    expect(answer).toMatchObject({ results: { rotated: 'shop (relation 3), reports (relation 4)', 'rotated-soon': 'old (relation 5)' } });
    expect(kinds(answer)).toEqual([
      'set-user relation-3',
      'publish-client 3',
      'set-peer-app',
      'set-user relation-4',
      'publish-client 4',
      'set-peer-app',
      'publish',
      'set-peer-app',
    ]);
    expect(answer).toMatchObject({
      effects: expect.arrayContaining([
        { do: 'publish', relation: 5, endpoint: 'database', own: clear, clear: { username: '', password: '', uris: '' }, secrets: {} },
        { do: 'set-peer-app', values: { 'client-5': '' } },
      ]),
    });
  });
  test('keeps a password that a client chose', () => {
    const user: DatabaseUser = { name: 'relation-4', ours: true, fingerprint: 'f', relation: 4, database: 'shop', chosen: true, roles: [] };
    if (seen.mongod.kind !== 'member') throw new Error('not a member');
    const users = new Map([...systemUsers(), ['relation-4', user]]);
    const world = { ...seen, mongod: { ...seen.mongod, primary: primaryFacts(seen.mongod.set, { users }) } };
    expect(run('rotate-client-password', world)).toMatchObject({ results: { rotated: 'shop (relation 3)', kept: 'reports (relation 4)' } });
    expect(run('rotate-client-password', world, { relation: 4 })).toEqual({
      refused: 'reports (relation 4) chose the password; to change it, remove the relation and integrate again with another choice',
    });
  });
  test.each<[string, Record<string, unknown>]>([
    ['a relation', { relation: 4 }],
    ['an application', { application: 'reports' }],
  ])('of %s changes that one alone', (_, params) => {
    expect(kinds(run('rotate-client-password', seen, params))).toEqual(['set-user relation-4', 'publish-client 4', 'set-peer-app']);
  });
  test.each<[string, Observed, Record<string, unknown>, RegExp]>([
    ['an unknown relation', seen, { relation: 9 }, /no client has relation 9; there are shop \(relation 3\), reports \(relation 4\), old/],
    ['an unknown application', seen, { application: 'shp' }, /no client has application "shp"; there are shop \(relation 3\)/],
    ['both', seen, { relation: 3, application: 'shop' }, /not both/],
    ['no clients', steady(1), {}, /no client is integrated/],
    ['a follower', steady(2, { juju: { clients } }, 1), {}, /run rotate-client-password on mongodb\/leader/],
    ['a shard', steady(1, { juju: { role: 'shard' } }), {}, /run rotate-client-password on its config server\/leader/],
    ['no primary', withMembers(steady(2, { juju: { clients } }), [member(0, 'secondary'), member(1, 'down')]), {}, /no primary/],
    [
      'a client that has none yet',
      steady(1, { juju: { clients: [{ ...relation(3, 'shop'), own: {} }] } }),
      { relation: 3 },
      /shop \(relation 3\) has no password yet/,
    ],
  ])('refuses %s', (_, world, params, sentence) => {
    expect(run('rotate-client-password', world, params)).toEqual({ refused: expect.stringMatching(sentence) });
  });
});
