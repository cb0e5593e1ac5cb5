// What a user may do: privileges as the config servers state them, held against what commands need.
import { describe, expect, test } from 'vitest';
import { namespacesOf } from '../../../../tools/local-machine/router/pipeline.ts';
import { allows, entersDatabase, needsOf, visibleCollections } from '../../../../tools/local-machine/router/privileges.ts';

const on = (db: string, collection: string, ...actions: string[]) => [{ resource: { db, collection }, actions }];
const find = (db: string, collection: string) => ({ action: 'find', on: { db, collection } });

describe('a privilege', () => {
  test.each([
    ['a collection, itself', on('d', 'c', 'find'), find('d', 'c'), true],
    ['a collection, another', on('d', 'c', 'find'), find('d', 'x'), false],
    ['a collection, the whole database', on('d', 'c', 'find'), find('d', ''), false],
    ['a collection, another action', on('d', 'c', 'insert'), find('d', 'c'), false],
    ['a database, any collection', on('d', '', 'find'), find('d', 'c'), true],
    ['a database, another', on('d', '', 'find'), find('e', 'c'), false],
    ['a database, its system collections', on('d', '', 'find'), find('d', 'system.views'), false],
    ['a system collection, itself', on('d', 'system.views', 'find'), find('d', 'system.views'), true],
    ['all databases, one', on('', '', 'find'), find('d', 'c'), true],
    ['all databases, config', on('', '', 'find'), find('config', 'c'), false],
    ['all databases, local', on('', '', 'find'), find('local', 'c'), false],
    ['a collection of any database', on('', 'c', 'find'), find('d', 'c'), true],
    ['the cluster, itself', [{ resource: { cluster: true }, actions: ['find'] }], { action: 'find', on: 'cluster' as const }, true],
    ['the cluster, a collection', [{ resource: { cluster: true }, actions: ['find'] }], find('d', 'c'), false],
    ['a database, the cluster', on('', '', 'find'), { action: 'find', on: 'cluster' as const }, false],
    ['anything', [{ resource: { anyResource: true }, actions: ['anyAction'] }], find('local', 'system.x'), true],
  ])('on %s', (_, privileges, need, expected) => {
    expect(allows(privileges, need)).toBe(expected);
  });

  test('shows databases and collections', () => {
    expect(entersDatabase(on('d', 'c', 'find'), 'd')).toBe(true);
    expect(entersDatabase(on('d', 'c', 'find'), 'e')).toBe(false);
    expect(entersDatabase(on('', '', 'find'), 'e')).toBe(true);
    expect(entersDatabase(on('', '', 'find'), 'config')).toBe(false);
    expect(entersDatabase([{ resource: { cluster: true }, actions: ['x'] }], 'd')).toBe(false);
    expect(visibleCollections([...on('d', 'c', 'find'), ...on('e', 'x', 'find'), ...on('', 'a', 'find')], 'd')).toEqual(['a', 'c']);
    expect(visibleCollections(on('d', '', 'find'), 'd')).toBe(undefined);
    expect(visibleCollections(on('e', '', 'find'), 'd')).toEqual([]);
  });
});

const needs = (command: Record<string, unknown>) =>
  needsOf(Object.keys(command)[0] ?? '', 'd', command)?.map(({ action, on: target }) =>
    target === 'cluster' ? `${action} cluster` : `${action} ${target.db}.${target.collection}`,
  );

test.each([
  [{ find: 'c' }, ['find d.c']],
  [{ insert: 'c', bypassDocumentValidation: true }, ['insert d.c', 'bypassDocumentValidation d.c']],
  [{ update: 'c', upsert: false }, ['update d.c']],
  [{ update: 'c', upsert: true }, ['update d.c', 'insert d.c']],
  [{ delete: 'c' }, ['remove d.c']],
  [{ findAndModify: 'c', remove: true }, ['find d.c', 'remove d.c']],
  [{ findAndModify: 'c', upsert: true }, ['find d.c', 'update d.c', 'insert d.c']],
  [{ dropDatabase: 1 }, ['dropDatabase d.']],
  [{ dbStats: 1 }, ['dbStats d.']],
  [{ create: 'v', viewOn: 'c', pipeline: [{ $unionWith: 'x' }] }, ['createCollection d.v', 'find d.c', 'find d.x']],
  [{ aggregate: 'c', pipeline: [{ $indexStats: {} }] }, ['indexStats d.c']],
  [{ aggregate: 'c', pipeline: [{ $match: {} }, { $out: { db: 'e', coll: 'x' } }] }, ['find d.c', 'insert e.x', 'remove e.x']],
  [{ explain: { find: 'c' } }, ['find d.c']],
  [{ explain: { frobnicate: 'c' } }, undefined],
  [{ frobnicate: 'c' }, undefined],
])('%j needs %j', (command, expected) => {
  expect(needs(command)).toEqual(expected);
});

test('a pipeline is followed into its sub-pipelines', () => {
  const { reads, writes, stages } = namespacesOf(
    [
      { $lookup: { from: 'a', pipeline: [{ $graphLookup: { from: 'b' } }] } },
      { $facet: { one: [{ $unionWith: { coll: 'c', pipeline: [{ $lookup: { from: { db: 'e', coll: 'd' } } }] } }] } },
      { $merge: { into: 'f', whenMatched: 'keepExisting' } },
    ],
    'd',
  );
  expect(reads.map(({ db, collection }) => `${db}.${collection}`)).toEqual(['d.a', 'd.b', 'd.c', 'e.d']);
  expect(writes).toEqual([{ on: { db: 'd', collection: 'f' }, actions: ['insert'] }]);
  expect(stages).toEqual(['$lookup', '$graphLookup', '$facet', '$unionWith', '$lookup', '$merge']);
  expect(namespacesOf([{ $merge: 'f' }], 'd').writes[0]?.actions).toEqual(['update', 'insert']);
  expect(namespacesOf([{ $merge: { into: 'f', whenNotMatched: 'discard' } }], 'd').writes[0]?.actions).toEqual(['update']);
  for (const nothing of [undefined, null, 5, 'x', [null], [5], [{ $lookup: null }]]) expect(namespacesOf(nothing, 'd').reads).toEqual([]);
});
