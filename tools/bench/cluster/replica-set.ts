// What both contenders ask a replica set, by the same client and as often.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Db, MongoClient } from 'mongodb';

export type Client = MongoClient;

const usual = { limitMs: 240_000, everyMs: 20 };

/** @throws when it has not come true in time, four minutes unless given, or the check itself fails. */
export const until = async (what: string, check: () => Promise<boolean>, { limitMs, everyMs } = usual): Promise<void> => {
  const deadline = Date.now() + limitMs;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`waited ${limitMs / 1000} s in vain for ${what}`);
    await sleep(everyMs);
  }
};

/** Connects, and logs in where a user is named. @throws what the driver says. */
export const clientOf = async (uri: string, username?: string, password?: string): Promise<Client> => {
  const login = username === undefined || password === undefined ? {} : { auth: { username, password } };
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 20_000, ...login });
  try {
    return await client.connect();
  } catch (error) {
    await client.close();
    throw error;
  }
};

/** Whether somebody logs in and writes. @throws when that is refused. */
export const canWrite = async (uri: string, username: string, password: string): Promise<true> => {
  const client = await clientOf(uri, username, password);
  try {
    await client
      .db()
      .collection('bench')
      .insertOne({}, { writeConcern: { w: 'majority' } });
    return true;
  } finally {
    await client.close();
  }
};

/**
 * They are up to date, and no longer among those that may not vote yet for being new. mongod hides from its configuration who is new, and tells
 * only how many may vote.
 */
export const areVotingSecondaries = async (admin: Db, hosts: readonly string[]): Promise<boolean> => {
  const [status, { config }] = await Promise.all([admin.command({ replSetGetStatus: 1 }), admin.command({ replSetGetConfig: 1 })]);
  const seen = status.members as { name: string; stateStr: string }[];
  const listed = config.members as { host: string; votes: number }[];
  if (status.votingMembersCount !== listed.filter(({ votes }) => votes === 1).length) return false;
  return hosts.every(
    host =>
      seen.some(({ name, stateStr }) => name === host && stateStr === 'SECONDARY') &&
      listed.some(member => member.host === host && member.votes === 1),
  );
};
