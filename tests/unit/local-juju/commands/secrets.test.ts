// Secrets as the client shows and changes them.
import { beforeEach, expect, test } from 'vitest';
import { recorded } from './golden.ts';
import {
  addApplication,
  addCharm,
  addRelation,
  addSecret,
  addUnit,
  emptyModel,
  endpoint,
  type FakeLive,
  juju,
  liveModel,
} from './world.ts';

const [one, two] = ['d5q3sgnmp25c76l6r010', 'd5q3sgnmp25c76l6r020'];
let live: FakeLive;
beforeEach(() => {
  const model = emptyModel();
  addApplication(model, 'prov', addCharm(model, 'prov', [endpoint('database', 'provider', 'db'), endpoint('cluster', 'peer', 'p')]));
  addApplication(model, 'req', addCharm(model, 'req', [endpoint('db', 'requirer', 'db')]));
  addUnit(model, 'prov/0');
  addUnit(model, 'req/0');
  addRelation(model, 'prov:cluster');
  const relation = addRelation(model, 'req:db', 'prov:database');
  addSecret(model, one, {
    label: 'app1',
    description: 'd1',
    latest: 2,
    created: '2026-11-23T08:15:11.500Z',
    updated: '2026-11-23T08:15:52.100Z',
    revisions: [
      {
        revision: 2,
        content: { password: 'dHdv' },
        created: '2026-11-23T08:15:52.100Z',
        updated: '2026-11-23T08:15:52.100Z',
        checksum: 'c0ffee',
      },
    ],
    grants: [{ kind: 'application', name: 'req', relation: relation.id }],
  });
  addSecret(model, two, {
    owner: { kind: 'unit', name: 'prov/0' },
    label: 'mine',
    created: '2026-11-23T08:15:12Z',
    updated: new Date().toISOString(),
  });
  live = liveModel(model);
});

const hide = (text: string) =>
  text
    .replaceAll(one!, '<S1>')
    .replaceAll(two!, '<S2>')
    .replace(/\d{4}-\d\d-\d\dT[\d:]+Z/g, '<TIME>')
    .replace(/"c0ffee"/, '"<CHECKSUM>"')
    .replace(/(just now|\d{4}-\d\d-\d\d|\d+ (second|minute|hour)s? ago) *$/gm, '<AGO>');

test('recorded: secrets, show-secret', async () => {
  expect(hide((await juju(live, ['secrets'])).out)).toBe(recorded('09-secrets', 'secrets').out);
  expect(hide((await juju(live, ['show-secret', 'app1'])).out)).toBe(recorded('09-secrets', 'show-secret app1').out);
  expect(hide((await juju(live, ['show-secret', one!, '--format=json', '--reveal'])).out)).toBe(
    recorded('09-secrets', 'show-secret <S1> --format=json --reveal').out,
  );
  expect(await juju(live, ['show-secret', 'nope'])).toEqual(recorded('09-secrets', 'show-secret nope'));
});

test('the last update stands with two blanks behind it', async () => {
  expect((await juju(live, ['secrets'])).out).toMatch(/ just now {2,}\n$/);
});

test('revisions, and content in YAML', async () => {
  const shown = (await juju(live, ['show-secret', `secret://${live.state.uuid}/${one}`, '--revisions'])).out;
  expect(shown).toContain('  revisions:\n  - revision: 2\n    backend: internal\n    created: 2026-11-23T08:15:52Z\n');
  expect((await juju(live, ['show-secret', `secret:${one}`, '--reveal'])).out).toContain('  content:\n    password: two\n');
  expect(await juju(live, ['show-secret', 'app1', '--revision', '9'])).toMatchObject({ code: 1, out: '{}\n' });
});

test('add, update, grant, revoke, remove', async () => {
  expect(await juju(live, ['add-secret', 'users', 'operator=pw', 'token#base64=dA==', '--info', 'who'])).toEqual({
    code: 0,
    out: 'secret:d5q3sgnmp25c76l6r000\n',
    err: '',
  });
  await juju(live, ['update-secret', 'users', 'operator=other', '--name', 'people']);
  await juju(live, ['update-secret', 'users', '--auto-prune']);
  await juju(live, ['grant-secret', 'users', 'prov,req']);
  await juju(live, ['revoke-secret', 'users', 'req']);
  await juju(live, ['remove-secret', 'users', '--revision', '1']);
  expect(live.asked).toEqual([
    { method: 'addSecret', args: [{ name: 'users', description: 'who', content: { operator: 'cHc=', token: 'dA==' } }] },
    { method: 'updateSecret', args: ['users', { newName: 'people', content: { operator: 'b3RoZXI=' } }] },
    { method: 'updateSecret', args: ['users', { autoPrune: true }] },
    { method: 'grantSecret', args: ['users', ['prov', 'req'], false] },
    { method: 'grantSecret', args: ['users', ['req'], true] },
    { method: 'removeSecret', args: ['users', 1] },
  ]);
});

test.each([
  [['add-secret'], 'missing secret name'],
  [['add-secret', 'x'], 'missing secret value or filename'],
  [['add-secret', 'x', 'user_name=a'], 'key "user_name" not valid'],
  [['add-secret', 'x', 'abc='], 'key value "abc=" not valid'],
  [['add-secret', 'x', 'abc'], 'key value "abc" not valid'],
  [['grant-secret', 'x'], 'missing application name'],
])('%j is refused', async (words, text) => {
  expect(await juju(live, words)).toEqual({ code: 2, out: '', err: `ERROR ${text}\n` });
  expect(live.asked).toEqual([]);
});
