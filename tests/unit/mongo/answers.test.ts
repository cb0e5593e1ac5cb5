// Small answers of mongod and errors, as data; and that what speaks to mongod is loaded by nobody who does not connect.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { ConnectionLost, failureOf, NoAnswer, ServerError } from '../../../src/mongo/errors.ts';
import { decodeView, startedWith } from '../../../src/mongo/hello.ts';
import { build } from '../../../tools/pack/build.ts';

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
    const parsed = z.object({ version: z.number() }).safeParse({});
    expect(failureOf(parsed.error)).toEqual({ network: false, text: 'MongoDB answered in a way that the charm does not know' });
  });
});

test('a hook that asks no mongod does not load what speaks to one, and none loads the driver', async () => {
  const folder = await build('mongodb');
  const lib = join(folder, 'lib');
  const chunks = await readdir(join(lib, 'chunks'));
  const texts = await Promise.all(chunks.map(async name => [name, await readFile(join(lib, 'chunks', name), 'utf8')] as const));
  const entry = await readFile(join(lib, 'charm.mjs'), 'utf8');
  const statically = [...entry.matchAll(/^(?:import|export)[^;]*from "\.\/chunks\/([^"]+)"/gm)].map(([, name]) => name);
  const loaded = texts.filter(([name]) => statically.includes(name));
  const hasDocuments = (text: string) => /class \w*ObjectId|ObjectId = class/.test(text);
  expect(texts.some(([, text]) => hasDocuments(text))).toBe(true);
  expect([entry, ...loaded.map(([, text]) => text)].some(hasDocuments)).toBe(false);
  expect([entry, ...texts.map(([, text]) => text)].some(text => /class \w*MongoClient|MongoClient = class/.test(text))).toBe(false);
});
