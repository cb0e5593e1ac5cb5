// Every crash point: the life of a cluster in phases, and in each phase every outward call of every hook, as the code makes them. Each
// point is played from the copy of the world in which the phase began: the hook dies there, or the call fails once, Juju goes on, and in
// the end all must be as it was without the crash.
import { addUnits } from '../../tools/local-juju/engine/deploy.ts';
import { integrate, removeRelation } from '../../tools/local-juju/engine/relations.ts';
import { enqueue } from '../../tools/local-juju/engine/tasks.ts';
import { destroyApplication, destroyUnit } from '../../tools/local-juju/engine/units.ts';
import type { Unit } from '../../tools/local-juju/state.ts';
import type { Fate } from './agents.ts';
import { checkEnd, secretsInBags, type Violation, watchOver } from './checks.ts';
import { withDocuments } from './database/mongod.ts';
import { replicate } from './database/replication.ts';
import { type Call, clock, type Mishap, START, watch } from './kernel.ts';
import { comeToRest } from './rest.ts';
import { deploy, newWorld, open, unhandled } from './stage.ts';
import { currentWorld, FOLDER, rootOf, type World } from './world.ts';

export type Phase = { readonly name: string; begin(): void };
export type Point = { readonly run: number } & (Mishap | { readonly commit: 'die' | 'refuse' });
export type Start = { readonly world: World; readonly at: number };
export type Enumerated = {
  readonly phase: Phase;
  readonly start: Start;
  readonly end: string;
  readonly runs: readonly Run[];
  readonly points: readonly Point[];
  readonly calls: number;
};
type Run = { readonly unit: string; readonly hook: string; readonly calls: readonly Call[] };

const SEED = 7;

/** The phases with the world in which each begins, how it ends, and all that can happen in it. @throws when one fails by itself. */
export async function enumerate(phases: readonly Phase[]): Promise<readonly Enumerated[]> {
  const found: Enumerated[] = [];
  let start: Start = { world: newWorld(), at: START };
  for (const phase of phases) {
    const copy = { world: structuredClone(start.world), at: start.at };
    const runs: Run[] = [];
    const { violations } = await playPhase(start, phase, undefined, runs);
    if (violations.length > 0) throw new Error(`${phase.name} fails without a crash: ${JSON.stringify(violations)}`);
    const calls = runs.reduce((sum, one) => sum + one.calls.length, 0);
    found.push({ phase, start: copy, end: picture(currentWorld()), runs, points: runs.flatMap(pointsOf), calls });
    start = { world: currentWorld(), at: clock.now() };
  }
  return found;
}

/**
 * A crash before or after a call that only reads leaves what the crash after the last write leaves, so those are counted with it; of calls
 * that fail each is a point of its own.
 */
function pointsOf({ calls }: Run, run: number): Point[] {
  const writes = calls.flatMap(({ writes }, at) => (writes ? [at] : []));
  const fails = calls.flatMap(({ kind }, at) => (kind === 'file' ? [] : [at]));
  return [
    { run, at: 0, moment: 'before', what: 'kill' },
    ...writes.map(at => ({ run, at, moment: 'after', what: 'kill' }) as const),
    ...fails.flatMap(at => [
      { run, at, moment: 'before', what: 'fail' } as const,
      ...(calls[at]?.writes ? [{ run, at, moment: 'after', what: 'fail' } as const] : []),
    ]),
    { run, commit: 'die' },
    { run, commit: 'refuse' },
  ];
}

/** Plays the phase with this one mishap. @returns what is wrong in the end. */
export async function playPoint({ start, phase, end }: Enumerated, point: Point): Promise<{ violations: Violation[]; story: string[] }> {
  const { violations, story } = await playPhase({ world: structuredClone(start.world), at: start.at }, phase, point, []);
  const now = picture(currentWorld());
  if (violations.length === 0 && now !== end) violations.push({ what: 'another end than without the crash', detail: differing(end, now) });
  return { violations, story };
}

async function playPhase(
  start: Start,
  phase: Phase,
  point: Point | undefined,
  runs: Run[],
): Promise<{ violations: Violation[]; story: string[] }> {
  const violations: Violation[] = [];
  const story: string[] = [];
  let count = 0;
  const numbers = new Map<string, number>();
  const writes: string[] = [];
  const fate: Fate = {
    mishap: unit => {
      const number = count++;
      numbers.set(unit.name, number);
      return point !== undefined && point.run === number && 'what' in point ? point : undefined;
    },
    atCommit: unit => (point !== undefined && 'commit' in point && point.run === numbers.get(unit.name) ? point.commit : undefined),
    delayMs: () => 10,
    ran: (unit, hook, program, end) => {
      const name = hook.action?.name ?? hook.name;
      runs[numbers.get(unit.name) ?? 0] = { unit: unit.name, hook: name, calls: program.calls };
      story.push(`${clock.iso().slice(11, 23)} ${unit.name} ${name}${end === 'done' ? '' : `: ${end}`}`);
      if (end.startsWith('exit status') && program.mishap === undefined && !unit.workload.message.startsWith('not removed yet'))
        violations.push({ what: 'a hook fails', detail: `${unit.name} ${name}: ${end}` });
      violations.push(...secretsInBags(currentWorld()));
    },
  };
  unhandled.splice(0);
  const agents = await open(start.world, SEED, start.at, fate);
  watchOver(violation => violations.push(violation));
  const { words } = watch;
  watch.words = (program, where, text) => {
    words(program, where, text);
    if (where.startsWith('log of')) story.push(`    ${text.slice(0, 400)}`);
  };
  watch.wrote = (program, call) => writes.push(`${program?.unit} ${call.kind} ${call.name}`);
  phase.begin();
  const quiet = await comeToRest(agents, writes);
  if (quiet !== undefined) violations.push(quiet);
  violations.push(...checkEnd(currentWorld()));
  for (const error of unhandled.splice(0)) violations.push({ what: 'a rejection that nobody handles', detail: String(error) });
  return { violations, story };
}

/** What must be the same, whatever crashed: all but passwords, times, versions, and who happens to be primary. */
export function picture({ model, machines, files, disks, servers }: World): string {
  const units = Object.values(model.units).map(unit => {
    const server = servers[`${unit.machine} mongod`];
    return [
      unit.name,
      unit.workload.current,
      unit.workload.message === 'Primary' ? '' : unit.workload.message,
      ports(unit),
      // The key file is another in each run; what counts is that mongod runs with what is in its file.
      server !== undefined && configText(unit, files).includes(server.settings.descriptor),
      server?.settings.slowMs,
    ];
  });
  const apps = Object.values(model.applications).map(app => [
    app.name,
    app.status?.current,
    app.status?.message === 'Primary' ? '' : app.status?.message,
    app.version,
  ]);
  const bags = Object.values(model.relations).map(({ key, applications }) => [
    key,
    Object.entries(applications).map(([app, { values }]) => [app, stable(values)]),
  ]);
  const secrets = Object.values(model.secrets)
    .map(({ label, owner }) => `${owner.name} ${label}`)
    .sort();
  const paths = [...files]
    .filter(([path, { kind }]) => kind === 'file' && !path.startsWith('/tmp/') && !path.endsWith('WiredTiger'))
    .map(([path]) => path)
    .sort();
  const sets = Object.values(disks)
    .filter(disk => disk.config !== undefined)
    .map(({ config, data }) => [
      config!._id,
      config!.members.map(member => `${member.tags?.['juju-unit']} ${member.host} ${member.votes}`).sort(),
      Object.entries(data.users)
        .map(([name, { roles }]) => [name, roles])
        .sort(),
      data.roles,
      Object.keys(data.databases).sort(),
    ]);
  return JSON.stringify({
    units,
    apps,
    bags,
    secrets,
    paths,
    sets: sets.map(set => JSON.stringify(set)).sort(),
    machines: Object.values(machines).map(({ id, snap, services }) => [id, snap, services]),
  });
}

const configText = ({ machine }: Unit, files: World['files']): string => {
  const entry = files.get(`${rootOf(machine)}/var/snap/charmed-mongodb/123/etc/mongod/mongod.conf`);
  return entry?.kind === 'file' ? entry.text : '';
};
const ports = (unit: Unit): string[] => unit.ports.map(({ from, protocol }) => `${from}/${protocol}`).sort();
const stable = (values: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(values)
      .filter(([key]) => key !== 'wake' && !key.startsWith('secret-') && !key.startsWith('client-'))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

export function differing(one: string, other: string): string {
  const [a, b] = [JSON.parse(one), JSON.parse(other)] as Record<string, unknown>[];
  return Object.keys(a!)
    .flatMap(key =>
      JSON.stringify(a![key]) === JSON.stringify(b![key])
        ? []
        : [`${key}: ${firstDifference(JSON.stringify(a![key]), JSON.stringify(b![key]))}`],
    )
    .join('; ');
}
function firstDifference(a: string, b: string): string {
  let at = 0;
  while (a[at] === b[at]) at += 1;
  return `…${a.slice(Math.max(0, at - 60), at + 80)}… / …${b.slice(Math.max(0, at - 60), at + 80)}…`;
}

const now = () => clock.iso();
const app = (name: string) => currentWorld().model.applications[name]!;
const setPassword = (username: string): Phase => ({
  name: `set-password ${username}`,
  begin: () => {
    const unit = app('mongo').leader!;
    enqueue(
      currentWorld().model,
      { summary: '', receivers: [unit], units: [unit], action: 'set-password', parameters: { username } },
      now(),
    );
  },
});
const removeUnit = (unit: string): void => destroyUnit(currentWorld().model, unit, { force: false, destroyStorage: false, now: now() });

const integrating = (one: string, other: string): void => void integrate(currentWorld().model, one, other, now());
const removing = (one: string, other: string): void => removeRelation(currentWorld().model, one, other, { force: false, now: now() });

/** A cluster: shards come, its password changes, a router comes and goes, a shard is drained and its application goes. */
const shardedLife: readonly Phase[] = [
  {
    name: 'deploy a config server and a shard',
    begin: () => {
      deploy('mongo', 'mongodb', { config: { role: 'config-server' } });
      deploy('shard-a', 'mongodb', { config: { role: 'shard' } });
      integrating('shard-a:sharding', 'mongo:config-server');
    },
  },
  {
    name: 'add a shard of two units',
    begin: () => {
      deploy('shard-b', 'mongodb', { config: { role: 'shard' }, count: 2 });
      integrating('shard-b:sharding', 'mongo:config-server');
    },
  },
  setPassword('operator'),
  setPassword('backup'),
  {
    name: 'a router comes',
    begin: () => {
      deploy('client', 'client');
      deploy('router', 'mongos');
      integrating('router:mongos_proxy', 'client:mongos');
      integrating('router:cluster', 'mongo:cluster');
    },
  },
  {
    name: 'a shard is drained',
    begin: () => {
      fillDatabase('mongo', 'shard-b', 'shop');
      removing('shard-b:sharding', 'mongo:config-server');
    },
  },
  { name: 'the shard comes back', begin: () => integrating('shard-b:sharding', 'mongo:config-server') },
  {
    name: 'a shard is removed',
    begin: () => destroyApplication(currentWorld().model, 'shard-a', { force: false, destroyStorage: false, now: now() }),
  },
  { name: 'the router goes', begin: () => removing('router:cluster', 'mongo:cluster') },
];

/** A database of the cluster whose data is on one shard. */
function fillDatabase(cluster: string, shard: string, name: string): void {
  const write = (app: string, database: string, collection: string, document: object): void => {
    const { model, servers, disks } = currentWorld();
    const primary = Object.values(model.units)
      .filter(unit => unit.application === app)
      .map(unit => servers[`${unit.machine} mongod`])
      .find(server => server?.primary);
    const disk = disks[primary!.disk]!;
    disk.data = withDocuments(disk.data, database, collection, old => [...old, document]);
    disk.head = { term: disk.term, index: (disk.head?.index ?? 0) + 1 };
    replicate(primary!);
  };
  write(cluster, 'config', 'databases', { _id: name, primary: shard });
  write(shard, name, 'orders', { _id: 1 });
}

const replicaSetLife: readonly Phase[] = [
  { name: 'deploy 3', begin: () => deploy('mongo', 'mongodb', { count: 3 }) },
  {
    name: 'integrate',
    begin: () => {
      deploy('client', 'client');
      integrate(currentWorld().model, 'client:db', 'mongo:database', now());
    },
  },
  setPassword('operator'),
  setPassword('monitor'),
  setPassword('backup'),
  { name: 'add-unit', begin: () => void addUnits(currentWorld().model, 'mongo', 1, [], [], { folder: FOLDER, now: clock.iso }) },
  {
    name: "remove the primary's unit",
    begin: () => {
      const { model, servers } = currentWorld();
      removeUnit(Object.values(model.units).find(unit => servers[`${unit.machine} mongod`]?.primary)!.name);
    },
  },
  { name: 'add another unit', begin: () => void addUnits(currentWorld().model, 'mongo', 1, [], [], { folder: FOLDER, now: clock.iso }) },
  { name: "remove the leader's unit", begin: () => removeUnit(app('mongo').leader!) },
  {
    name: 'config with a rolling restart',
    begin: () => {
      app('mongo').config['max-connections'] = 500;
    },
  },
  {
    name: 'refresh',
    begin: () => {
      const { model } = currentWorld();
      const before = model.charms[app('mongo').charm]!;
      const next = { ...before, revision: before.revision + 1, url: `local:mongodb-${before.revision + 1}` };
      model.charms[next.url] = next;
      app('mongo').charm = next.url;
    },
  },
  {
    name: 'remove-relation',
    begin: () => removeRelation(currentWorld().model, 'client:db', 'mongo:database', { force: false, now: now() }),
  },
];

export const lives = [replicaSetLife, shardedLife] as const;
