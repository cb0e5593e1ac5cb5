// Juju effects → hook tools. Juju commits most of it when the hook has succeeded; statuses and the log act at once, so they come last.
import type { JujuEffect, PublishedClient } from '../core/effects.ts';
import { clientSecretLabel } from '../core/names.ts';
import type { Bag, JujuFacts } from '../core/observed.ts';
import { sameStatus } from '../core/status.ts';
import { encodeClientAnswer } from '../interfaces/mongodb-client.ts';
import type * as Tools from '../juju/tools.ts';

type Juju = typeof Tools;

/** Writes what differs from what Juju said when the dispatch began. */
export async function applyJuju(juju: Juju, facts: JujuFacts, effects: readonly JujuEffect[]): Promise<void> {
  for (const effect of effects) await applyOne(juju, facts, effect);
  await applyPeers(juju, facts, 'application', merged(effects, 'set-peer-app'));
  await applyPeers(juju, facts, 'unit', merged(effects, 'set-peer-unit'));
  for (const effect of effects) {
    if (effect.do !== 'set-status') continue;
    const before = effect.scope === 'unit' ? facts.unitStatus : facts.appStatus;
    if (!sameStatus(before, effect.status)) await juju.statusSet(effect.scope, effect.status.level, effect.status.message);
  }
  for (const effect of effects) if (effect.do === 'log') await juju.jujuLog(effect.level, effect.message);
}

async function applyOne(juju: Juju, facts: JujuFacts, effect: JujuEffect): Promise<void> {
  switch (effect.do) {
    case 'add-app-secret': {
      // A secret that an earlier hook made although it failed afterwards: Juju keeps those, and refuses the label a second time.
      const id = await juju.ownedSecretId(effect.label);
      if (id === undefined) await juju.secretAdd(effect.label, effect.content);
      return;
    }
    case 'set-app-secret':
      return juju.secretSet(effect.id, effect.content);
    case 'remove-secret':
      return juju.secretRemove(effect.id, effect.revision);
    case 'publish-client':
      return publish(juju, facts, effect.client);
    case 'open-port':
      return juju.openPort(effect.port);
    case 'set-workload-version':
      return juju.applicationVersionSet(effect.version);
    default:
      return; // peers' databags, statuses and the log: see above
  }
}

const merged = (effects: readonly JujuEffect[], kind: 'set-peer-app' | 'set-peer-unit'): Bag =>
  Object.assign({}, ...effects.map(effect => (effect.do === kind ? effect.values : {})));

async function applyPeers(juju: Juju, { peers }: JujuFacts, scope: 'unit' | 'application', values: Bag): Promise<void> {
  if (peers === undefined) return; // there is nothing to write to yet; a later hook plans it again
  if (Object.keys(values).length > 0) await juju.relationSet(peers.id, scope, values);
}

/** Secrets first and granted, then everything that the client reads in one write: it looks once, when it first sees the URI. */
async function publish(juju: Juju, facts: JujuFacts, client: PublishedClient): Promise<void> {
  const { relation } = client;
  const own = facts.clients.find(one => one.id === relation)?.own ?? {};
  const ids = new Map<string, string | undefined>();
  const idOf = async (group: string): Promise<string | undefined> => {
    if (!ids.has(group)) ids.set(group, await juju.ownedSecretId(clientSecretLabel(relation, group)));
    return ids.get(group);
  };
  const password = client.password ?? (await publishedPassword(juju, own, await idOf('user')));
  if (password === undefined) throw new Error(`cannot publish addresses to relation ${relation}: its secret cannot be read`);
  const { clear, secrets } = encodeClientAnswer({ ...client, password });
  const values: Record<string, string> = { ...clear };
  for (const [group, content] of Object.entries(secrets)) {
    const id = await idOf(group);
    if (id === undefined) values[`secret-${group}`] = await addGranted(juju, clientSecretLabel(relation, group), content, relation);
    else {
      if (!sameBag(await juju.secretById(id), content)) await juju.secretSet(id, content);
      await juju.secretGrant(id, relation); // once more: a crash may have come between making and granting
      if (own[`secret-${group}`] === undefined) values[`secret-${group}`] = `secret:${id}`;
    }
  }
  const differing = Object.fromEntries(Object.entries(values).filter(([key, value]) => own[key] !== value));
  if (Object.keys(differing).length > 0) await juju.relationSet(relation, 'application', differing);
}

async function publishedPassword(juju: Juju, own: Bag, id: string | undefined): Promise<string | undefined> {
  return own.password ?? (id === undefined ? undefined : (await juju.secretById(id))?.password);
}

async function addGranted(juju: Juju, label: string, content: Bag, relation: number): Promise<string> {
  const uri = await juju.secretAdd(label, content);
  await juju.secretGrant(uri, relation);
  return uri;
}

const sameBag = (a: Bag | undefined, b: Bag): boolean =>
  a !== undefined && Object.keys(a).length === Object.keys(b).length && Object.entries(b).every(([key, value]) => a[key] === value);
