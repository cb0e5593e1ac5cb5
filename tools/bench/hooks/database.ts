// The operator's way to the replica set of a model, to look at it and to set it back between two hooks.
import { MongoClient } from 'mongodb';
import type { Model, Secret } from '../../local-juju/state.ts';

/** Connects as the operator, with the password that the model's state has at this moment. */
export const asOperator = async <Result>(
  model: Model,
  application: string,
  use: (client: MongoClient) => Promise<Result>,
  port = 27017,
): Promise<Result> => {
  const hosts = Object.values(model.units)
    .filter(unit => unit.application === application)
    .map(unit => `${model.machines[unit.machine]?.address}:${port}`);
  const auth = { username: 'operator', password: operatorPassword(model, application) };
  const set = port === 27017 ? { replicaSet: application } : {};
  const client = new MongoClient(`mongodb://${hosts.join(',')}/`, { auth, authSource: 'admin', ...set, serverSelectionTimeoutMS: 20_000 });
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.close();
  }
};

/** A user that is not there is as good as dropped. */
export const dropUser = (model: Model, application: string, user: string, port?: number): Promise<void> =>
  asOperator(
    model,
    application,
    async client => {
      const { users } = await client.db('admin').command({ usersInfo: user });
      if (users.length > 0) await client.db('admin').command({ dropUser: user, writeConcern: { w: 'majority' } });
    },
    port,
  );

const operatorPassword = (model: Model, application: string): string => {
  const secret = Object.values(model.secrets).find(one => one.owner.name === application && 'operator-password' in latest(one));
  if (secret === undefined) throw new Error(`the model has no passwords of ${application}`);
  return Buffer.from(latest(secret)['operator-password'] ?? '', 'base64').toString();
};

const latest = ({ revisions, latest }: Secret) => revisions.find(one => one.revision === latest)?.content ?? {};
