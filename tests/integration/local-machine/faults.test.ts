// Faults that tests inflict on a machine, seen from a client of its mongod.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
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

const hasLimits = spawnSync('prlimit', ['--version']).status === 0;

/** mongod ends; with room again it comes back, and what a client was told to be written is there. */
const fillAndFree = async ({ machine, log }: Awaited<ReturnType<typeof withMongod>>, said: RegExp): Promise<void> => {
  const kept = { writeConcern: { w: 1, j: true } } as const;
  const client = await connect(machine.address);
  await client.db('d').collection('c').insertOne({ kept: 'surely' }, kept);
  expect(await machine.fault({ kind: 'fill-disk' })).toMatch(said);
  const payload = 'x'.repeat(1_000_000);
  await until('mongod to end', async () => {
    await client
      .db('d')
      .collection('c')
      .insertOne({ payload }, kept)
      .catch(() => undefined);
    return log.some(line => line.includes('charmed-mongodb.mongod ended'));
  });
  await machine.fault({ kind: 'free-disk' });
  const again = await connect(machine.address);
  expect(await again.db('d').collection('c').countDocuments({ kept: 'surely' })).toBe(1);
  await again.db('d').collection('c').insertOne({ payload }, kept);
  await expect(machine.fault({ kind: 'free-disk' })).rejects.toThrow('it is not full');
};

test.skipIf(!hasLimits)('a storage on the disk of the computer is full as far as its services can see (needs prlimit)', async () => {
  const opened = await withMongod();
  await fillAndFree(opened, /may write to no file any more/);
});

test.skipIf(process.getuid?.() !== 0)('a storage with a file system of its own is filled (needs root, to mount one)', async () => {
  const opened = await openTestMachine();
  const common = join(opened.root, 'var/snap/charmed-mongodb/common');
  await mkdir(common, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=100m', 'test', common]);
  onTestFinished(() => void execFileSync('umount', ['--lazy', common]));
  await opened.snap('install', 'charmed-mongodb');
  await opened.configure();
  await opened.snap('start', '--enable', 'charmed-mongodb.mongod');
  await connect(opened.machine.address);
  await fillAndFree(opened, /filled the file system of the storage with \d+ MiB/);
});

test('a reboot ends what runs, and starts what is enabled', async () => {
  const { machine, snap, mongodPid } = await withMongod();
  const pid = mongodPid();
  expect(await machine.fault({ kind: 'reboot' })).toBe('rebooted; 1 service(s) started');
  await connect(machine.address);
  expect(mongodPid()).not.toBe(pid);
  await snap('stop', '--disable', 'charmed-mongodb.mongod');
  await snap('start', 'charmed-mongodb.mongod');
  expect(await machine.fault({ kind: 'reboot' })).toBe('rebooted; 0 service(s) started');
  expect(mongodPid()).toBe(undefined);
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
  await expect(machine.fault({ kind: 'change-address', address: '10.0.0.1' })).rejects.toThrow('not of the form 127.x.y.z, nor ::1');
});

test('nothing is done to what is not there', async () => {
  const { machine } = await openTestMachine();
  for (const kind of ['kill', 'freeze', 'thaw'] as const) {
    await expect(machine.fault({ kind, service: 'charmed-mongodb.mongod' })).rejects.toThrow('does not run');
    await expect(machine.fault({ kind, service: 'postgres' })).rejects.toThrow('there is no service postgres');
  }
  await expect(machine.fault({ kind: 'lose-disk' })).rejects.toThrow('charmed-mongodb is not installed');
  await expect(machine.fault({ kind: 'fill-disk' })).rejects.toThrow('charmed-mongodb is not installed');
  await expect(machine.fault({ kind: 'free-disk' })).rejects.toThrow('it is not full');
});

test('SIGTERM as a fault ends mongod in order, and it comes back', async () => {
  const { machine, mongodPid, log } = await withMongod();
  const pid = mongodPid();
  await machine.fault({ kind: 'kill', service: 'charmed-mongodb.mongod', signal: 'SIGTERM' });
  await until('another mongod', () => mongodPid() !== undefined && mongodPid() !== pid);
  expect(log).toContain('WARNING charmed-mongodb.mongod ended (exit code 0)');
});
