// The way of a client to its database: the credentials as the action prints them, and a driver that uses them.
import { MongoClient, type MongoClientOptions } from 'mongodb';
import type { TestModel } from './model.ts';

export type Credentials = {
  username: string;
  password: string;
  uris: string;
  database: string;
  endpoints?: string;
  replset?: string;
  [field: string]: string | undefined;
};

/** Runs get-credentials on a unit of the client charm. @throws when the action fails or says nothing of that endpoint. */
export const getCredentials = async (model: TestModel, unit = 'data-integrator/leader', endpoint = 'mongodb'): Promise<Credentials> => {
  const [task] = Object.values(await runAction(model, unit, 'get-credentials'));
  const credentials = task?.results?.[endpoint];
  if (typeof credentials !== 'object') throw new Error(`get-credentials says nothing of ${endpoint}: ${JSON.stringify(task)}`);
  return credentials as Credentials;
};

export type TaskJson = { status: string; message?: string; results?: Record<string, unknown> };

/** Runs an action and returns what JSON says of each unit's task. A task that failed is an answer, not an error. */
export const runAction = async (
  model: TestModel,
  unit: string,
  action: string,
  ...parameters: string[]
): Promise<Record<string, TaskJson>> => {
  const { stdout, stderr } = await model.tryJuju('run', '--format=json', unit, action, ...parameters);
  try {
    return JSON.parse(stdout) as Record<string, TaskJson>;
  } catch {
    throw new Error(`cannot run ${action} on ${unit}: ${stderr || stdout}`);
  }
};

/** Connects, hands the client over, and closes it again. Gives up on finding a server after 10 s. */
export const withMongo = async <Result>(
  uri: string,
  use: (client: MongoClient) => Promise<Result>,
  options: MongoClientOptions = {},
): Promise<Result> => {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 10_000, ...options });
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.close();
  }
};
