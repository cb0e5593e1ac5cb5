// What Juju says, asked once when the dispatch begins, side by side.
import * as z from 'zod/mini';
import { LEAVING } from '../core/bags.ts';
import { checkConfig } from '../core/config.ts';
import { byUnitNumber, type Context } from '../core/context.ts';
import { appSecretLabel, DATABASE, PEERS, STORAGE, type SystemUser } from '../core/names.ts';
import type { AppSecret, Bag, ClientRelation, JujuFacts, Peers, PeerUnit } from '../core/observed.ts';
import type { Level, Status } from '../core/status.ts';
import { decodeClientAnswer } from '../interfaces/mongodb-client.ts';
import { bareSecretId } from '../juju/context.ts';
import type * as Tools from '../juju/tools.ts';
import { userFingerprint } from '../mongo/fingerprint.ts';

type Juju = typeof Tools;

export async function observeJuju(juju: Juju, context: Context): Promise<JujuFacts> {
  const [leading, config, address, joined, content, gone, unit, openedPorts] = await Promise.all([
    juju.isLeader().then(leader => (leader ? readForLeader(juju, context) : undefined)),
    juju.configGet(),
    juju.networkAddress(PEERS),
    readPeers(juju, context),
    juju.secretByLabel(appSecretLabel(context.app)),
    context.breaking === undefined && context.detaching === undefined ? [] : juju.dyingUnits(),
    juju.statusGet('unit'),
    juju.openedPorts(),
  ]);
  // A unit that is leaving takes itself out of the set before any databag says so; the leader must not bring it back.
  const dying = new Set([...gone, ...(leading?.dying ?? [])]);
  const peers = joined && without(joined, dying, context.unit);
  const secret = decodeAppSecret(content, leading?.secretId);
  return {
    leader: leading !== undefined,
    dying: dying.has(context.unit) || isDying(context, peers),
    address,
    config: checkConfig(config),
    ...(peers === undefined ? {} : { peers: withAddress(peers, context.unit, address) }),
    ...(secret === undefined ? {} : { secret }),
    clients: leading?.clients ?? [],
    staleSecrets: leading?.staleSecrets ?? [],
    unitStatus: statusOf(unit),
    ...(leading === undefined ? {} : { appStatus: statusOf(leading.status) }),
    openedPorts,
  };
}

/** What only the leader may ask. */
async function readForLeader(juju: Juju, context: Context) {
  const [secretId, secretIds, clients, status, dying] = await Promise.all([
    juju.ownedSecretId(appSecretLabel(context.app)),
    juju.secretIds(),
    readClients(juju, context),
    juju.statusGet('application'),
    juju.dyingUnits(),
  ]);
  const others = secretIds.filter(id => id !== secretId);
  return { secretId, clients, status, dying, staleSecrets: await staleAmong(juju, others, clients) };
}

/** Only these hooks tell; the unit's own mark tells the hooks that come after them. */
function isDying(context: Context, peers: Peers | undefined): boolean {
  const { hook, unit } = context;
  if (context.detaching !== undefined || context.departing === unit || hook === 'stop' || hook === 'remove') return true;
  return peers?.units.get(unit)?.data[LEAVING] !== undefined && hook !== `${STORAGE}-storage-attached`;
}

async function readPeers(juju: Juju, context: Context): Promise<Peers | undefined> {
  const [id] = await juju.relationIds(PEERS);
  if (id === undefined) return undefined;
  const [app, own, others] = await Promise.all([
    juju.applicationBag(id, context.app),
    juju.ownBag(id, context.unit),
    juju.relationUnits(id),
  ]);
  const staying = others.filter(name => name !== context.unit && name !== context.departing);
  const bags = await Promise.all(staying.map(async name => [name, peerUnit(await juju.unitBag(id, name))] as const));
  // A unit that has joined and not yet shown its address cannot be reached anyway.
  const reachable = bags.filter(([, { address }]) => address !== '');
  const units = [...reachable, [context.unit, peerUnit(own)] as const].sort(([a], [b]) => byUnitNumber(a, b));
  return { id, app, units: new Map(units) };
}

const peerUnit = (bag: Bag): PeerUnit => {
  const { 'ingress-address': address = '', 'private-address': _, 'egress-subnets': __, ...data } = bag;
  return { address, data };
};

const without = (peers: Peers, gone: ReadonlySet<string>, self: string): Peers => ({
  ...peers,
  units: new Map([...peers.units].filter(([name]) => name === self || !gone.has(name))),
});

/** This unit's own address is the one that Juju says now: its bag may still hold the last. */
const withAddress = (peers: Peers, self: string, address: string): Peers => ({
  ...peers,
  units: new Map([...peers.units].map(([name, unit]) => [name, name === self ? { ...unit, address } : unit])),
});

const secretContent = z.object({
  'operator-password': z.string(),
  'monitor-password': z.string(),
  'backup-password': z.string(),
  keyfile: z.string(),
});

/** Only the leader is told the id. A secret that lacks something counts as missing: the leader completes it. */
function decodeAppSecret(content: Bag | undefined, id = ''): AppSecret | undefined {
  const parsed = secretContent.safeParse(content);
  if (!parsed.success) return undefined;
  const { keyfile: keyFile, ...stored } = parsed.data;
  const passwords = {
    operator: stored['operator-password'],
    monitor: stored['monitor-password'],
    backup: stored['backup-password'],
  };
  const of = (user: SystemUser): string => userFingerprint(keyFile, user, passwords[user]);
  return { id, passwords, keyFile, fingerprints: { operator: of('operator'), monitor: of('monitor'), backup: of('backup') } };
}

/**
 * Only a relation that is gone loses its user. One whose client cannot be read stays, and is taken to ask for what it was last given.
 */
async function readClients(juju: Juju, { app, breaking }: Context): Promise<readonly ClientRelation[]> {
  const ids = (await juju.relationIds(DATABASE)).filter(id => id !== breaking);
  return Promise.all(
    ids.map(async id => {
      const [client, own] = await Promise.all([juju.relationApplication(id), juju.applicationBag(id, app)]);
      const remote = client === undefined ? undefined : await juju.remoteBag(id, client);
      return { id, app: client ?? `relation ${id}`, remote: remote ?? decodeClientAnswer(own) ?? {}, own };
    }),
  );
}

/** Secrets that we made for relations which are gone. Those that are published to a live one need not be looked at. */
async function staleAmong(juju: Juju, ids: readonly string[], clients: readonly ClientRelation[]): Promise<readonly string[]> {
  const published = new Set(clients.flatMap(({ own }) => publishedSecrets(own)));
  const others = ids.filter(id => !published.has(id));
  const labels = await Promise.all(others.map(id => juju.ownedSecretLabel(id)));
  const live = new Set(clients.map(client => client.id));
  return others.filter((_, at) => {
    const relation = relationOfLabel(labels[at]);
    return relation !== undefined && !live.has(relation);
  });
}

const publishedSecrets = (own: Bag): readonly string[] =>
  Object.entries(own).flatMap(([key, uri]) => (key.startsWith('secret-') ? [bareSecretId(uri)] : []));

/** The relation that a client's secret was made for; its label is made by `clientSecretLabel`. */
function relationOfLabel(label: string | undefined): number | undefined {
  const [endpoint, relation, , kind] = label?.split('.') ?? [];
  return endpoint === DATABASE && kind === 'secret' && /^\d+$/.test(relation ?? '') ? Number(relation) : undefined;
}

const LEVELS: readonly string[] = ['active', 'waiting', 'maintenance', 'blocked'] satisfies readonly Level[];

/** Juju's own words, such as `unknown`, differ from any status of ours, which is all that matters. */
const statusOf = ({ status, message }: { status: string; message: string }): Status => ({
  level: (LEVELS.includes(status) ? status : 'maintenance') as Level,
  message: LEVELS.includes(status) ? message : `${status} ${message}`,
});
