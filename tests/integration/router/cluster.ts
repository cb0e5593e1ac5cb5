// A sharded cluster of real mongods for the tests of a file or of one test, and routers in front of it. The router is a real mongos where
// this computer has one, else the stand-in; the tests' names say which.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MongoClient, type MongoClientOptions } from 'mongodb';
import { findRouter } from '../../../tools/local-machine/mongos-command.ts';
import { makeTestFolder } from '../../support/run-folder.ts';
import { until } from '../../support/until.ts';
import { KEY_FILE, type Launched, launchMongod } from '../mongo/launch.ts';

const found = await findRouter();
if ('missing' in found) throw new Error(found.missing);
export const isStandIn = found.isStandIn;
/** What runs, for the names of tests. */
export const routerName = isStandIn ? 'the router stand-in' : 'mongos';

export type TestRouter = {
  readonly address: string;
  readonly socket: string;
  readonly log: string;
  readonly process: () => ChildProcess;
  /** Ends it, by default with SIGTERM. */
  end(signal?: NodeJS.Signals): Promise<void>;
  start(): Promise<void>;
};
export type TestCluster = {
  readonly folder: string;
  readonly keyFile: string;
  readonly configString: string;
  readonly config: readonly Launched[];
  readonly shards: Readonly<Record<string, readonly Launched[]>>;
  /** A router that listens on an address of its own and on a socket. */
  router(more?: Record<string, unknown>): Promise<TestRouter>;
  end(): Promise<void>;
};

let lastAddress = 0;
/** Each worker has its own range, so that files may run side by side. */
export const freshAddress = (): string => {
  lastAddress += 1;
  return `127.${200 + (process.pid % 50)}.${Math.floor(process.pid / 50) % 250}.${lastAddress}`;
};

export const operator = { user: 'operator', password: 'password of the operator' };
const key = KEY_FILE.trim();

/** @param members how many members each shard has. Shards are added, and there is an operator with all rights. */
export const openCluster = async (members: Record<string, number>, configMembers = 1): Promise<TestCluster> => {
  const folder = await makeTestFolder('rt');
  const keyFile = join(folder, 'key');
  await writeFile(keyFile, KEY_FILE, { mode: 0o400 });
  const launched: Launched[] = [];
  const routers: TestRouter[] = [];
  const end = async () => {
    await Promise.all([...routers.map(one => one.end('SIGKILL')), ...launched.map(one => one.end())]);
    await rm(folder, { recursive: true, force: true });
  };
  const launchSet = async (set: string, count: number, role: string) => {
    const mongods = await all(
      Array.from({ length: count }, async (_, n) => {
        const own = join(folder, `${set}${n}`);
        await mkdir(own);
        const mongod = await launchMongod({ folder: own, address: freshAddress(), set, more: [role] });
        launched.push(mongod);
        return mongod;
      }),
    );
    await initiate(set, mongods, role === '--configsvr');
    return mongods;
  };
  try {
    const [config = [], ...rest] = await all([
      launchSet('config', configMembers, '--configsvr'),
      ...Object.entries(members).map(([name, count]) => launchSet(name, count, '--shardsvr')),
    ]);
    const shards = Object.fromEntries(Object.keys(members).map((name, at) => [name, rest[at] ?? []]));
    const configString = stringOf('config', config);
    await withSystem(config, async client => {
      await client.db('admin').command({ createUser: operator.user, pwd: operator.password, roles: ['root'] });
    });
    const cluster: TestCluster = {
      folder,
      keyFile,
      configString,
      config,
      shards,
      router: async (more = {}) => {
        const router = await startRouter(cluster, join(folder, `router${routers.length}`), more);
        routers.push(router);
        return router;
      },
      end,
    };
    return cluster;
  } catch (error) {
    await end();
    throw error;
  }
};

/** Waits for all of them, also when one fails: none is to begin anything after the end. */
const all = async <Result>(work: Promise<Result>[]): Promise<Result[]> => {
  await Promise.allSettled(work);
  return Promise.all(work);
};

/** `set/host:port,…` */
export const stringOf = (set: string, mongods: readonly Launched[]): string => `${set}/${mongods.map(({ host }) => host).join(',')}`;

const startRouter = async (cluster: TestCluster, folder: string, more: Record<string, unknown>): Promise<TestRouter> => {
  await mkdir(folder);
  const address = freshAddress();
  const config = join(folder, 'mongos.conf');
  const log = join(folder, 'mongos.log');
  await writeFile(
    config,
    JSON.stringify({
      'net.port': 27018,
      'net.bindIp': address,
      'net.unixDomainSocket.pathPrefix': folder,
      'sharding.configDB': cluster.configString,
      'security.keyFile': cluster.keyFile,
      'systemLog.destination': 'file',
      'systemLog.path': log,
      'systemLog.logAppend': true,
      ...more,
    }),
  );
  let child: ChildProcess | undefined;
  const router: TestRouter = {
    address,
    socket: join(folder, 'mongodb-27018.sock'),
    log,
    process: () => {
      if (child === undefined) throw new Error('the router does not run');
      return child;
    },
    end: async (signal = 'SIGTERM') => {
      const ending = child;
      if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
      const gone = new Promise(done => ending.once('exit', done));
      ending.kill(signal);
      ending.kill('SIGCONT');
      await gone;
    },
    start: async () => {
      child = await spawnRouter(folder, ['--config', config]);
      const started = child;
      await until(`a router on ${address} (see ${log})`, async () => {
        if (started.exitCode !== null) throw new Error(`the router ended with ${started.exitCode}, see ${log}`);
        return (await readFile(log, 'utf8').catch(() => '')).includes('Waiting for connections') && canConnect(address);
      });
    },
  };
  await router.start();
  return router;
};

/** Starts a router as the snap does; its output is thrown away. */
export const spawnRouter = async (folder: string, words: readonly string[]): Promise<ChildProcess> => {
  const command = await routerCommand(folder);
  return spawn(command, words, { stdio: 'ignore', cwd: folder });
};

/** The program that the snap installs as `mongos`. @param folder where a script may be put. */
export const routerCommand = async (folder: string): Promise<string> => {
  if (!found.isStandIn) return found.path;
  const script = join(folder, 'mongos');
  await writeFile(script, found.script);
  await chmod(script, 0o755);
  return script;
};

const canConnect = async (address: string): Promise<boolean> => {
  const client = new MongoClient(`mongodb://${address}:27018/?serverSelectionTimeoutMS=500`);
  try {
    await client.db('admin').command({ ping: 1 });
    return true;
  } catch {
    return false;
  } finally {
    await client.close();
  }
};

const initiate = async (set: string, mongods: readonly Launched[], configsvr: boolean) => {
  await withSystem(mongods.slice(0, 1), async client => {
    await client.db('admin').command({
      replSetInitiate: {
        _id: set,
        ...(configsvr ? { configsvr } : {}),
        members: mongods.map(({ host }, _id) => ({ _id, host })),
        settings: {
          electionTimeoutMillis: 1_000,
          heartbeatIntervalMillis: 200,
          heartbeatTimeoutSecs: 1,
          catchUpTimeoutMillis: 0,
          // A new member that would follow another new one finds its oplog too short, and does not follow it for a minute (observed on
          // 6.0.5), though that one may be the primary by then: nothing is acknowledged by a majority so long.
          chainingAllowed: false,
        },
      },
    });
    await until(`the primary of ${set}`, async () => {
      const { isWritablePrimary } = await client.db('admin').command({ hello: 1 });
      if (!isWritablePrimary) return false;
      const { members } = await client.db('admin').command({ replSetGetStatus: 1 });
      return members.filter(({ stateStr }: { stateStr: string }) => stateStr === 'SECONDARY').length === mongods.length - 1;
    });
  });
};

/** A client of a mongod itself, as __system. */
export const withSystem = async <Result>(mongods: readonly Launched[], use: (client: MongoClient) => Promise<Result>): Promise<Result> => {
  const client = new MongoClient(`mongodb://${mongods[0]?.host}/?directConnection=true`, {
    auth: { username: '__system', password: key },
    authSource: 'local',
    authMechanism: 'SCRAM-SHA-256',
  });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
};

/** Which member is the primary now. */
export const primaryOf = (mongods: readonly Launched[]): Promise<Launched> =>
  until('a primary', async () => {
    for (const mongod of mongods) {
      const client = new MongoClient(`mongodb://${mongod.host}/?directConnection=true&serverSelectionTimeoutMS=1000`);
      try {
        if ((await client.db('admin').command({ hello: 1 })).isWritablePrimary) return mongod;
      } catch {
        // It is down, and so not the primary.
      } finally {
        await client.close();
      }
    }
    return undefined;
  });

/** Who may be a client: a user of `admin`, or __system. */
export type Who = { user: string; password: string };
export const system: Who = { user: '__system', password: key };

/** A client of the router. The caller closes it. @param where an address, or the path of a socket. */
export const clientOf = (where: string, { user, password }: Who = operator, options: MongoClientOptions = {}): MongoClient => {
  const host = where.startsWith('/') ? encodeURIComponent(where) : `${where}:27018`;
  return new MongoClient(`mongodb://${host}/`, {
    auth: { username: user, password },
    authSource: user === '__system' ? 'local' : 'admin',
    authMechanism: 'SCRAM-SHA-256',
    serverSelectionTimeoutMS: 10_000,
    ...options,
  });
};

/** The code and text of a refusal; an error when there is none. */
export const refusalOf = async (work: Promise<unknown>): Promise<{ code: number; message: string; labels: readonly string[] }> => {
  try {
    await work;
  } catch (error) {
    const { code, message, errorLabels = [] } = error as Error & { code: number; errorLabels?: readonly string[] };
    return { code, message, labels: errorLabels };
  }
  throw new Error('it was not refused');
};
