// A supervisor with small programs in mongod's place: starting, ending, restarting, taking over.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import {
  findMarked,
  isAlive,
  isFrozen,
  marker,
  type ProcessIdentity,
  signalProcess,
  startProcess,
} from '../../../tools/local-machine/processes.ts';
import { type Pace, supervise } from '../../../tools/local-machine/supervisor.ts';
import { makeTestFolder } from '../../support/run-folder.ts';
import { until } from '../../support/until.ts';

let folder: string;
beforeEach(async () => {
  folder = await makeTestFolder('s');
});
afterEach(async () => {
  for (const { identity } of await findMarked(folder)) signalProcess(identity, 'SIGKILL');
  await rm(folder, { recursive: true });
});

const program = (text: string) => ({
  command: '/bin/bash',
  args: ['-c', text],
  cwd: folder,
  env: { PATH: '/usr/bin:/bin', [marker]: `${folder}/program` },
  output: join(folder, 'output'),
});
const quick: Pace = { firstRestart: 20, longestRestart: 200, steadyAfter: 60_000, stopPatience: 500 };

const supervised = (text: string, pace: Partial<Pace> = {}) => {
  const log: string[] = [];
  const started: ProcessIdentity[] = [];
  const supervisor = supervise({
    name: 'program',
    launch: async () => program(text),
    log: (level, message) => log.push(`${level} ${message}`),
    changed: () => {},
    started: identity => started.push(identity),
    pace: { ...quick, ...pace },
  });
  onTestFinished(() => supervisor.stop(0));
  return { supervisor, log, started };
};

test('what runs is started once, stopped once, and its output is in the file', async () => {
  const { supervisor, started } = supervised('echo to stdout; echo to stderr >&2; exec sleep 1000');
  expect(supervisor.running()).toBe(undefined);
  await Promise.all([supervisor.start(), supervisor.start()]);
  expect(started).toHaveLength(1);
  expect(supervisor.running()).toEqual(started[0]);
  await until('the output', async () => (await readFile(join(folder, 'output'), 'utf8')) === 'to stdout\nto stderr\n');
  await supervisor.stop();
  expect(isAlive(started[0]!)).toBe(false);
  expect(supervisor.running()).toBe(undefined);
  await supervisor.stop();
});

test('what dies is restarted, slower each time, until it is stopped', async () => {
  const { supervisor, log, started } = supervised('exit 3');
  await supervisor.start();
  await until('four starts', () => started.length >= 4);
  await supervisor.stop();
  const count = started.length;
  expect(log.filter(line => line === 'WARNING program ended (exit code 3)').length).toBeGreaterThanOrEqual(3);
  // Longer than the longest wait between two starts.
  await new Promise(wake => setTimeout(wake, 400));
  expect(started.length).toBe(count);
});

test('a start while it waits to be restarted starts it at once, and only once', async () => {
  const { supervisor, started } = supervised('exec sleep 1000', { firstRestart: 60_000 });
  await supervisor.start();
  signalProcess(started[0]!, 'SIGKILL');
  await until('its end', () => supervisor.running() === undefined);
  await until('the end to be seen', () => !isAlive(started[0]!));
  await until('a second start', async () => {
    await supervisor.start();
    return started.length === 2;
  });
  expect(supervisor.running()).toEqual(started[1]);
});

test('what ignores SIGTERM is killed when patience ends', async () => {
  const { supervisor, started, log } = supervised('trap "" TERM; echo ready; while :; do read -t 1000 <> <(:); done');
  await supervisor.start();
  await until('the trap', async () => (await readFile(join(folder, 'output'), 'utf8')).includes('ready'));
  await supervisor.stop();
  expect(isAlive(started[0]!)).toBe(false);
  expect(log).toContain('WARNING program did not end within 0.5 s and is killed');
});

test('what is frozen is woken by the stop', async () => {
  const { supervisor, started, log } = supervised('trap "echo bye; exit 0" TERM; echo ready; while :; do read -t 0.05 <> <(:); done', {
    stopPatience: 20_000,
  });
  await supervisor.start();
  await until('the trap', async () => (await readFile(join(folder, 'output'), 'utf8')).includes('ready'));
  signalProcess(started[0]!, 'SIGSTOP');
  await until('the halt', () => isFrozen(started[0]!));
  await supervisor.stop();
  expect(log).toContain('INFO program ended (exit code 0)');
});

test('a program that does not exist is tried again and says so', async () => {
  const log: string[] = [];
  const supervisor = supervise({
    name: 'program',
    launch: async () => ({ ...program(''), command: '/no/such/program' }),
    log: (level, message) => log.push(`${level} ${message}`),
    changed: () => {},
    started: () => {},
    pace: quick,
  });
  await supervisor.start();
  await until('two attempts', () => log.filter(line => line.startsWith('ERROR cannot start program: ')).length >= 2);
  await supervisor.stop();
});

test('a process of an earlier supervisor is found by its mark, taken over, and restarted', async () => {
  const earlier = startProcess(program('exec sleep 1000'));
  if ('problem' in earlier) throw new Error(earlier.problem);
  const [found, ...more] = await until('the mark', async () => {
    const marked = await findMarked(`${folder}/`);
    return marked.length > 0 && marked;
  });
  expect(more).toEqual([]);
  expect(found).toEqual({ identity: earlier.identity, rest: 'program' });

  const { supervisor, started } = supervised('exec sleep 1000');
  supervisor.adopt(found!.identity);
  await supervisor.start();
  expect(supervisor.running()).toEqual(earlier.identity);
  expect(started).toEqual([]);
  signalProcess(earlier.identity, 'SIGKILL');
  await until('a new process', () => started.length === 1);
  await supervisor.stop();
});

test('a process that was taken over can be stopped', async () => {
  const earlier = startProcess(program('exec sleep 1000'));
  if ('problem' in earlier) throw new Error(earlier.problem);
  const { supervisor, started } = supervised('exec sleep 1000');
  supervisor.adopt(earlier.identity);
  await supervisor.stop();
  expect(isAlive(earlier.identity)).toBe(false);
  expect(started).toEqual([]);
});

test('a pid with another start time is another process: it is not alive and not signalled', async () => {
  const process = startProcess(program('exec sleep 1000'));
  if ('problem' in process) throw new Error(process.problem);
  const stranger = { pid: process.identity.pid, startTime: '1' };
  expect(isAlive(stranger)).toBe(false);
  expect(signalProcess(stranger, 'SIGKILL')).toBe(false);
  expect(isAlive(process.identity)).toBe(true);
  signalProcess(process.identity, 'SIGKILL');
  await process.ended;
});
