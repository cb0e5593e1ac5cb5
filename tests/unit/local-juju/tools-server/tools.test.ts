// Status, configuration, ports, state, storage, network, actions, log: what each tool answers beside what the recorded scenarios hold.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { JujuError } from '../../../../tools/local-juju/contract.ts';
import { addStorage, addUnit, since } from '../commands/world.ts';
import { aHook, anExec, kitModel, relationHook, type World, world } from './kit.ts';

const usage = (text: string) => `ERROR ${text}\n= 2`;
const failed = (text: string) => `ERROR ${text}\n= 1`;

describe('status', () => {
  test('is set at once and stays when the hook fails; what was read once stays for the hook', async () => {
    const kit = world();
    const running = kit.begin('prov/0');
    expect(await running.say('status-get')).toBe('unknown\n');
    await running.run("status-set blocked 'no room'");
    expect(await running.say('status-get')).toBe('unknown\n');
    running.discard();
    expect(kit.model.units['prov/0']!.workload).toMatchObject({ current: 'blocked', message: 'no room' });
    expect(await kit.begin('prov/0').say('status-get --include-data')).toBe('message: no room\nstatus: blocked\nstatus-data: {}\n');
  });

  test('of the application: what the leader has set, else that of the worst unit', async () => {
    const kit = world();
    kit.model.units['prov/0']!.workload = { current: 'active', message: 'fine', since };
    kit.model.units['prov/1']!.workload = { current: 'waiting', message: 'for you', since };
    const say = (line: string) => kit.begin('prov/0').say(line);
    expect(await say('status-get --application')).toBe('waiting\n');
    expect(await say('status-get --application --include-data --format=json')).toBe(
      '{"application-status":{"message":"for you","status":"waiting","status-data":{},"units":{"prov/0":{"message":"fine","status":"active","status-data":{}},"prov/1":{"message":"for you","status":"waiting","status-data":{}}}}}\n',
    );
    kit.model.units['prov/1']!.agentError = { message: 'hook failed: "install"', suffix: '', since };
    expect(await say('status-get --application')).toBe('error\n');
    await say('status-set --application=true active ready');
    expect(await say('status-get --application')).toBe('active\n');
    expect(await kit.begin('prov/1').say('status-set --application active')).toBe(failed('this unit is not the leader'));
  });

  test('the version of the application', async () => {
    const kit = world();
    const running = kit.begin('prov/1');
    expect(await running.say('application-version-set 8.0.17')).toBe('');
    running.discard();
    expect(kit.model.applications.prov!.version).toBe('8.0.17');
  });
});

describe('configuration', () => {
  test.each([
    { line: 'config-get f --format=json', answer: '1.5\n' },
    { line: 'config-get b', answer: 'False\n' },
    { line: 'config-get i', answer: '' },
    { line: 'config-get nosuch', answer: '' },
    { line: 'config-get nosuch --format=json', answer: 'null\n' },
    { line: 'config-get s', answer: 'set\n' },
    { line: 'config-get --format=yaml n', answer: '' },
    { line: 'config-get --all --format=json', answer: '{"b":false,"f":1.5,"i":null,"s":"set","sec":null}\n' },
  ])('$line', async ({ line, answer }) => {
    const kit = world();
    kit.model.applications.prov!.config.s = 'set';
    expect(await kit.begin('prov/0').say(line)).toBe(answer);
  });

  test('is the same for the length of a hook', async () => {
    const kit = world();
    const running = kit.begin('prov/0');
    expect(await running.say('config-get s')).toBe('hello\n');
    kit.model.applications.prov!.config.s = 'new';
    expect(await running.say('config-get s')).toBe('hello\n');
    expect(await kit.begin('prov/0').say('config-get s')).toBe('new\n');
  });
});

describe('ports', () => {
  const opened = (kit: World, unit: string) => kit.begin(unit).say('opened-ports --format=json');

  test('open when the hook has ended well', async () => {
    const kit = world();
    const running = kit.begin('prov/0');
    await running.run('open-port 27017');
    expect(await opened(kit, 'prov/0')).toBe('[]\n');
    running.commit();
    expect(await opened(kit, 'prov/0')).toBe('["27017/tcp"]\n');
    await kit.hook('prov/0', ['open-port 27017', 'close-port 1', 'close-port 27017', 'open-port 53/UDP']);
    expect(await opened(kit, 'prov/0')).toBe('["53/udp"]\n');
  });

  test('to single endpoints', async () => {
    const kit = world();
    await kit.hook('prov/0', ['open-port 80 --endpoints database,other', 'open-port 90']);
    expect(await kit.begin('prov/0').say('opened-ports --endpoints')).toBe('80/tcp (database, other)\n90/tcp (*)\n');
    await kit.hook('prov/0', ['close-port 80 --endpoints other']);
    expect(await kit.begin('prov/0').say('opened-ports --endpoints')).toBe('80/tcp (database)\n90/tcp (*)\n');
    const running = kit.begin('prov/0');
    expect(await running.say('open-port 81 --endpoints nosuch')).toBe('');
    expect(running.commit()).toContain('endpoint "nosuch" for application "prov" not found');
  });

  test.each([
    {
      line: 'open-port 8005-8020',
      answer: failed('cannot open 8005-8020/tcp (unit "prov/0"): port range conflicts with 8000-8010/tcp (unit "prov/0")'),
    },
    {
      line: 'close-port 8005',
      answer: failed('cannot close 8005/tcp (unit "prov/0"): port range conflicts with 8000-8010/tcp (unit "prov/0")'),
    },
    { line: 'open-port 99', answer: failed('cannot open 99/tcp (unit "prov/0"): port range conflicts with 99/tcp (unit "req/1")') },
    { line: 'open-port 99/udp', answer: '' },
    { line: 'open-port 8000-8010', answer: '' },
    { line: 'open-port 0', answer: '' },
    { line: 'open-port -- -5', answer: usage('invalid port "": strconv.Atoi: parsing "": invalid syntax') },
  ])('$line beside 8000-8010 of the unit and 99 of another on its machine', async ({ line, answer }) => {
    const model = kitModel();
    model.units['prov/0']!.ports = [{ from: 8000, to: 8010, protocol: 'tcp', endpoint: '' }];
    addUnit(model, 'req/1', { machine: '0', ports: [{ from: 99, to: 99, protocol: 'tcp', endpoint: '' }] });
    expect(await world(model).begin('prov/0').say(line)).toBe(answer);
  });
});

describe('state', () => {
  test('belongs to the unit and is committed with the hook', async () => {
    const kit = world();
    await kit.hook('prov/0', ['state-set a=1 b=2', 'state-delete b', "state-set 'c = x '"]);
    expect(await kit.begin('prov/0').say('state-get --format=json')).toBe('{"a":"1","c":"x"}\n');
    expect(await kit.begin('prov/1').say('state-get a --strict')).toBe(failed('"a" not found'));
    const running = kit.begin('prov/0');
    await running.run('state-set a=2');
    running.discard();
    expect(await kit.begin('prov/0').say('state-get a')).toBe('1\n');
  });

  test('has limits', async () => {
    const running = world().begin('prov/0');
    expect(await running.say(`state-set ${'k'.repeat(257)}=1`)).toBe(failed('max allowed key length (256) exceeded'));
    expect(await running.say(`state-set k=${'v'.repeat(65_537)}`)).toBe(failed('max allowed value length (65536) exceeded'));
    for (let key = 0; key < 33; key++) await running.run(`state-set k${key}=${'v'.repeat(65_000)}`);
    expect(running.commit()).toBe('max allowed size (2097152) exceeded');
  });
});

describe('storage', () => {
  const kit = (): World => {
    const model = kitModel();
    addStorage(model, 'data/0', 'prov/0', { location: '/srv/data' });
    addStorage(model, 'logs/2', 'prov/0', { location: '/var/lib/juju/storage/logs/2', kind: 'block' });
    addStorage(model, 'logs/10', 'prov/0', { location: '/var/lib/juju/storage/logs/10' });
    addStorage(model, 'logs/3', 'prov/1');
    return world(model);
  };
  const attached = {
    name: 'data-storage-attached',
    kind: 'storage',
    storage: { id: 'data/0', kind: 'filesystem', location: '/srv/data' },
  } as const;

  test.each([
    { line: 'storage-list', answer: 'data/0\nlogs/10\nlogs/2\n' },
    { line: 'storage-list logs --format=json', answer: '["logs/10","logs/2"]\n' },
    { line: 'storage-list nosuch --format=json', answer: '[]\n' },
    { line: 'storage-list nosuch', answer: '' },
    { line: 'storage-get', answer: 'kind: filesystem\nlocation: /srv/data\n' },
    { line: 'storage-get --format=json', answer: '{"kind":"filesystem","location":"/srv/data"}\n' },
    { line: 'storage-get location', answer: '/srv/data\n' },
    { line: 'storage-get -s logs/2 kind', answer: 'block\n' },
    { line: 'storage-get size', answer: failed('invalid storage attribute "size"') },
    { line: 'storage-get -s data', answer: usage('invalid value "data" for option -s: invalid storage ID "data"') },
    { line: 'storage-get -s logs/3', answer: usage('invalid value "logs/3" for option -s: storage attachment logs/3:prov/0 not found') },
    { line: 'storage-get location kind', answer: usage('unrecognized args: ["kind"]') },
    { line: 'storage-add', answer: usage('storage add requires a storage directive') },
    { line: 'storage-add data=1G', answer: usage('only count can be specified for "data"') },
    {
      line: 'storage-add data=0',
      answer: usage('cannot parse constraints for storage "data": cannot parse count: count must be greater than zero, got "0"'),
    },
    {
      line: 'storage-add data=',
      answer: usage('cannot parse constraints for storage "data": storage constraints require at least one field to be specified'),
    },
  ])('$line', async ({ line, answer }) => {
    expect(await kit().begin('prov/0', attached).say(line)).toBe(answer);
  });

  test('outside storage hooks an id is needed', async () => {
    const running = kit().begin('prov/0');
    expect(await running.say('storage-get location')).toBe(usage('no storage instance specified'));
    expect(await running.say('storage-get location -s data/0')).toBe('/srv/data\n');
  });

  test('is added when the hook has ended well', async () => {
    const one = kit();
    const running = one.begin('prov/0');
    await running.run('storage-add logs=2 data');
    expect(one.storageAdded).toEqual([]);
    running.commit();
    expect(one.storageAdded).toEqual(['prov/0 logs 2', 'prov/0 data 1']);
  });
});

test('when some storage cannot be added, none is, and nothing else of the hook stays', async () => {
  const model = kitModel();
  const one = world(model);
  const add = (unit: string, name: string) => {
    if (name !== 'logs') throw new JujuError(`adding "${name}" storage to ${unit}: charm storage "${name}" not found`);
    addStorage(model, `logs/${model.counters.storage++}`, unit);
  };
  Object.assign(one.host, { addStorage: add });
  const running = one.begin('prov/0');
  await running.run('storage-add logs nosuch');
  await running.run('state-set a=1');
  expect(running.commit()).toBe('adding "nosuch" storage to prov/0: charm storage "nosuch" not found');
  expect([model.storage, model.counters.storage, model.units['prov/0']!.state]).toEqual([{}, 0, {}]);
  await one.hook('prov/0', ['storage-add logs']);
  expect(Object.keys(model.storage)).toEqual(['logs/0']);
});

describe('network and machine', () => {
  test.each([
    { line: 'unit-get public-address', answer: '127.31.7.10\n' },
    { line: 'network-get database --bind-address', answer: '127.31.7.10\n' },
    { line: 'network-get juju-info --ingress-address', answer: '127.31.7.10\n' },
    { line: 'network-get database --egress-subnets', answer: '127.31.7.10/32\n' },
    {
      line: 'network-get cluster --bind-address --egress-subnets',
      answer: 'bind-address: 127.31.7.10\negress-subnets:\n- 127.31.7.10/32\n',
    },
    {
      line: 'network-get database -r 1 --format=json',
      answer:
        '{"bind-addresses":[{"mac-address":"00:00:00:00:00:00","interface-name":"lo","addresses":[{"hostname":"","value":"127.31.7.10","cidr":"127.31.7.0/24"}]}],"egress-subnets":["127.31.7.10/32"],"ingress-addresses":["127.31.7.10"]}\n',
    },
    {
      line: 'network-get database',
      answer:
        'bind-addresses:\n- mac-address: "00:00:00:00:00:00"\n  interface-name: lo\n  addresses:\n  - hostname: ""\n    value: 127.31.7.10\n    cidr: 127.31.7.0/24\n    address: 127.31.7.10\n  macaddress: "00:00:00:00:00:00"\n  interfacename: lo\negress-subnets:\n- 127.31.7.10/32\ningress-addresses:\n- 127.31.7.10\n',
    },
    { line: 'resource-get image', answer: /^ERROR could not download resource: .*\n= 1$/ },
    { line: 'relation-model-get -r 1', answer: 'uuid: 8b6a1c4e-6a80-4a1c-8f0f-0d6f1d1f7a11\n' },
    { line: 'nosuch-tool', answer: failed('bad request: unknown command "nosuch-tool"') },
  ])('$line', async ({ line, answer }) => {
    const said = await world().begin('prov/0').say(line);
    if (typeof answer === 'string') expect(said).toBe(answer);
    else expect(said).toMatch(answer);
  });

  test('a reboot is noted for the end of the hook; an action may not ask for it', async () => {
    const running = world().begin('prov/0');
    expect(running.rebootRequested).toBeUndefined();
    await running.run('juju-reboot');
    expect(running.rebootRequested).toBe('later');
    await running.run('juju-reboot --now');
    expect(running.rebootRequested).toBe('now');
    const action = world().begin('prov/0', anExec);
    expect(await action.say('juju-reboot')).toBe(failed('juju-reboot is not supported when running an action.'));
  });
});

test('goal-state shows a subordinate to its principal only', async () => {
  const model = kitModel();
  for (const [name, principal] of [
    ['req/1', 'prov/0'],
    ['req/2', 'prov/1'],
  ] as const)
    addUnit(model, name, { principal });
  const names = async (unit: string) => {
    const { units, relations } = JSON.parse(await world(model).begin(unit).say('goal-state --format=json'));
    return [Object.keys(units), Object.values(relations as Record<string, object>).flatMap(related => Object.keys(related))];
  };
  expect(await names('prov/0')).toEqual([
    ['prov/0', 'prov/1'],
    ['req', 'req/0', 'req/1'],
  ]);
  expect(await names('req/1')).toEqual([['req/0'], ['prov', 'prov/0', 'prov/1']]);
});

test('goal-state names the own units and those of related applications', async () => {
  const kit = world();
  kit.model.units['prov/0']!.workload.current = 'active';
  kit.model.units['prov/1']!.life = 'dying';
  const status = (word: string) => `    since: 2026-11-23 08:06:13Z\n    status: ${word}\n`;
  const ordered = (word: string, indent: string) =>
    status(word)
      .split('\n')
      .reverse()
      .slice(1)
      .map(line => `${line.replace(/^ {4}/, indent)}\n`)
      .join('');
  expect(await kit.begin('prov/0').say('goal-state')).toBe(
    `units:\n  prov/0:\n${ordered('active', '    ')}  prov/1:\n${ordered('dying', '    ')}relations:\n  database:\n    req:\n${ordered('joined', '      ')}    req/0:\n${ordered('unknown', '      ')}`,
  );
});

describe('actions', () => {
  const action = {
    name: '',
    kind: 'action',
    action: { name: 'backup', task: '7', parameters: { to: { host: 'h', port: 1 }, all: true } },
  } as const;

  test.each([
    { line: 'action-get all', answer: 'True\n' },
    { line: 'action-get to.port', answer: '1\n' },
    { line: 'action-get to --format=json', answer: '{"host":"h","port":1}\n' },
    { line: 'action-get to.port.more', answer: '' },
    { line: 'action-get', answer: 'all: true\nto:\n  host: h\n  port: 1\n' },
  ])('$line', async ({ line, answer }) => {
    expect(await world().begin('prov/0', action).say(line)).toBe(answer);
  });

  test('results nest by dots, the later one wins; failing does not end the program', async () => {
    const kit = world();
    const running = kit.begin('prov/0', action);
    for (const line of [
      'action-set a=1 b.c=2',
      'action-set a.b=3',
      'action-set b.d=4',
      'action-log one two',
      'action-fail',
      'action-set e=5',
    ]) {
      expect(await running.say(line)).toBe('');
    }
    expect(running.action).toEqual({
      results: { a: { b: '3' }, b: { c: '2', d: '4' }, e: '5' },
      failed: true,
      message: 'action failed without reason given, check action for errors',
    });
    expect(kit.taskLog).toEqual(['7 one two']);
  });
});

describe('the log', () => {
  test.each([
    { line: 'juju-log one two', hook: aHook, logged: 'unit-prov-0 INFO unit.prov/0.juju-log one two' },
    { line: 'juju-log --debug x', hook: aHook, logged: 'unit-prov-0 DEBUG unit.prov/0.juju-log x' },
    { line: 'juju-log -l warning -- -x', hook: aHook, logged: 'unit-prov-0 WARNING unit.prov/0.juju-log -x' },
    {
      line: 'juju-log x',
      hook: relationHook('changed', 1, 'database', 'req', 'req/0'),
      logged: 'unit-prov-0 INFO unit.prov/0.juju-log database:1: x',
    },
  ])('$line', async ({ line, hook, logged }) => {
    const kit = world();
    expect(await kit.begin('prov/0', hook).say(line)).toBe('');
    expect(kit.logged).toEqual([logged]);
  });

  test('an unknown level is INFO, with a warning', async () => {
    const kit = world();
    await kit.begin('prov/0').run('juju-log -l LOUD x');
    expect(kit.logged).toEqual([
      'unit-prov-0 WARNING unit.prov/0.juju-log Specified log level of "LOUD" is not valid',
      'unit-prov-0 INFO unit.prov/0.juju-log x',
    ]);
  });
});

describe('leadership', () => {
  test('settings are written at once and counted', async () => {
    const kit = world();
    const running = kit.begin('prov/0');
    await running.run('leader-set a=1 b=2');
    await running.run('leader-set a=1');
    await running.run('leader-set b=');
    running.discard();
    expect(kit.model.applications.prov!.leaderSettings).toEqual({ values: { a: '1' }, version: 2 });
    expect(await kit.begin('prov/1').say('is-leader')).toBe('False\n');
  });
});

describe('words', () => {
  test.each([
    { line: 'is-leader --', answer: 'True\n' },
    { line: 'is-leader --format', answer: usage('option needs an argument: --format') },
    { line: 'is-leader --format=json=x', answer: usage('invalid value "json=x" for option --format: unknown format "json=x"') },
    { line: 'relation-ids -x', answer: usage('option provided but not defined: -x') },
    { line: 'config-get -as', answer: usage('option provided but not defined: -s') },
    { line: 'config-get s --format=yaml b', answer: usage('unrecognized args: ["b"]') },
    { line: 'relation-list -r1', answer: 'req/0\n' },
    { line: 'relation-list -r=1', answer: 'req/0\n' },
    { line: 'is-leader -o /nosuch/folder/file', answer: failed('open /nosuch/folder/file: no such file or directory') },
  ])('$line', async ({ line, answer }) => {
    expect(await world().begin('prov/0').say(line)).toBe(answer);
  });

  test('--output writes the answer into a file, below the folder of the caller', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tools-'));
    try {
      const running = world().begin('prov/0');
      const reply = await running.call('relation-ids', ['database', '--output', 'ids', '--format=json'], folder, async () => '');
      expect(reply).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(await readFile(join(folder, 'ids'), 'utf8')).toBe('["database:1"]\n');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('help tells usage and options', async () => {
    expect(await world().begin('prov/0').say('relation-get --help')).toMatch(/^Usage: relation-get [\s\S]*--format/);
  });
});
