// What Juju says, asked once when the dispatch begins, side by side.
import * as z from 'zod/mini';
import { LEAVING } from '../core/bags.ts';
import { checkConfig } from '../core/config.ts';
import { byUnitNumber, type Context } from '../core/context.ts';
import { appSecretLabel, DATABASE, PEERS, STORAGE, SYSTEM_USERS, type SystemUser } from '../core/names.ts';
import type { AppSecret, Bag, ClientRelation, JujuFacts, Peers, PeerUnit } from '../core/observed.ts';
import type { Level, Status } from '../core/status.ts';
import { bareSecretId } from '../juju/context.ts';
import type * as Tools from '../juju/tools.ts';
import { userFingerprint } from '../mongo/fingerprint.ts';

type Juju = typeof Tools;

export async function observeJuju(juju: Juju, context: Context): Promise<JujuFacts> {
  const [leader, config, address, peers, goal, unit, openedPorts] = await Promise.all([
    juju.isLeader(),
    juju.configGet(),
    juju.networkAddress(PEERS),
    readPeers(juju, context),
    context.breaking === undefined ? false : juju.isUnitDying(context.unit),
    juju.statusGet('unit'),
    juju.openedPorts(),
  ]);
  const [secret, clients, app] = await Promise.all([
    readAppSecret(juju, context, leader),
    leader ? readClients(juju, context) : [],
    leader ? juju.statusGet('application') : undefined,
  ]);
  return {
    leader,
    dying: goal || isDying(context, peers),
    address,
    config: checkConfig(config),
    ...(peers === undefined ? {} : { peers }),
    ...(secret === undefined ? {} : { secret }),
    clients,
    staleSecrets: leader ? await readStaleSecrets(juju, secret, clients) : [],
    unitStatus: statusOf(unit),
    ...(app === undefined ? {} : { appStatus: statusOf(app) }),
    openedPorts,
  };
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
    juju.unitBag(id, context.unit),
    juju.relationUnits(id),
  ]);
  const staying = others.filter(name => name !== context.unit && name !== context.departing);
  const bags = await Promise.all(staying.map(async name => [name, peerUnit((await juju.unitBag(id, name)) ?? {})] as const));
  // A unit that has joined and not yet shown its address cannot be reached anyway.
  const reachable = bags.filter(([, { address }]) => address !== '');
  const units = [...reachable, [context.unit, peerUnit(own ?? {})] as const].sort(([a], [b]) => byUnitNumber(a, b));
  return { id, app: app ?? {}, units: new Map(units) };
}

const peerUnit = (bag: Bag): PeerUnit => {
  const { 'ingress-address': address = '', ...data } = bag;
  return { address, data };
};

const secretContent = z.object({
  'operator-password': z.string(),
  'monitor-password': z.string(),
  'backup-password': z.string(),
  keyfile: z.string(),
});

async function readAppSecret(juju: Juju, { app }: Context, leader: boolean): Promise<AppSecret | undefined> {
  const label = appSecretLabel(app);
  const [content, id] = await Promise.all([juju.secretByLabel(label), leader ? juju.ownedSecretId(label) : undefined]);
  if (content === undefined) return undefined;
  const { keyfile, ...stored } = z.parse(secretContent, content);
  const passwords: Record<SystemUser, string> = {
    operator: stored['operator-password'],
    monitor: stored['monitor-password'],
    backup: stored['backup-password'],
  };
  const fingerprints = Object.fromEntries(SYSTEM_USERS.map(user => [user, userFingerprint(keyfile, user, passwords[user])]));
  return { id: id ?? '', passwords, keyFile: keyfile, fingerprints: fingerprints as Record<SystemUser, string> };
}

/** A relation whose client cannot be read is listed all the same, with nothing asked: only one that is gone loses its user. */
async function readClients(juju: Juju, { app, breaking }: Context): Promise<readonly ClientRelation[]> {
  const ids = (await juju.relationIds(DATABASE)).filter(id => id !== breaking);
  return Promise.all(
    ids.map(async id => {
      const [client, own] = await Promise.all([juju.relationApplication(id), juju.applicationBag(id, app)]);
      const remote = client === undefined ? undefined : await juju.applicationBag(id, client);
      return { id, app: client ?? `relation ${id}`, remote: remote ?? {}, own: own ?? {} };
    }),
  );
}

/** Secrets that we made for relations which are gone: neither the application's nor published to anybody. */
async function readStaleSecrets(juju: Juju, secret: AppSecret | undefined, clients: readonly ClientRelation[]): Promise<readonly string[]> {
  const published = clients.flatMap(({ own }) =>
    Object.entries(own).flatMap(([key, uri]) => (key.startsWith('secret-') ? [bareSecretId(uri)] : [])),
  );
  const known = new Set([...published, ...(secret === undefined ? [] : [bareSecretId(secret.id)])]);
  const others = (await juju.secretIds()).filter(id => !known.has(bareSecretId(id)));
  const labels = await Promise.all(others.map(async id => [id, await juju.ownedSecretLabel(id)] as const));
  return labels.flatMap(([id, label]) => {
    const relation = /^database\.(\d+)\.[a-z]+\.secret$/.exec(label ?? '')?.[1];
    return relation === undefined || clients.some(client => client.id === Number(relation)) ? [] : [id];
  });
}

const LEVELS: readonly string[] = ['active', 'waiting', 'maintenance', 'blocked'] satisfies readonly Level[];

/** Juju's own words, such as `unknown`, differ from any status of ours, which is all that matters. */
const statusOf = ({ status, message }: { status: string; message: string }): Status => ({
  level: (LEVELS.includes(status) ? status : 'maintenance') as Level,
  message: LEVELS.includes(status) ? message : `${status} ${message}`,
});
