// The machine's `snap`, called by its name through the shim: texts and exit codes as snapd has them, and what is then on disk.
import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { findMarked } from '../../../tools/local-machine/processes.ts';
import { until } from '../../support/until.ts';
import { connect, openTestMachine } from './open.ts';

const ok = (stdout: string, stderr = '') => ({ code: 0, stdout, stderr });
const refused = (message: string) => ({ code: 1, stdout: '', stderr: `error: ${message}\n` });
const named = 'from Canonical Data Platform (dataplatformbot)';

test('installing lays out the snap, and a second time says so with exit code 0', async () => {
  const { snap, root } = await openTestMachine();
  expect(await snap('install', 'mongodb-of-mine')).toEqual(refused('snap "mongodb-of-mine" not found'));
  expect(await snap('list')).toEqual(ok('', "No snaps are installed yet. Try 'snap install hello-world'.\n"));
  expect(await snap('list', 'charmed-mongodb')).toEqual(refused('no matching snaps installed'));
  const installed = await snap('install', 'charmed-mongodb', '--channel=6/edge', '--revision', '117');
  expect(installed).toMatchObject({ code: 0, stderr: '' });
  expect(installed.stdout).toMatch(
    /^charmed-mongodb \(6\/edge\) \d+\.\d+\.\d+ from Canonical Data Platform \(dataplatformbot\) installed\n$/,
  );
  expect(await snap('install', 'charmed-mongodb', '--channel=6/beta')).toEqual(
    ok('', 'snap "charmed-mongodb" is already installed, see \'snap help refresh\'\n'),
  );
  const listed = (await snap('list')).stdout.split('\n');
  expect(listed[0]).toMatch(/^Name {13}Version {2}Rev {2}Tracking {2}Publisher {8}Notes$/);
  expect(listed[1]).toMatch(/^charmed-mongodb {2}\S+ +117 {2}6\/edge {4}dataplatformbot {2}-$/);

  const data = join(root, 'var/snap/charmed-mongodb');
  expect(await readlink(join(data, 'current'))).toBe('117');
  expect((await stat(join(data, 'current/etc/mongod/mongod.conf'))).isFile()).toBe(true);
  expect((await stat(join(data, 'common/var/lib/mongodb'))).isDirectory()).toBe(true);
  expect((await stat(join(data, 'common/var/log/mongodb'))).isDirectory()).toBe(true);
  const version = await snap('run', 'charmed-mongodb.mongod', '--version');
  expect(version.stdout).toMatch(/^db version v\d/);
  expect((await lstat(join(root, 'snap/charmed-mongodb/current/usr/bin/mongod'))).isSymbolicLink()).toBe(true);
});

test('a snap that was just installed runs nothing, and starts with the configuration it came with', async () => {
  const { snap, machine } = await openTestMachine();
  expect(await snap('services')).toEqual(ok('', 'There are no services provided by installed snaps.\n'));
  expect(await snap('start', 'charmed-mongodb.mongod')).toEqual(refused('snap "charmed-mongodb" not found'));
  await snap('install', 'charmed-mongodb');
  expect((await snap('services', 'charmed-mongodb')).stdout).toBe(
    [
      'Service                           Startup   Current   Notes',
      'charmed-mongodb.mongod            disabled  inactive  -',
      'charmed-mongodb.mongodb-exporter  disabled  inactive  -',
      'charmed-mongodb.mongos            disabled  inactive  -',
      'charmed-mongodb.pbm-agent         disabled  inactive  -',
      '',
    ].join('\n'),
  );
  await snap('start', '--enable', 'charmed-mongodb.mongod');
  await connect(machine.address);
  expect((await snap('services', 'charmed-mongodb.mongod')).stdout).toBe(
    'Service                 Startup  Current  Notes\ncharmed-mongodb.mongod  enabled  active   -\n',
  );
  expect(await snap('restart', 'charmed-mongodb.postgres')).toEqual(refused('snap "charmed-mongodb" has no service "postgres"'));
  expect((await snap('start', 'charmed-mongodb.pbm-agent')).stderr).toContain(
    'Run service command "start" for services ["pbm-agent"] of snap "charmed-mongodb" (the local machine has no pbm-agent',
  );
});

test('what the computer has in PATH besides mongod is run with the words and variables of the snap', async () => {
  const { snap, machine, root } = await openTestMachine();
  const programs = join(root, 'programs');
  await mkdir(programs);
  const note = (name: string) =>
    `#!/bin/bash\necho "$* | $PBM_MONGODB_URI | $MONGODB_URI" > ${root}/${name}.new; mv ${root}/${name}{.new,.words}; sleep 1000\n`;
  for (const name of ['pbm-agent', 'mongodb_exporter']) await writeFile(join(programs, name), note(name), { mode: 0o755 });
  await writeFile(
    join(programs, 'mongos'),
    `#!/bin/bash\n[ "$1" = --version ] && { echo "mongos version v6.0.5"; exit; }\n${note('mongos')}`,
    { mode: 0o755 },
  );
  vi.stubEnv('PATH', `${programs}:${process.env.PATH}`);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  await snap('install', 'charmed-mongodb');
  await snap('set', 'charmed-mongodb', 'pbm-uri=mongodb://pbm', 'monitor-uri=mongodb://monitor');
  await writeFile(join(root, 'etc/environment'), 'MONGOS_ARGS="--configdb app/localhost:27017 --bind_ip_all --port 27018"\n');
  expect(await snap('start', '--enable', 'charmed-mongodb')).toEqual(ok('Started.\n'));
  const words = (name: string) => until(`the words of ${name}`, () => readFile(join(root, `${name}.words`), 'utf8').catch(() => undefined));
  expect(await words('pbm-agent')).toBe(' | mongodb://pbm | \n');
  expect(await words('mongodb_exporter')).toBe(
    `--collector.diagnosticdata --compatible-mode --web.listen-address=${machine.address}:9216 |  | mongodb://monitor\n`,
  );
  expect(await words('mongos')).toBe(
    `--configdb app/localhost:27017 --port 27018 --bind_ip ${machine.address} --unixSocketPrefix ${root}/tmp |  | \n`,
  );
  expect(machine.services().map(({ active, enabled }) => active && enabled)).toEqual([true, true, true, true]);
  expect(await snap('stop', 'charmed-mongodb')).toEqual(ok('Stopped.\n'));
  expect(machine.services().some(({ active }) => active)).toBe(false);
});

test('refreshing copies the data of the old revision and leaves what ran running', async () => {
  const { snap, root, machine, mongodPid } = await openTestMachine();
  expect(await snap('refresh', 'charmed-mongodb')).toEqual(ok('', 'snap "charmed-mongodb" is not installed\n'));
  await snap('install', 'charmed-mongodb', '--channel', '6/stable');
  const data = join(root, 'var/snap/charmed-mongodb');
  await writeFile(join(data, 'current/etc/mongod/keyFile'), 'a key', { mode: 0o400 });
  expect(await snap('refresh', 'charmed-mongodb')).toEqual(ok('', 'snap "charmed-mongodb" has no updates available\n'));
  await snap('start', '--enable', 'charmed-mongodb.mongod');
  await (await connect(machine.address)).db('d').collection('c').insertOne({ kept: true });
  const before = mongodPid();

  const refreshed = await snap('refresh', 'charmed-mongodb', '--channel=6/edge');
  expect(refreshed).toMatchObject({ code: 0, stderr: '' });
  expect(refreshed.stdout).toContain(`${named} refreshed`);
  expect(await readlink(join(data, 'current'))).toBe('123');
  const key = join(data, '123/etc/mongod/keyFile');
  expect(await readFile(key, 'utf8')).toBe('a key');
  expect((await stat(key)).mode & 0o777).toBe(0o400);
  expect(existsSync(join(data, '120/etc/mongod/keyFile'))).toBe(true);
  expect(await (await connect(machine.address)).db('d').collection('c').countDocuments()).toBe(1);
  expect(mongodPid()).not.toBe(before);

  await snap('refresh', 'charmed-mongodb', '--revision=124');
  expect((await snap('list', '--all')).stdout.match(/\b(123|124)\b/g)).toEqual(['123', '124']);
  // Only one earlier revision is kept.
  expect((await readdir(data)).sort()).toEqual(['123', '124', 'common', 'current']);
});

test('a channel that does not exist is refused with those that do', async () => {
  const { snap } = await openTestMachine();
  const { code, stderr } = await snap('install', 'charmed-mongodb', '--channel=9/edge');
  expect(code).toBe(1);
  expect(stderr).toContain('error: snap "charmed-mongodb" is not available on 9/edge but is available to install on the following');
  expect(stderr).toContain('snap install --channel=6/edge charmed-mongodb');
  expect(await snap('install', 'charmed-mongodb', '--revision=six')).toEqual(refused('invalid snap revision: "six"'));
  expect((await snap('install', 'charmed-mongodb', '--edge')).stdout).toContain('charmed-mongodb (6/edge)');
});

test('refreshes can be held and released', async () => {
  const { snap } = await openTestMachine();
  expect(await snap('refresh', '--hold', 'charmed-mongodb')).toEqual(refused('snap "charmed-mongodb" is not installed'));
  await snap('install', 'charmed-mongodb');
  expect(await snap('refresh', '--hold', 'charmed-mongodb')).toEqual(ok('General refreshes of "charmed-mongodb" held indefinitely\n'));
  expect((await snap('list')).stdout).toMatch(/held\n$/);
  expect((await snap('refresh', '--hold=48h', 'charmed-mongodb')).stdout).toMatch(/^General refreshes of "charmed-mongodb" held until 20/);
  expect((await snap('refresh', '--hold=soon', 'charmed-mongodb')).stderr).toContain(
    'hold value must be a number of hours, minutes or seconds',
  );
  expect(await snap('refresh', '--unhold', 'charmed-mongodb')).toEqual(ok('Removed general refresh hold of "charmed-mongodb"\n'));
  expect((await snap('list')).stdout).toMatch(/-\n$/);
});

test('removing stops what runs and takes everything away; what is not there is no error', async () => {
  const { snap, root, mongodPid } = await openTestMachine();
  expect(await snap('remove', '--purge', 'charmed-mongodb')).toEqual(ok('', 'snap "charmed-mongodb" is not installed\n'));
  await snap('install', 'charmed-mongodb');
  await snap('set', 'charmed-mongodb', 'pbm-uri=mongodb://u:p@h');
  await snap('start', '--enable', 'charmed-mongodb.mongod');
  expect(await snap('remove', 'charmed-mongodb', '--purge')).toEqual(ok('charmed-mongodb removed\n'));
  expect(mongodPid()).toBe(undefined);
  expect(await readdir(join(root, 'var/snap'))).toEqual([]);
  expect(await readdir(join(root, 'snap'))).toEqual([]);
  await snap('install', 'charmed-mongodb');
  expect(await snap('get', 'charmed-mongodb')).toEqual(refused('snap "charmed-mongodb" has no configuration'));
});

test('a storage that is mounted below the snap survives its removal', async () => {
  const { snap, root } = await openTestMachine();
  const storage = join(root, 'storage-0');
  await mkdir(storage);
  await mkdir(join(root, 'var/snap/charmed-mongodb'), { recursive: true });
  await symlink(storage, join(root, 'var/snap/charmed-mongodb/common'));
  await snap('install', 'charmed-mongodb');
  await writeFile(join(storage, 'var/lib/mongodb/precious'), 'data');
  expect(await snap('remove', 'charmed-mongodb', '--purge')).toEqual(ok('charmed-mongodb removed\n'));
  expect(await readFile(join(storage, 'var/lib/mongodb/precious'), 'utf8')).toBe('data');
  expect(await readdir(join(root, 'var/snap/charmed-mongodb'))).toEqual(['common']);
  await rm(storage, { recursive: true });
});

test('settings are kept, read and taken away', async () => {
  const { snap } = await openTestMachine();
  expect(await snap('set', 'charmed-mongodb', 'a=1')).toEqual(refused('snap "charmed-mongodb" is not installed'));
  await snap('install', 'charmed-mongodb');
  expect(await snap('set', 'charmed-mongodb', 'monitor-uri=mongodb://m:pa=ss@127.0.0.1/?a=b', 'limits.size=3', 'limits.on=true')).toEqual(
    ok(''),
  );
  expect(await snap('get', 'charmed-mongodb', 'monitor-uri')).toEqual(ok('mongodb://m:pa=ss@127.0.0.1/?a=b\n'));
  expect(await snap('get', 'charmed-mongodb', 'limits.size')).toEqual(ok('3\n'));
  expect(JSON.parse((await snap('get', '-d', 'charmed-mongodb')).stdout)).toEqual({
    'monitor-uri': 'mongodb://m:pa=ss@127.0.0.1/?a=b',
    limits: { on: true, size: 3 },
  });
  expect((await snap('get', 'charmed-mongodb')).stdout).toBe(
    'Key          Value\nlimits       {...}\nmonitor-uri  mongodb://m:pa=ss@127.0.0.1/?a=b\n',
  );
  expect(await snap('get', 'charmed-mongodb', 'limits')).toEqual(ok('Key          Value\nlimits.on    true\nlimits.size  3\n'));
  expect(await snap('get', 'charmed-mongodb', 'pbm-uri')).toEqual(refused('snap "charmed-mongodb" has no "pbm-uri" configuration option'));
  await snap('unset', 'charmed-mongodb', 'limits.on');
  await snap('set', 'charmed-mongodb', 'monitor-uri!');
  expect(await snap('get', '-d', 'charmed-mongodb')).toEqual(ok('{\n\t"limits": {\n\t\t"size": 3\n\t}\n}\n'));
  expect(await snap('set', 'charmed-mongodb', 'novalue')).toEqual(refused('invalid configuration: "novalue" (want key=value)'));
});

test('words that mean nothing are refused', async () => {
  const { snap } = await openTestMachine();
  expect(await snap('frobnicate')).toEqual(refused('unknown command "frobnicate", see \'snap help\''));
  expect(await snap('connect', 'a:b')).toEqual(refused('this stand-in for snapd has no "connect"'));
  expect(await snap('install', '--fast', 'charmed-mongodb')).toEqual(refused("unknown flag `fast'"));
  expect(await snap('start')).toEqual(refused('the required argument `<service> (at least 1 argument)` was not provided'));
  expect(await snap('install')).toEqual(refused('cannot install zero snaps'));
  expect(await snap('info', 'nope')).toEqual(refused('no snap found for "nope"'));
  expect((await snap('help')).code).toBe(0);
  expect((await snap('version')).stdout).toMatch(/^snap /);
});

test('commands given at the same time are done one after the other', async () => {
  const { snap, root, mongodPid } = await openTestMachine();
  const answers = await Promise.all(Array.from({ length: 4 }, () => snap('install', 'charmed-mongodb')));
  expect(answers.filter(({ stdout }) => stdout.includes('installed')).length).toBe(1);
  expect(answers.every(({ code }) => code === 0)).toBe(true);
  const mixed = await Promise.all(['start', 'restart', 'stop', 'start'].map(verb => snap(verb, 'charmed-mongodb.mongod')));
  expect(mixed.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  // Whichever came last: there is one mongod or none, and the machine knows it.
  const pids = (await findMarked(`${root}/`)).map(({ identity }) => identity.pid);
  expect(pids).toEqual([mongodPid()].filter(pid => pid !== undefined));
});
