// What Juju says, asked once when the dispatch begins, side by side.
import { LEAVING, ROLE } from '../core/bags.ts';
import { checkConfig } from '../core/config.ts';
import type { Context } from '../core/context.ts';
import { type Endpoints, OF_CLUSTERS } from '../core/endpoints.ts';
import { appSecretLabel, bareSecretId, ROLES, type Role, STORAGE } from '../core/names.ts';
import type { Bag, ClientRelation, JujuFacts, Peers } from '../core/observed.ts';
import type { Level, Status } from '../core/status.ts';
import { readCharmRevision } from '../host/charm.ts';
import { secretsNamedIn } from '../interfaces/client-requests.ts';
import type * as Tools from '../juju/tools.ts';
import { type Asked, applicationOf, type Juju, type Relations, readBroken, readClients } from './clients.ts';
import { readConfigServer, readHosts, readShards } from './cluster.ts';
import { isLeaving, NOBODY, readLeaving, readPeers, staying, withAddress } from './peers.ts';
import { decodeAppSecret, fingerprintsGiven, readSystemUsers, staleAmong } from './secrets.ts';

/**
 * All that a plan may have to know of Juju.
 * @param onSecret is given the content of the application's secret when Juju has been asked for it.
 * @throws {Error} with what a hook tool said that refused.
 */
export async function observeJuju(
  juju: Juju,
  context: Context,
  endpoints: Endpoints,
  onSecret: (content: Promise<Bag | undefined>) => void = () => {},
): Promise<JujuFacts> {
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
  onSecret(secretContent);
  const met = readPeers(juju, context, endpoints.peers, leads, goal);
  const [leading, raw, address, joined, content, { dying, units, related }, statuses, openedPorts, relations, found, hosts, charm] =
    await Promise.all([
      leads.then(leader =>
        leader
          ? readForLeader(juju, context, endpoints, {
              listed,
              hosts: beside,
              content: secretContent,
              peers: met,
              settled,
              configured,
            })
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
    ...(leading?.broken === undefined ? {} : { broken: leading.broken }),
    shards: leading?.shards ?? [],
    ...(found === undefined ? {} : { configServer: { ...found, fingerprints: fingerprintsGiven(secret, found.content) } }),
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
 * asks for, is asked again only in that hook, and of one client in each update-status (docs/decisions/0012-what-a-hook-costs.md).
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
  const [secretIds, clients, broken, shards, beside, own] = await Promise.all([
    juju.secretIds(),
    readClients(juju, context, endpoints.clients, asked),
    readBroken(juju, context, endpoints.clients),
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
  return { secretId, clients: clients.map(client => marked(client, secretIds)), broken, shards, staleSecrets };
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

/** Those of which a unit stays, and those of which none does. */
function applicationsOf(units: ReadonlyMap<string, 'dying' | 'staying'>) {
  const staying = new Set([...units].flatMap(([unit, life]) => (life === 'staying' ? [applicationOf(unit)] : [])));
  const all = new Set([...units.keys()].map(applicationOf));
  return { staying: [...staying], going: [...all].filter(one => !staying.has(one)) };
}

const LEVELS: readonly string[] = ['active', 'waiting', 'maintenance', 'blocked'] satisfies readonly Level[];

/** Juju's own words, such as `unknown`, differ from any status of ours, which is all that matters. */
const statusOf = ({ status, message }: Tools.StatusNow = { status: 'unknown', message: '' }): Status => ({
  level: (LEVELS.includes(status) ? status : 'maintenance') as Level,
  message: LEVELS.includes(status) ? message : `${status} ${message}`,
});
