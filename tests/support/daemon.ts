// The background process of a data folder, seen from outside.
import { readdir, readFile } from 'node:fs/promises';
import { until } from './until.ts';

/** Its process id, or undefined when there is none. */
export const daemonOf = async (data: string): Promise<number | undefined> => {
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const words = (await readFile(`/proc/${name}/cmdline`, 'latin1').catch(() => '')).split('\0');
    if (words.some(word => word.endsWith('/daemon.ts')) && words.includes(data)) return Number(name);
  }
  return undefined;
};

/** Kills it as a crash would, and waits until it is gone. */
export const killDaemon = async (data: string): Promise<void> => {
  const pid = await daemonOf(data);
  if (pid === undefined) throw new Error(`no background process has ${data}`);
  process.kill(pid, 'SIGKILL');
  await until('the background process to be gone', async () => (await daemonOf(data)) === undefined);
};

/** Waits until it has ended by itself. */
export const untilDaemonEnds = (data: string): Promise<true> =>
  until('the background process to end by itself', async () => (await daemonOf(data)) === undefined);
