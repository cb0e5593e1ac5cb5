// The unit's log: what is in an entry, and what is never in it.
import { describe, expect, test } from 'vitest';
import { failAction } from '../../../src/juju/action.ts';
import { type LogLine, printDebug, writeLog } from '../../../src/juju/log.ts';
import * as tools from '../../../src/juju/tools.ts';
import { inHook } from '../../support/hook.ts';
import { deployed } from './deployed.ts';

const written = async (...lines: LogLine[]) => {
  const { model } = await deployed(1);
  const { calls, log } = await inHook(model, 'mongodb/0', 'start', () => writeLog(tools, lines));
  return { words: calls.map(({ tool, words }) => [tool, ...words]), log };
};

test('all lines are one entry, at the gravest of their levels, and are what was said', async () => {
  const lines = [
    { level: 'INFO', message: 'start: set-user "operator"; {ü}' },
    { level: 'WARNING', message: 'forcing\nthe configuration' },
    { level: 'INFO', message: 'end' },
  ] as const;
  const text = 'start: set-user "operator"; {ü}\nforcing\nthe configuration\nend';
  expect((await written(...lines)).words).toEqual([['juju-log', '--log-level', 'WARNING', '--', text]]);
  expect((await written(lines[0])).log).toEqual(['INFO start: set-user "operator"; {ü}']);
});

test('no line is no call', async () => {
  expect((await written()).words).toEqual([]);
});

test('an entry holds only its own lines, and so when two are written side by side', async () => {
  const { model } = await deployed(1);
  const { log } = await inHook(model, 'mongodb/0', 'start', () =>
    Promise.all(['a', 'b', 'c'].map(message => writeLog(tools, [{ level: 'INFO', message }]))),
  );
  expect([...log].sort()).toEqual(['INFO a', 'INFO b', 'INFO c']);
});

test('an error is told with where it was thrown, what caused it and its fields', async () => {
  const error = Object.assign(new TypeError('no set', { cause: new Error('socket closed') }), {
    code: 'EPIPE',
    command: { find: 'users' },
  });
  const { log } = await written({ level: 'ERROR', message: 'start', error });
  expect(log).toEqual([
    expect.stringMatching(
      /^ERROR start: TypeError: no set\n +at [\s\S]*log\.test\.ts[\s\S]*\ncaused by: Error: socket closed\n[\s\S]* \{ code: 'EPIPE', command: \{ find: 'users' \} \}$/,
    ),
  ]);
});

test.each([
  ['a text', 'ERROR start: oh'],
  [new Error('without fields'), 'ERROR start: Error: without fields\n'],
])('what was thrown is %s', async (error, beginning) => {
  const { log } = await written({ level: 'ERROR', message: 'start', error: error === 'a text' ? 'oh' : error });
  expect(log[0]?.startsWith(beginning)).toBe(true);
});

const SECRET = 'hunter2/with:all&kinds=of"letters';
const KEY_FILE = 'k'.repeat(1024);
const URI = 'mongodb://relation-3:s3cr%2Ft@10.0.0.1:27017,10.0.0.2:27017/shop?replicaSet=mongodb';

describe('no secret is in the words of juju-log', () => {
  const action = { name: '', kind: 'action', action: { name: 'get-primary', task: '2', parameters: {} } } as const;
  const words = async (lines: LogLine) => JSON.stringify((await written(lines)).words);

  test.each([
    ['a password', { password: SECRET }],
    ['the command that makes a user', { command: { createUser: 'relation-3', pwd: SECRET, roles: [] } }],
    ['what a Juju secret holds', { content: { operator: SECRET, 'my-user': SECRET } }],
    [
      'our own secret',
      { secret: { 'operator-password': SECRET, 'monitor-password': SECRET, 'backup-password': SECRET, keyfile: KEY_FILE } },
    ],
    ['the key file of facts', { facts: { juju: { keyFile: KEY_FILE } } }],
    ['options of a connection', { options: { credentials: { username: 'operator', password: SECRET }, auth: { password: SECRET } } }],
    ['what a tool was given or has printed', { input: SECRET, stdout: SECRET, options: { env: { PASSWORD: SECRET } } }],
    ['a list of clients', { clients: [{ user: 'relation-3', password: SECRET, uris: URI }] }],
    ['a login', { command: { saslStart: 1, payload: SECRET } }],
  ])('as a field of an error: %s', async (_, fields) => {
    const cause = Object.assign(new Error('inner'), fields);
    for (const error of [Object.assign(new Error('outer'), fields), new Error('outer', { cause })]) {
      const told = await words({ level: 'ERROR', message: 'start', error });
      expect(told).toContain('outer');
      for (const secret of [SECRET, JSON.stringify(SECRET).slice(1, -1), KEY_FILE, 's3cr%2Ft']) expect(told).not.toContain(secret);
    }
  });

  const texts = [
    [
      'a URI',
      `cannot reach ${URI}: refused`,
      'cannot reach mongodb://[redacted]@10.0.0.1:27017,10.0.0.2:27017/shop?replicaSet=mongodb: refused',
    ],
    ['a URI with an @ in its password', 'see mongodb+srv://a:p@ss:w/rd@host/', 'see mongodb+srv://[redacted]@host/'],
    ['JSON', `cannot read {"operator-password": "s3cret word", "n": 1}`, 'cannot read {"operator-password": [redacted], "n": 1}'],
    ['the content of our own secret', `bad: {"keyfile":"${KEY_FILE}"}`, 'bad: {"keyfile":[redacted]}'],
    ['JSON in JSON', String.raw`bad: "{\"pwd\":\"s3cret word\"}"`, String.raw`bad: "{\"pwd\":[redacted]}"`],
    ['JSON that was cut off', '{"password":"s3cret wo', '{"password":[redacted]'],
    ['an option', 'mongosh --password=s3cret --port 1', 'mongosh --password=[redacted] --port 1'],
  ] as const;

  test.each(texts)('in a text: %s', async (_, text, shown) => {
    expect((await written({ level: 'INFO', message: text })).log).toEqual([`INFO ${shown}`]);
    const { log } = await written({ level: 'ERROR', message: 'start', error: new Error(text) });
    expect(log[0]).toContain(`start: Error: ${shown}\n`);
  });

  test.each(texts)('nor is it in a status, a refusal or what a hook prints: %s', async (_, text, shown) => {
    const { model } = await deployed(1);
    const status = await inHook(model, 'mongodb/0', 'start', () => tools.statusSet('unit', 'blocked', text));
    expect(status.calls[0]?.words.at(-1)).toBe(shown);
    const refused = await inHook(model, 'mongodb/0', action, () => failAction(text));
    expect(refused.calls[0]?.words.at(-1)).toBe(shown);
    const printed: string[] = [];
    const { log } = console;
    console.log = line => void printed.push(line);
    printDebug(text);
    console.log = log;
    expect(printed).toEqual([shown]);
  });

  test.each([29_950, 950])('nor what is left of one where a text is cut, after %i letters', async before => {
    const message = `${'x'.repeat(before)} mongodb://operator:${'s3cret'.repeat(600)}@host/`;
    expect(await words({ level: 'INFO', message })).not.toContain('s3cret');
    const { model } = await deployed(1);
    const refused = await inHook(model, 'mongodb/0', action, () => failAction(message));
    expect(JSON.stringify(refused.calls)).not.toContain('s3cret');
  });

  test.each([
    'the password of the user operator is empty; give another',
    'http://10.0.0.1/path: not found; password: not primary',
    'set-user operator; active (Primary)',
    'see https://juju.is and write to a@b.c',
  ])('and this stays as it is: %s', async message => {
    expect((await written({ level: 'INFO', message })).log).toEqual([`INFO ${message}`]);
  });
});
