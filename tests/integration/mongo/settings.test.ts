// Settings that mongod takes while it runs, and its log.
import { readdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { rotateLog } from '../../../src/mongo/logs.ts';
import { apply, clientOf, launch, lookFor, makeSet, session, untilMember } from './open.ts';

const MIB = 1024 ** 2;

test('settings are changed online on the primary and on a secondary, those named and no others', async () => {
  const mongods = await launch(2);
  await makeSet(mongods);
  for (const mongod of mongods) {
    const mongo = session(mongod);
    await untilMember(mongo, 'its oplog', seen => seen.settings.oplogBytes > 0);
    await apply(mongo, { do: 'set-mongod', slowMs: 55, verbosity: 1, cacheMiB: 300, oplogMB: 1000 });
    const all = { slowMs: 55, verbosity: 1, cacheBytes: 300 * MIB, oplogBytes: 1000 * MIB };
    expect((await lookFor('member', mongo)).settings).toEqual(all);
    await apply(mongo, { do: 'set-mongod', verbosity: 0 });
    expect((await lookFor('member', mongo)).settings).toEqual({ ...all, verbosity: 0 });
  }
});

test('the profiler stays as somebody set it', async () => {
  const [a] = await launch(1);
  const mongo = await makeSet([a!]);
  const admin = clientOf(a!).db('admin');
  await admin.command({ profile: 1, slowms: 10 });
  await apply(mongo, { do: 'set-mongod', slowMs: 55 });
  expect(await admin.command({ profile: -1 })).toMatchObject({ was: 1, slowms: 55 });
});

test('mongod begins a new log file', async () => {
  const [a] = await launch(1);
  const mongo = await makeSet([a!]);
  const before = (await stat(a!.log)).size;
  await rotateLog(await mongo.own());
  expect((await readdir(dirname(a!.log))).filter(name => /^mongod\.log\.\d/.test(name))).toHaveLength(1);
  expect((await stat(a!.log)).size).toBeLessThan(before);
  await a!.end();
  await expect(mongo.own().then(rotateLog)).rejects.toThrow(/cannot rotate the log|ECONNREFUSED|closed/);
});
