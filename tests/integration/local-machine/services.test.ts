// The services of a machine with a real mongod: started, stopped, restarted when they die, found again by another background process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { answers, connect, freshAddress, openTestMachine } from './open.ts';

const isRunning = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

test('mongod starts with the configuration file, on the address of the machine, and stops', async () => {
  const { machine, snap, configure, root, mongodPid } = await openTestMachine();
  expect(await snap('install', 'charmed-mongodb', '--channel=6/edge')).toMatchObject({ code: 0, stderr: '' });
  await configure('setParameter: {ttlMonitorSleepSecs: 7}');
  const before = await readFile(join(root, 'var/snap/charmed-mongodb/current/etc/mongod/mongod.conf'), 'utf8');

  expect(await snap('start', '--enable', 'charmed-mongodb.mongod')).toEqual({ code: 0, stdout: 'Started.\n', stderr: '' });
  const client = await connect(machine.address);
  const options = await client.db('admin').command({ getCmdLineOpts: 1 });
  expect(options.parsed.net).toEqual({ bindIp: machine.address, port: 27017, unixDomainSocket: { pathPrefix: join(root, 'tmp') } });
  expect(options.parsed.storage.wiredTiger.engineConfig).toEqual({ cacheSizeGB: 0.25, configString: 'log=(file_max=8MB)' });
  // The charm's own parameter and those of the machine stand side by side.
  expect(options.parsed.setParameter).toEqual({
    diagnosticDataCollectionEnabled: 'false',
    shutdownTimeoutMillisForSignaledShutdown: '100',
    ttlMonitorSleepSecs: '7',
  });
  expect(await readFile(join(root, 'var/snap/charmed-mongodb/current/etc/mongod/mongod.conf'), 'utf8')).toBe(before);
  expect(machine.services()[0]).toMatchObject({ name: 'charmed-mongodb.mongod', enabled: true, active: true, pid: mongodPid() });
  const pid = mongodPid()!;

  expect(await snap('stop', '--disable', 'charmed-mongodb.mongod')).toEqual({ code: 0, stdout: 'Stopped.\n', stderr: '' });
  expect(isRunning(pid)).toBe(false);
  expect(machine.services()[0]).toEqual({ name: 'charmed-mongodb.mongod', enabled: false, active: false });
});

test('what the charm sets itself is not set by the machine', async () => {
  const { machine, snap, configure, root } = await openTestMachine();
  await snap('install', 'charmed-mongodb');
  await configure('storage.wiredTiger.engineConfig.cacheSizeGB: 0.3\nsetParameter: {diagnosticDataCollectionEnabled: true}');
  await writeFile(
    join(root, 'etc/environment'),
    'PATH=/usr/bin\nMONGOD_ARGS="--bind_ip_all --setParameter shutdownTimeoutMillisForSignaledShutdown=300 --oplogSize=990"\n',
  );
  await snap('start', 'charmed-mongodb.mongod');
  const { parsed } = await (await connect(machine.address)).db('admin').command({ getCmdLineOpts: 1 });
  expect(parsed.storage.wiredTiger.engineConfig.cacheSizeGB).toBe(0.3);
  expect(parsed.setParameter).toEqual({ diagnosticDataCollectionEnabled: 'true', shutdownTimeoutMillisForSignaledShutdown: '300' });
  expect(parsed.replication).toEqual({ oplogSizeMB: 990 });
  expect(parsed.net.bindIp).toBe(machine.address);
});

test('a mongod that is killed comes up again with its data; one that is stopped does not', async () => {
  const { machine, snap, configure, mongodPid, log, changes } = await openTestMachine();
  await snap('install', 'charmed-mongodb');
  await configure();
  await snap('start', 'charmed-mongodb.mongod');
  const first = mongodPid()!;
  await (await connect(machine.address))
    .db('d')
    .collection('c')
    .insertOne({ kept: true }, { writeConcern: { j: true } });
  const before = changes();

  await expect(machine.fault({ kind: 'kill', service: 'charmed-mongodb.mongod' })).resolves.toMatch(/sent SIGKILL/);
  const second = await until('another mongod', () => (mongodPid() !== first ? mongodPid() : undefined));
  expect(await (await connect(machine.address)).db('d').collection('c').countDocuments()).toBe(1);
  expect(log).toContain('WARNING charmed-mongodb.mongod ended (killed by SIGKILL)');
  expect(changes()).toBeGreaterThanOrEqual(before + 2);

  await snap('stop', 'charmed-mongodb.mongod');
  expect(isRunning(second)).toBe(false);
  await expect(machine.fault({ kind: 'kill', service: 'mongod' })).rejects.toThrow('mongod does not run');
});

test('a mongod that cannot start is tried again with growing patience, and `snap restart` tries at once', async () => {
  const { machine, snap, configure, log } = await openTestMachine();
  await snap('install', 'charmed-mongodb');
  await configure('nonsense: true');
  expect(await snap('start', 'charmed-mongodb.mongod')).toMatchObject({ code: 0 });
  const deaths = () => log.filter(line => line.includes('ended (exit code 2)')).length;
  await until('two attempts', () => deaths() >= 2);
  expect((await snap('logs', 'charmed-mongodb.mongod', '-n', '50')).stdout).toContain('Unrecognized option: nonsense');
  await configure();
  await snap('restart', 'charmed-mongodb.mongod');
  await connect(machine.address);
});

test('after the background process was killed, another one finds the running mongod and goes on watching it', async () => {
  const address = freshAddress();
  const { root, machine, snap, configure, mongodPid } = await openTestMachine({ address });
  await snap('install', 'charmed-mongodb');
  await configure();
  // Another process opens the same machine, starts mongod and is killed with no chance to say goodbye.
  const script = `
    import { openMachine } from ${JSON.stringify(join(import.meta.dirname, '../../../tools/local-machine/machine.ts'))};
    const machine = await openMachine({ root: ${JSON.stringify(root)}, address: '${address}', shim: { host: '127.0.0.1', port: 1, token: 't' },
      log() {}, changed() {} });
    await machine.command('snap', ['start', '--enable', 'charmed-mongodb.mongod'], '/');
    console.log(machine.services()[0].pid);
    setInterval(() => {}, 1000);`;
  const other = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await Promise.race([once(other.stdout, 'data'), once(other, 'exit').then(() => ['it ended by itself'])]);
  if (other.exitCode === null) {
    other.kill('SIGKILL');
    await once(other, 'exit');
  }
  const pid = Number(String(line).trim());
  expect(isRunning(pid)).toBe(true);

  const again = await openTestMachine({ root, address });
  expect(again.mongodPid()).toBe(undefined);
  await again.machine.recover();
  expect(again.mongodPid()).toBe(pid);
  await connect(address);

  // It is no child of this process, and is restarted all the same.
  process.kill(pid, 'SIGKILL');
  const next = await until('another mongod', () => (again.mongodPid() !== pid ? again.mongodPid() : undefined));
  await connect(address);
  expect(await again.machine.fault({ kind: 'freeze', service: 'mongod' })).toMatch(/froze/);
  await again.machine.shutdown();
  expect(isRunning(next)).toBe(false);
  expect(mongodPid()).toBe(undefined);
  await machine.shutdown();
});

test('recovering starts what should run and does not, and ends what should not run and does', async () => {
  const address = freshAddress();
  const first = await openTestMachine({ address });
  await first.snap('install', 'charmed-mongodb');
  await first.configure();
  await first.snap('start', 'charmed-mongodb.mongod');
  const pid = first.mongodPid()!;
  // As if the background process and mongod had both ended with the computer.
  const statePath = join(first.root, '.machine/state.json');
  const state = await readFile(statePath, 'utf8');
  await first.machine.shutdown();
  expect(isRunning(pid)).toBe(false);
  await writeFile(statePath, state);

  const second = await openTestMachine({ root: first.root, address });
  await second.machine.recover();
  expect(second.mongodPid()).toBeGreaterThan(0);
  await connect(address);

  // Not wanted any more, says the state; the process does not know.
  const stray = second.mongodPid()!;
  await writeFile(statePath, state.replaceAll('"active": true', '"active": false'));
  const third = await openTestMachine({ root: first.root, address });
  await third.machine.recover();
  await until('the end of the stray mongod', () => !isRunning(stray));
  expect(third.mongodPid()).toBe(undefined);
  expect(await third.snap('start', 'charmed-mongodb.mongod')).toMatchObject({ code: 0 });
  await second.machine.shutdown();
});

test('several machines run side by side on the same port', async () => {
  const machines = await Promise.all([openTestMachine(), openTestMachine(), openTestMachine()]);
  await Promise.all(machines.map(({ snap }) => snap('install', 'charmed-mongodb')));
  await Promise.all(machines.map(({ snap }) => snap('start', 'charmed-mongodb')));
  // The snap's other services cannot be had, so nothing of it was started.
  expect(machines.every(({ mongodPid }) => mongodPid() === undefined)).toBe(true);
  await Promise.all(machines.map(({ snap }) => snap('start', 'charmed-mongodb.mongod')));
  const clients = await Promise.all(machines.map(({ machine }) => connect(machine.address)));
  await clients[0]!.db('d').collection('c').insertOne({ of: 'the first' });
  expect(await clients[1]!.db('d').collection('c').countDocuments()).toBe(0);
  await machines[0]!.machine.shutdown();
  expect(await answers(machines[0]!.machine.address)).toBe(false);
  expect(await answers(machines[1]!.machine.address)).toBe(true);
});
