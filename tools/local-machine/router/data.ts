// Commands on data: sent to the shard where their database lives, with the versions that this router believes in, and again when the
// shard knows better.
import { setTimeout as delay } from 'node:timers/promises';
import { Long } from 'mongodb';
import type { Login } from './client.ts';
import type { DatabaseEntry, Placement } from './cluster.ts';
import { change, decode, encode, inner, pick } from './documents.ts';
import { isStale, RouterError } from './errors.ts';
import { nothingFor } from './nothing.ts';
import { dress, messageFor } from './outgoing.ts';
import type { Request } from './request.ts';
import type { Router } from './router.ts';
import { sendToShard } from './send.ts';
import { nothingSettled, settle, staleFrom } from './writes.ts';

const staleForMs = 20_000;
const pauses = { shortest: 10, longest: 500 };

/** Runs a command on the shard where its database lives, and answers with that shard's reply. The user's right to it has been looked at. */
export const runOnData = async (router: Router, login: Login, request: Request): Promise<Buffer> => {
  const { cluster } = router;
  const { db } = request;
  const collection = request.collection === '' ? undefined : request.collection;
  const dressing = await dress(cluster, request, login);
  const deadline = Date.now() + staleForMs;
  let progress = nothingSettled;
  for (let attempt = 0; ; attempt += 1) {
    const entry = await findDatabase(router, request);
    if (entry === undefined) return encode(nothingFor(request));
    const placement = await cluster.place(entry, collection);
    if (request.inTransaction) keepToOneShard(router, login, request, placement);
    let reply: Buffer;
    try {
      reply = await sendToShard(router, placement.set, request, () => messageFor(cluster, request, dressing, placement, progress.settled));
    } catch (error) {
      // The next one is not sent to a shard that was taken out of the cluster; this one it may have done, if anybody there has had it.
      if (!(await wasRemoved(router, placement))) throw error;
      await cluster.refresh(db, collection);
      if (request.command.txnNumber !== undefined || !isUnsent(error)) throw error;
      continue;
    }
    const staleAt = staleFrom(pick(reply, ['ok', 'code', 'writeErrors']), isStale);
    if (staleAt === undefined || Date.now() > deadline) {
      rememberCursor(router, login, placement.shard, reply);
      if (request.inTransaction) return change(reply, [], { recoveryToken: { recoveryShardId: placement.shard } });
      return progress.settled === 0 ? reply : encode(settle(progress, decode(reply)).reply);
    }
    if (request.inTransaction && !request.command.startTransaction) throw overtaken(router, login, request);
    if (staleAt > 0) progress = settle(progress, decode(reply), staleAt);
    await cluster.refresh(db, collection);
    // The first time the shard often has to look for itself only; after that something is moving.
    if (attempt > 0) await delay(Math.min(pauses.shortest * 2 ** attempt, pauses.longest));
  }
};

/** Goes on with a cursor, on the shard where it lies. @throws {RouterError} CursorNotFound; a cursor of another user is not found either. */
export const getMore = async (router: Router, login: Login, request: Request): Promise<Buffer> => {
  const id = String(request.command.getMore);
  const place = router.cursors.find(id);
  if (place === undefined || place.owner !== ownerOf(login)) throw new RouterError('CursorNotFound', `cursor id ${id} not found`);
  const dressing = await dress(router.cluster, request, login);
  const set = await router.cluster.shard(place.shard);
  const reply = await sendToShard(router, set, request, () => messageFor(router.cluster, request, dressing, { versions: {} }));
  if (cursorIn(reply) === '0') router.cursors.forget(id);
  else router.cursors.remember(id, place);
  return reply;
};

/** Ends cursors, each on its shard. Those of other users are not found. */
export const killCursors = async (router: Router, login: Login, request: Request): Promise<Buffer> => {
  const groups = new Map<string, Long[]>();
  const cursorsNotFound: Long[] = [];
  for (const given of (request.command.cursors ?? []) as (Long | number)[]) {
    const id = Long.fromString(String(given));
    const place = router.cursors.find(String(given));
    if (place === undefined || place.owner !== ownerOf(login)) cursorsNotFound.push(id);
    else groups.set(place.shard, [...(groups.get(place.shard) ?? []), id]);
    router.cursors.forget(String(given));
  }
  const cursorsKilled: unknown[] = [];
  for (const [shard, cursors] of groups) {
    const set = await router.cluster.shard(shard);
    const reply = await set.command(request.db, { killCursors: request.command.killCursors, cursors });
    cursorsKilled.push(...longs(reply.cursorsKilled));
    cursorsNotFound.push(...longs(reply.cursorsNotFound));
  }
  return encode({ cursorsKilled, cursorsNotFound, cursorsAlive: [], cursorsUnknown: [], ok: 1 });
};

const longs = (list: unknown): Long[] => ((list ?? []) as (Long | number)[]).map(id => Long.fromString(String(id)));

/** Of a command that is sent once only, or may be sent twice. */
const isUnsent = (error: unknown): boolean => error instanceof RouterError && error.codeName === 'FailedToSatisfyReadPreference';

const creating = new Set(['insert', 'update', 'delete', 'findAndModify', 'findandmodify', 'create', 'createIndexes']);

const findDatabase = async ({ cluster }: Router, { db, name }: Request): Promise<DatabaseEntry | undefined> => {
  const found = await cluster.database(db);
  return found === undefined && creating.has(name) ? cluster.createDatabase(db) : found;
};

const wasRemoved = ({ cluster }: Router, { shard }: Placement): Promise<boolean> =>
  cluster.shards().then(
    shards => !shards.some(({ _id }) => _id === shard),
    () => false,
  );

const keepToOneShard = (router: Router, login: Login, request: Request, { shard }: Placement) => {
  const session = sessionOf(login, request);
  const number = String(request.command.txnNumber);
  if (request.command.startTransaction) return router.transactions.begin(session, number, shard);
  const begun = router.transactions.find(session, number);
  if (begun === undefined)
    throw new RouterError('NoSuchTransaction', `cannot continue transaction ${number}: it did not begin here`, transient);
  if (begun.shard === shard) return;
  throw new RouterError(
    'OperationNotSupportedInTransaction',
    `this stand-in for mongos cannot run a transaction on several shards (it began on ${begun.shard}, and ${request.db} is on ${shard}): only a real mongos can`,
  );
};

const transient = ['TransientTransactionError'];

const overtaken = (router: Router, login: Login, request: Request) => {
  router.transactions.forget(sessionOf(login, request));
  return new RouterError(
    'NoSuchTransaction',
    `the transaction was aborted, for ${request.db} has moved or changed on its shard`,
    transient,
  );
};

/** The name of a session among those of all users. */
export const sessionOf = ({ user, db }: Login, { session }: Request): string => `${db}.${user}.${session}`;

const ownerOf = ({ user, db }: Login): string => `${db}.${user}`;

const rememberCursor = (router: Router, login: Login, shard: string, reply: Buffer) => {
  const id = cursorIn(reply);
  if (id !== '0') router.cursors.remember(id, { shard, owner: ownerOf(login) });
};

/** The cursor's id in a reply; '0' when there is none. Its documents may be many, and are not looked at. */
const cursorIn = (reply: Buffer): string => {
  const cursor = inner(reply, 'cursor');
  return cursor === undefined ? '0' : String(pick(cursor, ['id']).id ?? 0);
};
