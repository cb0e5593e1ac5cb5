// Small answers of mongod and errors, as data; and that what speaks to mongod is loaded by nobody who does not connect.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { accepted, batchOf, readAnswer, StrangeAnswer } from '../../../src/mongo/answers.ts';
import { ConnectionLost, failureOf, NoAnswer, ServerError } from '../../../src/mongo/errors.ts';
import { decodeView, startedWith } from '../../../src/mongo/hello.ts';
import { build } from '../../../tools/pack/build.ts';
import { packagedNode } from '../../support/project.ts';

const run = promisify(execFile);

describe('hello', () => {
  test.each([
    [
      { isWritablePrimary: true, setName: 'm', primary: 'a' },
      { state: 'primary', primary: 'a' },
    ],
    [
      { isWritablePrimary: false, secondary: true, setName: 'm', primary: 'a' },
      { state: 'secondary', primary: 'a' },
    ],
    [{ isWritablePrimary: false, secondary: true, setName: 'm' }, { state: 'secondary' }],
    [{ isWritablePrimary: false, secondary: false, setName: 'm' }, { state: 'other' }],
    [{ isWritablePrimary: false, secondary: false, isreplicaset: true }, { state: 'not a member' }],
  ])('%j is %j', (hello, view) => expect(decodeView('h', hello)).toEqual({ host: 'h', ...view }));

  test.each([
    [{ automationServiceDescriptor: 'charm-0123456789abcdef' }, '0123456789abcdef'],
    [{ automationServiceDescriptor: 'somebody else' }, ''],
    [{}, ''],
  ])('%j was started with "%s"', (hello, hash) => expect(startedWith(hello)).toBe(hash));
});

describe('failures', () => {
  test.each([
    ['an answer of mongod', new ServerError('no', 103), { code: 103, network: false, text: 'no' }],
    ['a lost connection', new ConnectionLost('closed'), { network: true, text: 'closed' }],
    ['silence', new NoAnswer('nothing'), { network: true, text: 'nothing' }],
    [
      'the system',
      Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
      { network: true, text: 'connect ECONNREFUSED' },
    ],
    ['two lines', new Error('one\ntwo'), { network: false, text: 'one' }],
  ])('%s', (_, error, failure) => expect(failureOf(error)).toEqual(failure));

  test('an answer that cannot be read is a sentence', () => {
    const asked = () => readAnswer('replSetGetConfig', z.object({ config: z.object({ version: z.number() }) }), { config: {} });
    expect(asked).toThrow('MongoDB answered replSetGetConfig in a way that the charm does not know (config.version)');
    expect(failureOf(new StrangeAnswer('hello', 'a\0'.repeat(1_000))).text).toMatch(/^MongoDB answered hello in .{0,1000}…$/);
  });
  test.each([
    [{}, 'the server gave no reason', 0],
    [{ ok: '1' }, 'the server gave no reason', 0],
    [{ ok: 0, errmsg: { text: 'no' }, code: 'no' }, 'the server gave no reason', 0],
    [{ ok: 0, errmsg: 'no', code: Number.NaN }, 'no', 0],
    [{ ok: 0, errmsg: 'no', code: 11 }, 'no', 11],
    [{ ok: 1, n: 0, writeErrors: [{ index: 0, code: 121, errmsg: 'Document failed validation' }] }, 'Document failed validation', 121],
    [{ ok: 1, writeErrors: 'x' }, 'the server gave no reason', 0],
    [
      { ok: 1, writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' } },
      'not kept by a majority of the members: waiting for replication timed out',
      64,
    ],
  ])('%j is a refusal', (answer, message, code) => {
    const refusal = (() => {
      try {
        return accepted(answer);
      } catch (error) {
        return error;
      }
    })();
    expect(refusal).toMatchObject({ message, code });
  });
  test('documents that are none are no empty list', () => {
    for (const cursor of [undefined, {}, { firstBatch: {} }, { firstBatch: [null] }, { firstBatch: 'x' }])
      expect(() => batchOf('find', { ok: 1, cursor })).toThrow(
        'MongoDB answered find in a way that the charm does not know (cursor.firstBatch)',
      );
    expect(batchOf('find', { ok: 1, cursor: { firstBatch: [] } })).toEqual([]);
  });
});

test('the program does not load the driver until it connects', async () => {
  const lib = join(await build('mongodb'), 'lib');
  // Outside a hook it is loaded whole and then refuses; the driver is all that asks for the module `net`.
  const watch = `
    const { Module } = require('node:module');
    const load = Module._load;
    Module._load = (name, ...rest) => (process.stdout.write(name + ' '), load(name, ...rest));
    require(process.argv[1]);`;
  const ended = await run(packagedNode, ['--eval', watch, join(lib, 'charm.cjs')], { env: {} }).catch(error => error);
  expect(ended).toMatchObject({ code: 1, stdout: expect.stringContaining('node:vm') });
  expect(ended.stdout.split(' ')).not.toContain('net');
});
