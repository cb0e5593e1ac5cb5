// Juju effects → hook tools. Juju commits most of it when the hook has succeeded; statuses and the log act at once, so they come last.

import { isHeld } from '../core/app-secret.ts';
import { publishedKey } from '../core/bags.ts';
import type { JujuEffect, PublishedClient } from '../core/effects.ts';
import { ROUTERS } from '../core/endpoints.ts';
import { bareSecretId, type Rotation, relationSecretLabel } from '../core/names.ts';
import type { Bag, JujuFacts } from '../core/observed.ts';
import { sameStatus } from '../core/status.ts';
import { secretsNamedIn, withAnswer, withoutAnswer } from '../interfaces/client-requests.ts';
import { withStatuses } from '../interfaces/client-status.ts';
import { encodeRouterAnswer } from '../interfaces/config-server.ts';
import { encodeClientAnswer } from '../interfaces/mongodb-client.ts';
import { writeLog } from '../juju/log.ts';
import type * as Tools from '../juju/tools.ts';

type Juju = typeof Tools;

/** Our databags of relations as they are and as they come to be, by relation, and the secrets that they name anew. */
type Told = { readonly bags: Map<number, { readonly before: Bag; now: Bag }>; readonly inUse: Set<string> };

/** Writes what differs from what Juju said when the dispatch began. @throws ToolFailure; Juju then drops what it has not yet committed. */
export async function applyJuju(juju: Juju, facts: JujuFacts, effects: readonly JujuEffect[]): Promise<void> {
  const told: Told = { bags: new Map(), inUse: new Set() };
  for (const effect of effects) await applyOne(juju, facts, effect, told);
  await writeBags(juju, told);
  // One that nobody was told of when the hook began may have been published by it.
  for (const effect of effects)
    if (effect.do === 'remove-secret' && !told.inUse.has(effect.id)) await juju.secretRemove(effect.id, effect.revision);
  await applyPeers(juju, facts, 'application', merged(effects, 'set-peer-app'));
  await applyPeers(juju, facts, 'unit', merged(effects, 'set-peer-unit'));
  await writeLog(
    juju,
    effects.filter(effect => effect.do === 'log'),
  );
  for (const effect of effects) {
    if (effect.do !== 'set-status') continue;
    const before = effect.scope === 'unit' ? facts.unitStatus : facts.appStatus;
    if (!sameStatus(before, effect.status)) await juju.statusSet(effect.scope, effect.status.level, effect.status.message);
  }
}

async function applyOne(juju: Juju, facts: JujuFacts, effect: JujuEffect, told: Told): Promise<void> {
  switch (effect.do) {
    case 'add-app-secret':
      return addAppSecret(juju, effect.label, effect.content);
    case 'set-app-secret':
      return juju.secretSet(effect.id, effect.content);
    case 'set-rotation':
      return juju.secretRotation(effect.id, effect.rotation);
    case 'publish-client':
      return publishClient(juju, facts, effect.client, told);
    case 'publish':
      return publish(juju, effect, told);
    case 'tell-client':
      return change(told, effect, own => withStatuses(own, effect.statuses, effect.hearing));
    case 'withdraw':
      return change(told, effect, own => withoutAnswer(own, effect.requestId));
    case 'open-port':
      return juju.openPort(effect.port);
    case 'close-port':
      return juju.closePort(effect.port);
    case 'set-workload-version':
      return juju.applicationVersionSet(effect.version);
    default:
      return; // secrets to remove, peers' databags, statuses and the log: see above
  }
}

/**
 * A secret of this label may exist all the same: Juju keeps those of a hook that failed later, and refuses the label a second time.
 * What it holds is in use, so it is only completed.
 */
async function addAppSecret(juju: Juju, label: string, content: Bag): Promise<void> {
  const id = await juju.ownedSecretId(label);
  if (id === undefined) return void (await juju.secretAdd(label, content));
  const held = await juju.secretById(id);
  if (held === undefined) return;
  const inUse = Object.entries(held).filter(([key, value]) => isHeld(key, value));
  await juju.secretSet(id, { ...content, ...Object.fromEntries(inUse) }); // the same content makes no new revision
}

const merged = (effects: readonly JujuEffect[], kind: 'set-peer-app' | 'set-peer-unit'): Bag =>
  Object.assign({}, ...effects.map(effect => (effect.do === kind ? effect.values : {})));

async function applyPeers(juju: Juju, { peers }: JujuFacts, scope: 'unit' | 'application', values: Bag): Promise<void> {
  if (peers === undefined) return; // there is nothing to write to yet; a later hook plans it again
  if (Object.keys(values).length > 0) await juju.relationSet(peers.id, scope, values);
}

async function publishClient(juju: Juju, facts: JujuFacts, client: PublishedClient, told: Told): Promise<void> {
  const { relation, requestId, endpoint } = client;
  const request = requestId === undefined ? {} : { requestId };
  const found = facts.clients.find(one => one.id === relation && one.requestId === requestId);
  const password = client.isGroup ? '' : (client.password ?? found?.own.password ?? (await secretPassword(juju, client)));
  // What its secret held cannot be read any more: the next hook, which this write brings about, gives it another password.
  if (password === undefined) return applyPeers(juju, facts, 'application', { [publishedKey({ id: relation, ...request })]: '' });
  const answer = { ...client, password };
  const { clear, secrets } = endpoint === ROUTERS ? encodeRouterAnswer(answer) : encodeClientAnswer(answer);
  await publish(juju, { relation, ...request, endpoint, own: found?.databag ?? {}, clear, secrets }, told, client.rotation);
}

/** Secrets first and granted, then everything that the other side reads in one write: it looks once, when it first sees the URI. */
async function publish(
  juju: Juju,
  effect: Omit<Extract<JujuEffect, { do: 'publish' }>, 'do'>,
  told: Told,
  rotation?: Rotation,
): Promise<void> {
  const { relation, requestId, endpoint, own, clear, secrets } = effect;
  const published = secretsNamedIn(own);
  const values: Record<string, string> = { ...clear };
  for (const [group, content] of Object.entries(secrets)) {
    const secret = { label: relationSecretLabel(endpoint, relation, group, requestId), content, relation, published };
    const uri = await putSecret(juju, group === 'user' && rotation !== undefined ? { ...secret, rotation } : secret);
    values[`secret-${group}`] = uri;
    told.inUse.add(bareSecretId(uri));
  }
  change(told, effect, now => withAnswer(now, requestId, values));
}

function change({ bags }: Told, { relation, own }: { relation: number; own: Bag }, to: (own: Bag) => Bag): void {
  const bag = bags.get(relation) ?? { before: own, now: own };
  bags.set(relation, { ...bag, now: to(bag.now) });
}

/** One write for each relation. */
async function writeBags(juju: Juju, { bags }: Told): Promise<void> {
  for (const [relation, { before, now }] of bags) {
    const keys = [...new Set([...Object.keys(now), ...Object.keys(before)])];
    const differing = keys.filter(key => (before[key] ?? '') !== (now[key] ?? ''));
    if (differing.length > 0)
      await juju.relationSet(relation, 'application', Object.fromEntries(differing.map(key => [key, now[key] ?? ''])));
  }
}

async function secretPassword(juju: Juju, { endpoint, relation, requestId }: PublishedClient): Promise<string | undefined> {
  const id = await juju.ownedSecretId(relationSecretLabel(endpoint, relation, 'user', requestId));
  return id === undefined ? undefined : (await juju.secretById(id))?.password;
}

type ClientSecret = { label: string; content: Bag; relation: number; published: readonly string[]; rotation?: Rotation };

/** Makes the secret hold the content and lets the client read it. Answers the URI to publish: one that is published stays as it is. */
async function putSecret(juju: Juju, { label, content, relation, published, rotation }: ClientSecret): Promise<string> {
  const id = await juju.ownedSecretId(label);
  if (id !== undefined) {
    await juju.secretSet(id, content);
    await juju.secretById(id); // whoever has read a secret is told of each change, its owner too, unless it has read that already
  }
  const there = published.find(uri => bareSecretId(uri) === id);
  if (there !== undefined) return there;
  const uri = id === undefined ? await juju.secretAdd(label, content, rotation) : `secret:${id}`;
  await juju.secretGrant(uri, relation);
  return uri;
}
