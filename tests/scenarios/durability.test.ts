// The background process is killed with -9 at awkward moments: the model goes on where it was, and nothing is left behind.
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { daemonOf, killDaemon, untilDaemonEnds } from '../support/daemon.ts';
import { openModel, runJuju, type TestModel, withModel } from '../support/model.ts';
import { projectFolder } from '../support/project.ts';
import { makeTestFolder } from '../support/run-folder.ts';
import { settled, unitsOf } from '../support/status.ts';
import { until } from '../support/until.ts';

const charm = join(projectFolder, 'tests', 'charms', 'recorder');

type Recorder = { folder: string; hold(): Promise<void>; release(): Promise<void>; lines(unit: string): string[] };

/** The application `rec`, started, with the folder that it writes to. */
const deployRecorder = async (model: TestModel, ...words: string[]): Promise<Recorder> => {
  const folder = await makeTestFolder('re-');
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await model.juju('deploy', charm, 'rec', '--config', `folder=${folder}`, ...words);
  await model.waitFor('the start', status => Object.keys(unitsOf(status, 'rec')).length > 0 && settled(status) && started(folder));
  return {
    folder,
    hold: () => writeFile(join(folder, 'hold'), ''),
    release: () => rm(join(folder, 'hold')),
    lines: unit => linesOf(folder, unit),
  };
};
const linesOf = (folder: string, unit: string): string[] => {
  const file = join(folder, `record-${unit.replace('/', '-')}`);
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
};
const started = (folder: string): boolean => linesOf(folder, 'rec/0').includes('end start');
const isRunning = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};
const count = (lines: readonly string[], line: string): number => lines.filter(one => one === line).length;

test('a hook that was cut off is ended and run again, and counts once', () =>
  withModel(async model => {
    const rec = await deployRecorder(model);
    const before = rec.lines('rec/0').length;
    await rec.hold();
    await model.juju('config', 'rec', 'round=1');
    await until('the hook to begin', () => rec.lines('rec/0').length === before + 1);
    await killDaemon(model.data);

    await model.status();
    await until('the hook to begin again', () => rec.lines('rec/0').length === before + 2);
    await rec.release();
    await model.waitFor('the hook to end', status => settled(status) && rec.lines('rec/0').length > before + 2);
    // The first run was killed: it has not ended, nor has what it wrote been kept.
    expect(rec.lines('rec/0').slice(before)).toEqual(['begin config-changed', 'begin config-changed', 'end config-changed']);
    expect(await model.juju('exec', '--unit', 'rec/0', 'state-get config-changed')).toBe('2\n');
  }));

test('an agent that is killed at work comes back and runs the hook again; an action has failed; a reboot ends with a start hook', () =>
  withModel(async model => {
    const rec = await deployRecorder(model);
    expect((await model.tryJuju('fault', 'rec/0', 'kill-agent')).stderr).toContain('it runs no hook and no action');
    const before = rec.lines('rec/0').length;
    await rec.hold();
    await model.juju('config', 'rec', 'round=1');
    await until('the hook to begin', () => rec.lines('rec/0').length === before + 1);
    expect(await model.juju('fault', 'rec/0', 'kill-agent')).toBe('killed the hook config-changed\n');
    await until('the hook to begin again', () => rec.lines('rec/0').length === before + 2);
    await rec.release();
    await model.waitFor('the hook to end', status => settled(status) && rec.lines('rec/0').length > before + 2);
    expect(rec.lines('rec/0').slice(before)).toEqual(['begin config-changed', 'begin config-changed', 'end config-changed']);

    await rec.hold();
    await model.juju('run', 'rec/0', 'wait', '--background');
    await until('the action to begin', () => rec.lines('rec/0').includes('begin wait'));
    expect(await model.juju('fault', 'rec/0', 'kill-agent')).toMatch(/^killed the task \d+\n$/);
    await rec.release();
    await model.waitFor('the unit to be free', settled);
    expect(await model.juju('operations')).toMatch(/failed/);

    const starts = count(rec.lines('rec/0'), 'end start');
    await model.juju('fault', 'rec/0', 'reboot');
    await until('the start hook', () => count(rec.lines('rec/0'), 'end start') === starts + 1);
  }));

test('an action that was cut off has failed', () =>
  withModel(async model => {
    const rec = await deployRecorder(model);
    await rec.hold();
    await model.juju('run', 'rec/0', 'wait', '--background');
    await until('the action to begin', () => rec.lines('rec/0').includes('begin wait'));
    await killDaemon(model.data);

    const shown = JSON.parse(await model.juju('show-operation', '1', '--format=json')) as Record<string, unknown>;
    expect(shown).toMatchObject({ status: 'failed', tasks: { 2: { status: 'failed', message: 'terminated' } } });
    await rec.release();
    // The unit is free again.
    expect(await model.juju('exec', '--unit', 'rec/0', 'echo here')).toBe('here\n');
    expect(rec.lines('rec/0')).not.toContain('end wait');
  }));

test('a hook in error stays in error, and its retry comes', () =>
  withModel(async model => {
    const rec = await deployRecorder(model);
    await model.juju('exec', '--unit', 'rec/0', `printf '#!/bin/bash\\nexit 7\\n' >dispatch`);
    await model.juju('config', 'rec', 'round=2');
    await model.waitFor('the error', status => unitsOf(status, 'rec')['rec/0']?.['workload-status'].current === 'error');
    await killDaemon(model.data);
    expect(unitsOf(await model.status(), 'rec')['rec/0']?.['workload-status']).toMatchObject({ message: 'hook failed: "config-changed"' });
    await model.juju('exec', '--unit', 'rec/0', `printf '#!/bin/bash\\nexit 0\\n' >dispatch`);
    await model.waitFor('the automatic retry', settled);
    expect(rec.lines('rec/0')).toContain('end start');
  }));

test('services run on, and what died meanwhile is started again', () =>
  withModel(async model => {
    await deployRecorder(model);
    const exec = (command: string) => model.juju('exec', '--unit', 'rec/0', command);
    await exec('snap install charmed-mongodb --channel=6/edge');
    const root = (await exec('cd ../../../../../..; pwd')).trim();
    const common = join(root, 'var/snap/charmed-mongodb/common/var');
    await mkdir(join(common, 'lib/mongodb'), { recursive: true });
    const config = `storage: {dbPath: ${common}/lib/mongodb}\nnet: {port: 27017, bindIpAll: true}\n`;
    await writeFile(join(root, 'var/snap/charmed-mongodb/current/etc/mongod/mongod.conf'), config);
    await exec('snap start --enable charmed-mongodb.mongod');
    // mongod writes its process id into its lock.
    const mongod = (other?: number) =>
      until('mongod to run', () => {
        const lock = join(common, 'lib/mongodb/mongod.lock');
        const pid = existsSync(lock) ? Number(readFileSync(lock, 'utf8').trim()) : 0;
        return pid > 0 && pid !== other && isRunning(pid) && pid;
      });
    const first = await mongod();

    await killDaemon(model.data);
    expect(await exec('snap services charmed-mongodb.mongod')).toMatch(/mongod +enabled +active/);
    expect(await mongod()).toBe(first);

    await killDaemon(model.data);
    process.kill(first, 'SIGKILL');
    await model.status();
    const second = await mongod(first);
    expect(await exec('snap services charmed-mongodb.mongod')).toMatch(/mongod +enabled +active/);

    await killDaemon(model.data);
    await model.juju('remove-application', '--no-prompt', 'rec');
    await model.waitFor('the machine to be gone', status => Object.keys(status.machines).length === 0);
    await until('mongod to be gone', () => !isRunning(second));
  }));

test('models side by side: one is destroyed, the other goes on; a destruction that was cut off goes on', async () => {
  const one = await openModel();
  onTestFinished(() => rm(one.data, { recursive: true, force: true }));
  const rec = await deployRecorder(one);
  expect(await runJuju(one.data, ['add-model', 'two'], {})).toMatchObject({ code: 0 });
  const two = (...words: string[]) => runJuju(one.data, words, { JUJU_MODEL: 'two' });
  expect(await two('deploy', charm, 'rec')).toMatchObject({ code: 0 });

  await rec.hold();
  const cutOff = one.tryJuju('destroy-model', '--no-prompt', one.name);
  await until('the removal to begin', () => rec.lines('rec/0').includes('begin data-storage-detaching'));
  await killDaemon(one.data);
  expect(await cutOff).toMatchObject({ code: 1 });
  expect((await two('status')).stdout).toContain('rec/0');
  await rec.release();
  await until('the model to be gone', async () => !(await runJuju(one.data, ['models'], {})).stdout.includes(one.name));
  expect(count(rec.lines('rec/0'), 'end remove')).toBe(1);

  expect((await two('exec', '--unit', 'rec/0', 'echo here')).stdout).toBe('here\n');
  await killDaemon(one.data);
  expect(await two('destroy-model', '--no-prompt', 'two')).toMatchObject({ code: 0 });
  await untilDaemonEnds(one.data);
});

test('who removes the data folder by hand is rid of the processes too', async () => {
  const model = await openModel();
  await deployRecorder(model);
  expect(await daemonOf(model.data)).toBeDefined();
  await rm(model.data, { recursive: true, force: true });
  await untilDaemonEnds(model.data);
});
