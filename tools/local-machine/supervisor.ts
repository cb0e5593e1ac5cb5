// Keeps one service of a machine running while it is wanted, as systemd does for a snap's daemon.
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Ending,
  isAlive,
  type Launch,
  type ProcessIdentity,
  type RunningProcess,
  signalProcess,
  startProcess,
  watchProcess,
} from './processes.ts';

export type SupervisorOptions = {
  name: string;
  launch(): Promise<Launch>;
  log(level: 'INFO' | 'WARNING' | 'ERROR', message: string): void;
  /** After each start, and each time the process has ended. */
  changed(): void;
  /** Just after a start, before anything else sees it. */
  started(identity: ProcessIdentity): void;
  pace?: Pace;
};
/** All in milliseconds. */
export type Pace = { firstRestart: number; longestRestart: number; steadyAfter: number; stopPatience: number };

// The snap waits 20 s before each restart. Here the first restart comes soon, and one that keeps dying is brought to the same 20 s.
const defaultPace: Pace = { firstRestart: 1_000, longestRestart: 20_000, steadyAfter: 10_000, stopPatience: 30_000 };

export type Supervisor = {
  /** Starts the process unless it runs, and keeps it running. As with systemd, a process that dies at once has still been started. */
  start(): Promise<void>;
  /** SIGTERM, then SIGKILL when it has not ended in time. Does nothing when it does not run. */
  stop(patienceMs?: number): Promise<void>;
  /** Takes over a process that an earlier supervisor started. */
  adopt(identity: ProcessIdentity): void;
  running(): ProcessIdentity | undefined;
};

export const supervise = (options: SupervisorOptions): Supervisor => {
  const pace = options.pace ?? defaultPace;
  let wanted = false;
  let current: RunningProcess | undefined;
  let restart: NodeJS.Timeout | undefined;
  let quickDeaths = 0;

  const start = async () => {
    wanted = true;
    quickDeaths = 0;
    clearTimeout(restart);
    if (current === undefined) await launch();
  };

  const launch = async () => {
    const prepared = await options.launch().catch((error: Error) => ({ problem: error.message }));
    // While it was being prepared the service may have been stopped, or started by someone else.
    if (!wanted || current !== undefined) return;
    const process = 'problem' in prepared ? prepared : startProcess(prepared);
    if ('problem' in process) {
      options.log('ERROR', `cannot start ${options.name}: ${process.problem}`);
      return restartLater();
    }
    options.started(process.identity);
    options.log('INFO', `${options.name} started (pid ${process.identity.pid})`);
    keep(process);
  };

  const keep = (process: RunningProcess) => {
    current = process;
    const since = Date.now();
    options.changed();
    process.ended.then(ending => {
      if (current !== process) return;
      current = undefined;
      if (Date.now() - since >= pace.steadyAfter) quickDeaths = 0;
      options.log(wanted ? 'WARNING' : 'INFO', `${options.name} ended (${describe(ending)})`);
      if (wanted) restartLater();
      options.changed();
    });
  };

  const restartLater = () => {
    const wait = Math.min(pace.firstRestart * 2 ** quickDeaths, pace.longestRestart);
    quickDeaths += 1;
    restart = setTimeout(launch, wait).unref();
  };

  const stop = async (patienceMs = pace.stopPatience) => {
    wanted = false;
    clearTimeout(restart);
    const process = current;
    if (process === undefined) return;
    signalProcess(process.identity, 'SIGTERM');
    // A frozen process would never see the signal; systemd wakes it in the same way.
    signalProcess(process.identity, 'SIGCONT');
    if (!(await endsWithin(process, patienceMs))) {
      options.log('WARNING', `${options.name} did not end within ${patienceMs / 1000} s and is killed`);
      signalProcess(process.identity, 'SIGKILL');
      await endsWithin(process, 5_000);
    }
  };

  const adopt = (identity: ProcessIdentity) => {
    wanted = true;
    clearTimeout(restart);
    options.log('INFO', `${options.name} found running (pid ${identity.pid})`);
    keep(watchProcess(identity));
  };

  return { start, stop, adopt, running: () => (current !== undefined && isAlive(current.identity) ? current.identity : undefined) };
};

const endsWithin = async (process: RunningProcess, limitMs: number): Promise<boolean> => {
  const patience = new AbortController();
  const tooLong = delay(limitMs, false, { signal: patience.signal }).catch(() => false);
  const ended = await Promise.race([process.ended.then(() => true), tooLong]);
  patience.abort();
  return ended;
};

const describe = ({ code, signal, problem }: Ending): string =>
  problem ??
  (signal !== null ? `killed by ${signal}` : code !== null ? `exit code ${code}` : 'not our child, so the exit code is not known');
