// What the tests of the charm ask of a model: its replica set through the operator's own login, and its units through `juju status`.
import type { Document, MongoClient } from 'mongodb';
import { runAction, withMongo } from '../../support/client.ts';
import type { TestModel } from '../../support/model.ts';
import { active, type StatusJson, settled, unitsOf } from '../../support/status.ts';

/** Deploys so many units, and waits until they are a replica set. */
export async function deployMongodb(model: TestModel, units: number, ...words: string[]): Promise<void> {
  await model.juju('deploy', 'mongodb', '-n', String(units), ...words);
  await wellWith(model, units);
}

/** Waits until there are just so many units, all active, one of them primary, and nothing runs any more. */
export async function wellWith(model: TestModel, units: number): Promise<void> {
  await model.waitFor(`${units} units of mongodb that are well`, status => isWell(status, units));
}

export const isWell = (status: StatusJson, units: number): boolean =>
  active(status, 'mongodb', units) && settled(status) && primariesOf(status).length === 1;

/** Units that show `Primary`. */
export const primariesOf = (status: StatusJson): string[] =>
  Object.entries(unitsOf(status, 'mongodb')).flatMap(([name, unit]) => (unit['workload-status'].message === 'Primary' ? [name] : []));

export async function primaryOf(model: TestModel): Promise<string> {
  const [primary] = primariesOf(await model.status());
  if (primary === undefined) throw new Error('no unit shows Primary');
  return primary;
}

export const addressesOf = (status: StatusJson): string[] => Object.values(unitsOf(status, 'mongodb')).map(unit => unit['public-address']);

export async function passwordOf(model: TestModel, username = 'operator'): Promise<string> {
  const [task] = Object.values(await runAction(model, 'mongodb/leader', 'get-password', `username=${username}`));
  const password = task?.results?.password;
  if (typeof password !== 'string') throw new Error(`get-password says ${JSON.stringify(task)}`);
  return password;
}

export const userUri = (user: string, password: string, addresses: readonly string[]): string =>
  `mongodb://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${addresses.map(address => `${address}:27017`).join(',')}/?replicaSet=mongodb&authSource=admin`;

/** As the operator, on the primary. */
export async function asOperator<Result>(model: TestModel, use: (client: MongoClient) => Promise<Result>): Promise<Result> {
  const addresses = addressesOf(await model.status());
  return loggedIn(model, password => withMongo(userUri('operator', password, addresses), use));
}

/** As the operator, on one unit alone. */
export async function onUnit<Result>(model: TestModel, unit: string, use: (client: MongoClient) => Promise<Result>): Promise<Result> {
  const address = unitsOf(await model.status(), 'mongodb')[unit]?.['public-address'];
  return loggedIn(model, password =>
    withMongo(`mongodb://operator:${encodeURIComponent(password)}@${address}:27017/?directConnection=true&authSource=admin`, use),
  );
}

/** Asking for the password runs an action, so it is asked again only when the last one is refused. */
const lastPassword = new WeakMap<TestModel, string>();

async function loggedIn<Result>(model: TestModel, use: (password: string) => Promise<Result>): Promise<Result> {
  const known = lastPassword.get(model);
  if (known !== undefined) {
    try {
      return await use(known);
    } catch (error) {
      if ((error as { code?: number }).code !== 18) throw error;
    }
  }
  const password = await passwordOf(model);
  lastPassword.set(model, password);
  return use(password);
}

/** Members of the configuration, by address, sorted. */
export const membersOf = (model: TestModel): Promise<string[]> =>
  asOperator(model, async client => {
    const { config } = await client.db('admin').command({ replSetGetConfig: 1 });
    return config.members.map((member: Document) => String(member.host).replace(':27017', '')).sort();
  });

/** Waits until the members of the set are the units, and nobody else. */
export async function membersAreUnits(model: TestModel): Promise<void> {
  await model.waitFor('the members to be the units', async status => (await membersOf(model)).join() === addressesOf(status).sort().join());
}

export const userNames = (model: TestModel): Promise<string[]> =>
  asOperator(model, async client => {
    const { users } = await client.db('admin').command({ usersInfo: 1 });
    return users.map((user: Document) => user.user).sort();
  });

/** True if the credentials are accepted. */
export async function acceptsLogin(uri: string): Promise<boolean> {
  try {
    return await withMongo(uri, async client => (await client.db('admin').command({ ping: 1 })).ok === 1);
  } catch (error) {
    if ((error as { code?: number }).code === 18) return false;
    throw error;
  }
}
