// Changing a replica set: initiating it, changing its members, handing over.
import type { Document } from 'mongodb';
import type { MemberConfig, MongodEffect } from '../core/effects.ts';
import { CODES, failureOf } from './errors.ts';
import { configIn, LEAVING_TAG, UNIT_TAG } from './replica-set.ts';
import type { OpenLink } from './session.ts';

/** A reconfiguration waits until a majority has it: about two heartbeats, unless a member is down that counts. */
const RECONFIG_MS = 10_000;
const ANSWER_MS = 2_000;
/** How often one that mongod refused at this moment is tried again, and after how long. */
const TRIES = 6;
const PAUSE_MS = 50;
/** How long a member that stepped down may not be elected again, in seconds; within it, it waits for a secondary to catch up. */
const STEP_DOWN_S = 10;
const CATCH_UP_S = 5;

/** Makes a set of one member; done already is as good. */
export async function initiate(
  link: OpenLink,
  { set, host, unit, times, configServer = false }: Extract<MongodEffect, { do: 'initiate' }>,
): Promise<void> {
  const members = [memberDocument({ id: 0, host, unit, votes: 1, priority: 1 }, undefined)];
  try {
    await link.command(
      { replSetInitiate: { _id: set, members, settings: times, ...(configServer ? { configsvr: true } : {}) } },
      { timeoutMs: RECONFIG_MS + ANSWER_MS },
    );
  } catch (error) {
    if (failureOf(error).code !== CODES.alreadyInitialized) throw error;
  }
}

/**
 * Rewrites what the data says of its replica set. mongod forces no configuration of another name, and lets a member that is outside of its
 * set write this document (seen on 6.0.5). The new one comes before the old one goes: ended in between, it is done again.
 */
export async function adoptData(link: OpenLink, { set, host, unit }: Extract<MongodEffect, { do: 'adopt-data' }>): Promise<void> {
  const before = await link.findOne('local', 'system.replset');
  if (before !== null) configIn({ config: before });
  if (before === null) throw new Error('the data says nothing of a replica set');
  const members = [memberDocument({ id: 0, host, unit, votes: 1, priority: 1 }, undefined)];
  const config = { ...before, _id: set, version: before.version + 1, members };
  const local = { db: 'local' };
  try {
    await link.command({ insert: 'system.replset', documents: [config] }, local);
  } catch (error) {
    if (failureOf(error).code !== CODES.duplicateKey) throw error;
  }
  await link.command({ delete: 'system.replset', deletes: [{ q: { _id: { $ne: set } }, limit: 0 }] }, local);
}

/** Changes the units' members of the configuration that it was planned from, and its times; anything else in it stays as it is. */
export async function reconfigure(
  link: OpenLink,
  { from, members, times, force }: Extract<MongodEffect, { do: 'reconfigure' }>,
): Promise<void> {
  for (let left = TRIES; ; left -= 1) {
    const current = await currentConfig(link);
    if (current.version !== from)
      throw new Error(`the configuration of the replica set has changed from version ${from} to ${current.version} in between`);
    const before: readonly Document[] = current.members;
    const next = members.map(member => {
      const same = before.find(one => one._id === member.id);
      // A foreign member is written back as it is.
      if (same !== undefined && member.unit === undefined) return same;
      // One that is forced at a new place has a new number.
      return memberDocument(member, same ?? before.find(one => member.unit !== undefined && one.tags?.[UNIT_TAG] === member.unit));
    });
    try {
      await link.command(
        {
          replSetReconfig: {
            ...current,
            version: from + 1,
            members: next,
            ...(times === undefined ? {} : { settings: { ...current.settings, ...times } }),
          },
          maxTimeMS: RECONFIG_MS,
          ...(force ? { force: true } : {}),
        },
        { timeoutMs: RECONFIG_MS + ANSWER_MS },
      );
      return;
    } catch (error) {
      if (left === 1 || !mayPass(error)) throw error;
      await new Promise(wake => setTimeout(wake, PAUSE_MS));
    }
  }
}

/** The primary reconfigures by itself when a new member has its data; for a moment it takes nothing else. */
function mayPass(error: unknown): boolean {
  const { code, text } = failureOf(error);
  return code === CODES.configurationInProgress || (code === CODES.newConfigIncompatible && !text.includes('at most 1 voting member'));
}

const currentConfig = async (link: OpenLink): Promise<Document> => configIn(await link.command({ replSetGetConfig: 1 }));

const memberDocument = ({ id, host, unit, leaving, votes, priority }: MemberConfig, before: Document | undefined): Document => ({
  ...before,
  _id: id,
  host,
  votes,
  priority,
  ...(unit === undefined ? {} : { tags: { ...before?.tags, [UNIT_TAG]: unit, ...(leaving ? { [LEAVING_TAG]: unit } : {}) } }),
});

/** Not being primary is as good. @throws when no secondary can take over in time. */
export async function stepDown(link: OpenLink): Promise<void> {
  try {
    await link.command(
      { replSetStepDown: STEP_DOWN_S, secondaryCatchUpPeriodSecs: CATCH_UP_S },
      { timeoutMs: CATCH_UP_S * 1_000 + ANSWER_MS },
    );
  } catch (error) {
    if (failureOf(error).code !== CODES.notWritablePrimary) throw error;
  }
}
