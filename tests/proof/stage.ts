// The two clusters that the operations are done to, each with one client of each kind.
import type { MongoClient } from 'mongodb';
import { asOperator, deployMongodb } from '../integration/charm/world.ts';
import { deployCluster, throughRouter } from '../integration/sharding/world.ts';
import type { TestModel } from '../support/model.ts';
import { type StatusJson, settled } from '../support/status.ts';
import { type ClusterKind, clientOf, deployClient, type Kind, published, serverOf } from './clients.ts';
import type { Stage } from './prove.ts';
import type { Writers } from './writers.ts';

/** Deploys a replica set with so many members, or a config server and a shard with so many, and the clients; waits until these are served. */
export const setStage = async (
  model: TestModel,
  cluster: ClusterKind,
  kinds: readonly Kind[],
  units: number,
  writers: readonly Writers[],
): Promise<Stage> => {
  const clients = kinds.map(kind => clientOf(kind, cluster));
  if (cluster === 'sharded') await deployCluster(model, { 'shard-a': units });
  else await deployMongodb(model, units);
  for (const client of clients) await deployClient(model, client);
  await model.waitFor('the clients to be served', async status => {
    if (!isWell(status)) return false;
    return (await Promise.all(clients.map(client => published(model, client)))).every(uri => uri !== undefined);
  });
  return {
    model,
    server: serverOf(cluster),
    clients,
    writers,
    calm: async () => void (await model.waitFor('all to be well', isWell, { limitMs: 240_000 })),
    documents: collections =>
      cluster === 'sharded'
        ? throughRouter(model, client => numbersIn(client, collections))
        : asOperator(model, client => numbersIn(client, collections)),
  };
};

const isWell = (status: StatusJson): boolean =>
  settled(status) && Object.values(status.applications).every(one => one['application-status'].current === 'active');

/** The plain client asks for a database of its own. */
const databases = ['shop', 'old'];

const numbersIn = async (client: MongoClient, collections: readonly string[]): Promise<Map<string, number[]>> => {
  const found = new Map<string, number[]>();
  for (const name of collections) {
    const numbers: number[] = [];
    for (const database of databases) {
      const documents = client
        .db(database)
        .collection<{ _id: number }>(name)
        .find({}, { projection: { _id: 1 } });
      for await (const { _id } of documents) numbers.push(_id);
    }
    found.set(name, numbers);
  }
  return found;
};
