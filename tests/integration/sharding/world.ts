// A sharded cluster for tests: how it is deployed, and what is asked of it. Where this computer has no mongos, its routers are stand-ins.
import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MongoClient, type MongoClientOptions, MongoServerSelectionError } from 'mongodb';
import { type Credentials, getCredentials, runAction, withMongo } from '../../support/client.ts';
import type { TestModel } from '../../support/model.ts';
import { packedCharms } from '../../support/packed.ts';
import { makeTestFolder } from '../../support/run-folder.ts';
import { type StatusJson, settled, unitsOf } from '../../support/status.ts';

/** A folder with the charm as it is, but for its version. The caller removes it. */
export async function buildWithVersion(version: string): Promise<string> {
  const folder = join(await makeTestFolder('c-'), 'mongodb');
  await cp(await charmAsItIs(), folder, { recursive: true });
  await rm(join(folder, 'version'));
  await writeFile(join(folder, 'version'), `${version}\n`);
  return folder;
}
/** The folder of the charm that `juju deploy mongodb` takes in tests. */
export const charmAsItIs = async (): Promise<string> => join(await packedCharms(), 'mongodb');

/** Nothing runs, nobody is in error, and all units of these applications are active. */
export const calm = (status: StatusJson, ...applications: string[]): boolean =>
  settled(status) &&
  applications.every(name => {
    const units = Object.values(unitsOf(status, name));
    return units.length > 0 && units.every(unit => unit['workload-status'].current === 'active');
  });

/** For what is held: Juju tries again after longer and longer pauses, for which nobody need wait. */
export const soonUntil = (model: TestModel, what: string, condition: (status: StatusJson) => boolean) =>
  model.waitFor(
    what,
    async status => {
      await model.juju('pass-time', '10m');
      return condition(status);
    },
    { limitMs: 240_000, everyMs: 4_000 },
  );

export const untilCalm = (model: TestModel, ...applications: string[]) =>
  model.waitFor(`${applications.join(', ')} to be active`, status => calm(status, ...applications), { limitMs: 180_000 });

/** Deploys a config server and shards with that many units each, integrates them, and waits until all are active. */
export async function deployCluster(model: TestModel, shards: Readonly<Record<string, number>>, configServers = 1): Promise<void> {
  await model.juju('deploy', 'mongodb', 'config-server', '-n', String(configServers), '--config', 'role=config-server');
  for (const [name, units] of Object.entries(shards)) {
    await model.juju('deploy', 'mongodb', name, '-n', String(units), '--config', 'role=shard');
    await integrateShard(model, name);
  }
  await untilCalm(model, 'config-server', ...Object.keys(shards));
}

export const integrateShard = (model: TestModel, shard: string) =>
  model.juju('integrate', 'config-server:config-server', `${shard}:sharding`);
export const removeShard = (model: TestModel, shard: string) =>
  model.juju('remove-relation', 'config-server:config-server', `${shard}:sharding`);

/** Deploys a client with a router beside it, and waits until it is served. */
export async function deployClient(model: TestModel, ...config: string[]): Promise<void> {
  await model.juju('deploy', 'data-integrator', ...config.flatMap(option => ['--config', option]));
  await model.juju('deploy', 'mongos');
  await model.juju('integrate', 'mongos', 'data-integrator');
  await model.juju('integrate', 'config-server', 'mongos');
  await untilCalm(model, 'data-integrator', 'mongos');
}

export const routerCredentials = (model: TestModel): Promise<Credentials> => getCredentials(model, 'data-integrator/leader', 'mongos');

export async function operatorPassword(model: TestModel, application = 'config-server'): Promise<string> {
  const [task] = Object.values(await runAction(model, `${application}/leader`, 'get-password'));
  const password = task?.results?.password;
  if (typeof password !== 'string') throw new Error(`get-password says ${JSON.stringify(task)}`);
  return password;
}

export const addressesOf = (status: StatusJson, application: string): string[] =>
  Object.values(unitsOf(status, application)).map(unit => unit['public-address']);

/** As the operator, through the router of one of the config server's units. */
export async function throughRouter<Result>(model: TestModel, use: (client: MongoClient) => Promise<Result>): Promise<Result> {
  const [address] = addressesOf(await model.status(), 'config-server');
  const password = await operatorPassword(model);
  return withMongo(`mongodb://operator:${encodeURIComponent(password)}@${address}:27018/?authSource=admin`, use);
}

export { rootOf } from '../../support/kill.ts';

/** Logs in on one mongod alone. @throws what the server answers. */
export const logIn = (address: string, user: string, password: string, source = 'admin'): Promise<void> =>
  withMongo(`mongodb://${address}:27017/?directConnection=true`, async client => void (await client.db('admin').command({ ping: 1 })), {
    auth: { username: user, password },
    authSource: source,
    authMechanism: 'SCRAM-SHA-256',
  });

export const shardNames = (client: MongoClient): Promise<string[]> =>
  client
    .db('admin')
    .command({ listShards: 1 })
    .then(({ shards }) => shards.map((shard: { _id: string }) => shard._id).sort());

export const primaryShardOf = async (client: MongoClient, database: string): Promise<string | undefined> =>
  (await client.db('config').collection<{ _id: string; primary: string }>('databases').findOne({ _id: database }))?.primary;

export type Count = {
  readonly acknowledged: () => number;
  /** What it does at this moment, to be shown with a failure. */
  readonly doing: () => string;
  /** Stops, and answers how many acknowledged documents are not there. */
  end(): Promise<{ readonly acknowledged: number; readonly lost: number }>;
};

export type Way = { readonly uri: string; readonly options?: MongoClientOptions };

/**
 * Writes one number after the other, each again until it is acknowledged, whatever happens to the servers, with a pause between them. Its
 * client is its own: one that has found no server is given up, for driver 7.9 never looks at a server again when the connection of its
 * monitor is closed at the very moment at which it is written to (the write waits for a drain that does not come).
 */
export function countingWriter({ uri, options }: Way, database: string, collection = 'counted', pauseMs = 0): Count {
  const open = () => new MongoClient(uri, { serverSelectionTimeoutMS: 20_000, ...options });
  const documents = () => client.db(database).collection<{ _id: number }>(collection);
  let client = open();
  const written: number[] = [];
  let going = true;
  let since = Date.now();
  let tries = 0;
  let trouble = 'none';
  const isWritten = async (number: number): Promise<boolean> => {
    since = Date.now();
    tries += 1;
    try {
      await documents().insertOne({ _id: number }, { writeConcern: { w: 'majority' } });
      return true;
    } catch (error) {
      trouble = `${new Date().toISOString()} ${error}`;
      if (error instanceof MongoServerSelectionError) {
        await client.close();
        client = open();
      }
      // A number that is there already was written by an attempt whose answer was lost.
      return (error as { code?: number }).code === 11000;
    }
  };
  const loop = (async () => {
    for (let number = 0; going; number += 1) {
      while (going && !(await isWritten(number))) await new Promise(wake => setTimeout(wake, 50));
      if (going) written.push(number);
      if (pauseMs > 0) await new Promise(wake => setTimeout(wake, pauseMs));
    }
  })();
  const endOnce = async () => {
    going = false;
    await loop;
    try {
      const found = await documents()
        .find({}, { projection: { _id: 1 } })
        .toArray();
      const there = new Set(found.map(({ _id }) => _id));
      return { acknowledged: written.length, lost: written.filter(number => !there.has(number)).length };
    } finally {
      await client.close();
    }
  };
  let ended: ReturnType<Count['end']> | undefined;
  return {
    acknowledged: () => written.length,
    doing: () =>
      `${written.length} acknowledged in ${tries} tries; the last began ${Date.now() - since} ms ago; the last trouble was: ${trouble}`,
    end: () => {
      ended ??= endOnce();
      return ended;
    },
  };
}
