// Before and after all tests: a folder for the run, and at the end the check that nothing of it is left, neither process nor folder.
// A port is left only with the process that listens on it, so it is named with the process.
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runFolderVariable } from './run-folder.ts';

// What a test has told to end may need a moment.
const patienceMs = 5_000;

/** Vitest calls this before the first test, and what it returns after the last one; an error of the latter fails the run. */
export default async (): Promise<() => Promise<void>> => {
  const folder = await mkdtemp(join(tmpdir(), 'cm-'));
  process.env[runFolderVariable] = folder;
  return async () => {
    const processes = await processesLeft(folder);
    const entries = await readdir(folder);
    for (const { pid } of processes) end(pid);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    const left = [
      ...processes.map(({ pid, words, ports }) => `process ${pid} (${words})${ports}`),
      ...entries.map(name => join(folder, name)),
    ];
    if (left.length === 0) return;
    const error = new Error(`the tests left behind:\n  ${left.join('\n  ')}`);
    error.stack = error.message; // the place in this file says nothing
    throw error;
  };
};

type LeftProcess = { pid: number; words: string; ports: string };

const processesLeft = async (folder: string): Promise<LeftProcess[]> => {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const found = await processesOf(folder);
    if (found.length === 0 || Date.now() > deadline) return found;
    await new Promise(wake => setTimeout(wake, 100));
  }
};

/** Processes whose words, environment or working folder name the run's folder, without this one and the workers of Vitest. */
const processesOf = async (folder: string): Promise<LeftProcess[]> => {
  const found: LeftProcess[] = [];
  for (const name of await readdir('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => '');
    const [stat, words, environment] = [await read('stat'), await read('cmdline'), await read('environ')];
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === undefined || state === 'Z' || Number(parent) === process.pid) continue;
    const here = await readlink(`/proc/${pid}/cwd`).catch(() => '');
    if (![words, environment, here].some(text => text.includes(folder))) continue;
    found.push({ pid, words: words.replaceAll('\0', ' ').trim().slice(0, 200), ports: await portsOf(pid) });
  }
  return found;
};

/** TCP ports that the process listens on, from the sockets among its open files. */
const portsOf = async (pid: number): Promise<string> => {
  const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const links = await Promise.all(files.map(file => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')));
  const table = await readFile('/proc/net/tcp', 'latin1').catch(() => '');
  const ports = table
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .filter(fields => fields[3] === '0A' && links.includes(`socket:[${fields[9]}]`))
    .map(fields => Number.parseInt(fields[1]?.split(':')[1] ?? '', 16));
  return ports.length === 0 ? '' : `, listening on port ${ports.join(', ')}`;
};

const end = (pid: number) => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself in the meantime.
  }
};
