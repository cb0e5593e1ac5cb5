// What Juju says of clients, and of the other side of any relation.
import { randomInt } from 'node:crypto';
import { networksKey } from '../core/bags.ts';
import type { Config } from '../core/config.ts';
import { byUnitNumber, type Context } from '../core/context.ts';
import { isSecretUri } from '../core/names.ts';
import type { Bag, ClientRelation, HostRelation, JujuFacts, Networks, Peers } from '../core/observed.ts';
import { decodeWish } from '../interfaces/client-entity.ts';
import { type SplitRequest, splitRequests } from '../interfaces/client-requests.ts';
import { heardBy, isUnheard } from '../interfaces/client-status.ts';
import {
  decodeClientAnswer,
  decodeClientRequest,
  isFromItsUnits,
  isWithdrawn,
  remembersCredentials,
} from '../interfaces/mongodb-client.ts';
import { decodeNetworks, networksOf } from '../interfaces/networks.ts';
import type * as Tools from '../juju/tools.ts';

export type Juju = typeof Tools;
/** Ids of the relations of each endpoint. */
export type Relations = ReadonlyMap<string, readonly number[]>;

/** Those of some endpoints, each with its own. */
export const listedAt = (
  relations: Relations,
  endpoints: readonly string[],
): readonly { readonly endpoint: string; readonly id: number }[] =>
  endpoints.flatMap(endpoint => (relations.get(endpoint) ?? []).map(id => ({ endpoint, id })));

/** What is being asked already. `content`: of the secret with the system passwords. */
export type Asked = {
  readonly listed: Promise<Relations>;
  readonly hosts: Promise<readonly HostRelation[]>;
  readonly content: Promise<Bag | undefined>;
  readonly peers: Promise<Peers | undefined>;
  readonly settled: Promise<boolean>;
  /** The configuration, unchecked. */
  readonly configured: Promise<unknown>;
};

/**
 * Only a relation that is gone loses its user. One whose client cannot be read stays, and is taken to ask for what it was last given.
 */
export async function readClients(
  juju: Juju,
  context: Context,
  endpoints: readonly string[],
  { listed, peers, settled, configured }: Omit<Asked, 'hosts' | 'content'>,
): Promise<readonly ClientRelation[]> {
  const ids = listedAt(await listed, endpoints);
  // A hook of its relation may have passed while no unit led, and this one may lead again without having been elected.
  const askedAnew = context.hook === 'update-status' && ids.length > 0 ? ids[randomInt(ids.length)]?.id : undefined;
  const found = await Promise.all(
    ids.map(async ({ endpoint, id }) => {
      const isNews = id === context.relation || id === askedAnew;
      const told = juju.applicationBag(id, context.app);
      const restricts = isFromUnits(await configured);
      const isRestricted = (request: Bag): boolean => restricts && isFromItsUnits(endpoint, request);
      const isKnown = !isNews && (await settled) && isAnswered(await told, isRestricted, networksFound(id, await peers));
      const [{ units, other: client, remote }, databag] = await Promise.all([isKnown ? NOT_ASKED : readOther(juju, id), told]);
      const memory = await memoryOf(juju, id, async () => units ?? [], databag);
      const requests = splitRequests(remote, databag);
      const networks = requests.some(one => isRestricted(one.remote))
        ? { networks: await readNetworks(juju, id, units, await peers, isNews || context.hook === 'leader-elected') }
        : {};
      const relation = { endpoint, id, app: client ?? `relation ${id}`, units: units ?? [], databag, ...memory, ...networks };
      return Promise.all(requests.map(async request => ({ ...relation, ...request, ...(await readWish(juju, request)) })));
    }),
  );
  return found.flat();
}

/** Clients may log in from the networks of their units alone. */
const isFromUnits = (config: unknown): boolean =>
  (config as { 'client-networks'?: unknown } | undefined)?.['client-networks'] === ('units' satisfies Config['client-networks']);

/** Undefined where no client's relation breaks, or Juju has removed it already. */
export async function readBroken(
  juju: Juju,
  { app, hook, breaking: id }: Context,
  endpoints: readonly string[],
): Promise<JujuFacts['broken']> {
  const endpoint = endpoints.find(name => hook === `${name}-relation-broken`);
  if (id === undefined || endpoint === undefined) return undefined;
  const databag = await juju.remoteBag(id, app);
  return databag && { id, endpoint, databag };
}

/** What units show to have noticed; they are asked only while something was taken back or told that they may not have noticed. */
export async function memoryOf(
  juju: Juju,
  id: number,
  units: () => Promise<readonly string[]>,
  own: Bag,
): Promise<Pick<ClientRelation, 'remembers' | 'heard'>> {
  if (!isWithdrawn(own) && !isUnheard(own)) return {};
  const bags = await Promise.all((await units()).map(unit => juju.unitBag(id, unit)));
  const [first = [], ...others] = bags.map(heardBy);
  const heard = first.filter(code => others.every(one => one.includes(code)));
  return { ...(isWithdrawn(own) && bags.some(remembersCredentials) ? { remembers: true } : {}), ...(heard.length === 0 ? {} : { heard }) };
}

/** Read until the request has been answered: then its owner takes the secret away. */
async function readWish(juju: Juju, { remote, own }: SplitRequest): Promise<Pick<ClientRelation, 'wish'>> {
  const request = decodeClientRequest(remote);
  if ('problem' in request || request.wishSecret === undefined || decodeClientAnswer(own) !== undefined) return {};
  const content = isSecretUri(request.wishSecret) ? await juju.secretById(request.wishSecret) : undefined;
  return { wish: decodeWish(content) ?? 'unreadable' };
}

/**
 * Each unit is asked when it may have something new to say: in a hook of its relation, which Juju runs whenever a unit comes, goes or changes
 * its address, and when such a hook may have passed: this unit has just become the leader, or it is this relation's turn. Else what was
 * found then is remembered.
 */
async function readNetworks(
  juju: Juju,
  id: number,
  units: readonly string[] | undefined,
  peers: Peers | undefined,
  isNews: boolean,
): Promise<Networks> {
  const known = networksFound(id, peers);
  if (units === undefined) return known ?? {};
  const sorted = [...units].sort(byUnitNumber);
  if (known !== undefined && !isNews && Object.keys(known).join() === sorted.join()) return known;
  const bags = await Promise.all(sorted.map(unit => juju.unitBag(id, unit)));
  return Object.fromEntries(sorted.map((unit, at) => [unit, networksOf(bags[at] ?? {})]));
}

/** What the client's units told when they were asked. */
const networksFound = (id: number, peers: Peers | undefined): Networks | undefined => decodeNetworks(peers?.app[networksKey(id)]);

/** Until a hook of its own tells otherwise, the client asks for what it was answered, and is where it was found. */
function isAnswered(own: Bag, isRestricted: (request: Bag) => boolean, networks: Networks | undefined): boolean {
  const requests = splitRequests(undefined, own);
  if (isWithdrawn(own) || requests.some(request => request.own.data === undefined)) return false;
  return networks !== undefined || !requests.some(({ remote }) => isRestricted(remote));
}

/** The other side of a relation, while there is no need to ask. */
const NOT_ASKED = { units: undefined, other: undefined, remote: undefined } as const;

/** The other side of a relation. Juju is asked for the application's name only where no unit tells it. */
export async function readOther(juju: Juju, id: number) {
  const units = await juju.relationUnits(id);
  const [unit] = units;
  const other = unit === undefined ? await juju.relationApplication(id) : applicationOf(unit);
  return { units, other, remote: other === undefined ? undefined : await juju.remoteBag(id, other) };
}

export const applicationOf = (unit: string): string => unit.slice(0, unit.lastIndexOf('/'));
