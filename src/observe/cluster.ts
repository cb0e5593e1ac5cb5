// The other parts of a sharded cluster, and the client beside a router: what they show, and what they were given.
import { isAddress } from '../core/bags.ts';
import { byUnitNumber, type Context } from '../core/context.ts';
import { CLUSTER, type Endpoints } from '../core/endpoints.ts';
import { isSecretUri } from '../core/names.ts';
import type { Bag, ConfigServerRelation, HostRelation, ShardRelation } from '../core/observed.ts';
import { answersIn, splitRequests } from '../interfaces/client-requests.ts';
import { shardNameOf } from '../interfaces/shards.ts';
import { type Juju, listedAt, memoryOf, type Relations, readOther } from './clients.ts';

/** The config server's side: each shard that is related, what it shows and what it was given. */
export async function readShards(
  juju: Juju,
  { app }: Context,
  endpoints: readonly string[],
  listed: Promise<Relations>,
): Promise<readonly ShardRelation[]> {
  const ids = listedAt(await listed, endpoints);
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

/** Secrets of an earlier hook are told of only while they can be read. */
export async function readConfigServer(
  juju: Juju,
  { app }: Context,
  { configServer }: Endpoints,
  listed: Promise<Relations>,
  leads: Promise<boolean>,
): Promise<Omit<ConfigServerRelation, 'fingerprints'> | undefined> {
  const [first] = listedAt(await listed, configServer);
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

/** A router's client, once for each of its requests; none while Juju does not tell who it is. */
export async function readHosts(
  juju: Juju,
  { app }: Context,
  { host }: Endpoints,
  listed: Promise<Relations>,
  leads: Promise<boolean>,
): Promise<readonly HostRelation[]> {
  const [first] = listedAt(await listed, host);
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
