// Deploying, relating, removing: what is printed, and what is asked of the model.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { JujuError } from '../../../../tools/local-juju/contract.ts';
import { recorded } from './golden.ts';
import { type Asked, addCharm, addStorage, endpoint, type FakeLive, juju, liveModel, since, statusModel } from './world.ts';

let live: FakeLive;
beforeEach(() => {
  const model = statusModel();
  addStorage(model, 'data/0', 'prov/0');
  addStorage(model, 'data/1', 'prov/1', { pool: 'lxd' });
  live = liveModel(model);
});

const request = { count: 1, config: {}, trust: false, to: [], storage: {}, attachStorage: [], constraints: '', cwd: '/' };
describe('deploy', () => {
  test('recorded text', async () => {
    expect(await juju(live, ['deploy', './prov.charm', 'prov'])).toMatchObject({
      code: 0,
      out: '',
      err: recorded('01-deploy', 'deploy ./prov.charm prov').err,
    });
  });
  const rows: [string, object][] = [
    ['./prov.charm', { source: './prov.charm' }],
    ['./prov.charm db -n 3 --trust', { source: './prov.charm', application: 'db', count: 3, trust: true }],
    ['mongodb --config a=b --config c=d=e --channel 8/edge', { source: 'mongodb', config: { a: 'b', c: 'd=e' }, channel: '8/edge' }],
    [
      'mongodb --to 0,1 --base ubuntu@24.04 --constraints mem=2G',
      { source: 'mongodb', to: ['0', '1'], base: 'ubuntu@24.04', constraints: 'mem=2G' },
    ],
    [
      'mongodb --storage data=rootfs,1G --attach-storage data/7',
      { source: 'mongodb', storage: { data: 'rootfs,1G' }, attachStorage: ['data/7'] },
    ],
  ];
  test.each(rows)('%s', async (words, asked) => {
    await juju(live, ['deploy', ...words.split(' ')]);
    expect(live.asked).toEqual([{ method: 'deploy', args: [{ ...request, ...asked }] }]);
  });
  test('a file of configuration', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'juju-deploy-'));
    try {
      await writeFile(join(folder, 'c.yaml'), 'prov: {s: x}\n');
      await juju(live, ['deploy', './prov.charm', '--config', 'c.yaml'], { cwd: folder });
      expect(live.asked[0]?.args[0]).toMatchObject({ configFile: { prov: { s: 'x' } }, config: {} });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
  test.each([
    ['deploy', 2, 'no charm or bundle specified'],
    ['deploy a b c', 2, 'unrecognized args: ["c"]'],
    ['deploy a -n 0', 2, '--num-units must be a positive integer'],
    [
      'deploy a --storage data=0',
      2,
      'invalid value "data=0" for option --storage: cannot parse disk constraints: cannot parse count: count must be greater than zero, got "0"',
    ],
    ['deploy a --resource r=f', 1, 'the local Juju has no resources'],
    ['deploy a --bogus', 2, 'option provided but not defined: --bogus'],
  ])('%s is refused', async (words, code, text) => {
    expect(await juju(live, words.split(' '))).toEqual({ code, out: '', err: `ERROR ${text}\n` });
    expect(live.asked).toEqual([]);
  });
});

const silent: [string, Asked][] = [
  ['integrate prov req', { method: 'integrate', args: ['prov', 'req'] }],
  ['relate prov:database req:db', { method: 'integrate', args: ['prov:database', 'req:db'] }],
  ['remove-relation prov req', { method: 'removeRelation', args: ['prov', 'req', { force: false }] }],
  ['remove-relation 1 --force', { method: 'removeRelation', args: ['1', undefined, { force: true }] }],
  ['remove-relation 1 --force --no-wait', { method: 'removeRelation', args: ['1', undefined, { force: true, noWait: true }] }],
  ['add-unit prov', { method: 'addUnits', args: ['prov', 1, [], []] }],
  ['add-unit prov -n 2 --to 1,2', { method: 'addUnits', args: ['prov', 2, ['1', '2'], []] }],
  ['resolved prov/0', { method: 'resolved', args: ['prov/0', true] }],
  ['resolve --no-retry prov/0', { method: 'resolved', args: ['prov/0', false] }],
  ['expose prov', { method: 'expose', args: ['prov', true] }],
  ['unexpose prov', { method: 'expose', args: ['prov', false] }],
  ['trust prov', { method: 'setTrust', args: ['prov', true] }],
  ['trust prov --remove', { method: 'setTrust', args: ['prov', false] }],
];
test.each(silent)('%s says nothing', async (words, asked) => {
  expect(await juju(live, words.split(' '))).toEqual({ code: 0, out: '', err: '' });
  expect(live.asked).toEqual([asked]);
});

test.each([
  ['integrate prov', 'an integration must involve two applications'],
  ['remove-relation prov', 'relation ID "prov" not valid'],
  ['resolved', 'no unit specified'],
  ['remove-unit req', 'invalid unit name "req"'],
  ['remove-unit req --num-units 1', '--num-units for non k8s models not valid'],
  ['remove-unit req/0 --no-wait', '--no-wait without --force not valid'],
  ['remove-application Bad', 'invalid application name "Bad"'],
])('%s is refused', async (words, text) => {
  expect(await juju(live, words.split(' '))).toEqual({ code: 2, out: '', err: `ERROR ${text}\n` });
  expect(live.asked).toEqual([]);
});

test('resolved --all takes the units in error', async () => {
  live.state.units['req/0']!.agentError = { message: 'hook failed: "start"', suffix: '', since };
  await juju(live, ['resolved', '--all']);
  expect(live.asked).toEqual([{ method: 'resolved', args: ['req/0', true] }]);
});

describe('removal', () => {
  test('of units, without asking', async () => {
    expect(await juju(live, ['remove-unit', '--no-prompt', 'prov/0', 'prov/1'])).toEqual({
      code: 0,
      out: 'will remove unit prov/0\n- will remove storage data/0\nwill remove unit prov/1\n- will detach storage data/1\n',
      err: '',
    });
    expect(live.asked.map(({ args }) => args)).toEqual([
      ['prov/0', { force: false, destroyStorage: false }],
      ['prov/1', { force: false, destroyStorage: false }],
    ]);
  });
  test.each([
    ['remove-unit prov/0 prov/9 --dry-run', 'ERROR removing unit prov/9 failed: unit "prov/9" does not exist\n'],
    ['remove-unit prov/0 prov/9', 'ERROR removing unit prov/9 failed: unit "prov/9" does not exist\n'],
    ['remove-application prov nope --dry-run', 'ERROR removing application nope failed: application "nope" not found\n'],
    ['remove-application prov nope', 'ERROR removing application nope failed: application "nope" not found\n'],
  ])('%s names what is not there, and asks nothing', async (line, err) => {
    expect(await juju(live, line.split(' '))).toEqual({ code: 1, out: '', err });
    expect(live.asked).toEqual([]);
  });
  test('of an application, with its storage', async () => {
    expect(await juju(live, ['remove-application', '--no-prompt', '--destroy-storage', '--force', 'prov'])).toEqual({
      code: 0,
      out: 'will remove application prov\n- will remove unit prov/0\n- will remove unit prov/1\n- will remove storage data/0\n- will remove storage data/1\n',
      err: '',
    });
    expect(live.asked).toEqual([{ method: 'removeApplication', args: ['prov', { force: true, destroyStorage: true }] }]);
  });
  test('asks first', async () => {
    expect(await juju(live, ['remove-unit', 'req/0'], { lines: ['n'] })).toEqual({
      code: 1,
      out: ' will remove unit req/0\n',
      err: 'WARNING This command will perform the following actions:\n\nContinue [y/N]? ERROR unit removal: aborted\n',
    });
    expect((await juju(live, ['remove-application', 'req'])).err).toMatch(/ERROR application removal: aborted\n$/);
    expect(live.asked).toEqual([]);
    expect((await juju(live, ['remove-unit', 'req/0'], { lines: ['Y'] })).code).toBe(0);
    expect(live.asked).toHaveLength(1);
  });
  test('one that fails does not stop the others', async () => {
    const failing = liveModel(live.state, {
      removeUnit: unit => {
        if (unit === 'req/9') throw new JujuError('removing unit req/9 failed: unit "req/9" does not exist');
      },
    });
    expect(await juju(failing, ['remove-unit', '--no-prompt', 'req/9', 'req/0'])).toEqual({
      code: 1,
      out: 'will remove unit req/0\n',
      err: 'ERROR removing unit req/9 failed: unit "req/9" does not exist\n',
    });
  });
});

test('refresh says what became of the endpoints', async () => {
  addCharm(
    live.state,
    'prov',
    [endpoint('database', 'provider', 'db'), endpoint('cluster', 'peer', 'p'), endpoint('extra', 'provider', 'x')],
    {
      url: 'local:prov-1',
      revision: 1,
    },
  );
  expect(await juju(live, ['refresh', 'prov', '--path', './prov.charm', '--force-units'])).toEqual({
    code: 0,
    out: '',
    err: 'Added local charm "prov", revision 1, to the model\nadding endpoint to space "alpha": extra\nno change to endpoints in space "alpha": cluster, database\n',
  });
  expect(live.asked).toEqual([{ method: 'refresh', args: ['prov', './prov.charm', { cwd: '/', forceUnits: true }] }]);
  expect((await juju(live, ['refresh', 'prov', '--switch', 'other'])).code).toBe(1);
});

test('show-application', async () => {
  expect((await juju(live, ['show-application', 'req'])).out).toBe(`req:
  charm: req
  base: ubuntu@22.04
  constraints:
    arch: amd64
  principal: true
  exposed: false
  remote: false
  life: alive
  endpoint-bindings:
    "": alpha
    db: alpha
    db2: alpha
    nomatch: alpha
`);
  expect(await juju(live, ['show-application', 'nope'])).toEqual({ code: 1, out: '{}\n', err: 'ERROR application "nope" not found\n' });
});

describe('show-unit', () => {
  test('with its relations', async () => {
    live.state.relations['1']!.applications.req!.values = { database: 'shop' };
    live.state.relations['0']!.applications.prov!.values = { secret: 'x' };
    const unit = JSON.parse((await juju(live, ['show-unit', 'prov/0', '--format=json'])).out)['prov/0'];
    expect(unit).toMatchObject({
      machine: '0',
      charm: 'local:prov-0',
      leader: true,
      life: 'alive',
      'opened-ports': ['8080-8082/tcp', '27017/tcp', '53/udp', '8081/udp'],
    });
    expect(
      unit['relation-info'].map((one: Record<string, unknown>) => [
        one.endpoint,
        one['related-endpoint'],
        one['application-data'],
        Object.keys(one['related-units'] as object),
      ]),
    ).toEqual([
      ['cluster', 'cluster', { secret: 'x' }, ['prov/1']],
      ['database', 'db', { database: 'shop' }, ['req/0']],
      ['juju-info', 'host', {}, ['sub/0']],
    ]);
  });
  test('in YAML, the keys in order', async () => {
    const { out } = await juju(live, ['show-unit', 'req/0']);
    expect(out).toBe(`req/0:
  workload-version: 1.2-abcdefghijklmnop
  machine: "1"
  opened-ports: []
  public-address: 127.31.7.11
  charm: local:req-0
  leader: true
  life: alive
  relation-info:
  - relation-id: 1
    endpoint: db
    related-endpoint: database
    application-data: {}
    local-unit:
      in-scope: true
      data:
        ingress-address: 127.31.7.10
    related-units:
      prov/0:
        in-scope: true
        data:
          ingress-address: 127.31.7.10
      prov/1:
        in-scope: true
        data:
          ingress-address: 127.31.7.10
`);
  });
  test('filters, and one that is not there', async () => {
    const info = async (...words: string[]) =>
      JSON.parse((await juju(live, ['show-unit', 'prov/0', '--format=json', ...words])).out)['prov/0']['relation-info'];
    expect((await info('--endpoint', 'database')).map((one: { endpoint: string }) => one.endpoint)).toEqual(['database']);
    expect((await info('--related-unit', 'sub/0')).map((one: { endpoint: string }) => one.endpoint)).toEqual(['juju-info']);
    expect(Object.keys((await info('--app'))[0])).toEqual(['relation-id', 'endpoint', 'related-endpoint', 'application-data']);
    expect(await juju(live, ['show-unit', 'prov/9'])).toEqual({ code: 1, out: '{}\n', err: 'ERROR unit "prov/9" not found\n' });
  });
});
