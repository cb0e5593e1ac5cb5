// The router stand-in: in place of mongos on a computer that has none. It speaks MongoDB's wire protocol in front of config servers and
// shards, and serves databases that live on one shard. For development and tests; it says everywhere that it is no mongos.
import { setTimeout as delay } from 'node:timers/promises';
import { findServer } from '../binaries.ts';
import { openCluster } from './cluster.ts';
import { openCursors } from './cursors.ts';
import { listen } from './listen.ts';
import { type Log, openLog } from './log.ts';
import { OptionsError, type RouterOptions, readOptions } from './options.ts';
import { type Router, standIn } from './router.ts';
import { serve } from './session.ts';
import { openTransactions } from './transactions.ts';

const betweenTriesMs = 500;

const main = async (argv: readonly string[]): Promise<void> => {
  if (argv.includes('--version')) {
    const mongod = await findServer('mongod');
    const version = 'version' in mongod ? mongod.version : '6.0.0';
    process.stdout.write(`mongos version v${version}\nBuild Info: ${JSON.stringify({ version, standIn })}\n`);
    return;
  }
  const options = optionsOr(2, () => readOptions(argv));
  const log = optionsOr(1, () => openLog(options.log));
  // Also to standard output when the log is a file: whoever looks for the router's words there is to know what runs.
  if (options.log !== undefined) process.stdout.write(`This is the ${standIn}, not mongos. It logs to ${options.log.path}\n`);
  log.info('CONTROL', `This is the ${standIn}, not mongos: it serves databases that live on one shard`, {
    pid: process.pid,
    port: options.port,
    configDB: options.configDb,
  });
  await run(options, log);
};

const run = async (options: RouterOptions, log: Log) => {
  const cluster = openCluster(options.configDb, options.key);
  let current = 0;
  let total = 0;
  const router: Router = {
    options,
    cluster,
    log,
    cursors: openCursors(),
    transactions: openTransactions(),
    connections: () => ({ current, total }),
  };
  let close = () => {};
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info('CONTROL', 'Shutting down', { signal });
      close();
      process.exit(0);
    });
  }
  await untilReached(router);
  try {
    const listening = await listen(options, socket => {
      if (current >= options.maxConnections) return socket.destroy();
      current += 1;
      total += 1;
      socket.once('close', () => {
        current -= 1;
      });
      serve(router, socket, total);
    });
    close = listening.close;
    for (const place of listening.places) log.info('NETWORK', 'Listening on', { address: place });
    log.info('NETWORK', 'Waiting for connections', { port: options.port });
  } catch (error) {
    log.error('NETWORK', 'Cannot listen', { error: (error as Error).message });
    process.stderr.write(`cannot listen: ${(error as Error).message}\n`);
    process.exit(48); // mongos' own code for an address that is in use
  }
};

/** Like mongos, it lets nobody in before it has seen the config servers' primary, and is patient about it. */
const untilReached = async ({ cluster, log }: Router) => {
  log.info('SHARDING', 'Looking for the primary of the config servers', { configDB: cluster.configString });
  for (;;) {
    try {
      await cluster.shards();
      return;
    } catch (error) {
      log.warning('SHARDING', 'Cannot reach the config servers yet', { configDB: cluster.configString, error: (error as Error).message });
      await delay(betweenTriesMs);
    }
  }
};

const optionsOr = <Result>(exitCode: number, work: () => Result): Result => {
  try {
    return work();
  } catch (error) {
    process.stderr.write(
      `${(error as Error).message}\n${error instanceof OptionsError ? "try 'mongos --help' for more information\n" : ''}`,
    );
    process.exit(exitCode);
  }
};

await main(process.argv.slice(2));
