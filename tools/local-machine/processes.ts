// Processes of the machines: started detached, told apart from a stranger that got the same pid, found again by what stands in their
// environment. A process is known by its pid and its start time, so that a reused pid is never signalled.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';

export type ProcessIdentity = { readonly pid: number; readonly startTime: string };
export type Ending = { code: number | null; signal: NodeJS.Signals | null; problem?: string };
/** A process that somebody waits for. `ended` never rejects. */
export type RunningProcess = { readonly identity: ProcessIdentity; readonly ended: Promise<Ending> };
export type Launch = { command: string; args: readonly string[]; env: Record<string, string>; cwd: string; output: string };

/** Each service process carries this variable; its value names the machine's root and the service. */
export const marker = 'LOCAL_MACHINE_SERVICE';

/**
 * Starts a process in its own session. Its output goes to a file: a process that inherited ours would keep the reader of our
 * output waiting for ever, and would not survive us.
 * @returns the process, or why it cannot be started.
 */
export const startProcess = (launch: Launch): RunningProcess | { problem: string } => {
  let output: number | undefined;
  try {
    output = openSync(launch.output, 'a', 0o640);
    const child = spawn(launch.command, [...launch.args], {
      cwd: launch.cwd,
      env: launch.env,
      detached: true,
      stdio: ['ignore', output, output],
    });
    const ended = new Promise<Ending>(settle => {
      child.once('exit', (code, signal) => settle({ code, signal }));
      child.once('error', error => settle({ code: null, signal: null, problem: error.message }));
    });
    child.unref();
    if (child.pid === undefined) return { problem: `cannot run ${launch.command}` };
    return { identity: { pid: child.pid, startTime: readStat(child.pid)?.startTime ?? '' }, ended };
  } catch (error) {
    return { problem: (error as Error).message };
  } finally {
    if (output !== undefined) closeSync(output);
  }
};

/** Watches a process that is not our child, by looking ten times a second: nobody is told of its end. */
export const watchProcess = (identity: ProcessIdentity): RunningProcess => {
  const ended = new Promise<Ending>(settle => {
    const timer = setInterval(() => {
      if (isAlive(identity)) return;
      clearInterval(timer);
      settle({ code: null, signal: null });
    }, 100).unref();
  });
  return { identity, ended };
};

/** Whether this very process still runs. One that has ended and waits to be collected does not. */
export const isAlive = (identity: ProcessIdentity): boolean => {
  const stat = readStat(identity.pid);
  return stat !== undefined && stat.startTime === identity.startTime && stat.state !== 'Z' && stat.state !== 'X';
};

/** Whether the process was stopped with SIGSTOP. */
export const isFrozen = (identity: ProcessIdentity): boolean => isAlive(identity) && readStat(identity.pid)?.state === 'T';

/** Signals the process and what it started. @returns false when it has ended. */
export const signalProcess = (identity: ProcessIdentity, signal: NodeJS.Signals): boolean => {
  if (!isAlive(identity)) return false;
  try {
    process.kill(-identity.pid, signal);
    return true;
  } catch {
    return false;
  }
};

/** All living processes whose environment says `LOCAL_MACHINE_SERVICE=<prefix>…`, with what stands after the prefix. */
export const findMarked = async (prefix: string): Promise<{ identity: ProcessIdentity; rest: string }[]> => {
  const wanted = `${marker}=${prefix}`;
  const found: { identity: ProcessIdentity; rest: string }[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const pid = Number(name);
    const stat = readStat(pid);
    if (stat === undefined || stat.state === 'Z') continue;
    // The environment of another user's process cannot be read, nor is it ours.
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
    const entry = environment.split('\0').find(word => word.startsWith(wanted));
    if (entry !== undefined) found.push({ identity: { pid, startTime: stat.startTime }, rest: entry.slice(wanted.length) });
  }
  return found;
};

// The command's name stands in parentheses and may hold anything, so the fields are counted from the last one: proc_pid_stat(5).
const readStat = (pid: number): { state: string; startTime: string } | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startTime: fields[19] ?? '' };
  } catch {
    return undefined;
  }
};
