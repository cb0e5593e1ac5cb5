// A real mongod, from the installation to its end, as the effects of a plan bring it there.
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readFiles, readService } from '../../../src/host/host.ts';
import { until } from '../../support/until.ts';
import { configFor, hello, KEY_FILE, modeOf, openTestHost, started } from './open.ts';

test('a machine from nothing to a mongod that tells its configuration', async () => {
  const opened = await openTestHost();
  const { host } = opened;
  expect(await readFiles(host)).toEqual({ logBytes: 0, router: { logBytes: 0 } });

  await opened.done({ do: 'install-snap', revision: '123' });
  const installed = await readFiles(host);
  expect(installed).toMatchObject({ snap: { revision: '123' } });
  expect(await readService(host)).toEqual({
    service: 'inactive',
    build: { version: expect.stringMatching(/^\d+\.\d+\.\d+/), percona: false },
    freeBytes: expect.any(Number),
  });
  expect((await opened.snap('list')).stdout).toMatch(/6\/edge .* held/);
  await opened.done({ do: 'install-snap', revision: '123' }); // twice is as good as once

  const config = configFor(opened);
  await opened.done({ do: 'write-files', config: config.text, keyFile: KEY_FILE });
  expect(await readFiles(host)).toMatchObject({ config: config.text, keyFile: KEY_FILE });
  expect(opened.mongodPid()).toBeUndefined();

  await opened.done({ do: 'start-mongod' });
  expect(await hello(opened)).toMatchObject({ automationServiceDescriptor: `charm-${config.hash}` });
  expect(await readFiles(host)).toMatchObject({ logBytes: expect.toSatisfy((bytes: number) => bytes > 1000) });
  expect((await readService(host)).service).toBe('active');
});

test('options of the operator reach mongod, also under a name that YAML takes for another kind of value', async () => {
  const opened = await openTestHost();
  const options = {
    'cache-size-mb': 300,
    'oplog-size-mb': 990,
    'slow-operation-threshold-ms': 7,
    'log-verbosity': 1,
    'max-connections': 150,
  };
  const config = configFor(opened, options, 'null');
  await opened.done(
    { do: 'install-snap', revision: '123' },
    { do: 'write-files', config: config.text, keyFile: KEY_FILE },
    { do: 'start-mongod' },
  );
  await hello(opened);
  const log = await readFile(opened.host.paths.log, 'utf8');
  const shown = log.split('\n').find(line => line.includes('Options set by command line'));
  expect(JSON.parse(shown ?? '{}').attr.options).toMatchObject({
    net: { maxIncomingConnections: 150 },
    operationProfiling: { slowOpThresholdMs: 7 },
    replication: { oplogSizeMB: 990, replSetName: 'null' },
    storage: { wiredTiger: { engineConfig: { cacheSizeGB: 300 / 1024 } } },
    systemLog: { verbosity: 1 },
  });
});

test('what mongod needs is its own, and closed to others', async () => {
  const opened = await openTestHost();
  await started(opened);
  const { paths } = opened.host;
  expect([await modeOf(paths.keyFile), await modeOf(paths.config), await modeOf(paths.socket)]).toEqual([0o400, 0o640, 0o700]);
  const { uid, gid } = await stat(paths.data);
  for (const path of [paths.keyFile, paths.config, paths.logs, paths.settings]) expect(await stat(path)).toMatchObject({ uid, gid });
  for (const folder of [paths.data, paths.logs]) {
    const made = await readdir(folder);
    expect(made).not.toEqual([]);
    for (const name of made) expect([name, (await modeOf(`${folder}/${name}`)) & 0o007]).toEqual([name, 0]);
  }
  expect((await readdir(dirname(paths.keyFile))).sort()).toEqual(['keyFile', 'mongod.conf']);
});

test('it restarts when that is asked, and only then', async () => {
  const opened = await openTestHost();
  const first = await started(opened);
  const pid = opened.mongodPid();
  const next = configFor(opened, { 'max-connections': 200 });
  await opened.done({ do: 'write-files', config: next.text }, { do: 'start-mongod' });
  expect(opened.mongodPid()).toBe(pid);
  expect(await hello(opened)).toMatchObject({ automationServiceDescriptor: `charm-${first.hash}` });
  expect(await readFiles(opened.host)).toMatchObject({ config: next.text, keyFile: KEY_FILE });

  await opened.done({ do: 'restart-mongod' });
  expect(await hello(opened)).toMatchObject({ automationServiceDescriptor: `charm-${next.hash}` });
  expect(opened.mongodPid()).not.toBe(pid);
});

test('stopped, it stays stopped; both as often as one likes', async () => {
  const opened = await openTestHost();
  await opened.done({ do: 'stop-mongod' }); // there is none yet
  await started(opened);
  const enabled = () => opened.machine.services().find(({ name }) => name === 'charmed-mongodb.mongod');
  expect(enabled()).toMatchObject({ enabled: true, active: true });
  await opened.done({ do: 'stop-mongod' }, { do: 'stop-mongod' });
  expect(enabled()).toMatchObject({ enabled: false, active: false });
  expect((await readService(opened.host)).service).toBe('inactive');
  await opened.done({ do: 'start-mongod' });
  await hello(opened);
});

test('a hook that was killed before it could hold the revision is made up for', async () => {
  const opened = await openTestHost();
  await opened.snap('install', 'charmed-mongodb', '--channel=6/edge', '--revision=123');
  expect((await opened.snap('list')).stdout).not.toContain('held');
  await opened.done({ do: 'write-files', config: configFor(opened).text, keyFile: KEY_FILE }, { do: 'start-mongod' });
  expect((await opened.snap('list')).stdout).toContain('held');
});

test('an installation that fails is an error, so that Juju tries again; other failures are told', async () => {
  const opened = await openTestHost();
  const { MONGOD } = process.env;
  process.env.MONGOD = '/nowhere/mongod';
  onTestFinished(() => {
    if (MONGOD === undefined) delete process.env.MONGOD;
    else process.env.MONGOD = MONGOD;
  });
  await expect(opened.apply({ do: 'install-snap', revision: '123' })).rejects.toThrow(
    /^cannot run snap install .*cannot install "charmed-mongodb"/,
  );
  const unprepared = { ok: false, reason: 'cannot prepare mongod: the snap is not installed' };
  expect(await opened.apply({ do: 'start-mongod' })).toEqual(unprepared);
  expect(await opened.apply({ do: 'write-files', keyFile: KEY_FILE })).toEqual(unprepared);
  expect(await readFiles(opened.host)).toEqual({ logBytes: 0, router: { logBytes: 0 } });
});

test('the log begins anew, and the ten youngest of the old are kept', async () => {
  const opened = await openTestHost();
  await started(opened);
  const { logs, log } = opened.host.paths;
  const olds = ['mongodb.log', 'audit.log'].flatMap(kind => Array.from({ length: 11 }, (_, n) => `${kind}.2024-01-${10 + n}T00-00-00`));
  for (const name of olds) await writeFile(`${logs}/${name}`, 'old\n');
  const before = await stat(log);
  await opened.done({ do: 'rotate-log', of: 'mongod' });
  const names = (await readdir(logs)).sort();
  expect((await until('a new log', () => stat(log).catch(() => undefined))).ino).not.toBe(before.ino);
  const kept = names.filter(name => name.startsWith('mongodb.log.'));
  expect(kept).toHaveLength(10);
  expect(kept.slice(0, 9)).toEqual(Array.from({ length: 9 }, (_, n) => `mongodb.log.2024-01-${12 + n}T00-00-00`));
  expect((await stat(`${logs}/${kept[9]}`)).ino).toBe(before.ino); // the one that was just put away
  expect(names.filter(name => name.startsWith('audit.log.'))).toEqual(olds.slice(-10));
  for (const name of names) expect(await modeOf(`${logs}/${name}`)).toBe(name === 'mongodb.log' || name === kept[9] ? 0o640 : 0o644);
  expect(opened.mongodPid()).toBeDefined();
});
