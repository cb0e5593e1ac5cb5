// The background process of the local Juju: one for each data folder. It wires the rooms together, answers the clients, and ends
// when no model is left. Started by juju.mjs with the data folder as its argument, and `--made` if that folder was made for it.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { openMachine } from '../local-machine/machine.ts';
import { runCommand } from './commands/index.ts';
import { openController } from './engine/controller.ts';
import { cleanPath } from './engine/environment.ts';
import { serveClient } from './engine/session.ts';
import { newestSource } from './engine/sources.ts';
import { openLog } from './log.ts';
import { makeContext } from './tools-server/context.ts';
import { toolHelp } from './tools-server/help.ts';
import { serveTools, writeMachineCommand, writeTools } from './tools-server/serve.ts';

/** How long the daemon of a folder without models waits for the next command. */
const idleMs = 3_000;
/** How often is looked whether the data folder is still there. */
const lookAfterMs = 3_000;
/** How long the machines' services may take to stop. */
const longestEndMs = 60_000;

const main = async (dataFolder: string): Promise<void> => {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const log = openLog(join(dataFolder, 'daemon.log'));
  // Nothing that a single request does may end the daemon.
  process.on('uncaughtException', error => log.error(error, 'unexpected'));
  process.on('unhandledRejection', reason => log.error(reason, 'unexpected'));
  process.on('SIGPIPE', () => undefined);
  if (!(await isOnlyOne(dataFolder))) process.exit(0);

  const started = Date.now();
  let sessions = 0;
  let ending = false;
  let idleTimer: NodeJS.Timeout | undefined;
  const watchIdle = (): void => {
    clearTimeout(idleTimer);
    if (sessions > 0 || controller.models().length > 0) return;
    idleTimer = setTimeout(() => void (sessions === 0 && controller.models().length === 0 && end(true)), idleMs);
  };

  const sources = ['engine', 'commands', 'tools-server', 'format'].map(room => join(import.meta.dirname, room));
  sources.push(join(import.meta.dirname, '..', 'local-machine'));
  const path = cleanPath(process.env.PATH ?? '');
  const wiring = { openMachine, makeContext, serveTools, writeTools, writeMachineCommand, toolHelp, path };
  const controller = await openController(dataFolder, wiring, log, () => watchIdle());
  const socketPath = join(dataFolder, 'daemon.sock');
  rmSync(socketPath, { force: true });

  /** Whether the client's sources are others than these: changed since, or of another checkout. */
  const isOutdated = (home: string | undefined): boolean =>
    (home !== undefined && home !== import.meta.dirname) || newestSource(sources.filter(folder => existsSync(folder))) > started;
  const mayAccept = (home: string | undefined): boolean => {
    if (ending) return false;
    // Never in the midst of something.
    if (sessions > 1 || controller.running() > 0 || !isOutdated(home)) return true;
    log.info('the sources have changed: a new background process takes over');
    void end(false);
    return false;
  };
  /** Whatever goes wrong, the process comes to its end. */
  const leave = async (work: () => Promise<void>): Promise<void> => {
    setTimeout(() => process.exit(1), longestEndMs);
    await work().catch((error: Error) => log.error(error, 'cannot end cleanly'));
  };
  const end = async (clean: boolean): Promise<void> => {
    if (ending) return;
    ending = true;
    server.close();
    rmSync(socketPath, { force: true });
    await leave(() => controller.release());
    if (clean) clearFolder(dataFolder);
    process.exit(0);
  };
  const abandon = async (): Promise<void> => {
    if (ending) return;
    ending = true;
    await leave(() => controller.erase());
    process.exit(0);
  };
  const server: Server = createServer(async (socket: Socket) => {
    sessions += 1;
    clearTimeout(idleTimer);
    await serveClient(socket, controller, runCommand, mayAccept, log);
    sessions -= 1;
    watchIdle();
  });
  server.on('error', error => log.error(error, 'cannot listen'));
  server.listen(socketPath);
  // Who removes the folder by hand wants to be rid of it all.
  setInterval(() => existsSync(dataFolder) || void abandon(), lookAfterMs).unref();
  process.on('SIGTERM', () => void end(false));
  process.on('SIGINT', () => void end(false));
  watchIdle();
};

/**
 * Two first uses at once start two daemons; one gives way. An abstract socket is the lock: it goes with its process, whatever ends it.
 */
const isOnlyOne = (dataFolder: string): Promise<boolean> =>
  new Promise(settle => {
    const digest = createHash('sha256').update(dataFolder).digest('hex').slice(0, 24);
    const lock = createServer(client => client.destroy());
    lock.once('error', () => settle(false));
    lock.listen(`\0local-juju-${process.getuid?.() ?? 0}-${digest}`, () => settle(true));
    lock.unref();
  });

/** Leaves an empty folder, or none if it was made for the daemon. */
const clearFolder = (dataFolder: string): void => {
  const made = join(dataFolder, 'made');
  const remove = existsSync(made);
  for (const file of ['daemon.log', 'daemon.sock', 'controller.json', 'made']) rmSync(join(dataFolder, file), { force: true });
  try {
    if (remove) rmdirSync(dataFolder);
  } catch {
    // Somebody else keeps something there.
  }
};

await main(process.argv[2] ?? '');
