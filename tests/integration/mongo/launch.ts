// A real mongod for a test, as the charm starts one: key file, unix socket in its own folder, SCRAM-SHA-256 only. Small and quick.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accepts } from '../../../tools/bench/cluster/mongod.ts';
import { findServer } from '../../../tools/local-machine/binaries.ts';
import { until } from '../../support/until.ts';

export type LaunchOptions = {
  readonly folder: string;
  readonly address: string;
  readonly set?: string;
  readonly keyFile?: string;
  /** Further arguments. */
  readonly more?: readonly string[];
};

export type Launched = {
  readonly address: string;
  /** address:port */
  readonly host: string;
  readonly socket: string;
  readonly log: string;
  readonly pid: () => number;
  /** Ends it, by default with SIGKILL; resolves when it is gone. */
  end(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it on the same data, perhaps with other options; resolves when it answers. */
  start(changes?: Partial<LaunchOptions>): Promise<void>;
  freeze(): void;
  thaw(): void;
};

export const KEY_FILE = 'a2V5IG9mIHRoZSB0ZXN0cyBmb3IgYWxsIG1lbWJlcnM=\n';

/** @throws when there is no mongod on this computer, or it does not start. */
export async function launchMongod(first: LaunchOptions): Promise<Launched> {
  const found = await findServer('mongod');
  if ('missing' in found) throw new Error(found.missing);
  let options = first;
  let child: ChildProcess | undefined;
  const { folder } = options;
  const log = join(folder, 'mongod.log');
  const socket = join(folder, 'mongodb-27017.sock');

  const end = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    const ending = child;
    child = undefined;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = new Promise(done => ending.once('exit', done));
    ending.kill(signal);
    ending.kill('SIGCONT');
    await gone;
  };
  const start = async (changes: Partial<LaunchOptions> = {}): Promise<void> => {
    options = { ...options, ...changes };
    await mkdir(join(folder, 'data'), { recursive: true });
    const keyPath = join(folder, `key-${Date.now()}`);
    await writeFile(keyPath, options.keyFile ?? KEY_FILE, { mode: 0o400 });
    child = spawn(found.path, argumentsOf(options, keyPath, log), { stdio: 'ignore', cwd: folder });
    const started = child;
    const answers = () => {
      if (started.exitCode !== null) throw new Error(`mongod ended with ${started.exitCode}, see ${log}`);
      // It opens one after the other.
      return Promise.all([accepts({ host: options.address, port: 27017 }), accepts({ path: socket })]).then(both => both.every(Boolean));
    };
    await until(`mongod on ${options.address} (see ${log})`, answers, 90_000);
  };
  await start().catch(async error => {
    await end();
    throw error;
  });
  return {
    get address() {
      return options.address;
    },
    get host() {
      return `${options.address}:27017`;
    },
    socket,
    log,
    pid: () => child?.pid ?? 0,
    end,
    start,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
  };
}

const argumentsOf = ({ folder, address, set = 'rs', more = [] }: LaunchOptions, keyPath: string, log: string): string[] => [
  ...['--dbpath', join(folder, 'data'), '--port', '27017', '--bind_ip', address, '--replSet', set, '--keyFile', keyPath],
  ...['--unixSocketPrefix', folder, '--logpath', log, '--logappend'],
  ...['--oplogSize', '50', '--wiredTigerCacheSizeGB', '0.25', '--wiredTigerEngineConfigString', 'log=(file_max=8MB)'],
  ...['--setParameter', 'authenticationMechanisms=SCRAM-SHA-256', '--setParameter', 'automationServiceDescriptor=charm-0123abcd'],
  ...['--setParameter', 'diagnosticDataCollectionEnabled=false', '--setParameter', 'shutdownTimeoutMillisForSignaledShutdown=100'],
  ...more,
];
