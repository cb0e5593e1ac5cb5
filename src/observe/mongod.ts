// This unit's mongod, the replica set as it sees it, and for the leader the primary → MongodFacts.
import { BACKUP_ROLE } from '../core/names.ts';
import type { MongodFacts, PrimaryFacts, ReplicaSet, Running, SetElsewhere } from '../core/observed.ts';
import { StrangeAnswer } from '../mongo/answers.ts';
import { CODES, failureOf, NoAnswer } from '../mongo/errors.ts';
import { decodeBuild, startedWith } from '../mongo/hello.ts';
import { decodeSet, decodeStatus, newlyAddedIn, stateOf } from '../mongo/replica-set.ts';
import { readRoles } from '../mongo/roles.ts';
import type { Command, Mongo, OpenLink } from '../mongo/session.ts';
import { hasCollections, readSettings } from '../mongo/settings.ts';
import { belongsToCluster } from '../mongo/sharding.ts';
import { readDatabases, readUsers } from '../mongo/users.ts';

type Options = {
  /** Look at the primary too. */
  readonly leader: boolean;
  /** Ask for the size of the cache. */
  readonly cache: boolean;
  /** The unit goes: where its mongod knows of no primary, or is alone in its set, the others are asked. */
  readonly detaching: boolean;
  /** Ask whether the data belongs to a cluster. */
  readonly formerShard: boolean;
  /** Ask for the names of the databases. */
  readonly databases: boolean;
  /** Other units that are ready: name → address:port. */
  readonly others: ReadonlyMap<string, string>;
  /** Units that go, which one that is no member asks, too. */
  readonly going: ReadonlyMap<string, string>;
};

/** Everything unexpected that a mongod in the middle of starting, stopping or electing can answer is `silent`: asked again, it is past. */
export async function observeMongod(mongo: Mongo, options: Options): Promise<MongodFacts> {
  // A connection of an earlier round may be one to a mongod that has been restarted since: then a new one shows how it is now.
  for (let again = true; ; again = false) {
    try {
      return await lookAt(mongo, options);
    } catch (error) {
      const { network, text } = failureOf(error);
      if (!again || !network || error instanceof NoAnswer) return silent(mongo, text, options);
    }
  }
}

async function lookAt(mongo: Mongo, options: Options): Promise<MongodFacts> {
  const link = await mongo.own();
  if (link.kind === 'silent') return silent(mongo, link.reason, options);
  if (link.kind === 'locked') {
    const running = await mongo.stranger(readRunning);
    return running === undefined ? { kind: 'silent', reason: link.reason } : { kind: 'locked', running, reason: link.reason };
  }
  const [running, found] = await Promise.all([readRunning(link.command), readSet(link)]);
  if (found === 'uninitialised') return notInitialised(mongo, link, running, options);
  if (found.self === undefined) {
    const asked = [...options.others.values(), ...options.going.values()];
    const [seen, copies] = await Promise.all([seenByOthers(mongo, link, found, options), copiesAt(mongo, asked)]);
    const elsewhere = options.detaching && copies.some(host => [...options.others.values()].includes(host));
    return { kind: 'outside', running, set: found.set, ...seen, copies, ...(elsewhere ? { dataElsewhere: true } : {}) };
  }
  const set = options.detaching ? await withNews(link, found.set) : found.set;
  const alone = found.self === 'primary' && set.members.every(({ state, newlyAdded }) => state === 'primary' || newlyAdded);
  const asks = options.detaching && (alone || (found.self === 'secondary' && found.set.primary === undefined));
  const [settings, primary, elsewhere] = await Promise.all([
    readSettings(link, options),
    options.leader ? readPrimary(mongo, link, found, options) : undefined,
    asks ? primaryAmong(mongo, [...options.others.values()]) : undefined,
  ]);
  const seen = primary === undefined ? {} : 'problem' in primary ? primary : { primary };
  return {
    kind: 'member',
    running,
    self: found.self,
    settings,
    set,
    ...seen,
    ...(elsewhere === undefined ? {} : { elsewhere }),
  };
}

/** One whose unit goes is the only one that has the data, as long as no other unit answers that it has it. */
async function silent(mongo: Mongo, reason: string, { detaching, others }: Options): Promise<MongodFacts> {
  const copies = detaching ? await copiesAt(mongo, [...others.values()]) : [];
  return { kind: 'silent', reason, ...(copies.length > 0 ? { dataElsewhere: true } : {}) };
}

async function copiesAt(mongo: Mongo, hosts: readonly string[]): Promise<readonly string[]> {
  const sets = await setsAmong(mongo, hosts);
  return sets.flatMap(({ host, self }) => (self === 'primary' || self === 'secondary' ? [host] : []));
}

async function primaryAmong(mongo: Mongo, hosts: readonly string[]): Promise<ReplicaSet | undefined> {
  return (await setsAmong(mongo, hosts)).find(({ self }) => self === 'primary')?.set;
}

/** The set as each of the others knows it that is, or was, a member of one. */
async function setsAmong(mongo: Mongo, hosts: readonly string[]): Promise<readonly (Found & SetElsewhere)[]> {
  const found = await Promise.all(
    hosts.map(async host => {
      const link = await mongo.at(host);
      const set = link.kind === 'open' ? await readSet(link).catch(() => undefined) : undefined;
      return set === undefined || set === 'uninitialised' ? [] : [{ host, ...set }];
    }),
  );
  return found.flat();
}

/** For one that is no member itself, and so is not told who is primary. */
async function seenByOthers(
  mongo: Mongo,
  own: OpenLink,
  found: Found,
  options: Options,
): Promise<{ readonly primary?: PrimaryFacts; readonly elsewhere?: SetElsewhere }> {
  const primary = await findPrimary(mongo, own, found, options);
  if (primary !== undefined) return { primary };
  const sets = (await setsAmong(mongo, [...options.others.values()])).filter(({ set }) => set.name === found.set.name);
  const [newest] = sets.sort((a, b) => b.set.version - a.set.version);
  return newest === undefined ? {} : { elsewhere: { host: newest.host, set: newest.set } };
}

/** Both are told to anybody. */
async function readRunning(command: Command): Promise<Running> {
  const [hello, info] = await Promise.all([command({ hello: 1 }), command({ buildInfo: 1 })]);
  return { build: decodeBuild(info), config: startedWith(hello) };
}

type Found = { readonly set: ReplicaSet; readonly self?: ReturnType<typeof stateOf> };

async function readSet(link: OpenLink): Promise<Found | 'uninitialised'> {
  const [config, status] = await Promise.all([
    attempt(link.command({ replSetGetConfig: 1 })),
    attempt(link.command({ replSetGetStatus: 1 })),
  ]);
  if ('code' in status) {
    if (status.code === CODES.notYetInitialized) {
      if ((await link.findOne('local', 'system.replset')) === null) return 'uninitialised';
      throw new Error('MongoDB is still reading the configuration of its replica set');
    }
    // Its configuration does not list it: removed, or listed with another address, or of a set with another name.
    if (status.code === CODES.invalidReplicaSetConfig && 'answer' in config)
      return { set: await withVotes(link, decodeSet(config.answer.config, undefined)) };
    throw new Error(status.text);
  }
  if ('code' in config) throw new Error(config.text);
  const seen = decodeStatus(status.answer);
  return { set: await withVotes(link, decodeSet(config.answer.config, seen)), self: stateOf(seen.myState) };
}

/** Where nobody is primary it matters whose votes count. */
const withVotes = async (link: OpenLink, set: ReplicaSet): Promise<ReplicaSet> => (set.primary === undefined ? withNews(link, set) : set);

/** Members that have come, and have never had the data. */
async function withNews(link: OpenLink, set: ReplicaSet): Promise<ReplicaSet> {
  const document = await link.findOne('local', 'system.replset');
  if (document === null) return set;
  const newlyAdded = newlyAddedIn(document);
  return { ...set, members: set.members.map(member => (newlyAdded.has(member.id) ? { ...member, newlyAdded: true } : member)) };
}

type Attempt = { readonly answer: Awaited<ReturnType<OpenLink['command']>> } | { readonly code: number | undefined; readonly text: string };

/** An answer of mongod that says no is a fact; a failing network is not. */
async function attempt(asked: ReturnType<OpenLink['command']>): Promise<Attempt> {
  try {
    return { answer: await asked };
  } catch (error) {
    const { code, network, text } = failureOf(error);
    if (network) throw error;
    return { code, text };
  }
}

type NotInitialised = Extract<MongodFacts, { kind: 'uninitialised' }>;
type Others = NotInitialised['others'];

/**
 * A leader that is not a member itself has to let the others in all the same, and itself: the others tell where the primary is. So does any
 * unit while one goes that may lead.
 */
async function notInitialised(mongo: Mongo, own: OpenLink, running: Running, options: Options): Promise<NotInitialised> {
  const asked = new Map([...options.others, ...options.going]);
  const [others, hasData] = await Promise.all([askOthers(mongo, asked), options.leader && hasCollections(own)]);
  const facts = { kind: 'uninitialised', running, others, ...(hasData ? { hasData } : {}) } as const;
  const member = [...others].find(([, state]) => state === 'member')?.[0];
  const host = member === undefined ? undefined : asked.get(member);
  if ((!options.leader && options.going.size === 0) || host === undefined) return facts;
  const link = await mongo.at(host);
  const found = link.kind === 'open' ? await readSet(link) : 'uninitialised';
  return { ...facts, ...(found === 'uninitialised' ? {} : await seenByOthers(mongo, own, found, options)) };
}

async function askOthers(mongo: Mongo, others: Options['others']): Promise<Others> {
  const answers = await Promise.all(
    [...others].map(async ([unit, host]) => [unit, await stateAt(mongo, host).catch(() => 'silent' as const)] as const),
  );
  return new Map(answers);
}

/** `hello` alone would not do: a mongod whose configuration does not list it says there just what one without any says. */
async function stateAt(mongo: Mongo, host: string): Promise<'uninitialised' | 'member' | 'silent'> {
  const link = await mongo.at(host);
  if (link.kind !== 'open') return 'silent';
  return (await readSet(link)) === 'uninitialised' ? 'uninitialised' : 'member';
}

/** A mongod that is outside of its set does not know who is primary: the members that it knows of are asked, and the other units. */
async function findPrimary(mongo: Mongo, own: OpenLink, { set }: Found, options: Options): Promise<PrimaryFacts | undefined> {
  const hosts = new Set([...set.members.map(({ host }) => host), ...options.others.values()]);
  const asked = [...hosts].map(host => readPrimary(mongo, own, { set: { ...set, primary: host } }, options));
  const found = (await Promise.all(asked)).flatMap(one => (one === undefined || 'problem' in one ? [] : [one]));
  return found.find(one => one.set.name === set.name);
}

/** Undefined when there is no primary, or it does not answer: the leader can do nothing then. */
async function readPrimary(
  mongo: Mongo,
  own: OpenLink,
  { set, self }: Found,
  { formerShard, databases }: Options,
): Promise<PrimaryFacts | { readonly problem: string } | undefined> {
  const host = set.primary;
  if (host === undefined) return undefined;
  try {
    const link = self === 'primary' ? own : await mongo.at(host);
    if (link.kind !== 'open') return undefined;
    const [there, users, roles, names, cluster] = await Promise.all([
      self === 'primary' ? { set, self } : readSet(link),
      readUsers(link),
      readRoles(link),
      databases ? readDatabases(link) : undefined,
      formerShard ? belongsToCluster(link) : undefined,
    ]);
    if (there === 'uninitialised' || there.self !== 'primary') return undefined; // what we took for the primary is it no more
    const operatorAccepted =
      link.as === 'operator' || (users.has('operator') && (await mongo.acceptsOperator(self === 'primary' ? undefined : host)));
    return {
      host,
      set: there.set,
      users,
      ...(names === undefined ? {} : { databases: names }),
      operatorAccepted,
      roles,
      backupRole: roles.has(BACKUP_ROLE),
      ...(cluster === undefined ? {} : { cluster }),
    };
  } catch (error) {
    // Anything else is that it went away while it was asked.
    return error instanceof StrangeAnswer ? { problem: error.message } : undefined;
  }
}
