// Writes that MongoDB answers with `ok: 1` and does not make: none of the charm's is taken for made.
import { afterEach, expect, test, vi } from 'vitest';
import type { Connection } from '../../../src/mongo/connect.ts';
import { adoptData } from '../../../src/mongo/reconfigure.ts';
import { openMongo } from '../../../src/mongo/session.ts';
import { forgetCluster, setShardHost } from '../../../src/mongo/sharding.ts';

const connect = vi.hoisted(() => vi.fn());
vi.mock('../../../src/mongo/connect.ts', () => ({ connect }));
afterEach(() => vi.clearAllMocks());

const before = { _id: 'former', version: 7, members: [{ _id: 0, host: '10.0.0.1:27017' }] };
const adopt = { do: 'adopt-data', set: 'mongodb', host: '10.0.0.2:27017', unit: 'mongodb/0' } as const;

/** A mongod on which writes of this kind are refused, for a reason that has this number. */
async function linkTo(refused: 'insert' | 'update' | 'delete', code = 121) {
  const asked: string[] = [];
  const connection: Connection = {
    command: async (_, command) => {
      const [name = ''] = Object.keys(command);
      asked.push(name);
      if (name === refused) return { ok: 1, n: 0, writeErrors: [{ index: 0, code, errmsg: 'refused' }] };
      if (name === 'listDatabases') return { ok: 1, databases: [] };
      return { ok: 1, cursor: { id: 0, firstBatch: command.find === 'system.replset' ? [before] : [] } };
    },
    isClosed: () => false,
    close: () => {},
  };
  connect.mockResolvedValue(connection);
  const link = await openMongo({ socket: '/mongod.sock', operatorPassword: 'secret' }).own();
  if (link.kind !== 'open') throw new Error(link.reason);
  return { link, asked };
}

test('the address of a shard', async () => {
  const { link } = await linkTo('update');
  await expect(setShardHost(link, 'shard-a', 'shard-a/10.0.0.9:27017')).rejects.toMatchObject({ message: 'refused', code: 121 });
});

test('a new configuration of a replica set, and the removal of the former one', async () => {
  const inserting = await linkTo('insert');
  await expect(adoptData(inserting.link, adopt)).rejects.toMatchObject({ message: 'refused', code: 121 });
  expect(inserting.asked).not.toContain('delete');
  const deleting = await linkTo('delete');
  await expect(adoptData(deleting.link, adopt)).rejects.toMatchObject({ message: 'refused', code: 121 });
});

test('a new configuration that is there already is followed by the removal of the former one', async () => {
  const { link, asked } = await linkTo('insert', 11_000);
  await adoptData(link, adopt);
  expect(asked).toContain('delete');
});

test('that a shard belongs to a cluster no more', async () => {
  const { link } = await linkTo('delete', 40_070);
  await expect(forgetCluster(link)).rejects.toMatchObject({ code: 40_070 });
});
