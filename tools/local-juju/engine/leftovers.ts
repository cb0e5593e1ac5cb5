// Ends what a hook left running when the background process was killed. Its processes are known by the context id in their
// environment, which is random and was saved before the hook started, so that no stranger is ever hit.
import { readdir, readFile } from 'node:fs/promises';

/** Kills every process of these hook contexts, and what shares their process groups. @returns how many groups. */
export const endLeftovers = async (contexts: readonly string[]): Promise<number> => {
  if (contexts.length === 0) return 0;
  const wanted = contexts.map(context => `JUJU_CONTEXT_ID=${context}`);
  return endGroups(word => wanted.includes(word));
};

/** Kills what the hooks of a machine's units have left running there on purpose: it goes with the machine. */
export const endProcessesBelow = (root: string): Promise<number> => endGroups(word => word.startsWith(`JUJU_CHARM_DIR=${root}/`));

const endGroups = async (isWanted: (word: string) => boolean): Promise<number> => {
  const groups = new Set<number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const environment = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '');
    if (!environment.split('\0').some(isWanted)) continue;
    const group = groupOf(await readFile(`/proc/${name}/stat`, 'latin1').catch(() => ''));
    if (group !== undefined && group !== ownGroup) groups.add(group);
  }
  for (const group of groups) {
    try {
      process.kill(-group, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
  return groups.size;
};

// proc_pid_stat(5): the name stands in parentheses and may hold anything; the group is the third field behind it.
const groupOf = (stat: string): number | undefined => {
  const group = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
  return Number.isInteger(group) && group > 1 ? group : undefined;
};

const ownGroup = groupOf(await readFile('/proc/self/stat', 'latin1').catch(() => ''));
