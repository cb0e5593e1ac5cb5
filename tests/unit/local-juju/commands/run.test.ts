// `juju run`, `juju exec` and what shows their results, against what Juju printed.
import { beforeEach, describe, expect, test } from 'vitest';
import type { Task } from '../../../../tools/local-juju/state.ts';
import { hidden, recorded } from './golden.ts';
import { addApplication, addCharm, addUnit, emptyModel, type FakeLive, juju, liveModel, since, type Talk } from './world.ts';

const actions = {
  'fail-me': { description: 'Fails.', schema: { description: 'Fails.', properties: {}, title: 'fail-me', type: 'object' } },
  noop: { description: 'Does nothing.', schema: { description: 'Does nothing.', properties: {}, title: 'noop', type: 'object' } },
  'set-password': {
    description: 'Set a password.',
    schema: {
      description: 'Set a password.',
      properties: {
        password: { description: 'What.', type: 'string' },
        username: { default: 'admin', description: 'Who.', type: 'string' },
      },
      title: 'set-password',
      type: 'object',
    },
  },
  strict: {
    description: 'Refuses other parameters.',
    schema: {
      additionalProperties: false,
      description: 'Refuses other parameters.',
      properties: { num: { description: 'A number.', type: 'integer' } },
      required: ['num'],
      title: 'strict',
      type: 'object',
    },
  },
};
const results = { nested: { a: '3', 'b-c': '2' }, password: 's3cret' };
const outputs = { stdout: 'out-line\n', stderr: 'err-line\n' };
const logged = [{ time: since, message: 'working on it' }];

let live: FakeLive;
beforeEach(() => {
  const model = emptyModel();
  addApplication(model, 'prov', addCharm(model, 'prov', [], { actions }));
  addApplication(model, 'sub', addCharm(model, 'sub', [], { subordinate: true }));
  addUnit(model, 'prov/0');
  addUnit(model, 'prov/1');
  live = liveModel(model);
});

/** Ends every task that waits, once the command has got that far. */
async function finishing(talk: Talk, ...ends: Partial<Task>[]): Promise<Awaited<Talk>> {
  await Promise.resolve();
  const waiting = Object.values(live.state.tasks).filter(task => task.status === 'pending');
  for (const [at, task] of waiting.entries()) {
    const end = ends[at] ?? ends[0] ?? {};
    if (end.log) {
      Object.assign(task, { status: 'running', log: end.log });
      live.poke();
    }
    live.finish(task.id, end);
  }
  return talk;
}

type Case = { words: string; recordedAs?: string; nth?: number; ends: Partial<Task>[] };
const cases: Case[] = [
  { words: 'run prov/0 set-password username=bob', ends: [{ results, ...outputs, log: logged }] },
  { words: 'run prov/leader set-password password=x --format=json', ends: [{ results, ...outputs, log: logged }] },
  { words: 'run prov/leader set-password nested.deep=1 extra=yes --format=yaml', ends: [{ results, ...outputs, log: logged }] },
  { words: 'run prov/0 noop', ends: [{}] },
  { words: 'run prov/0 noop --format=json', ends: [{}] },
  { words: 'run prov/0 prov/1 noop --format=json', ends: [{}] },
  { words: 'run prov/0 fail-me', ends: [{ status: 'failed', message: 'it broke', results: { a: '1', b: '2' } }] },
  { words: 'run prov/0 fail-me --format=json', ends: [{ status: 'failed', message: 'it broke', results: { a: '1', b: '2' } }] },
  {
    words: 'run prov/0 fail-me --format=yaml',
    ends: [{ status: 'failed', message: 'action failed without reason given, check action for errors' }],
  },
  {
    words: 'run prov/0 fail-me',
    nth: 1,
    ends: [{ status: 'failed', message: 'exit status 3', results: { a: '1' }, stderr: 'went wrong\n', returnCode: 3 }],
  },
  {
    words: 'run prov/0 fail-me --format=json',
    nth: 1,
    ends: [{ status: 'failed', message: 'exit status 3', results: { a: '1' }, stderr: 'went wrong\n', returnCode: 3 }],
  },
  { words: 'run prov/0 strict num=5', ends: [{}] },
  { words: 'run prov/0 strict', ends: [] },
  { words: 'run prov/0 strict num=abc', ends: [] },
  { words: 'run prov/0 strict num=1 zip=2', ends: [] },
  { words: 'run prov/0 strict num=5 --string-args', ends: [] },
  { words: 'run prov/0 nosuch', ends: [] },
  { words: 'run prov/9 noop', ends: [] },
  { words: 'run nope/leader noop', ends: [] },
  { words: 'run prov/0', ends: [] },
  { words: 'run', ends: [] },
  { words: 'run prov/0 Noop', ends: [] },
  { words: 'run prov/0 noop x', ends: [] },
  { words: 'run prov/0 noop Bad_Key=1', ends: [] },
  { words: 'run prov/0 noop --background', ends: [] },
  { words: 'actions prov', ends: [] },
  { words: 'actions prov --format=json', ends: [] },
  { words: 'actions prov --schema --format=json', ends: [] },
  { words: 'exec --unit prov/0 is-leader', ends: [{ stdout: 'True\n' }] },
  {
    words: 'exec --unit prov/1 is-leader; echo problem >&2',
    recordedAs: "exec --unit prov/1 'is-leader; echo problem >&2'",
    ends: [{ stdout: 'False\n', stderr: 'problem\n' }],
  },
  {
    words: 'exec --unit prov/0 echo out; exit 4',
    recordedAs: "exec --unit prov/0 'echo out; exit 4'",
    ends: [{ stdout: 'out\n', returnCode: 4 }],
  },
  {
    words: 'exec --unit prov/0,prov/1 --format=json echo hi',
    recordedAs: "exec --unit prov/0,prov/1 --format=json 'echo hi'",
    ends: [{ stdout: 'hi\n' }],
  },
  { words: 'exec --unit prov/0,prov/1 is-leader', ends: [{ stdout: 'True\n' }, { stdout: 'False\n' }] },
  {
    words: 'exec --application prov --format=json echo $JUJU_UNIT_NAME; exit 2',
    recordedAs: "exec --application prov --format=json 'echo $JUJU_UNIT_NAME; exit 2'",
    ends: [
      { stdout: 'prov/0\n', returnCode: 2 },
      { stdout: 'prov/1\n', returnCode: 2 },
    ],
  },
  { words: 'exec --unit prov/7 true', ends: [] },
];

describe('recorded', () => {
  for (const { words, recordedAs, nth, ends } of cases) {
    test(`juju ${words}${nth ? ` (${nth + 1})` : ''}`, async () => {
      const { code, out, err } = await finishing(juju(live, words.split(' ')), ...ends);
      expect({ code, out: hidden(out), err: hidden(err) }).toEqual(recorded('10-actions', recordedAs ?? words, nth));
    });
  }

  test('juju show-task, plain and as JSON', async () => {
    await finishing(juju(live, ['run', 'prov/0', 'noop', '--format=json']), { results: { done: 'yes' } });
    expect(hidden((await juju(live, ['show-task', '2'])).out)).toBe(recorded('10-actions', 'show-task <TASK>').out);
    expect(hidden((await juju(live, ['show-task', '2', '--format=json'])).out)).toBe(
      recorded('10-actions', 'show-task <TASK> --format=json').out,
    );
    expect(await juju(live, ['show-task', '999'])).toEqual({ code: 1, out: '', err: 'ERROR id not found\n' });
  });
});

test('what is enqueued: defaults filled in, values read as YAML, leader named as typed', async () => {
  await finishing(juju(live, ['run', 'prov/leader', 'set-password', 'nested.deep=1', 'extra=yes']), {});
  expect(live.asked).toEqual([
    {
      method: 'enqueue',
      args: [
        {
          summary: 'set-password run on prov/leader',
          receivers: ['prov/leader'],
          units: ['prov/0'],
          action: 'set-password',
          parameters: { nested: { deep: 1 }, extra: true, username: 'admin' },
        },
      ],
    },
  ]);
});

test('several units, plain: a map by unit', async () => {
  const { out } = await finishing(juju(live, ['run', 'prov/1', 'prov/0', 'noop']), {});
  expect(out).toBe('prov/0:\n  id: "3"\n  output: ""\n  status: completed\nprov/1:\n  id: "2"\n  output: ""\n  status: completed\n');
});

test('a wait that is too short says for whom it waited, and the task goes on', async () => {
  const { code, out, err } = await juju(live, ['run', 'prov/0', 'noop', '--wait=5ms']);
  expect([code, out]).toEqual([1, '']);
  expect(err).toContain('ERROR timed out waiting for results from: unit prov/0\n');
  expect(live.state.tasks['2']?.status).toBe('pending');
});

test('a client that goes away ends the waiting', async () => {
  const talk = juju(live, ['run', 'prov/0', 'noop']);
  await Promise.resolve();
  talk.leave();
  expect((await talk).code).toBe(1);
});

test('a charm without actions', async () => {
  addUnit(live.state, 'sub/0', { principal: 'prov/0' });
  const { err } = await juju(live, ['run', 'sub/0', 'noop']);
  expect(err).toBe('\nOperation 1 failed to schedule any tasks:\nno actions defined on charm "local:sub-0"\n');
});

test('show-operation and operations', async () => {
  await finishing(juju(live, ['run', 'prov/0', 'set-password']), { results: { password: 'x' } });
  const shown = await juju(live, ['show-operation', '1', '--utc']);
  expect(shown.out).toBe(`summary: set-password run on unit-prov-0
status: completed
action:
  name: set-password
  parameters:
    username: admin
timing:
  enqueued: 2026-11-23 08:06:13 +0000 UTC
tasks:
  "2":
    host: prov/0
    status: completed
    timing:
      completed: 2026-11-23 08:06:13 +0000 UTC
      enqueued: 2026-11-23 08:06:13 +0000 UTC
      started: 2026-11-23 08:06:13 +0000 UTC
    results:
      password: x
      return-code: 0
`);
  const list = await juju(live, ['operations']);
  expect(list.out).toBe(
    'ID  Status     Started  Finished  Task IDs  Summary\n1   completed                     2         set-password run on unit-prov-0\n',
  );
  expect(await juju(live, ['operations', '--status', 'failed'])).toEqual({ code: 0, out: '', err: 'no matching operations\n' });
});

test('exec quotes several words, and leaves one as it is', async () => {
  await finishing(juju(live, ['exec', '-u', 'prov/0', '--', 'echo', 'a b', "it's"]), {});
  expect(live.asked[0]?.args[0]).toMatchObject({ command: `echo 'a b' 'it'"'"'s'`, units: ['prov/0'] });
  expect((await juju(live, ['exec', 'ls'])).code).toBe(2);
});

describe('show-action', () => {
  test('what it does, and what it takes', async () => {
    expect(await juju(live, ['show-action', 'prov', 'set-password'])).toEqual({
      code: 0,
      out: `Set a password.

Arguments
password:
  type: string
  description: What.
username:
  type: string
  description: Who.
  default: admin

`,
      err: '',
    });
    expect((await juju(live, ['show-action', 'prov', 'noop'])).out).toBe('Does nothing.\n\nArguments\n{}\n\n');
  });
  test.each([
    ['show-action', 2, 'ERROR no application specified\n'],
    ['show-action prov', 2, 'ERROR no action specified\n'],
    ['show-action Prov noop', 2, 'ERROR invalid application name "Prov"\n'],
    ['show-action nope noop', 1, 'ERROR application "nope" not found\n'],
    ['show-action prov nosuch', 1, 'unknown action "nosuch"\n\n'],
  ])('%s is refused', async (line, code, err) => {
    expect(await juju(live, line.split(' '))).toEqual({ code, out: '', err });
  });
});
