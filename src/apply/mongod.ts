// MongoDB effects → the database. What fails is looked at again in the next round, so every failure here is an answer.
import type { Document } from 'mongodb';
import type { MemberConfig, MongodEffect } from '../core/effects.ts';
import { isSystemUser } from '../core/names.ts';
import { CODES, failureOf } from '../mongo/errors.ts';
import { UNIT_TAG } from '../mongo/replica-set.ts';
import type { Link, Mongo, OpenLink } from '../mongo/session.ts';
import { changeSettings } from '../mongo/settings.ts';
import { createBackupRole, dropDatabase, dropUser, setUser } from '../mongo/users.ts';
import type { Outcome } from './outcome.ts';

/** Elections and reconfigurations in seconds rather than tens of seconds; see docs/decisions/0004. */
const SETTINGS = { heartbeatIntervalMillis: 500, electionTimeoutMillis: 5_000 };
/** A reconfiguration waits until a majority has it. */
const RECONFIG_MS = 20_000;
/** How long a member that stepped down may not be elected again, in seconds; within it, it waits for a secondary to catch up. */
const STEP_DOWN_S = 10;
const CATCH_UP_S = 5;

export async function applyMongod(mongo: Mongo, effect: MongodEffect): Promise<Outcome> {
  try {
    await applyOne(mongo, effect);
    return { ok: true };
  } catch (error) {
    return { ok: false, reason: failureOf(error).text };
  }
}

async function applyOne(mongo: Mongo, effect: MongodEffect): Promise<void> {
  switch (effect.do) {
    case 'initiate':
      return initiate(await ownLink(mongo), effect);
    case 'reconfigure':
      return reconfigure(effect.force ? await ownLink(mongo) : await primaryLink(mongo), effect);
    case 'step-down':
      return stepDown(await ownLink(mongo));
    case 'step-down-primary':
      return stepDown(await primaryLink(mongo));
    case 'set-user':
      return setUser(await primaryLink(mongo), mongo.keyFile, effect.user, isSystemUser(effect.user.name));
    case 'drop-user':
      return dropUser(await primaryLink(mongo), effect.name);
    case 'drop-database':
      return dropDatabase(await primaryLink(mongo), effect.name);
    case 'create-backup-role':
      return createBackupRole(await primaryLink(mongo));
    case 'set-mongod':
      return changeSettings(await ownLink(mongo), effect);
  }
}

const opened = (link: Link): OpenLink => {
  if (link.kind !== 'open') throw new Error(`cannot reach MongoDB: ${link.reason}`);
  return link;
};
const ownLink = async (mongo: Mongo): Promise<OpenLink> => opened(await mongo.own());

/** The primary, wherever it is, as this unit's mongod knows it now. */
async function primaryLink(mongo: Mongo): Promise<OpenLink> {
  const own = await ownLink(mongo);
  const hello = await own.command({ hello: 1 });
  if (hello.isWritablePrimary === true) return own;
  if (typeof hello.primary !== 'string') throw new Error('the replica set has no primary at the moment');
  return opened(await mongo.at(hello.primary));
}

async function initiate(link: OpenLink, { set, host, unit }: Extract<MongodEffect, { do: 'initiate' }>): Promise<void> {
  const members = [memberDocument({ id: 0, host, unit, votes: 1, priority: 1 }, undefined)];
  try {
    await link.command({ replSetInitiate: { _id: set, members, settings: SETTINGS } }, { timeoutMs: RECONFIG_MS });
  } catch (error) {
    if (failureOf(error).code !== CODES.alreadyInitialized) throw error;
  }
}

/** Changes the members of the configuration that it was planned from; anything else in it stays as it is. */
async function reconfigure(link: OpenLink, { from, members, force }: Extract<MongodEffect, { do: 'reconfigure' }>): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const current = await currentConfig(link);
    if (current.version !== from)
      throw new Error(`the configuration of the replica set has changed from version ${from} to ${current.version} in between`);
    const before: readonly Document[] = current.members;
    const next = members.map(member =>
      memberDocument(
        member,
        before.find(one => one._id === member.id),
      ),
    );
    try {
      await link.command(
        { replSetReconfig: { ...current, version: from + 1, members: next }, ...(force ? { force: true } : {}) },
        { timeoutMs: RECONFIG_MS },
      );
      return;
    } catch (error) {
      // The primary reconfigures by itself when a new member has its data; for a moment it takes nothing else.
      const { code } = failureOf(error);
      if (tries === 5 || (code !== CODES.configurationInProgress && code !== CODES.newConfigIncompatible)) throw error;
      await new Promise(wake => setTimeout(wake, 50));
    }
  }
}

async function currentConfig(link: OpenLink): Promise<Document> {
  try {
    return (await link.command({ replSetGetConfig: 1 })).config;
  } catch (error) {
    const stored = await link.findOne('local', 'system.replset');
    if (stored === null) throw error;
    return stored;
  }
}

const memberDocument = ({ id, host, unit, votes, priority }: MemberConfig, before: Document | undefined): Document => ({
  ...before,
  _id: id,
  host,
  votes,
  priority,
  ...(unit === undefined ? {} : { tags: { ...before?.tags, [UNIT_TAG]: unit } }),
});

async function stepDown(link: OpenLink): Promise<void> {
  await link.command({ replSetStepDown: STEP_DOWN_S, secondaryCatchUpPeriodSecs: CATCH_UP_S }, { timeoutMs: (CATCH_UP_S + 5) * 1000 });
}
