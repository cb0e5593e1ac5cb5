// mongods for one test, each on an address of its own, and what a hook would see and do there. Everything is gone at the test's end.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { onTestFinished } from 'vitest';
import { applyMongod } from '../../../src/apply/mongod.ts';
import type { MemberConfig, MongodEffect, UserSpec } from '../../../src/core/effects.ts';
import type { MongodFacts } from '../../../src/core/observed.ts';
import { CODES } from '../../../src/mongo/errors.ts';
import { type Mongo, type MongoOptions, openMongo } from '../../../src/mongo/session.ts';
import { observeMongod } from '../../../src/observe/mongod.ts';
import { SYSTEM_ROLES } from '../../../src/plan/users.ts';
import { makeTestFolder } from '../../support/run-folder.ts';
import { until } from '../../support/until.ts';
import { KEY_FILE, type Launched, type LaunchOptions, launchMongod } from './launch.ts';

export const TIMES = { electionTimeoutMillis: 5_000, heartbeatIntervalMillis: 500, heartbeatTimeoutSecs: 5 } as const;
export const PASSWORD = 'password of the operator';

let lastAddress = 0;
/** Each worker has its own range, so that files may run side by side. */
export const freshAddress = (): string => {
  lastAddress += 1;
  return `127.${60 + (process.pid % 40)}.${Math.floor(process.pid / 40) % 250}.${lastAddress}`;
};

/** Starts so many mongods side by side. */
export async function launch(count: number, options: Partial<LaunchOptions> = {}): Promise<readonly Launched[]> {
  const folder = await makeTestFolder('mg');
  const running: Launched[] = [];
  onTestFinished(async () => {
    await Promise.all(running.map(one => one.end()));
    await rm(folder, { recursive: true, force: true });
  });
  await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const own = join(folder, String(n));
      await mkdir(own);
      running[n] = await launchMongod({ folder: own, address: freshAddress(), ...options });
    }),
  );
  return running;
}

/** A session as one hook has it. */
export function session(mongod: Launched, options: Partial<MongoOptions> = {}): Mongo {
  const mongo = openMongo({ socket: mongod.socket, keyFile: KEY_FILE, operatorPassword: PASSWORD, ...options });
  onTestFinished(() => mongo.close());
  return mongo;
}

export const look = (
  mongo: Mongo,
  others: ReadonlyMap<string, string> = new Map(),
  { leader = true, detaching = false }: { readonly leader?: boolean; readonly detaching?: boolean } = {},
): Promise<MongodFacts> =>
  observeMongod(mongo, { leader, cache: true, detaching, formerShard: false, databases: true, others, going: new Map() });

type Facts<Kind extends MongodFacts['kind']> = Extract<MongodFacts, { kind: Kind }>;
/** One look; an error unless it is of this kind. */
export async function lookFor<Kind extends MongodFacts['kind']>(kind: Kind, mongo: Mongo): Promise<Facts<Kind>> {
  const seen = await look(mongo);
  if (seen.kind !== kind) throw new Error(`expected ${kind}, but it is ${JSON.stringify(seen)}`);
  return seen as Facts<Kind>;
}

/** Looks until it is of this kind. A mongod that has just been started may say for a moment that it is still reading its configuration. */
export const untilKind = async <Kind extends MongodFacts['kind']>(kind: Kind, mongo: Mongo): Promise<Facts<Kind>> =>
  until(`a mongod that is ${kind}`, async () => {
    const seen = await look(mongo);
    return seen.kind === kind ? (seen as Facts<Kind>) : undefined;
  }) as Promise<Facts<Kind>>;

/** Looks until a member is seen that suits. */
export const untilMember = (mongo: Mongo, what: string, suits: (seen: Facts<'member'>) => boolean): Promise<Facts<'member'>> =>
  until(what, async () => {
    const seen = await look(mongo);
    return seen.kind === 'member' && suits(seen) ? seen : undefined;
  });

/** Does it as a hook does: again while a primary that was just elected takes no writes yet. @throws unless it is done. */
export const apply = (mongo: Mongo, effect: MongodEffect): Promise<true> =>
  until(effect.do, async () => {
    const outcome = await applyMongod(mongo, effect);
    if (!outcome.ok && outcome.code !== CODES.notWritablePrimary) throw new Error(`${effect.do}: ${outcome.reason}`);
    return outcome.ok;
  });

export const operatorSpec: UserSpec = { name: 'operator', password: PASSWORD, roles: SYSTEM_ROLES.operator };

export const memberFor = (mongod: Launched, n: number): MemberConfig => ({
  id: n,
  host: mongod.host,
  unit: `mongodb/${n}`,
  votes: 1,
  priority: 1,
});

/** Makes a replica set of these with an operator, the first one primary; answers when all of them vote. */
export async function makeSet(mongods: readonly Launched[]): Promise<Mongo> {
  const [first] = mongods;
  if (first === undefined) throw new Error('a set has a first member');
  const mongo = session(first);
  await apply(mongo, { do: 'initiate', set: 'rs', host: first.host, unit: 'mongodb/0', times: TIMES });
  await untilMember(mongo, 'the first primary', seen => seen.primary !== undefined);
  await apply(mongo, { do: 'set-user', user: operatorSpec });
  if (mongods.length === 1) return mongo;
  await apply(mongo, { do: 'reconfigure', from: 1, force: false, members: mongods.map(memberFor) });
  await untilMember(
    mongo,
    'all to be secondaries',
    ({ set }) => set.members.filter(one => one.state === 'secondary').length === mongods.length - 1,
  );
  // Only in the stored configuration is it to be seen which member may not vote yet.
  await until('all to vote', async () => {
    const link = await mongo.own();
    if (link.kind !== 'open') return false;
    const [stored, { config }] = await Promise.all([link.findOne('local', 'system.replset'), link.command({ replSetGetConfig: 1 })]);
    const all = stored?.members.every((member: { newlyAdded?: boolean }) => member.newlyAdded === undefined) === true;
    return all && stored.version === config.version; // it is stored a moment before it counts
  });
  return mongo;
}

/** Changes the members of the set as it is now, again while the primary changes it itself. */
export const reconfigureTo = (mongo: Mongo, members: readonly MemberConfig[]): Promise<true> =>
  until('the set to be changed', async () => {
    const { set } = await lookFor('member', mongo);
    return (await applyMongod(mongo, { do: 'reconfigure', from: set.version, force: false, members })).ok;
  });

/** A client of this test, as the operator or another user. */
export function clientOf(mongod: Launched, user = 'operator', password = PASSWORD): MongoClient {
  const client = new MongoClient(`mongodb://${mongod.host}/?directConnection=true&serverSelectionTimeoutMS=2000`, {
    auth: { username: user, password },
    authMechanism: 'SCRAM-SHA-256',
  });
  onTestFinished(() => client.close());
  return client;
}

/** Whether a login is accepted; an error for any other reason. */
export async function accepts(mongod: Launched, user: string, password: string): Promise<boolean> {
  const client = clientOf(mongod, user, password);
  try {
    await client.connect();
    return true;
  } catch (error) {
    if ((error as { code?: number }).code === 18) return false;
    throw error;
  }
}
