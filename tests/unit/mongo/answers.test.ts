// Small answers of mongod and errors of the driver, as data; and that the driver is loaded by nobody who does not connect.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { MongoNetworkError, MongoServerError, MongoServerSelectionError, MongoTopologyClosedError } from 'mongodb';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { failureOf, NoAnswer } from '../../../src/mongo/errors.ts';
import { decodeView, startedWith } from '../../../src/mongo/hello.ts';
import { projectFolder } from '../../support/project.ts';

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
    ['an answer of mongod', new MongoServerError({ errmsg: 'no', code: 103 }), { code: 103, network: false, text: 'no' }],
    ['a lost connection', new MongoNetworkError('closed'), { network: true, text: 'closed' }],
    ['no server', new MongoServerSelectionError('timed out', {} as never), { network: true, text: 'timed out' }],
    ['a client that was closed', new MongoTopologyClosedError('closed'), { network: true, text: 'closed' }],
    ['silence', new NoAnswer('nothing'), { network: true, text: 'nothing' }],
    [
      'the system',
      Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
      { network: true, text: 'connect ECONNREFUSED' },
    ],
    ['two lines', new Error('one\ntwo'), { network: false, text: 'one' }],
  ])('%s', (_, error, failure) => expect(failureOf(error)).toEqual(failure));

  test('an answer that cannot be read is a sentence', () => {
    const parsed = z.object({ version: z.number() }).safeParse({});
    expect(failureOf(parsed.error)).toEqual({ network: false, text: 'MongoDB answered in a way that the charm does not know' });
  });
});

test('a hook that asks no mongod does not load the driver', () => {
  const script = `
    const { openMongo } = await import('./src/mongo/session.ts');
    await import('./src/dispatch.ts');
    const { helloOf } = await import('./src/mongo/hello.ts');
    const loaded = () => Object.keys(require.cache).filter(path => path.includes('/node_modules/mongodb/')).length;
    const { createRequire } = await import('node:module');
    const require = createRequire(process.cwd() + '/x.js');
    const mongo = openMongo({ socket: '/nowhere/mongod.sock', keyFile: 'key' });
    const link = await mongo.own();
    const before = loaded();
    await import('./src/mongo/driver.ts');
    console.log(JSON.stringify({ kind: link.kind, before, after: loaded() > 0 }));
    await mongo.close();`;
  const printed = execFileSync(join(projectFolder, 'node_modules', '.bin', 'node'), ['--input-type=module', '-e', script], {
    cwd: projectFolder,
    encoding: 'utf8',
  });
  expect(JSON.parse(printed)).toEqual({ kind: 'silent', before: 0, after: true });
});
