// Logs, storage, faults, help, and words that are no command.

import { beforeEach, describe, expect, test } from 'vitest';
import { absent } from '../../../../tools/local-juju/commands/absent.ts';
import { commands } from '../../../../tools/local-juju/commands/table.ts';
import type { LogLine } from '../../../../tools/local-juju/contract.ts';
import { JujuError } from '../../../../tools/local-juju/contract.ts';
import { addStorage, emptyModel, type FakeLive, juju, liveModel, statusModel } from './world.ts';

const line = (entity: string, level: string, message: string, module = 'unit.prov/0.juju-log'): LogLine => ({
  time: '2026-11-23T08:10:42.120Z',
  entity,
  level,
  module,
  message,
});
const log = [
  line('unit-prov-0', 'INFO', 'first'),
  line('unit-prov-1', 'DEBUG', 'second'),
  line('unit-prov-b-0', 'WARNING', 'third'),
  line('machine-0', 'ERROR', 'fourth', 'juju.worker'),
];
let live: FakeLive;
beforeEach(() => {
  live = liveModel(statusModel(), {
    readLog: () => log,
    statusHistory: () => [
      { time: '2026-11-23T08:06:13Z', type: 'juju-unit', entity: 'prov/0', status: 'executing', message: 'running install hook' },
      { time: '2026-11-23T08:06:14Z', type: 'workload', entity: 'prov/0', status: 'active', message: '' },
      { time: '2026-11-23T08:06:15Z', type: 'juju-unit', entity: 'prov/0', status: 'executing', message: 'running update-status hook' },
      { time: '2026-11-23T08:06:16Z', type: 'workload', entity: 'prov/1', status: 'blocked', message: 'no' },
    ],
  });
});

describe('debug-log', () => {
  const rows: [string, string[]][] = [
    ['', ['first', 'second', 'third', 'fourth']],
    ['-n 2', ['third', 'fourth']],
    ['--limit 1', ['fourth']],
    ['--replay --level warning', ['third', 'fourth']],
    ['--replay --include prov', ['first', 'second']],
    ['--replay --include prov/1', ['second']],
    ['--replay --include unit-prov-*', ['first', 'second', 'third']],
    ['--replay --include prov/0 --include 0', ['first', 'fourth']],
    ['--replay --exclude prov', ['third', 'fourth']],
    ['--replay --include-module juju', ['fourth']],
    ['--replay --exclude-module unit', ['fourth']],
  ];
  test.each(rows)('%s', async (words, messages) => {
    const { out } = await juju(live, ['debug-log', ...words.split(' ').filter(Boolean)]);
    expect(
      out
        .trimEnd()
        .split('\n')
        .map(text => text.split(' ').at(-1)),
    ).toEqual(messages);
  });
  test('the line', async () => {
    expect((await juju(live, ['debug-log', '--limit', '4'])).out.split('\n')[0]).toBe(
      'unit-prov-0: 08:10:42 INFO unit.prov/0.juju-log first',
    );
    expect((await juju(live, ['debug-log', '--limit', '4', '--date', '--ms'])).out.split('\n')[0]).toBe(
      'unit-prov-0: 2026-11-23 08:10:42.120 INFO unit.prov/0.juju-log first',
    );
  });
  test('follows on a terminal until the client goes, and only what is asked for', async () => {
    const talk = juju(live, ['debug-log', '--include', 'prov/0'], { tty: true });
    live.say(line('unit-prov-0', 'INFO', 'live'));
    live.say(line('unit-prov-1', 'INFO', 'other'));
    talk.leave();
    const { code, out } = await talk;
    live.say(line('unit-prov-0', 'INFO', 'late'));
    expect([
      code,
      out
        .trimEnd()
        .split('\n')
        .map(text => text.split(' ').at(-1)),
    ]).toEqual([0, ['first', 'live']]);
    expect(talk.out).toBe(out);
  });
  test('a level that is none', async () => {
    expect((await juju(live, ['debug-log', '--level', 'loud'])).code).toBe(2);
  });
});

describe('show-status-log', () => {
  test('the table', async () => {
    expect((await juju(live, ['show-status-log', 'prov/0'])).out).toBe(
      `Time                   Type       Status     Message
23 Nov 2026 08:06:13Z  juju-unit  executing  running install hook
23 Nov 2026 08:06:14Z  workload   active     
`,
    );
  });
  test('how much, which type', async () => {
    const count = async (...words: string[]) =>
      (await juju(live, ['show-status-log', 'prov/0', ...words])).out.trimEnd().split('\n').length - 1;
    expect([await count('-n', '1'), await count('--type', 'workload'), await count('--include-status-updates')]).toEqual([1, 1, 3]);
    expect((await juju(live, ['show-status-log', 'prov/9'])).code).toBe(1);
    expect((await juju(live, ['show-status-log', '--type', 'mood', 'prov/0'])).code).toBe(2);
  });
});

describe('storage', () => {
  beforeEach(() => addStorage(live.state, 'data/0', 'prov/0', { sizeMiB: 2048 }));
  test('the table', async () => {
    expect((await juju(live, ['storage'])).out).toBe(
      'Unit    Storage ID  Type        Pool    Size     Status    Message\nprov/0  data/0      filesystem  rootfs  2.0 GiB  attached  \n',
    );
    expect((await juju(live, ['status', '--storage'])).out).toContain(
      '\nStorage Unit  Storage ID  Type        Pool    Mountpoint  Size     Status    Message\nprov/0        data/0      filesystem  rootfs  /srv/data   2.0 GiB  attached  \n',
    );
    expect(await juju(liveModel(emptyModel()), ['storage'])).toEqual({ code: 0, out: '', err: 'No storage to display.\n' });
  });
  test('one', async () => {
    expect(JSON.parse((await juju(live, ['show-storage', 'data/0', '--format=json'])).out)['data/0']).toMatchObject({
      kind: 'filesystem',
      life: 'alive',
      persistent: false,
      attachments: { units: { 'prov/0': { machine: '0', location: '/srv/data', life: 'alive' } } },
    });
    expect(await juju(live, ['show-storage', 'data/9'])).toMatchObject({ code: 1, out: '{}\n' });
  });
  test('what is refused is said after the rest, and without ERROR', async () => {
    live.addStorage = (_unit, name) => {
      if (name === 'logs') return ['logs/5'];
      throw new JujuError(`adding "${name}" storage to prov/0: charm storage "${name}" not found`);
    };
    expect(await juju(live, ['add-storage', 'prov/0', 'zip', 'logs', 'data'])).toEqual({
      code: 1,
      out: '',
      err: `added storage logs/5 to prov/0
failed to add storage "data" to prov/0: adding "data" storage to prov/0: charm storage "data" not found
failed to add storage "zip" to prov/0: adding "zip" storage to prov/0: charm storage "zip" not found
`,
    });
    live.addStorage = () => {
      throw new JujuError('unit "prov/9" not found');
    };
    expect((await juju(live, ['add-storage', 'prov/9', 'zip', 'data'])).err).toBe('unit "prov/9" not found\n');
    expect((await juju(live, ['add-storage', 'prov/9', 'zip'])).err).toBe(
      'failed to add storage "zip" to prov/9: unit "prov/9" not found\n',
    );
    live.removeStorage = () => {
      throw new JujuError('storage is attached');
    };
    expect(await juju(live, ['remove-storage', 'data/0'])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^failed to remove data\/0: storage is attached\n\nUse the --force option/),
    });
  });
  test.each([
    ['add-storage prov/0', 'add-storage requires a unit and a storage directive'],
    ['add-storage prov logs', 'unit name "prov" not valid'],
    [
      'add-storage prov/0 logs=0',
      'cannot parse constraints for storage "logs": cannot parse count: count must be greater than zero, got "0"',
    ],
    ['add-storage prov/0 logs logs=2', 'storage "logs" specified more than once'],
  ])('%s has wrong words', async (line, text) => {
    expect(await juju(live, line.split(' '))).toEqual({ code: 2, out: '', err: `ERROR ${text}\n` });
  });
  test('changes', async () => {
    expect((await juju(live, ['add-storage', 'prov/3', 'logs'])).err).toBe('added storage logs/5 to prov/3\n');
    await juju(live, ['add-storage', 'prov/3', 'logs=2']);
    await juju(live, ['detach-storage', 'data/0']);
    await juju(live, ['attach-storage', 'prov/1', 'data/0']);
    await juju(live, ['remove-storage', 'data/0', '--force']);
    expect(live.asked).toEqual([
      { method: 'addStorage', args: ['prov/3', 'logs', 1] },
      { method: 'addStorage', args: ['prov/3', 'logs', 2] },
      { method: 'detachStorage', args: ['data/0', false] },
      { method: 'attachStorage', args: ['prov/1', 'data/0'] },
      { method: 'removeStorage', args: ['data/0', true] },
    ]);
  });
});

describe('fault', () => {
  test('is handed to the machine', async () => {
    const asked: unknown[] = [];
    const own = liveModel(statusModel(), {
      fault: async (...args) => {
        asked.push(args);
        return 'done';
      },
    });
    expect(await juju(own, ['fault', 'prov/0', 'kill', '--signal', 'SIGTERM'])).toEqual({ code: 0, out: 'done\n', err: '' });
    await juju(own, ['fault', 'prov/0', 'freeze', 'x.y']);
    await juju(own, ['fault', 'prov/0', 'cut-network']);
    expect(asked).toEqual([
      ['prov/0', { kind: 'kill', service: 'charmed-mongodb.mongod', signal: 'SIGTERM' }],
      ['prov/0', { kind: 'freeze', service: 'x.y' }],
      ['prov/0', { kind: 'cut-network' }],
    ]);
    expect((await juju(own, ['fault', 'prov/0', 'explode'])).code).toBe(2);
    expect((await juju(own, ['fault', 'prov/9', 'kill'])).code).toBe(1);
  });
});

describe('status goes on', () => {
  test('--watch draws again with each change, until the client goes', async () => {
    const talk = juju(live, ['status', 'req', '--watch', '1s', '--format=oneline']);
    await Promise.resolve();
    live.state.units['req/0']!.workload.current = 'active';
    live.poke();
    await new Promise(setImmediate);
    talk.leave();
    expect(await talk).toEqual({
      code: 0,
      out: '- req/0: 127.31.7.11 (agent:idle, workload:maintenance)\n\n- req/0: 127.31.7.11 (agent:idle, workload:active)\n',
      err: '',
    });
  });
  test.each([
    ['blocked', ['prov/1', 'sub/1']],
    ['executing', []],
    ['req/0', ['req/0']],
    ['sub', ['prov/0', 'sub/0', 'prov/1', 'sub/1']],
    ['1', ['req/0']],
    ['prov/leader', ['prov/0', 'sub/0']],
    ['27017/tcp', ['prov/0', 'sub/0']],
  ])('status %s shows %j', async (pattern, units) => {
    const { out } = await juju(live, ['status', pattern, '--format=line']);
    expect(
      out
        .split('\n')
        .filter(Boolean)
        .map(text => text.trim().split(/[ :]/)[1]),
    ).toEqual(units);
  });
  test('a summary', async () => {
    const { out } = await juju(live, ['status', '--format=summary']);
    expect(out).toMatch(/# Units: +\(5\)/);
    expect(out).toMatch(/blocked: +1/);
  });
  test('a hook that runs, a unit that is not ready, a version of several lines', async () => {
    const { state } = live;
    state.units['prov/0']!.agentStatus = {
      ...state.units['prov/0']!.agentStatus,
      current: 'executing',
      message: 'running database-relation-changed hook for req/0',
    };
    state.units['prov/1']!.agentStatus = { ...state.units['prov/1']!.agentStatus, current: 'allocating', message: '' };
    state.applications.prov!.version = 'one\ntwo';
    const { out } = await juju(live, ['status']);
    expect(out).toMatch(/ \(database-relation-changed\) all is well\n/);
    expect(out).toMatch(/prov {2}one +blocked +1\/2 /);
  });
});

describe('help', () => {
  test('the commands of hooks, and those of actions', async () => {
    const hooks = (await juju(live, ['help-hook-commands'])).out;
    expect(hooks).toContain('    unit-get                 Print public-address or private-address.\n');
    expect(hooks).toContain('    application-version-set  Specify which version of the application is deployed.\n');
    expect(hooks).not.toContain('action-');
    expect((await juju(live, ['help-action-commands'])).out).toBe(
      `    action-fail  Set action fail status with message.
    action-get   Get action parameters.
    action-log   Record a progress message for the current action.
    action-set   Set action results.
`,
    );
  });
  test('one command of hooks', async () => {
    expect((await juju(live, ['help-hook-commands', 'relation-get'])).out).toMatch(
      /^Usage: relation-get \[options\] <key> <unit id>\n\nSummary:\nGet relation settings\.\n\nOptions:\n/,
    );
    expect(await juju(live, ['help-hook-commands', 'action-get'])).toEqual({
      code: 1,
      out: '',
      err: 'ERROR unknown command: action-get\n',
    });
    expect((await juju(live, ['help-action-commands', 'action-get'])).code).toBe(0);
    expect((await juju(live, ['help-action-commands', 'nope'])).err).toBe('ERROR unknown command: nope\n');
  });
  test('names every command', async () => {
    const { out } = await juju(live, ['help']);
    for (const spec of commands()) expect(out).toContain(`    ${spec.name} `);
    expect((await juju(live, [])).out).toBe(out);
  });
  test.each(commands().map(spec => [spec.name, spec] as const))('%s', async (name, spec) => {
    const { code, out } = await juju(live, [name, '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^Usage: juju ${name} \\[options\\]`));
    for (const flag of spec.flags) expect(out).toContain(flag.names[0]!.length === 1 ? `-${flag.names[0]}` : `--${flag.names[0]}`);
    expect((await juju(live, ['help', name])).out).toBe(out);
    expect(live.asked).toEqual([]);
  });
  test('what follows -- and the first word of exec is no question for help', async () => {
    expect((await juju(live, ['exec', '--background', '--unit', 'prov/0', 'ls', '--help'])).out).not.toContain('Usage');
    expect(live.asked).toHaveLength(1);
  });
});

test('names are used once', () => {
  const names = commands().flatMap(spec => [spec.name, ...(spec.aliases ?? [])]);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter(name => name in absent)).toEqual([]);
});

test('what Juju has and this does not is refused with its reason', async () => {
  expect(await juju(live, ['bootstrap'])).toEqual({
    code: 1,
    out: '',
    err: 'ERROR "juju bootstrap" is not part of the local Juju: the local Juju has one controller, which starts by itself\n',
  });
  expect((await juju(live, ['ssh', 'prov/0'])).err).toContain('juju exec --unit');
  expect((await juju(live, ['help', 'ssh'])).code).toBe(0);
});

test('what is no command', async () => {
  expect(await juju(live, ['foo'])).toEqual({ code: 2, out: '', err: 'ERROR juju: "foo" is not a juju command. See "juju --help".\n' });
  expect((await juju(live, ['status', '--bogus'])).err).toBe('ERROR option provided but not defined: --bogus\n');
  expect((await juju(live, ['status', '--format=xml'])).err).toBe('ERROR invalid value "xml" for option --format: unknown format "xml"\n');
});
