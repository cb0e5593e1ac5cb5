// A router, and the cluster behind it, as far as the charm talks to them: shards, databases and where they lie. What the cluster knows is
// in the data of its config servers, so that it is replicated, and lost, with them.
import type { Document } from 'mongodb';
import { ServerError } from '../../../src/mongo/errors.ts';
import { below, clock, sleep } from '../kernel.ts';
import { answers, connected, diskOf, serverAt } from './life.ts';
import { change, matches, withDocuments } from './mongod.ts';
import { stateOf } from './replication.ts';
import type { Server } from './state.ts';

const error = (code: number, text: string): never => {
  throw new ServerError(text, code);
};

type Handler = (router: Server, command: Document, database: string) => Document | Promise<Document>;

export async function runRouterCommand(router: Server, database: string, command: Document): Promise<Document> {
  const name = Object.keys(command)[0] ?? '';
  const handler = handlers[name];
  if (handler === undefined) return error(59, `no such command: '${name}'`);
  return handler(router, command, database);
}

const handlers: Readonly<Record<string, Handler>> = {
  hello: router => ({ msg: 'isdbgrid', isWritablePrimary: true, automationServiceDescriptor: router.settings.descriptor }),
  buildInfo: () => ({ version: '6.0.6' }),
  logRotate: () => ({}),
  listShards: router => {
    followShards(router);
    return { shards: documents(router, 'shards') };
  },
  balancerStatus: router => ({ mode: documents(router, 'settings').some(one => one.stopped) ? 'off' : 'full' }),
  balancerStart: router => save(router, 'settings', () => []),
  dbStats: router => ({
    raw: Object.fromEntries(documents(router, 'shards').map(({ host }) => [host, { fsTotalSize: 1e12, fsUsedSize: 1e9 }])),
  }),
  find: (router, command, database) => {
    if (database !== 'config') return { cursor: { id: 0, firstBatch: [] } };
    return { cursor: { id: 0, firstBatch: documents(router, command.find).filter(one => matches(one, command.filter ?? {})) } };
  },
  aggregate: () => ({ cursor: { id: 0, firstBatch: [] } }),
  addShard: (router, command) => addShard(router, String(command.addShard), String(command.name)),
  removeShard: (router, command) => removeShard(router, String(command.removeShard)),
  movePrimary: (router, command) => movePrimary(router, String(command.movePrimary), String(command.to)),
  dropDatabase: async (router, _command, database) => {
    const entry = documents(router, 'databases').find(one => one._id === database);
    if (entry === undefined) return {};
    const shard = shardPrimary(router, String(entry.primary));
    if (shard === undefined) return error(133, `no primary of ${entry.primary}`);
    await change(shard, data => ({ ...data, databases: without(data.databases, database) }));
    return save(router, 'databases', old => old.filter(one => one._id !== database));
  },
};

const without = <Value>(all: Record<string, Value>, name: string): Record<string, Value> =>
  Object.fromEntries(Object.entries(all).filter(([key]) => key !== name));

function configPrimary(router: Server): Server {
  const primary = primaryOfCluster(router);
  return primary ?? error(133, 'could not find host matching read preference { mode: "primary" } for the config servers');
}

const documents = (router: Server, collection: string): readonly Document[] =>
  diskOf(configPrimary(router)).data.databases.config?.[collection] ?? [];

/** Changes what the cluster knows, as a write of its config servers that a majority has. */
const save = (router: Server, collection: string, to: (old: readonly Document[]) => readonly Document[]): Promise<Document> =>
  change(configPrimary(router), data => withDocuments(data, 'config', collection, to));

export function primaryOfCluster(router: Server): Server | undefined {
  const { configDb, setName } = router.settings;
  const listed = configDb === '' ? [] : configDb.slice(configDb.indexOf('/') + 1).split(',');
  return primaryAmong(router, listed) ?? (setName === '' ? undefined : undefined);
}

/** The primary of a set, known by some of its members' hosts; found through any of those. */
export function primaryAmong(from: Server, hosts: readonly string[]): Server | undefined {
  for (const host of hosts) {
    const seed = serverAt(host);
    if (!answers(seed) || !connected(from.machine, seed.machine) || !knows(from, seed)) continue;
    for (const member of diskOf(seed).config?.members ?? []) {
      const other = serverAt(member.host);
      if (answers(other) && connected(from.machine, other.machine) && knows(from, other) && stateOf(other) === 1) return other;
    }
  }
  return undefined;
}

/** Whoever speaks first shows his first key. */
const knows = (from: Server, to: Server): boolean =>
  from.settings.keys[0] !== undefined && to.settings.keys.includes(from.settings.keys[0]);

const hostsOf = (host: string): string[] => host.slice(host.indexOf('/') + 1).split(',');
function shardPrimary(router: Server, name: string): Server | undefined {
  const entry = documents(router, 'shards').find(one => one._id === name);
  return entry && primaryAmong(configPrimary(router), hostsOf(String(entry.host)));
}

const hostText = (primary: Server): string => {
  const config = diskOf(primary).config!;
  return `${config._id}/${config.members.map(member => member.host).join(',')}`;
};

/** The config servers follow the members of a shard, as long as they reach one that they knew. */
function followShards(router: Server): void {
  const primary = configPrimary(router);
  const moved = new Map(
    documents(router, 'shards').flatMap(({ _id, host }) => {
      const found = primaryAmong(primary, hostsOf(String(host)));
      return found !== undefined && hostText(found) !== host ? [[String(_id), hostText(found)] as const] : [];
    }),
  );
  if (moved.size === 0) return;
  const disk = diskOf(primary);
  disk.data = withDocuments(disk.data, 'config', 'shards', old =>
    old.map(one => (moved.has(String(one._id)) ? { ...one, host: moved.get(String(one._id)) } : one)),
  );
  disk.head = { term: disk.term, index: (disk.head?.index ?? 0) + 1 };
}

async function addShard(router: Server, host: string, name: string): Promise<Document> {
  await sleep(below(300));
  const config = configPrimary(router);
  const known = documents(router, 'shards').find(one => one._id === name);
  const shard = primaryAmong(config, hostsOf(host));
  if (shard === undefined) return error(96, `could not find a primary of ${host} that lets the cluster in`);
  if (shard.settings.clusterRole !== 'shardsvr')
    return error(193, `Cannot add ${host} as a shard since it was not started with --shardsvr`);
  if (known !== undefined) return hostText(shard) === known.host ? { shardAdded: name } : error(20, `a shard ${name} is there already`);
  const { data } = diskOf(shard);
  const cluster = String(diskOf(config).config?.identity);
  const identity = data.databases.admin?.['system.version']?.find(one => one._id === 'shardIdentity');
  if (identity !== undefined && identity.cluster !== cluster) return error(96, 'the shard belongs to another cluster');
  const brought = Object.keys(data.databases).filter(one => !['admin', 'config', 'local', 'acknowledged'].includes(one));
  const taken = brought.find(one => documents(router, 'databases').some(entry => entry._id === one && entry.primary !== name));
  if (taken !== undefined) return error(96, `can't add shard ${name} because a local database '${taken}' exists in another`);
  await change(shard, old =>
    withDocuments(old, 'admin', 'system.version', all => [
      ...all.filter(one => one._id !== 'shardIdentity'),
      { _id: 'shardIdentity', cluster },
    ]),
  );
  await save(router, 'shards', old => [...old.filter(one => one._id !== name), { _id: name, host: hostText(shard) }]);
  if (brought.length > 0) await save(router, 'databases', old => [...old, ...brought.map(one => ({ _id: one, primary: name }))]);
  return { shardAdded: name };
}

async function removeShard(router: Server, name: string): Promise<Document> {
  const all = documents(router, 'shards');
  const shard = all.find(one => one._id === name);
  if (shard === undefined) return error(70, `Shard ${name} does not exist`);
  if (!shard.draining) {
    if (!all.some(one => one._id !== name && !one.draining)) return error(20, 'Cannot remove last shard');
    await save(router, 'shards', old => old.map(one => (one._id === name ? { ...one, draining: true } : one)));
    return { state: 'started' };
  }
  const left = documents(router, 'databases').filter(one => one.primary === name);
  if (left.length > 0) return { state: 'ongoing', dbsToMove: left.map(one => one._id) };
  await save(router, 'shards', old => old.filter(one => one._id !== name));
  return { state: 'completed' };
}

async function movePrimary(router: Server, database: string, to: string): Promise<Document> {
  await sleep(below(600));
  const entry = documents(router, 'databases').find(one => one._id === database);
  if (entry === undefined) return error(26, `no database ${database}`);
  if (entry.primary === to) return {};
  const [from, target] = [shardPrimary(router, String(entry.primary)), shardPrimary(router, to)];
  if (from === undefined || target === undefined) return error(133, 'a shard has no primary');
  const moved = diskOf(from).data.databases[database] ?? {};
  await change(target, data => ({ ...data, databases: { ...data.databases, [database]: moved } }));
  await save(router, 'databases', old => old.map(one => (one._id === database ? { ...one, primary: to } : one)));
  await change(from, data => ({ ...data, databases: without(data.databases, database) }));
  return { at: clock.now() };
}
