// Members that are killed or halted behind a router while a client writes to it.
import { readFile, stat } from 'node:fs/promises';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import {
  clientOf,
  isStandIn,
  openCluster,
  primaryOf,
  routerName,
  stringOf,
  type TestCluster,
  type TestRouter,
  withSystem,
} from './cluster.ts';

let cluster: TestCluster;
let router: TestRouter;
let operator: MongoClient;

beforeAll(async () => {
  cluster = await openCluster({ a: 3 }, 3);
  router = await cluster.router();
  operator = clientOf(router.address);
  await operator.db('admin').command({ addShard: stringOf('a', cluster.shards.a!) });
  await operator.db('d').createCollection('c');
});
afterAll(async () => {
  await operator?.close();
  await cluster?.end();
});

/** Writes numbered documents one after the other until it is told to stop, and answers with those that were acknowledged. */
const startWriting = (client: MongoClient, collection: string) => {
  let over = false;
  const acknowledged: number[] = [];
  const run = async () => {
    for (let _id = 0; !over; _id += 1) {
      try {
        await client.db('d').collection<{ _id: number }>(collection).insertOne({ _id });
        acknowledged.push(_id);
      } catch {
        await new Promise(resolve => setImmediate(resolve));
      }
    }
  };
  const running = run();
  const more = (count: number) => {
    const before = acknowledged.length;
    return until(`${count} more acknowledged writes`, () => acknowledged.length > before + count, 60_000);
  };
  const stop = async () => {
    over = true;
    await running;
    const found = new Set((await client.db('d').collection(collection).find().toArray()).map(({ _id }) => Number(_id)));
    return { lost: acknowledged.filter(_id => !found.has(_id)) };
  };
  const abandon = () => {
    over = true;
  };
  return { more, stop, abandon };
};

describe(`with ${routerName}`, () => {
  test.for([
    { name: "the shard's primary is killed", of: 'shard', how: 'SIGKILL' },
    { name: "the config servers' primary is killed", of: 'config', how: 'SIGKILL' },
    { name: "the shard's primary is halted", of: 'shard', how: 'SIGSTOP' },
    { name: "the config servers' primary is halted", of: 'config', how: 'SIGSTOP' },
  ] as const)('when $name, no acknowledged write is lost', async ({ of, how }) => {
    const pid = router.process().pid;
    const members = of === 'shard' ? cluster.shards.a! : cluster.config;
    const writing = startWriting(operator, `${of}-${how}`);
    try {
      await writing.more(20);
      const primary = await primaryOf(members);
      if (how === 'SIGKILL') await primary.end('SIGKILL');
      else primary.freeze();
      // Not only what was under way, and not only on connections that were there before.
      await writing.more(30);
      const client = clientOf(router.address);
      await until('a new login', () =>
        client
          .db('d')
          .collection('c')
          .insertOne({})
          .then(
            () => true,
            () => false,
          ),
      );
      await client.close();
      await until('a new user', () => makeUser(`${of}-${how}`));
      if (how === 'SIGKILL') await primary.start();
      else primary.thaw();
      await writing.more(30);
      expect((await writing.stop()).lost).toEqual([]);
      await until('three healthy members', async () => (await healthy(members)) === 3, 60_000);
    } finally {
      writing.abandon();
    }
    expect(router.process().pid).toBe(pid);
    expect(router.process().exitCode).toBe(null);
  });

  test('a router that is killed leaves sockets that the next one replaces, and one that is stopped leaves none', async () => {
    const other = await cluster.router();
    const client = clientOf(other.socket);
    const writing = startWriting(client, 'router');
    try {
      await writing.more(20);
      await other.end('SIGKILL');
      expect((await stat(other.socket)).isSocket()).toBe(true);
      await other.start();
      await writing.more(20);
      expect((await writing.stop()).lost).toEqual([]);
    } finally {
      writing.abandon();
      await client.close();
    }
    await other.end('SIGTERM');
    expect(other.process().exitCode).toBe(0);
    await expect(stat(other.socket)).rejects.toThrow('ENOENT');
  });

  test('a router greets and waits while the config servers have no primary, and does its work when they have one', async () => {
    const others = cluster.config.slice(1);
    await Promise.all(others.map(one => one.end('SIGKILL')));
    const anonymous = new MongoClient(`mongodb://${router.address}:27018/`);
    expect(await anonymous.db('admin').command({ hello: 1 })).toMatchObject({ msg: 'isdbgrid' });
    await anonymous.close();
    const client = clientOf(router.address);
    const login = client
      .db('admin')
      .command({ listShards: 1 })
      .catch(() => undefined);
    await Promise.all(others.map(one => one.start()));
    await login;
    await until(
      'a login',
      () =>
        client
          .db('admin')
          .command({ listShards: 1 })
          .then(
            () => true,
            () => false,
          ),
      60_000,
    );
    await client.close();
  });

  test.runIf(isStandIn)('nothing of this was unexpected to the router', async () => {
    const log = (await readFile(router.log, 'utf8')).trim().split('\n');
    expect(log.filter(line => JSON.parse(line).s === 'E')).toEqual([]);
  });
});

/** As the charm does it: again while a new primary takes no writes yet, and an earlier try may have made the user. */
const makeUser = (name: string): Promise<boolean> =>
  operator
    .db('admin')
    .command({ createUser: name, pwd: 'pw', roles: [] })
    .then(
      () => true,
      ({ code }) => code === 51003,
    );

const healthy = (members: TestCluster['config']): Promise<number> =>
  primaryOf(members).then(primary =>
    withSystem([primary], async client => {
      const { members: found } = await client.db('admin').command({ replSetGetStatus: 1 });
      return found.filter(({ stateStr }: { stateStr: string }) => ['PRIMARY', 'SECONDARY'].includes(stateStr)).length;
    }),
  );
