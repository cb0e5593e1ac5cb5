// What the router says of itself: hello, serverStatus and the like. Wherever mongos would name itself, it is named as a stand-in.
import { hostname, totalmem } from 'node:os';
import { Long, UUID } from 'mongodb';
import type { Client } from './client.ts';
import type { Document } from './documents.ts';
import { RouterError } from './errors.ts';
import type { Request } from './request.ts';
import { type Router, standIn } from './router.ts';

/**
 * The greeting of a router. With credentials in it (a driver's shortcut) the config servers are asked what they say to them.
 * There is no topologyVersion, which would invite drivers to wait for changes with an exhaust cursor.
 */
export const hello = async (router: Router, client: Client, command: Document, legacy: boolean): Promise<Document> => {
  const { parameters } = router.options;
  const descriptor = parameters.automationServiceDescriptor;
  const asked = Object.fromEntries(sasl.filter(name => command[name] !== undefined).map(name => [name, command[name]]));
  let answered: Document = {};
  if (Object.keys(asked).length > 0) {
    client.forgetLogin();
    const reply = await (await client.relay()).ask('admin', { hello: 1, ...asked });
    answered = Object.fromEntries(sasl.filter(name => reply[name] !== undefined).map(name => [name, reply[name]]));
  }
  return {
    ...(legacy ? { ismaster: true } : { isWritablePrimary: true }),
    msg: 'isdbgrid',
    standIn,
    ...(descriptor === undefined ? {} : { automationServiceDescriptor: descriptor }),
    maxBsonObjectSize: 16_777_216,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    localTime: new Date(),
    logicalSessionTimeoutMinutes: 30,
    connectionId: client.id,
    maxWireVersion: 17,
    minWireVersion: 0,
    ...(command.helloOk ? { helloOk: true } : {}),
    ...answered,
    ok: 1,
  };
};

const sasl = ['saslSupportedMechs', 'speculativeAuthenticate'];

type Say = (router: Router, client: Client, request: Request) => Promise<Document> | Document;

/** Answers that need no login. */
export const anybody: Readonly<Record<string, Say>> = {
  ping: () => ({ ok: 1 }),
  endSessions: () => ({ ok: 1 }),
  isdbgrid: () => ({ isdbgrid: 1, hostname: hostname(), standIn, ok: 1 }),
  whatsmyuri: (_, { peer }) => ({ you: peer, ok: 1 }),
  buildInfo: buildInfoOf,
  buildinfo: buildInfoOf,
};

/** Answers for those who are logged in, and what they must be allowed to do to the cluster; undefined for nothing special. */
export const users: Readonly<Record<string, { action: string | undefined; say: Say }>> = {
  startSession: { action: undefined, say: () => ({ id: { id: new UUID() }, timeoutMinutes: 30, ok: 1 }) },
  refreshSessions: { action: undefined, say: () => ({ ok: 1 }) },
  serverStatus: { action: 'serverStatus', say: router => serverStatus(router) },
  getCmdLineOpts: {
    action: 'getCmdLineOpts',
    say: ({ options }) => ({ argv: [standIn, ...options.argv], parsed: options.parsed, ok: 1 }),
  },
  hostInfo: {
    action: 'hostInfo',
    say: () => ({
      system: { currentTime: new Date(), hostname: hostname(), memSizeMB: Math.floor(totalmem() / 1_048_576) },
      standIn,
      ok: 1,
    }),
  },
  getLog: { action: 'getLog', say: (router, _, { command }) => getLog(router, command) },
};

async function buildInfoOf({ cluster }: Router): Promise<Document> {
  const { version, gitVersion, versionArray, modules, bits, debug, maxBsonObjectSize } = await cluster.config.command('admin', {
    buildInfo: 1,
  });
  return { version, gitVersion, standIn, modules, versionArray, bits, debug, maxBsonObjectSize, ok: 1 };
}

const serverStatus = async (router: Router): Promise<Document> => {
  const { version } = await buildInfoOf(router);
  const { current, total } = router.connections();
  const uptime = process.uptime();
  const memory = process.memoryUsage();
  return {
    host: `${hostname()}:${router.options.port}`,
    version,
    process: 'mongos',
    standIn,
    pid: Long.fromNumber(process.pid),
    uptime,
    uptimeMillis: Long.fromNumber(Math.floor(uptime * 1000)),
    localTime: new Date(),
    connections: { current, available: Math.max(router.options.maxConnections - current, 0), totalCreated: total },
    mem: { bits: 64, resident: Math.floor(memory.rss / 1_048_576), supported: true },
    sharding: { configsvrConnectionString: router.cluster.configString },
    ok: 1,
  };
};

const getLog = ({ log }: Router, { getLog: name }: Document): Document => {
  if (name === '*') return { names: ['global', 'startupWarnings'], ok: 1 };
  if (name === 'startupWarnings') return { totalLinesWritten: 0, log: [], ok: 1 };
  if (name !== 'global') throw new RouterError('BadValue', `no RecentEntriesLog named: ${name}`);
  return { totalLinesWritten: log.lines().length, log: [...log.lines()], ok: 1 };
};
