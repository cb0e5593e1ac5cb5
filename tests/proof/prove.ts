// One operation while clients write: of each kind of client and each driver one that follows what it is told, and one that keeps what it has.
import { setTimeout as sleep } from 'node:timers/promises';
import { runAction } from '../support/client.ts';
import type { TestModel } from '../support/model.ts';
import { type Client, type Kind, published, relationOf } from './clients.ts';
import type { DriverName } from './drivers.ts';
import { type Following, follow } from './follow.ts';
import { readState } from './state.ts';
import type { Failure, Writers } from './writers.ts';

export type Way = 'follows' | 'keeps';
/**
 * What became of one client. @property failed of its writes, without those that it tried while it was removed. @property refused those of them
 * that failed at a login. @property whileRemoved what failed while it was removed. @property lost acknowledged, and not there. @property old
 * what is answered afterwards to a new connection with what was published before: accepted, refused, or some other trouble.
 */
export type Row = {
  operation: string;
  client: Kind;
  driver: DriverName;
  way: Way;
  acknowledged: number;
  failed: number;
  refused: number;
  whileRemoved: number;
  lost: number;
  old: string;
};

/** What an operation has to act with. */
export type Scene = {
  model: TestModel;
  /** The application that gives clients their users. */
  server: string;
  clients: readonly Client[];
  relationOf(client: Client): Promise<number>;
  /** Runs an action on the server's leader. @throws when it fails. */
  act(action: string, ...parameters: string[]): Promise<void>;
  /** From now on writes of this client may fail, until it has been told another URI. */
  removed(client: Client): void;
  /** Does it, and resolves when these clients have been told another URI than they had. */
  telling(clients: readonly Client[], change: () => Promise<unknown>): Promise<void>;
  /** Resolves when nothing runs any more and all is well. */
  calm(): Promise<void>;
};
export type Operation = {
  key: string;
  name: string;
  /** Whether the client has another password afterwards. */
  changes(client: Client): boolean;
  run(scene: Scene): Promise<void>;
};

export type Stage = {
  model: TestModel;
  server: string;
  clients: readonly Client[];
  writers: readonly Writers[];
  calm(): Promise<void>;
  /** Numbers of the documents in these collections of the clients' database, as somebody sees them who may read all. */
  documents(collections: readonly string[]): Promise<ReadonlyMap<string, readonly number[]>>;
};
type Writing = { client: Client; way: Way; writers: Writers; name: string };

const limitMs = 120_000;
/** Writes of each client before the operation, and after it. */
const around = 10;
let runs = 0;

/** @returns the rows, and what went against the promises. @throws when the operation does not come to its end. */
export const prove = async (operation: Operation, stage: Stage): Promise<{ rows: Row[]; broken: string[] }> => {
  const { model, clients } = stage;
  const all = beginners(stage);
  const before = new Map<Client, string>();
  for (const client of clients) before.set(client, await uriOf(model, client));
  const excuses = new Map<Client, Excuse>();
  for (const { client, writers, name } of all) writers.write(name, before.get(client)!);
  await Promise.all(all.map(({ writers, name }) => writers.more(name, around)));
  const following = follow(model, before, (client, uri) => {
    for (const one of all) if (one.client === client && one.way === 'follows') one.writers.write(one.name, uri);
  });
  try {
    await operation.run(sceneOf(stage, following, client => void excuses.set(client, excuseOf(client, all, following))));
    await stage.calm();
    for (const client of clients)
      await until(`${client.kind} to be told what is published`, async () => following.uri(client) === (await published(model, client)));
    // One that keeps what it has has nothing any more once it was removed, and may wait for a server for long.
    const left = all.filter(({ client, way }) => way === 'follows' || !excuses.has(client));
    await Promise.all(left.map(({ writers, name }) => writers.more(name, around)));
    await Promise.all(left.map(({ writers, name }) => writers.end(name)));
  } finally {
    await following.end();
  }
  const found = await stage.documents(all.map(({ name }) => name));
  const rows: Row[] = [];
  const broken: string[] = [];
  for (const { client, way, writers, name } of all) {
    const { numbers, failures } = writers.written(name);
    const own = failures.filter((failure, at) => !isExcused(failure, at, name, excuses.get(client)));
    const there = new Set(found.get(name));
    const row: Row = {
      operation: operation.key,
      client: client.kind,
      driver: writers.driver.name,
      way,
      acknowledged: numbers.length,
      failed: own.length,
      refused: own.filter(({ refused }) => refused).length,
      whileRemoved: failures.length - own.length,
      lost: numbers.filter(number => !there.has(number)).length,
      old: await writers.tryLogin(before.get(client)!),
    };
    rows.push(row);
    const say = (what: string) => broken.push(`${operation.name}, ${client.kind}, ${writers.driver.title}, ${way}: ${what}`);
    if (row.failed > 0) say(`${row.failed} writes failed, the first with ${own[0]?.text}`);
    if (row.lost > 0) say(`${row.lost} acknowledged writes are lost`);
    const changed = following.uri(client) !== before.get(client);
    if (changed !== operation.changes(client)) say(`what is published is ${changed ? 'another URI' : 'the same URI'}`);
    if (row.old !== (changed ? 'refused' : 'accepted')) say(`the URI from before is answered with: ${row.old}`);
  }
  return { rows, broken };
};

const beginners = ({ clients, writers }: Stage): Writing[] => {
  runs += 1;
  return clients.flatMap(client =>
    (['follows', 'keeps'] as const).flatMap(way =>
      writers.map(one => ({ client, way, writers: one, name: `w${runs}-${client.kind}-${way}-${one.driver.name}` })),
    ),
  );
};

const uriOf = async (model: TestModel, client: Client): Promise<string> => {
  const uri = await published(model, client);
  if (uri === undefined) throw new Error(`nothing is published for ${client.application}`);
  return uri;
};

const sceneOf = ({ model, server, clients, calm }: Stage, following: Following, removed: Scene['removed']): Scene => ({
  model,
  server,
  clients,
  removed,
  calm,
  relationOf: async client => relationOf(await readState(model), client),
  act: async (action, ...parameters) => {
    const [task] = Object.values(await runAction(model, `${server}/leader`, action, ...parameters));
    if (task?.status !== 'completed') throw new Error(`${action} ${parameters.join(' ')} is ${task?.status}: ${task?.message}`);
  },
  telling: async (whom, change) => {
    const turns = new Map(whom.map(client => [client, following.turn(client)]));
    await change();
    for (const client of whom)
      await until(`${client.kind} to be told something new`, () => following.turn(client) > (turns.get(client) ?? 0));
  },
});

/** What fails after so many failures of each writer, with this URI or one before it, is what a removed client has to expect. */
type Excuse = { turn: number; failures: ReadonlyMap<string, number> };

const excuseOf = (client: Client, all: readonly Writing[], following: Following): Excuse => ({
  turn: following.turn(client),
  failures: new Map(all.filter(one => one.client === client).map(({ writers, name }) => [name, writers.written(name).failures.length])),
});

const isExcused = ({ turn }: Failure, at: number, name: string, excuse: Excuse | undefined): boolean =>
  excuse !== undefined && turn <= excuse.turn && at >= (excuse.failures.get(name) ?? 0);

const until = async (what: string, condition: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited ${limitMs / 1000} s for ${what}`);
    await sleep(50);
  }
};
