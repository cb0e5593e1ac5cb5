// This unit's mongod, the replica set as it sees it, and for the leader the primary → MongodFacts.
import * as z from 'zod/mini';
import type { Build, MongodFacts, PrimaryFacts, ReplicaSet, Running } from '../core/observed.ts';
import { CODES, failureOf } from '../mongo/errors.ts';
import { helloOf, startedWith } from '../mongo/hello.ts';
import { decodeSet, decodeStatus, stateOf } from '../mongo/replica-set.ts';
import type { Mongo, OpenLink } from '../mongo/session.ts';
import { readSettings } from '../mongo/settings.ts';
import { hasBackupRole, readUsers } from '../mongo/users.ts';

type Options = {
  /** Look at the primary too. */
  readonly leader: boolean;
  /** Other units that are ready: name → address:port. */
  readonly others: ReadonlyMap<string, string>;
};

/** Everything unexpected that a mongod in the middle of starting, stopping or electing can answer is `silent`: asked again, it is past. */
export async function observeMongod(mongo: Mongo, options: Options): Promise<MongodFacts> {
  try {
    return await lookAt(mongo, options);
  } catch (error) {
    return { kind: 'silent', reason: failureOf(error).text };
  }
}

async function lookAt(mongo: Mongo, options: Options): Promise<MongodFacts> {
  const link = await mongo.own();
  if (link.kind === 'silent') return link;
  if (link.kind === 'locked') {
    const hello = await mongo.hello();
    return hello === undefined
      ? { kind: 'silent', reason: link.reason }
      : { kind: 'locked', running: runningOf(hello, undefined), reason: link.reason };
  }
  const [hello, build] = await Promise.all([link.command({ hello: 1 }), link.command({ buildInfo: 1 })]);
  const running = runningOf(hello, build);
  const found = await readSet(link);
  if (found === 'uninitialised') return { kind: 'uninitialised', running, others: await askOthers(mongo, options.others) };
  if (found.self === undefined) return { kind: 'outside', running, set: found.set };
  const [settings, primary] = await Promise.all([readSettings(link), options.leader ? readPrimary(mongo, link, found) : undefined]);
  return { kind: 'member', running, self: found.self, settings, set: found.set, ...(primary === undefined ? {} : { primary }) };
}

const buildInfo = z.object({ version: z.string(), psmdbVersion: z.optional(z.string()) });

/** A mongod that lets nobody in tells its protocol, not its version. */
function runningOf(hello: { readonly [key: string]: unknown }, info: unknown): Running {
  const parsed = buildInfo.safeParse(info);
  const build: Build = parsed.success
    ? { version: parsed.data.version, percona: parsed.data.psmdbVersion !== undefined }
    : { version: '', percona: false };
  return { build, config: startedWith(hello) };
}

type Found = { readonly set: ReplicaSet; readonly self?: ReturnType<typeof stateOf> };

async function readSet(link: OpenLink): Promise<Found | 'uninitialised'> {
  const [config, status] = await Promise.all([
    attempt(link.command({ replSetGetConfig: 1 })),
    attempt(link.command({ replSetGetStatus: 1 })),
  ]);
  if ('code' in status) {
    if (status.code === CODES.notYetInitialized) return 'uninitialised';
    if (status.code !== CODES.invalidReplicaSetConfig) throw new Error(status.text);
    // Its configuration does not list it. mongod may not show that one, but has it on its disk.
    const stored = 'answer' in config ? config.answer.config : await link.findOne('local', 'system.replset');
    if (stored === null || stored === undefined) return 'uninitialised';
    return { set: decodeSet(stored, undefined) };
  }
  if ('code' in config) throw new Error(config.text);
  const seen = decodeStatus(status.answer);
  return { set: decodeSet(config.answer.config, seen), self: stateOf(seen.myState) };
}

type Attempt = { readonly answer: Awaited<ReturnType<OpenLink['command']>> } | { readonly code: number | undefined; readonly text: string };

/** An answer of mongod that says no is a fact; a failing network is not. */
async function attempt(asked: ReturnType<OpenLink['command']>): Promise<Attempt> {
  try {
    return { answer: await asked };
  } catch (error) {
    const { code, network, text } = failureOf(error);
    if (network) throw error;
    return { code, text };
  }
}

type Others = Extract<MongodFacts, { kind: 'uninitialised' }>['others'];

async function askOthers(mongo: Mongo, others: Options['others']): Promise<Others> {
  const answers = await Promise.all(
    [...others].map(async ([unit, host]) => {
      const { state } = await helloOf(mongo, host);
      return [unit, state === 'silent' ? 'silent' : state === 'not a member' ? 'uninitialised' : 'member'] as const;
    }),
  );
  return new Map(answers);
}

/** Undefined when there is no primary, or it does not answer: the leader can do nothing then. */
async function readPrimary(mongo: Mongo, own: OpenLink, { set, self }: Found): Promise<PrimaryFacts | undefined> {
  const host = set.primary;
  if (host === undefined) return undefined;
  try {
    const link = self === 'primary' ? own : await mongo.at(host);
    if (link.kind !== 'open') return undefined;
    const there = self === 'primary' ? { set } : await readSet(link);
    if (there === 'uninitialised' || there.set.primary === undefined) return undefined;
    const [users, backupRole, operatorAccepted] = await Promise.all([
      readUsers(link),
      hasBackupRole(link),
      link.as === 'operator' || mongo.acceptsOperator(self === 'primary' ? undefined : host),
    ]);
    return { host, set: there.set, users, operatorAccepted, backupRole };
  } catch {
    return undefined; // it went away while it was asked
  }
}
