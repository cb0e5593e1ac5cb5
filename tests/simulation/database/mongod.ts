// What a mongod answers to the commands that the charm sends, by what was seen of MongoDB 6.0.5.
import type { Document } from 'mongodb';
import { ServerError } from '../../../src/mongo/errors.ts';
import { between, clock, sleep } from '../kernel.ts';
import { currentWorld } from '../world.ts';
import { answers, connected, diskOf, hostOf, hurry, reaches, serverAt, unsettle } from './life.ts';
import { evolve, isCommitted, replicate, selfIn, stateOf } from './replication.ts';
import { ahead, type Data, type MemberDocument, majorityOf, type Server, type SetConfig, type User, votersOf } from './state.ts';

const error = (code: number, text: string): never => {
  throw new ServerError(text, code);
};

type Handler = (server: Server, command: Document, database: string) => Document | Promise<Document>;

export async function runCommand(server: Server, database: string, command: Document): Promise<Document> {
  const name = Object.keys(command)[0] ?? '';
  const handler = handlers[name];
  if (handler === undefined) return error(59, `no such command: '${name}'`);
  return handler(server, command, database);
}

const handlers: Readonly<Record<string, Handler>> = {
  hello: server => (server.ending ? error(91, 'The server is in quiesce mode and will shut down') : helloOf(server)),
  buildInfo: () => ({ version: '6.0.6' }),
  replSetGetConfig: server => {
    const { config } = diskOf(server);
    if (config === undefined) return error(94, 'no replset config has been received');
    const members = config.members.map(({ newlyAdded: _, ...member }) => member);
    return { config: { ...config, members, settings: { ...config.settings, replicaSetId: { toHexString: () => config.identity } } } };
  },
  replSetGetStatus: server => statusOf(server),
  replSetInitiate: (server, command) => initiate(server, command.replSetInitiate),
  replSetReconfig: (server, command) =>
    reconfigure(server, command.replSetReconfig, command.force === true, Number(command.maxTimeMS ?? 0)),
  replSetStepDown: async (server, command) => {
    if (!server.primary) return error(10107, 'not primary so can not step down');
    if (!replicate(server) || !hasSuccessor(server)) return error(262, 'No electable secondaries caught up as of now');
    server.primary = false;
    server.barredUntil = clock.now() + Number(command.replSetStepDown) * 1_000;
    server.sawPrimaryAt = 0;
    hurry(server);
    unsettle();
    return {};
  },
  usersInfo: server => {
    const { users } = diskOf(server).data;
    return { users: Object.entries(users).map(([user, { roles, customData }]) => ({ user, roles, customData })) };
  },
  rolesInfo: server => ({ roles: Object.entries(diskOf(server).data.roles).map(([role, rest]) => ({ role, ...rest })) }),
  createUser: (server, command) =>
    write(server, command, data => {
      if (data.users[command.createUser] !== undefined) error(51003, `User "${command.createUser}@admin" already exists`);
      userWrites.seen(server, command.createUser, command.pwd);
      const { pwd, roles, customData } = command;
      return withUser(data, command.createUser, { pwd, salt: saltOf(server), roles, customData });
    }),
  updateUser: (server, command) =>
    write(server, command, data => {
      const before = data.users[command.updateUser] ?? error(11, `Could not find user "${command.updateUser}" for db "admin"`);
      const { roles = before.roles, customData = before.customData } = command;
      if (roles.some((one: { role: string }) => one.role === 'pbmAnyAction') && data.roles.pbmAnyAction === undefined)
        error(31, 'Could not find role: pbmAnyAction@admin');
      userWrites.seen(server, command.updateUser, command.pwd);
      const password = command.pwd === undefined ? {} : { pwd: command.pwd, salt: saltOf(server) };
      return withUser(data, command.updateUser, { ...before, ...password, roles, customData });
    }),
  dropUser: (server, command) =>
    write(server, command, data => {
      if (data.users[command.dropUser] === undefined) error(11, `User '${command.dropUser}@admin' not found`);
      const { [command.dropUser]: _, ...users } = data.users;
      return { ...data, users };
    }),
  createRole: (server, command) =>
    write(server, command, data => {
      if (data.roles[command.createRole] !== undefined) error(51002, `Role "${command.createRole}@admin" already exists`);
      return withRole(data, command.createRole, command);
    }),
  updateRole: (server, command) =>
    write(server, command, data => {
      if (data.roles[command.updateRole] === undefined) error(31, `Role: ${command.updateRole}@admin not found`);
      return withRole(data, command.updateRole, command);
    }),
  dropRole: (server, command) =>
    write(server, command, data => {
      if (data.roles[command.dropRole] === undefined) error(31, `Role: ${command.dropRole}@admin not found`);
      const { [command.dropRole]: _, ...roles } = data.roles;
      return { ...data, roles };
    }),
  insert: (server, command, database) =>
    write(server, command, data => withDocuments(data, database, command.insert, old => [...old, ...command.documents])),
  update: (server, command, database) =>
    write(server, command, data =>
      command.updates.reduce(
        (all: Data, { q, u, upsert }: Document) =>
          withDocuments(all, database, command.update, old => {
            const hit = old.some(one => matches(one, q));
            const changed = old.map(one => (matches(one, q) ? { ...one, ...u.$set } : one));
            return hit || !upsert ? changed : [...changed, { ...q, ...u.$set }];
          }),
        data,
      ),
    ),
  delete: (server, command, database) =>
    write(server, command, data => {
      if (command.delete === 'system.version' && server.settings.clusterRole === 'shardsvr') return data;
      return withDocuments(data, database, command.delete, old =>
        old.filter(one => !command.deletes.some(({ q }: Document) => matches(one, q))),
      );
    }).then(answer =>
      command.delete === 'system.version' && server.settings.clusterRole === 'shardsvr'
        ? { ...answer, writeErrors: [{ code: 40070, errmsg: 'cannot delete shardIdentity document while in --shardsvr mode' }] }
        : answer,
    ),
  drop: (server, command, database) => write(server, command, data => withDocuments(data, database, command.drop, () => undefined)),
  dropDatabase: (server, command, database) =>
    write(server, command, data => {
      const { [database]: _, ...databases } = data.databases;
      return { ...data, databases };
    }),
  find: (server, command, database) => ({ cursor: { id: 0, firstBatch: found(server, database, command) } }),
  aggregate: (server, command, database) => {
    const n = found(server, database, { find: command.aggregate, filter: command.pipeline[0]?.$match }).length;
    return { cursor: { id: 0, firstBatch: n === 0 ? [] : [{ n }] } };
  },
  listCollections: (server, _command, database) => {
    if (database === 'local') {
      const there = diskOf(server).config !== undefined;
      return {
        cursor: { id: 0, firstBatch: there ? [{ name: 'oplog.rs', options: { size: server.settings.oplogBytes || 1024 ** 3 } }] : [] },
      };
    }
    const all = diskOf(server).data.databases[database] ?? {};
    return { cursor: { id: 0, firstBatch: Object.keys(all).map(name => ({ name })) } };
  },
  listDatabases: server => ({ databases: Object.keys(diskOf(server).data.databases).map(name => ({ name })) }),
  profile: (server, command) => {
    if (command.slowms !== undefined) server.settings.slowMs = command.slowms;
    return { slowms: server.settings.slowMs };
  },
  getParameter: server => ({ logLevel: server.settings.verbosity }),
  setParameter: (server, command) => {
    if (command.logLevel !== undefined) server.settings.verbosity = command.logLevel;
    const size = /cache_size=(\d+)M/.exec(String(command.wiredTigerEngineRuntimeConfig ?? ''))?.[1];
    if (size !== undefined) server.settings.cacheBytes = Number(size) * 1024 ** 2;
    return {};
  },
  serverStatus: server => ({ wiredTiger: { cache: { 'maximum bytes configured': server.settings.cacheBytes } } }),
  replSetResizeOplog: (server, command) => {
    server.settings.oplogBytes = Number(command.size) * 1024 ** 2;
    return {};
  },
  logRotate: () => ({}),
  ping: () => ({}),
};

function helloOf(server: Server): Document {
  const { config } = diskOf(server);
  const state = stateOf(server);
  const common = { automationServiceDescriptor: server.settings.descriptor, isWritablePrimary: state === 1, secondary: state === 2 };
  if (config === undefined || state === 10) return common;
  const primary = primarySeenBy(server, config);
  return { ...common, setName: config._id, hosts: config.members.map(({ host }) => host), ...(primary === undefined ? {} : { primary }) };
}

/** Of several that take themselves for it, the one of the latest term. */
function primarySeenBy(server: Server, config: SetConfig): string | undefined {
  const seen = config.members.flatMap(({ host }) => {
    const other = serverAt(host);
    return other?.primary && (other === server || reaches(server, other)) ? [{ host, term: diskOf(other).term }] : [];
  });
  return seen.sort((a, b) => b.term - a.term)[0]?.host;
}

const STATES: Readonly<Record<number, string>> = {
  1: 'PRIMARY',
  2: 'SECONDARY',
  5: 'STARTUP2',
  8: '(not reachable/healthy)',
  10: 'REMOVED',
};

function statusOf(server: Server): Document {
  const { config } = diskOf(server);
  if (config === undefined) return error(94, 'no replset config has been received');
  const myState = stateOf(server);
  if (myState === 10) return error(93, 'Our replica set config is invalid or we are not a member of it');
  const members = config.members.map(({ _id, host }) => {
    const other = serverAt(host);
    if (other === server) return { _id, state: myState, stateStr: STATES[myState], health: 1, self: true };
    const health = other !== undefined && reaches(server, other) && diskOf(other).config?.identity === config.identity;
    const state = health ? stateOf(other) : 8;
    return { _id, state: state === 0 ? 5 : state, stateStr: STATES[state] ?? 'STARTUP2', health: health ? 1 : 0 };
  });
  return { myState, members };
}

/** Another that votes and has all the data. One that may not vote yet is not electable. */
const hasSuccessor = (primary: Server): boolean =>
  votersOf(diskOf(primary).config!).some(({ host }) => {
    const other = serverAt(host);
    const reached = other !== undefined && other !== primary && reaches(primary, other);
    return reached && stateOf(other) === 2 && diskOf(other).head === diskOf(primary).head;
  });

async function initiate(server: Server, given: Document): Promise<Document> {
  const disk = diskOf(server);
  if (disk.config !== undefined) return error(23, 'already initialized');
  if (given._id !== server.settings.setName) return error(93, 'the set has another name');
  if (given.members.length !== 1 || given.members[0].host !== hostOf(server))
    return error(74, 'No host described in new configuration maps to this node');
  await sleep(between(20, 300));
  if (serverAt(hostOf(server)) !== server) return error(91, 'it was killed meanwhile');
  currentWorld().incarnations += 1;
  disk.term = 1;
  disk.config = { ...(given as SetConfig), version: 1, term: 1, identity: `${given._id}-${currentWorld().incarnations}` };
  disk.head = { term: 1, index: 1 };
  server.copiedAt = clock.now();
  server.sawPrimaryAt = 0;
  unsettle();
  return {};
}

async function reconfigure(server: Server, given: Document, force: boolean, maxTimeMS: number): Promise<Document> {
  const disk = diskOf(server);
  const before = disk.config;
  if (before === undefined) return error(94, 'no replset config has been received');
  if (!force && !server.primary) return error(10107, 'New config must be written by the primary');
  if (!force && !isCommitted(server, before))
    return error(308, 'Cannot run replSetReconfig because the current config is not majority committed');
  if (!force && given.version !== before.version + 1 && given.version <= before.version)
    return error(
      103,
      `New replica set configuration version must be greater than old, but ${given.version} is not greater than ${before.version}`,
    );
  const members = (given.members as MemberDocument[]).map((member): MemberDocument => {
    const old = before.members.find(one => one._id === member._id);
    const newlyAdded = !force && member.votes > 0 && (old === undefined || old.newlyAdded === true);
    return { ...member, ...(newlyAdded ? { newlyAdded } : {}) };
  });
  const { replicaSetId: _, ...settings } = (given.settings ?? before.settings) as Document;
  const config: SetConfig = {
    ...before,
    settings,
    members,
    version: force ? Math.max(before.version, given.version) + between(10_000, 100_000) : given.version,
    term: force ? -1 : disk.term,
  };
  reconfigured(server, before, config, force);
  checkMembers(server, before, config, force);
  if (!force && before.version !== diskOf(server).config?.version) return error(109, 'reconfig is running');
  disk.config = config;
  unsettle();
  if (force) return {};
  const end = clock.now() + (maxTimeMS || 10_000);
  for (;;) {
    evolve();
    if (!server.primary) return error(11602, 'operation was interrupted: the node is not primary any more');
    if (diskOf(server).config !== config || isCommitted(server, config)) return {};
    if (clock.now() >= end) return error(50, 'operation exceeded time limit');
    await sleep(250);
  }
}

/** Told of each change of a set's members that is asked for, whether it is made or refused: for the checks of a simulation. */
export const reconfigurations: { seen(server: Server, before: SetConfig, after: SetConfig, force: boolean): void } = { seen: () => {} };
const reconfigured = (server: Server, before: SetConfig, after: SetConfig, force: boolean): void =>
  reconfigurations.seen(server, before, after, force);

function checkMembers(server: Server, before: SetConfig, config: SetConfig, force: boolean): void {
  const hosts = new Set(config.members.map(({ host }) => host));
  if (hosts.size < config.members.length) error(2, 'Found two member configurations with same host field');
  const moved = config.members.find(({ _id, host }) => before.members.some(old => old.host === host && old._id !== _id));
  if (moved !== undefined) error(103, `New and old configurations both have members with host ${moved.host}, but of another _id`);
  if (config.members.filter(({ votes }) => votes > 0).length > 7 && !force && config.members.length > 50) error(93, 'too many members');
  if (selfIn(server, config) === undefined) error(74, 'No host described in new configuration maps to this node');
  if (force) return;
  const [old, next] = [before, config].map(one => new Set(votersOf(one).map(({ _id }) => _id)));
  const changed = [...old!].filter(id => !next!.has(id)).length + [...next!].filter(id => !old!.has(id)).length;
  if (changed > 1) error(103, 'Non force replset reconfig can only add or remove at most 1 voting member');
  const there = config.members.filter(({ host }) => {
    const other = serverAt(host);
    return (
      other !== undefined && answers(other) && connected(server.machine, other.machine) && (other === server || reaches(server, other))
    );
  });
  for (const { host } of there) {
    const other = serverAt(host)!;
    const theirs = diskOf(other).config;
    if (other.settings.setName !== config._id) error(103, `Our set name did not match that of ${host}`);
    if (theirs !== undefined && theirs.identity !== config.identity) error(103, `Our replica set ID did not match that of ${host}`);
  }
  const voters = votersOf(config).filter(voter => there.some(({ host }) => host === voter.host));
  if (voters.length < majorityOf(config)) error(74, 'Quorum check failed because not enough voting nodes responded');
}

/** A write of the primary; with `writeConcern` it waits for a majority. */
async function write(server: Server, command: Document, change: (data: Data) => Data): Promise<Document> {
  if (!server.primary) return error(10107, 'not primary');
  const disk = diskOf(server);
  disk.data = change(disk.data);
  const head = { term: disk.term, index: (disk.head?.index ?? 0) + 1 };
  disk.head = head;
  if (command.writeConcern?.w !== 'majority') return {};
  const end = clock.now() + Number(command.writeConcern.wtimeout ?? 10_000);
  for (;;) {
    evolve();
    if (replicate(server) && diskOf(server).head !== undefined && !ahead(head, diskOf(server).head!)) return {};
    if (!server.primary) return error(11602, 'operation was interrupted: the node is not primary any more');
    if (clock.now() >= end) return { writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' } };
    await sleep(200);
  }
}

/** A write that a majority has. @throws when it has not. */
export async function change(server: Server, to: (data: Data) => Data): Promise<Document> {
  const { writeConcernError: doubt, ...answer } = await write(server, { writeConcern: { w: 'majority', wtimeout: 10_000 } }, to);
  return doubt === undefined ? answer : error(doubt.code, doubt.errmsg);
}

/** Told of each password that is set: for the checks of a simulation. */
export const userWrites: { seen(server: Server, name: string, password: string | undefined): void } = { seen: () => {} };

const withRole = (data: Data, name: string, { privileges, roles }: Document): Data => ({
  ...data,
  roles: { ...data.roles, [name]: { privileges, roles } },
});

/** The next write of the set has another one. */
const saltOf = (server: Server): string => {
  const { term, head } = diskOf(server);
  return `${term}.${(head?.index ?? 0) + 1}`;
};

const withUser = (data: Data, name: string, user: User): Data => ({ ...data, users: { ...data.users, [name]: user } });

export function withDocuments(
  data: Data,
  database: string,
  collection: string,
  change: (old: readonly Document[]) => readonly Document[] | undefined,
): Data {
  const { [collection]: old = [], ...others } = data.databases[database] ?? {};
  const documents = change(old);
  const collections = documents === undefined ? others : { ...others, [collection]: documents };
  return { ...data, databases: { ...data.databases, [database]: collections } };
}

function found(server: Server, database: string, { find: collection, filter = {}, limit = 0 }: Document): readonly Document[] {
  const disk = diskOf(server);
  if (database === 'local' && collection === 'system.replset') return disk.config === undefined ? [] : [{ ...disk.config }];
  const stored =
    database === 'admin' && collection === 'system.users'
      ? Object.entries(disk.data.users).map(([user, { salt }]) => ({ user, db: 'admin', credentials: { 'SCRAM-SHA-256': { salt } } }))
      : (disk.data.databases[database]?.[collection] ?? []);
  const all = stored.filter(one => matches(one, filter));
  return limit > 0 ? all.slice(0, limit) : all;
}

export const matches = (document: Document, filter: Document): boolean =>
  Object.entries(filter ?? {}).every(([key, value]) => document[key] === value);
