// Every status that an operator can see: level, text, and what to do about it.
// The texts `Primary`, empty, `Member …` and `Waiting for MongoDB to start` are known to clients and operators from the charm before this one.
import { oneLine, roundedUp } from './text.ts';

export type Level = 'active' | 'waiting' | 'maintenance' | 'blocked';
export type Status = { readonly level: Level; readonly message: string };

/** Longer than any that says something; Juju takes a status as a word of a call, which the system bounds. */
const LONGEST = 1_000;

/** What a client is told of its request. `code`: from 5000 on, only another request or another relation helps. */
export type RelationStatus = { readonly code: number; readonly message: string; readonly resolution: string };

/** `juju status` shows somewhat more of a message, and cuts off the rest. */
export const SHOWN = 110;
/** What is the matter, and what to do; the other way round where what to do would be cut off. */
const says = (what: string, todo: string, whose = ''): string => {
  const inOrder = `${whose}${what}; ${todo}`;
  return inOrder.length <= SHOWN ? inOrder : `${whose}${todo}: ${what}`;
};
/** The same of a sentence that ends with what to do, behind its last semicolon. */
const sentence = (problem: string, whose = ''): string => {
  const at = problem.lastIndexOf('; ');
  return at < 0 ? `${whose}${problem}` : says(problem.slice(0, at), problem.slice(at + 2), whose);
};
/** As many names as a status has room for before its end is cut off. */
const LONGEST_LIST = 60;
const listed = (names: readonly string[]): string => {
  const shown = names.filter((_, at) => at === 0 || names.slice(0, at + 1).join(', ').length <= LONGEST_LIST);
  const left = names.length - shown.length;
  return `${oneLine(shown.join(', '), LONGEST_LIST)}${left === 0 ? '' : ` and ${left} more`}`;
};
/** What is still to be moved. Told in few steps: each new text is a write of Juju's. */
export const leftToMove = (databases: number, chunks: number): string =>
  `${roundedUp(databases)} database(s) and ${roundedUp(chunks)} chunk(s) remain`;

const active = (message: string): Status => ({ level: 'active', message });
const waiting = (message: string): Status => ({ level: 'waiting', message: oneLine(message, LONGEST) });
const maintenance = (message: string): Status => ({ level: 'maintenance', message: oneLine(message, LONGEST) });
const blocked = (message: string): Status => ({ level: 'blocked', message: oneLine(message, LONGEST) });

export const status = {
  primary: active('Primary'),
  ready: active(''),
  starting: waiting('Waiting for MongoDB to start'),
  startingMongod: maintenance('starting MongoDB'),
  diskFull: blocked('MongoDB does not run, and its disk is full; make room on it, or replace this unit by one with larger storage'),
  installing: maintenance('installing MongoDB'),
  noSnap: (app: string, architecture: string): Status =>
    blocked(
      says(`no MongoDB for ${architecture}`, `run juju set-constraints ${app} arch=amd64, and put another unit in place of this one`),
    ),
  noPeers: waiting('waiting for the peer relation'),
  noSecret: waiting('waiting for the leader to make the passwords'),
  noInitiator: waiting('waiting for the leader to initialise the replica set'),
  initiating: maintenance('initialising the replica set'),
  dataGone: blocked('all data is gone; bring its storage back, or begin with an empty set: run recover-access confirm-empty=true'),
  noSet: blocked('the data here belongs to no replica set; run recover-access to make it the data of this application'),
  partGone: blocked('the data of every member is gone; bring its storage back, or remove the application and deploy it anew'),
  beingAdded: waiting('Member being added..'),
  syncing: waiting('Member is syncing...'),
  removing: waiting('Member is removing...'),
  withForeign: (members: string): Status => active(`with members that the charm did not add, and leaves alone: ${members}`),
  setOfOthers: (members: string): Status =>
    blocked(says(`the data is that of ${members}`, 'start them, or run recover-access to go on without them')),
  noPrimary: waiting('waiting for a primary to be elected'),
  primaryStrange: (reason: string): Status => waiting(`waiting for the primary to tell of itself: ${reason}`),
  down: (units: readonly string[]): Status => waiting(`waiting for ${units.join(', ')} to come back`),
  usersWait: waiting('waiting for the users of MongoDB'),
  restart: waiting('waiting for its turn to restart'),
  leaving: maintenance('leaving the replica set'),
  otherState: (text: string): Status => waiting(says(`member is in state ${text}`, 'see its log')),
  locked: (reason: string): Status => blocked(says(`MongoDB refuses the charm's users and key file: ${reason}`, 'run recover-access')),
  otherSet: (set: string): Status => blocked(says(`the data is that of the replica set ${set}`, 'run recover-access to take it over')),
  badConfig: (problem: string): Status => blocked(says(`config ${problem}`, 'set it with juju config')),
  badSystemUsers: (problem: string): Status => blocked(sentence(problem, 'config system-users: ')),
  badClient: (client: string, problem: string): Status => blocked(sentence(problem, `${client}: `)),
  badClients: (clients: readonly string[]): Status =>
    blocked(`${clients.length} clients are not served: ${listed(clients)}; run status-detail`),
  startingRouter: maintenance('starting mongos'),
  routerSilent: waiting('Waiting for mongos to start'),
  routerAlone: blocked('Missing relation to config-server.'),
  besideMongod: blocked('a router cannot share a machine with a unit of mongodb; place the application beside it on another machine'),
  hostSilent: (app: string): Status => waiting(`waiting for ${app} to ask for a database`),
  connecting: waiting('Connecting to config-server'),
  routerSecrets: waiting('Waiting for secrets from config-server'),
  leavingCluster: maintenance('stopping mongos'),
  roleFixed: (app: string, fixed: string, asked: string): Status =>
    blocked(says(`the role cannot be changed from ${fixed} to ${asked}`, `set it back with juju config ${app} role=${fixed}`)),
  roleUnknown: (app: string, fixed: string, problem: string): Status =>
    blocked(says(`config ${problem}, and cannot be changed any more`, `set it back with juju config ${app} role=${fixed}`)),
  routersNeedConfigServer: blocked(
    'Relation to mongos not supported, config role must be config-server; remove it, and integrate a config server',
  ),
  noClientsHere: blocked('Sharding roles do not support database interface. Remove the relation, and integrate the client with mongos'),
  shardingNotForReplicas: blocked('sharding interface cannot be used by replicas; remove the relation, and deploy with another role'),
  shardsNotOfShard: blocked('a shard has no shards of its own; remove the relation on its endpoint config-server'),
  configServerNoShard: blocked('a config server cannot be a shard; remove the relation on its endpoint sharding'),
  shardOutdated: (own: string, other: string): Status =>
    blocked(says(`Charm revision ${own} is not up-to date with config-server (${other})`, 'juju refresh the one that is older')),
  shardsOutdated: (revision: string, shards: readonly string[]): Status =>
    waiting(`Waiting for shards to upgrade/downgrade to revision ${revision}. Another one runs on ${shards.join(', ')}`),
  waitsForShard: (shard: string): Status => waiting(`waiting for ${shard} to answer`),
  shardSyncing: (shard: string): Status => waiting(`waiting for ${shard} to take over key and passwords of the cluster`),
  addingShard: (shard: string): Status => maintenance(`adding shard ${shard}`),
  shardNotAdded: (shard: string, reason: string): Status => blocked(`cannot add shard ${shard}: ${reason}`),
  shardRejoins: (shard: string): Status => waiting(`shard ${shard} is added again when it has been drained`),
  noShards: blocked('missing relation to a shard; deploy one with role=shard, and integrate it on the endpoint config-server'),
  shardsUnreachable: (shards: readonly string[]): Status => blocked(says(`shards ${shards.join(', ')} do not answer`, 'see their units')),
  clusterSilent: (reason: string): Status => waiting(`waiting for the router to tell of the cluster: ${reason}`),
  draining: (shard: string, chunks: number, databases: number): Status =>
    maintenance(`draining shard ${shard}: ${leftToMove(databases, chunks)}`),
  drainStuck: (shard: string, reason: string): Status => blocked(`draining shard ${shard} does not go on: ${reason}`),
  drainTurn: (shard: string): Status => waiting(`shard ${shard} waits to be drained`),
  jumboChunks: (shard: string, collections: readonly string[]): Status =>
    blocked(
      says(
        `shard ${shard} keeps chunks that are too big to move, of ${collections.join(', ')}`,
        'split them, or run clearJumboFlag on them',
      ),
    ),
  lastShard: (shard: string): Status =>
    blocked(says(`${shard} is the last shard, and its data has nowhere to go`, 'integrate it again, or add another shard')),
  missingConfigServer: blocked('missing relation to config-server; integrate sharding with the config-server endpoint of one'),
  waitsForConfigServer: waiting('waiting for the config-server to answer'),
  clusterSecrets: waiting('waiting for secrets from the config-server'),
  takingKey: maintenance('taking over the key of the cluster'),
  beingAddedToCluster: maintenance('being added to the config-server'),
  shardDraining: (databases: number, chunks: number): Status => maintenance(`draining from the cluster: ${leftToMove(databases, chunks)}`),
  shardNotYetRemoved: waiting('waiting for the config-server to remove the shard'),
  configServerSilent: waiting('waiting for the config-server to tell whether the shard is drained'),
  drained: active('Shard drained from cluster, ready for removal'),
  held: (reason: string): Status => blocked(`not removed yet: ${reason}`),
  tooManyMembers: (limit: number): Status => blocked(`a replica set has at most ${limit} members; remove units`),
} as const;

const WEIGHT: Record<Level, number> = { blocked: 3, maintenance: 2, waiting: 1, active: 0 };

/** The one status to show: the worst, and of equals the first. A text says more than none. */
export function worst(candidates: readonly Status[]): Status {
  const first = candidates[0] ?? status.ready;
  return candidates.reduce((shown, next) => {
    if (WEIGHT[next.level] !== WEIGHT[shown.level]) return WEIGHT[next.level] > WEIGHT[shown.level] ? next : shown;
    return shown.message === '' && next.message !== '' ? next : shown;
  }, first);
}

export const sameStatus = (a: Status | undefined, b: Status): boolean => a?.level === b.level && a.message === b.message;
