// Faults that tests inflict on a machine, seen from a client of its mongod.
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { answers, connect, freshAddress, openTestMachine } from './open.ts';

const withMongod = async () => {
  const opened = await openTestMachine();
  await opened.snap('install', 'charmed-mongodb');
  await opened.configure();
  await opened.snap('start', '--enable', 'charmed-mongodb.mongod');
  await connect(opened.machine.address);
  return opened;
};

test('a frozen mongod says nothing and is still there; thawed it answers', async () => {
  const { machine, mongodPid } = await withMongod();
  const pid = mongodPid();
  await machine.fault({ kind: 'freeze', service: 'charmed-mongodb.mongod' });
  expect(await answers(machine.address)).toBe(false);
  expect(mongodPid()).toBe(pid);
  await expect(machine.fault({ kind: 'freeze', service: 'charmed-mongodb.mongod' })).rejects.toThrow('it is frozen already');
  await machine.fault({ kind: 'thaw', service: 'charmed-mongodb.mongod' });
  expect(await answers(machine.address)).toBe(true);
  await expect(machine.fault({ kind: 'thaw', service: 'charmed-mongodb.mongod' })).rejects.toThrow('it is not frozen');
});

test('a frozen mongod can be stopped', async () => {
  const { machine, snap, mongodPid } = await withMongod();
  await machine.fault({ kind: 'freeze', service: 'mongod' });
  expect(await snap('stop', 'charmed-mongodb.mongod')).toMatchObject({ code: 0 });
  expect(mongodPid()).toBe(undefined);
});

test('a cut network silences what runs and what is started, until it is restored', async () => {
  const { machine, snap } = await withMongod();
  await expect(machine.fault({ kind: 'restore-network' })).rejects.toThrow('it is not cut');
  await machine.fault({ kind: 'cut-network' });
  expect(await answers(machine.address)).toBe(false);
  await expect(machine.fault({ kind: 'cut-network' })).rejects.toThrow('it is cut already');
  await expect(machine.fault({ kind: 'thaw', service: 'mongod' })).rejects.toThrow("the machine's network is cut");
  await snap('restart', 'charmed-mongodb.mongod');
  expect(await answers(machine.address)).toBe(false);
  await machine.fault({ kind: 'restore-network' });
  await connect(machine.address);
});

test('a lost disk leaves an empty data folder and a mongod without data', async () => {
  const { machine, root } = await withMongod();
  const client = await connect(machine.address);
  await client.db('d').collection('c').insertOne({ lost: 'soon' });
  expect(await machine.fault({ kind: 'lose-disk' })).toMatch(/removed \d+ entries/);
  expect(await (await connect(machine.address)).db('d').collection('c').countDocuments()).toBe(0);
  expect(await readdir(join(root, 'var/snap/charmed-mongodb/common/var/lib/mongodb'))).toContain('WiredTiger');
});

test('a disk that is not on the machine is not emptied, and nothing is stopped for it', async () => {
  const { machine, snap, configure, root, mongodPid } = await openTestMachine();
  await snap('install', 'charmed-mongodb');
  await configure();
  await snap('start', 'charmed-mongodb.mongod');
  const pid = mongodPid();
  await writeFile(join(root, 'var/snap/charmed-mongodb/current/etc/mongod/mongod.conf'), 'storage.dbPath: /tmp/elsewhere\n');
  await expect(machine.fault({ kind: 'lose-disk' })).rejects.toThrow('cannot lose the disk: /tmp/elsewhere is not on this machine');
  expect(mongodPid()).toBe(pid);
});

test('a machine that moves answers on its new address only', async () => {
  const { machine, mongodPid } = await withMongod();
  const before = machine.address;
  const pid = mongodPid();
  const after = freshAddress();
  await machine.fault({ kind: 'change-address', address: after });
  expect(machine.address).toBe(after);
  await connect(after);
  expect(await answers(before)).toBe(false);
  expect(mongodPid()).not.toBe(pid);
  await expect(machine.fault({ kind: 'change-address', address: after })).rejects.toThrow('already');
  await expect(machine.fault({ kind: 'change-address', address: '10.0.0.1' })).rejects.toThrow('not of the form 127.x.y.z');
});

test('nothing is done to what is not there', async () => {
  const { machine } = await openTestMachine();
  for (const kind of ['kill', 'freeze', 'thaw'] as const) {
    await expect(machine.fault({ kind, service: 'charmed-mongodb.mongod' })).rejects.toThrow('does not run');
    await expect(machine.fault({ kind, service: 'postgres' })).rejects.toThrow('there is no service postgres');
  }
  await expect(machine.fault({ kind: 'lose-disk' })).rejects.toThrow('charmed-mongodb is not installed');
});

test('SIGTERM as a fault ends mongod in order, and it comes back', async () => {
  const { machine, mongodPid, log } = await withMongod();
  const pid = mongodPid();
  await machine.fault({ kind: 'kill', service: 'charmed-mongodb.mongod', signal: 'SIGTERM' });
  await until('another mongod', () => mongodPid() !== undefined && mongodPid() !== pid);
  expect(log).toContain('WARNING charmed-mongodb.mongod ended (exit code 0)');
});
