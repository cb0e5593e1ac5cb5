// MongoDB effects → the database. What fails is looked at again in the next round, so every failure here is an answer.
import type { MongodEffect } from '../core/effects.ts';
import { isSystemUser } from '../core/names.ts';
import { failureOf } from '../mongo/errors.ts';
import { adoptData, initiate, reconfigure, stepDown } from '../mongo/reconfigure.ts';
import { configIn } from '../mongo/replica-set.ts';
import { dropRole, setRole } from '../mongo/roles.ts';
import type { Link, Mongo, OpenLink } from '../mongo/session.ts';
import { changeSettings } from '../mongo/settings.ts';
import { addShard, dropLeftovers, forgetCluster, movePrimary, removeShard, setShardHost, startBalancer } from '../mongo/sharding.ts';
import { createBackupRole, dropDatabase, dropUser, setUser } from '../mongo/users.ts';
import type { Outcome } from './outcome.ts';

/** `router`: the one through which the cluster is changed. */
export async function applyMongod(mongo: Mongo, effect: MongodEffect, router: () => Promise<Link> = noRouter): Promise<Outcome> {
  try {
    await applyOne(mongo, effect, router);
    return { ok: true };
  } catch (error) {
    const { code, text } = failureOf(error);
    return { ok: false, reason: text, ...(code === undefined ? {} : { code }) };
  }
}

async function applyOne(mongo: Mongo, effect: MongodEffect, router: () => Promise<Link>): Promise<void> {
  switch (effect.do) {
    case 'initiate':
      return initiate(await ownLink(mongo), effect);
    case 'adopt-data':
      return adoptData(await ownLink(mongo), effect);
    case 'reconfigure':
      return reconfigure(await linkForChange(mongo, effect), effect);
    case 'step-down':
      return stepDown(await ownLink(mongo));
    case 'step-down-primary':
      return stepDown(await primaryLink(mongo));
    case 'set-user':
      return setUser(await primaryLink(mongo), mongo.key, effect.user, isSystemUser(effect.user.name));
    case 'drop-user':
      return dropUser(await primaryLink(mongo), effect.name);
    case 'set-role':
      return setRole(await primaryLink(mongo), effect.role);
    case 'drop-role':
      return dropRole(await primaryLink(mongo), effect.name);
    case 'drop-database':
      return dropDatabase(effect.through === 'router' ? opened(await router()) : await primaryLink(mongo), effect.name);
    case 'add-shard':
      return addShard(opened(await router()), effect.name, effect.host);
    case 'remove-shard':
      return removeShard(opened(await router()), effect.name);
    case 'start-balancer':
      return startBalancer(opened(await router()));
    case 'move-primary':
      return movePrimary(opened(await router()), effect.database, effect.to);
    case 'drop-leftovers':
      return dropLeftovers(opened(await router()), await primaryAmong(mongo, effect.hosts), effect.database);
    case 'forget-cluster':
      return forgetCluster(await primaryLink(mongo));
    case 'set-shard-host':
      return setShardHost(await primaryLink(mongo), effect.name, effect.host);
    case 'create-backup-role':
      return createBackupRole(await primaryLink(mongo));
    case 'set-mongod':
      return changeSettings(await ownLink(mongo), effect);
  }
}

const noRouter = async (): Promise<Link> => ({ kind: 'silent', reason: 'there is no router here' });

const opened = (link: Link): OpenLink => {
  if (link.kind !== 'open') throw new Error(`cannot reach MongoDB: ${link.reason}`);
  return link;
};
const ownLink = async (mongo: Mongo): Promise<OpenLink> => opened(await mongo.own());

const linkForChange = async (mongo: Mongo, { force, at }: Extract<MongodEffect, { do: 'reconfigure' }>): Promise<OpenLink> =>
  at !== undefined ? opened(await mongo.at(at)) : force ? ownLink(mongo) : primaryLink(mongo);

/** The primary, wherever it is, as this unit's mongod knows it now; one that is outside of its set knows only who was in it. */
async function primaryLink(mongo: Mongo): Promise<OpenLink> {
  const own = await ownLink(mongo);
  const hello = await own.command({ hello: 1 });
  if (hello.isWritablePrimary === true) return own;
  if (hello.setName === undefined) {
    const config = configIn(await own.command({ replSetGetConfig: 1 }));
    return primaryAmong(
      mongo,
      config.members.map((member: { host: string }) => member.host),
    );
  }
  if (typeof hello.primary !== 'string') throw new Error('the replica set has no primary at the moment');
  return opened(await mongo.at(hello.primary));
}

/** The primary of another set, among these of its members. @throws when none of them is it. */
async function primaryAmong(mongo: Mongo, hosts: readonly string[]): Promise<OpenLink> {
  for (const host of hosts) {
    const link = await mongo.at(host);
    if (link.kind === 'open' && (await link.command({ hello: 1 })).isWritablePrimary === true) return link;
  }
  throw new Error(`none of ${hosts.join(', ')} is a primary that can be reached`);
}
