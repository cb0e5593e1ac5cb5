// The operator's way to the replica set of a model, to look at it and to set it back between two hooks.
import { type Db, MongoClient } from 'mongodb';
import type { Model, Secret } from '../../local-juju/state.ts';

/** A user that is not there is as good as dropped. */
export const dropUser = (model: Model, application: string, user: string): Promise<void> =>
  asOperator(model, application, async admin => {
    const { users } = await admin.command({ usersInfo: user });
    if (users.length > 0) await admin.command({ dropUser: user, writeConcern: { w: 'majority' } });
  });

export const hasUser = (model: Model, application: string, user: string): Promise<boolean> =>
  asOperator(model, application, async admin => (await admin.command({ usersInfo: user })).users.length > 0);

/** Connects with the password that the model's state has at this moment. */
const asOperator = async <Result>(model: Model, application: string, use: (admin: Db) => Promise<Result>): Promise<Result> => {
  const hosts = Object.values(model.units)
    .filter(unit => unit.application === application)
    .map(unit => `${model.machines[unit.machine]?.address}:27017`);
  const auth = { username: 'operator', password: operatorPassword(model, application) };
  const options = { auth, authSource: 'admin', replicaSet: application, serverSelectionTimeoutMS: 20_000 };
  const client = new MongoClient(`mongodb://${hosts.join(',')}/`, options);
  try {
    await client.connect();
    return await use(client.db('admin'));
  } finally {
    await client.close();
  }
};

/** @throws when the application has made none yet. */
export const operatorPassword = (model: Model, application: string): string => {
  const secret = Object.values(model.secrets).find(one => one.owner.name === application && 'operator-password' in latest(one));
  if (secret === undefined) throw new Error(`the model has no passwords of ${application}`);
  return contentOf(secret)['operator-password'] ?? '';
};

/** The latest content of a secret by its URI; undefined when the model has none of it. */
export const secretContent = (model: Model, uri: string): Readonly<Record<string, string>> | undefined => {
  const secret = model.secrets[uri.slice(Math.max(uri.lastIndexOf('/'), uri.lastIndexOf(':')) + 1)];
  return secret && contentOf(secret);
};

/** The model keeps the values as Juju does, in base64. */
const contentOf = (secret: Secret): Record<string, string> =>
  Object.fromEntries(Object.entries(latest(secret)).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));

const latest = ({ revisions, latest }: Secret) => revisions.find(one => one.revision === latest)?.content ?? {};
