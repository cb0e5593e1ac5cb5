// Memory of the processes of a run.
import { readdir, readFile } from 'node:fs/promises';

/** Resident, in MiB, of the background process of a data folder. @throws when there is none. */
export const daemonMiB = async (data: string): Promise<number> => {
  const [found] = await residentMiB(words => words.some(word => word.endsWith('/daemon.ts')) && words.includes(data));
  if (found === undefined) throw new Error(`no background process has ${data}`);
  return found;
};

/** Resident, in MiB, of each mongod whose words name the folder. What several share is counted with each. */
export const mongodsMiB = (folder: string): Promise<number[]> =>
  residentMiB(words => /\/mongod$/.test(words[0] ?? '') && words.some(word => word.startsWith(`${folder}/`)));

/** What the computer has left for more, in MiB. */
export const availableMiB = async (): Promise<number> =>
  Number(/^MemAvailable:\s+(\d+) kB/m.exec(await readFile('/proc/meminfo', 'utf8'))?.[1] ?? 0) / 1024;

const residentMiB = async (isWanted: (words: readonly string[]) => boolean): Promise<number[]> => {
  const found: number[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const words = (await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')).split('\0');
    if (!isWanted(words)) continue;
    const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '');
    const kB = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
    if (kB !== undefined) found.push(Number(kB) / 1024);
  }
  return found;
};
