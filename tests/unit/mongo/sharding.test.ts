// What a router answers about the cluster, as the charm understands it; and which of its answers are no failure.
import { expect, test } from 'vitest';
import { ConnectionLost, NoAnswer, ServerError } from '../../../src/mongo/errors.ts';
import type { Command, OpenLink } from '../../../src/mongo/session.ts';
import { decodeRoom, decodeShard, movePrimary, removeShard } from '../../../src/mongo/sharding.ts';

const linkThat = (command: Command): OpenLink => ({
  kind: 'open',
  as: 'system',
  command,
  findOne: async () => null,
  find: async () => [],
  count: async () => 0,
});
const failing = (error: unknown) => linkThat(() => Promise.reject(error));

test('the room of each shard is what is free on its disk, whatever its data takes there', () => {
  const room = decodeRoom({
    'shard-a/10.0.0.1:27017,10.0.0.2:27017': { dataSize: 900, fsTotalSize: 1_000, fsUsedSize: 400 },
    'shard-b/10.0.0.3:27017': { dataSize: 0, fsTotalSize: 5_000, fsUsedSize: 4_990 },
    '10.0.0.4:27017': { fsTotalSize: 7, fsUsedSize: 0 },
  });
  expect([...room]).toEqual([
    ['shard-a', 600],
    ['shard-b', 10],
    ['10.0.0.4:27017', 7],
  ]);
});

test('a shard that does not tell of its disk is left out, rather than taken for full or empty', () => {
  expect([...decodeRoom({ 'shard-a/10.0.0.1:27017': { dataSize: 1 }, 'shard-b/10.0.0.2:27017': null })]).toEqual([]);
  expect([...decodeRoom({})]).toEqual([]);
});

test('a shard has the hosts behind its set’s name', () => {
  expect(decodeShard({ _id: 'shard-a', host: 'shard-a/10.0.0.1:27017,10.0.0.2:27017' })).toEqual({
    name: 'shard-a',
    hosts: ['10.0.0.1:27017', '10.0.0.2:27017'],
    draining: false,
  });
});

test('a move that has not answered goes on by itself; one that is refused has failed', async () => {
  await movePrimary(failing(new NoAnswer('no answer within 2 s')), 'shop', 'shard-b');
  await expect(movePrimary(failing(new ServerError('exists', 48)), 'shop', 'shard-b')).rejects.toMatchObject({ code: 48 });
  await expect(movePrimary(failing(new ConnectionLost('connection closed')), 'shop', 'shard-b')).rejects.toThrow('connection closed');
});

test('a shard that is gone already is removed; the last one is not', async () => {
  await removeShard(failing(new ServerError('not found', 70)), 'shard-b');
  await expect(removeShard(failing(new ServerError('last', 20)), 'shard-b')).rejects.toMatchObject({ code: 20 });
});
