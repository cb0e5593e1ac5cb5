// What Juju says, asked once when the dispatch begins, side by side.
import * as z from 'zod/mini';
import { isHeld } from '../core/app-secret.ts';
import { isAddress, LEAVING, ROLE } from '../core/bags.ts';
import { checkConfig } from '../core/config.ts';
import { byUnitNumber, type Context } from '../core/context.ts';
import { CLUSTER, type Endpoints, OF_CLUSTERS } from '../core/endpoints.ts';
import { keysOf } from '../core/key-file.ts';
import { appSecretLabel, bareSecretId, isSecretUri, ROLES, type Role, STORAGE, SYSTEM_USERS, type SystemUser } from '../core/names.ts';
import type {
  AppSecret,
  Bag,
  ClientRelation,
  ConfigServerRelation,
  HostRelation,
  JujuFacts,
  Peers,
  PeerUnit,
  ShardRelation,
} from '../core/observed.ts';
import type { Level, Status } from '../core/status.ts';
import { readCharmRevision } from '../host/charm.ts';
import { answersIn, secretsNamedIn, splitRequests } from '../interfaces/client-requests.ts';
import { shardNameOf } from '../interfaces/shards.ts';
import { decodeSystemUsers } from '../interfaces/system-users.ts';
import type * as Tools from '../juju/tools.ts';
import { keyToken, userFingerprint } from '../mongo/fingerprint.ts';
import { type Asked, applicationOf, type Juju, memoryOf, type Relations, readClients, readOther } from './clients.ts';

const NOBODY: Tools.Goal = { dying: [], units: [], related: new Map() };

export async function observeJuju(juju: Juju, context: Context, endpoints: Endpoints): Promise<JujuFacts> {
  const leads = juju.isLeader();
  const configured = juju.configGet();
  const shown = readStatuses(juju, context, leads);
  const settled = isSettled(context, configured, shown);
  const listed = readRelations(juju, context, endpoints, settled);
  // A unit that is leaving takes itself out of the set before any databag says so; the leader must not bring it back.
  const goal = leads.then(leader =>
    leader || context.breaking !== undefined || context.detaching !== undefined ? juju.goalState() : NOBODY,
  );
  const beside = readHosts(juju, context, endpoints, listed, leads);
  const secretContent = juju.secretByLabel(appSecretLabel(context.app));
  const met = readPeers(juju, context, endpoints.peers, leads, goal);
  const [leading, raw, address, joined, content, { dying, units, related }, statuses, openedPorts, relations, found, hosts, charm] =
    await Promise.all([
      leads.then(leader =>
        leader
          ? readForLeader(juju, context, endpoints, { listed, hosts: beside, content: secretContent, peers: met, settled })
          : undefined,
      ),
      configured,
      juju.networkAddress(endpoints.peers),
      met,
      secretContent,
      goal,
      shown,
      settled.then(well => (well ? undefined : juju.openedPorts())),
      listed,
      readConfigServer(juju, context, endpoints, listed, leads),
      beside,
      readCharmRevision(context.charmFolder),
    ]);
  const peers = joined && staying(joined, { dying, units }, context);
  const secret = decodeAppSecret(content, leading?.secretId);
  const config = checkConfig(raw);
  const role = roleOf(peers) ?? (config.valid ? config.config.role : undefined);
  const systemUsers =
    leading === undefined || !config.valid ? undefined : await readSystemUsers(juju, config.config['system-users'], role, secret);
  return {
    leader: leading !== undefined,
    dying: dying.includes(context.unit) || isDying(context, peers),
    leaving: await readLeaving(juju, context, joined?.id, dying),
    address,
    config,
    charm,
    ...(role === undefined ? {} : { role }),
    ...(peers === undefined ? {} : { peers: withAddress(peers, context.unit, address) }),
    ...(secret === undefined ? {} : { secret }),
    ...(systemUsers === undefined ? {} : { systemUsers }),
    relations,
    staying: new Map([...related].map(([endpoint, units]) => [endpoint, applicationsOf(units).staying])),
    going: new Map([...related].map(([endpoint, units]) => [endpoint, applicationsOf(units).going])),
    clients: leading?.clients ?? [],
    shards: leading?.shards ?? [],
    ...(found === undefined ? {} : { configServer: { ...found, fingerprints: adopted(secret, found.content) } }),
    hosts,
    staleSecrets: leading?.staleSecrets ?? [],
    unitStatus: statuses.unit,
    ...(statuses.app === undefined ? {} : { appStatus: statuses.app }),
    ...(openedPorts === undefined ? {} : { openedPorts }),
  };
}

type Statuses = { readonly unit: Status; readonly app?: Status };

/** The leader learns the unit's with the application's. */
async function readStatuses(juju: Juju, { unit }: Context, leads: Promise<boolean>): Promise<Statuses> {
  if (!(await leads)) return { unit: statusOf(await juju.unitStatus()) };
  const found = await juju.applicationStatus();
  return { unit: statusOf(found.units.get(unit)), app: statusOf(found) };
}

/** In these all is looked at anew: the unit leads for the first time, or runs another charm, or has just begun. */
const ANEW = ['leader-elected', 'upgrade-charm', 'install', 'start', 'stop', 'remove'];

/**
 * All was well in a plain replica set when an earlier hook ended: then what cannot change without a hook of its own, such as what a client
 * asks for, is asked again only in that hook (docs/decisions/0012-what-a-hook-costs.md).
 */
async function isSettled(context: Context, configured: Promise<unknown>, shown: Promise<Statuses>): Promise<boolean> {
  if (context.action !== undefined || ANEW.includes(context.hook) || isLeaving(context)) return false;
  if (!isPlain(await configured)) return false;
  const { unit, app } = await shown;
  return unit.level === 'active' && (app === undefined || app.level === 'active');
}

const isPlain = (config: unknown): boolean => (config as { role?: unknown } | undefined)?.role === ('replication' satisfies Role);

const roleOf = (peers: Peers | undefined): Role | undefined => ROLES.find(role => role === peers?.app[ROLE]);

/** Relations that are there to stay, by endpoint. */
async function readRelations(
  juju: Juju,
  { hook, breaking }: Context,
  { clients, shards, configServer, host }: Endpoints,
  settled: Promise<boolean>,
): Promise<Relations> {
  const all = [...clients, ...shards, ...configServer, ...host];
  const ids = await Promise.all(
    all.map(async endpoint => {
      const isUnused = OF_CLUSTERS.includes(endpoint) && !hook.startsWith(`${endpoint}-relation-`);
      return isUnused && (await settled) ? [] : juju.relationIds(endpoint);
    }),
  );
  return new Map(all.map((endpoint, at) => [endpoint, (ids[at] ?? []).filter(id => id !== breaking)]));
}

/** What only the leader may ask. */
async function readForLeader(juju: Juju, context: Context, endpoints: Endpoints, asked: Asked) {
  const { listed, hosts, content } = asked;
  const [secretIds, clients, shards, beside, own] = await Promise.all([
    juju.secretIds(),
    readClients(juju, context, endpoints.clients, asked),
    readShards(juju, context, endpoints.shards, listed),
    hosts,
    content,
  ]);
  // Secrets that are published to a live relation need not be looked at. If one is left, and there is one of ours, it is that.
  const bags = [...[...clients, ...beside].map(relation => relation.databag), ...shards.map(shard => shard.own)];
  const published = new Set(bags.flatMap(secretsNamedIn).map(bareSecretId));
  const others = secretIds.filter(id => !published.has(id));
  const secretId = others.length === 1 && own !== undefined ? others[0] : await juju.ownedSecretId(appSecretLabel(context.app));
  const staleSecrets = await staleAmong(
    juju,
    others.filter(id => id !== secretId),
    endpoints,
  );
  return { secretId, clients: clients.map(client => marked(client, secretIds)), shards, staleSecrets };
}

const marked = (client: ClientRelation, owned: readonly string[]): ClientRelation => {
  const uri = client.own['secret-user'];
  return uri === undefined || owned.includes(bareSecretId(uri)) ? client : { ...client, lost: true };
};

/** Only these hooks tell; the unit's own mark tells the hooks that come after them. */
function isDying(context: Context, peers: Peers | undefined): boolean {
  const { hook, unit } = context;
  if (isLeaving(context)) return true;
  return peers?.units.get(unit)?.data[LEAVING] !== undefined && hook !== `${STORAGE}-storage-attached`;
}

const isLeaving = ({ detaching, departing, unit, hook }: Context): boolean =>
  detaching !== undefined || departing === unit || hook === 'stop' || hook === 'remove';

/** A unit that follows reads what the others say only when it comes to need it: its hooks cost the same however many there are. */
async function readPeers(
  juju: Juju,
  context: Context,
  endpoint: string,
  leads: Promise<boolean>,
  goal: Promise<Tools.Goal>,
): Promise<Peers | undefined> {
  const [id] = await juju.relationIds(endpoint);
  if (id === undefined) return undefined;
  const meets = leads.then(
    leader =>
      leader || context.action !== undefined || context.breaking !== undefined || context.departing !== undefined || isLeaving(context),
  );
  const [app, own, others] = await Promise.all([
    juju.applicationBag(id, context.app),
    juju.ownBag(id, context.unit),
    meets.then(now => (now ? readOthers(juju, context, id, goal) : undefined)),
  ]);
  const units = inOrder([[context.unit, peerUnit(own)], ...(others ?? [])]);
  return { id, app, units, ...(others === undefined ? { othersUnread: true } : {}) };
}

/** The facts with all units among the peers. @param matters who stays and who goes, those included that this unit has had no hook for. */
export async function meetOthers(juju: Juju, context: Context, facts: JujuFacts, matters = false): Promise<JujuFacts> {
  const { peers } = facts;
  if (peers?.othersUnread === undefined) return facts;
  const { othersUnread: _, ...known } = peers;
  const asked = matters ? juju.goalState() : Promise.resolve(NOBODY);
  const [others, goal] = await Promise.all([readOthers(juju, context, known.id, asked), asked]);
  const met = staying({ ...known, units: inOrder([...known.units, ...others]) }, goal, context);
  return { ...facts, ...(matters ? { leaving: await readLeaving(juju, context, known.id, goal.dying) } : {}), peers: met };
}

/** Nobody is told of them any more, but what they show can still be read. */
async function readLeaving(
  juju: Juju,
  { unit }: Context,
  id: number | undefined,
  dying: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const isAsked = id !== undefined && !dying.includes(unit);
  const others = dying.filter(name => name !== unit);
  return new Map(
    await Promise.all(others.map(async name => [name, isAsked ? peerUnit(await juju.ownBag(id, name)).address : ''] as const)),
  );
}

/** The facts with the units that Juju has now: since this hook began another unit may have led, and let in one that is new. */
export async function withUnitsNow(juju: Juju, context: Context, facts: JujuFacts): Promise<JujuFacts> {
  return facts.peers === undefined ? facts : { ...facts, peers: staying(facts.peers, await juju.goalState(), context) };
}

/** The facts with the application's secret as it is now: another unit may have led, and changed a password, since this hook began. */
export async function withSecretNow(juju: Juju, context: Context, facts: JujuFacts): Promise<JujuFacts> {
  const secret = decodeAppSecret(await juju.secretByLabel(appSecretLabel(context.app)), facts.secret?.id);
  return secret === undefined ? facts : { ...facts, secret };
}

type Named = readonly [string, PeerUnit];

const inOrder = (units: readonly Named[]): Peers['units'] => new Map([...units].sort(([a], [b]) => byUnitNumber(a, b)));

/**
 * Juju lists a unit only once this one has had its hook for it. Until then a new leader would take the unit for one that is gone, remove
 * its member, or make a second set beside the one that it has made: so those that are to be are read as well.
 */
async function readOthers(juju: Juju, context: Context, id: number, goal: Promise<Tools.Goal>): Promise<readonly Named[]> {
  const isOther = (name: string): boolean => name !== context.unit && name !== context.departing;
  const met = (await juju.relationUnits(id)).filter(isOther);
  const read = (names: readonly string[], bagOf: typeof juju.unitBag): Promise<readonly Named[]> =>
    Promise.all(names.map(async name => [name, peerUnit(await bagOf(id, name))] as const));
  const [bags, unmet] = await Promise.all([
    read(met, juju.unitBag),
    goal.then(({ units, dying }) =>
      read(
        units.filter(name => isOther(name) && !met.includes(name) && !dying.includes(name)),
        juju.ownBag,
      ),
    ),
  ]);
  // A unit that has not yet shown its address cannot be reached anyway.
  return [...bags, ...unmet].filter(([, { address }]) => address !== '');
}

const peerUnit = (bag: Bag): PeerUnit => {
  const { 'ingress-address': address = '', 'private-address': _, 'egress-subnets': __, ...data } = bag;
  return { address, data };
};

/** A unit that Juju has no more is still listed here until this unit has had the hook for its departure. */
const staying = (peers: Peers, { dying, units }: Pick<Tools.Goal, 'dying' | 'units'>, { unit: self, departing }: Context): Peers => ({
  ...peers,
  units: new Map(
    [...peers.units].filter(([name]) => name === self || (!dying.includes(name) && (units.length === 0 || units.includes(name)))),
  ),
  ...comingOf(units.filter(name => name !== self && name !== departing && !dying.includes(name) && !peers.units.has(name))),
});

const comingOf = (coming: readonly string[]): Pick<Peers, 'coming'> => (coming.length === 0 ? {} : { coming });

/** This unit's own address is the one that Juju says now: its bag may still hold the last. */
const withAddress = (peers: Peers, self: string, address: string): Peers => ({
  ...peers,
  units: new Map([...peers.units].map(([name, unit]) => [name, name === self ? { ...unit, address } : unit])),
});

const held = (key: string) => z.string().check(z.refine(text => isHeld(key, text)));
const systemSecret = z.object({
  'operator-password': held('operator-password'),
  'monitor-password': held('monitor-password'),
  'backup-password': held('backup-password'),
  keyfile: held('keyfile'),
});

/** Only the leader is told the id. A secret that lacks something, or has what MongoDB cannot do with, counts as missing: the leader completes it. */
function decodeAppSecret(content: Bag | undefined, id = ''): AppSecret | undefined {
  const parsed = systemSecret.safeParse(content);
  if (!parsed.success) return undefined;
  const { keyfile: keyFile, ...stored } = parsed.data;
  const passwords = {
    operator: stored['operator-password'],
    monitor: stored['monitor-password'],
    backup: stored['backup-password'],
  };
  const key = keysOf(keyFile)[0] ?? '';
  const of = (user: SystemUser): string => userFingerprint(key, user, passwords[user]);
  const fingerprints = { operator: of('operator'), monitor: of('monitor'), backup: of('backup') };
  return { id, passwords, keyFile, keyToken: keyToken(keyFile), fingerprints };
}

/** In a cluster the config server has the passwords for all. */
async function readSystemUsers(
  juju: Juju,
  uri: string,
  role: Role | undefined,
  secret: AppSecret | undefined,
): Promise<JujuFacts['systemUsers']> {
  if (uri === '') return undefined;
  if (role === 'shard')
    return { problem: 'a shard has the passwords of its cluster; set the option on the config server, and reset it here' };
  // The option may name a secret by its id alone, too.
  const isOne = isSecretUri(uri) || isSecretUri(`secret:${uri}`);
  const content = isOne ? await juju.secretById(uri) : undefined;
  if (content === undefined) return { problem: 'the secret cannot be read; give one that there is, and grant it with juju grant-secret' };
  const found = decodeSystemUsers(content);
  if ('problem' in found) return found;
  const key = keysOf(secret?.keyFile ?? '')[0] ?? '';
  const { passwords } = found;
  const named = SYSTEM_USERS.filter(user => passwords[user] !== undefined);
  return { passwords, fingerprints: Object.fromEntries(named.map(user => [user, userFingerprint(key, user, passwords[user] ?? '')])) };
}

async function readShards(
  juju: Juju,
  { app }: Context,
  endpoints: readonly string[],
  listed: Promise<Relations>,
): Promise<readonly ShardRelation[]> {
  const relations = await listed;
  const ids = endpoints.flatMap(endpoint => (relations.get(endpoint) ?? []).map(id => ({ endpoint, id })));
  return Promise.all(
    ids.map(async ({ endpoint, id }) => {
      const [{ units, other: shard, remote }, own] = await Promise.all([readOther(juju, id), juju.applicationBag(id, app)]);
      const [published, bags] = await Promise.all([
        readSecrets(juju, own),
        Promise.all([...units].sort(byUnitNumber).map(unit => juju.unitBag(id, unit))),
      ]);
      return {
        endpoint,
        id,
        ...(shard === undefined ? {} : { app: shard, name: shardNameOf(remote ?? {}, own, shard) }),
        remote: remote ?? {},
        own,
        published,
        addresses: bags.flatMap(({ 'ingress-address': address = '' }) => (isAddress(address) ? [address] : [])),
      };
    }),
  );
}

/** Those of which a unit stays, and those of which none does. */
function applicationsOf(units: ReadonlyMap<string, 'dying' | 'staying'>) {
  const staying = new Set([...units].flatMap(([unit, life]) => (life === 'staying' ? [applicationOf(unit)] : [])));
  const all = new Set([...units.keys()].map(applicationOf));
  return { staying: [...staying], going: [...all].filter(one => !staying.has(one)) };
}

/** Secrets of an earlier hook are told of only while they can be read. */
async function readConfigServer(
  juju: Juju,
  { app }: Context,
  { configServer }: Endpoints,
  listed: Promise<Relations>,
  leads: Promise<boolean>,
): Promise<Omit<ConfigServerRelation, 'fingerprints'> | undefined> {
  const relations = await listed;
  const [first] = configServer.flatMap(endpoint => (relations.get(endpoint) ?? []).map(id => ({ endpoint, id })));
  if (first === undefined) return undefined;
  const { endpoint, id } = first;
  const server = await juju.relationApplication(id);
  if (server === undefined) return { endpoint, id, app: `relation ${id}`, remote: {}, own: {}, content: {} };
  const [remote = {}, own] = await Promise.all([
    juju.remoteBag(id, server),
    leads.then(leader => (leader ? juju.applicationBag(id, app) : {})),
  ]);
  if (endpoint === CLUSTER && remote.version === 'v1')
    return { endpoint, id, app: server, remote, own, content: {}, answers: await readAnswers(juju, remote) };
  return { endpoint, id, app: server, remote, own, content: await readSecrets(juju, remote) };
}

async function readAnswers(juju: Juju, remote: Bag): Promise<NonNullable<ConfigServerRelation['answers']>> {
  const answers = [...answersIn(remote)].flatMap(([id, answer]) => (id === undefined ? [] : [[id, answer] as const]));
  return new Map(
    await Promise.all(answers.map(async ([id, answer]) => [id, { remote: answer, content: await readSecrets(juju, answer) }] as const)),
  );
}

async function readHosts(
  juju: Juju,
  { app }: Context,
  { host }: Endpoints,
  listed: Promise<Relations>,
  leads: Promise<boolean>,
): Promise<readonly HostRelation[]> {
  const relations = await listed;
  const [first] = host.flatMap(endpoint => (relations.get(endpoint) ?? []).map(id => ({ endpoint, id })));
  if (first === undefined) return [];
  const { endpoint, id } = first;
  const client = await juju.relationApplication(id);
  if (client === undefined) return [];
  const [remote, databag] = await Promise.all([
    juju.remoteBag(id, client),
    leads.then(leader => (leader ? juju.applicationBag(id, app) : {})),
  ]);
  const memory = await memoryOf(juju, id, () => juju.relationUnits(id), databag);
  const relation = { endpoint, id, app: client, databag, ...memory };
  return Promise.all(
    splitRequests(remote, databag).map(async request => ({ ...relation, ...request, published: await readSecrets(juju, request.own) })),
  );
}

/** Contents of all secrets that a databag names, together. What is no name of a secret is like one that we may not read. */
async function readSecrets(juju: Juju, bag: Bag): Promise<Bag> {
  const uris = Object.entries(bag).flatMap(([key, uri]) => (/^secret-(user|extra|entity|tls)$/.test(key) && isSecretUri(uri) ? [uri] : []));
  return Object.assign({}, ...(await Promise.all(uris.map(uri => juju.secretById(uri)))));
}

const adopted = (secret: AppSecret | undefined, content: Bag): ConfigServerRelation['fingerprints'] => {
  if (secret === undefined) return {};
  const key = keysOf(secret.keyFile)[0] ?? '';
  const given = SYSTEM_USERS.filter(user => content[`${user}-password`]);
  return Object.fromEntries(given.map(user => [user, userFingerprint(key, user, content[`${user}-password`] ?? '')]));
};

/** Secrets that we made for relations which are gone, or took back. */
async function staleAmong(juju: Juju, ids: readonly string[], { clients, shards, host }: Endpoints): Promise<readonly string[]> {
  const labels = await Promise.all(ids.map(id => juju.ownedSecretLabel(id)));
  return ids.filter((_, at) => isForRelation(labels[at], [...clients, ...shards, ...host]));
}

/** Its label is one that `relationSecretLabel` makes. */
function isForRelation(label: string | undefined, endpoints: readonly string[]): boolean {
  const [endpoint = '', relation, ...rest] = label?.split('.') ?? [];
  return (
    endpoints.includes(endpoint) && (rest.length === 2 || rest.length === 3) && rest.at(-1) === 'secret' && /^\d+$/.test(relation ?? '')
  );
}

const LEVELS: readonly string[] = ['active', 'waiting', 'maintenance', 'blocked'] satisfies readonly Level[];

/** Juju's own words, such as `unknown`, differ from any status of ours, which is all that matters. */
const statusOf = ({ status, message }: Tools.StatusNow = { status: 'unknown', message: '' }): Status => ({
  level: (LEVELS.includes(status) ? status : 'maintenance') as Level,
  message: LEVELS.includes(status) ? message : `${status} ${message}`,
});
