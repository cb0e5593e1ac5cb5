// `node tests/simulation/scenarios.ts <scenario>`: one thing that happens to servers that are as slow as on a real machine. No unit has an
// update-status, so whatever a hook leaves undone stays undone. Prints the hooks; ends with 1 if a mongod or a unit is not as it should be.
import './outside/hooks.ts';

const { changeConfig } = await import('../../tools/local-juju/engine/options.ts');
const { integrate, removeRelation } = await import('../../tools/local-juju/engine/relations.ts');
const { destroyUnit } = await import('../../tools/local-juju/engine/units.ts');
const { addUnits } = await import('../../tools/local-juju/engine/deploy.ts');
const { clock, schedule, START, watch } = await import('./kernel.ts');
const { stops } = await import('./machine.ts');
const { calmly, deploy, newWorld, open, rest } = await import('./stage.ts');
const { currentWorld, FOLDER } = await import('./world.ts');

/** `begin` makes what is there before the servers get slow; `change` is what is then done to it. */
type Scenario = {
  readonly startMs: number;
  readonly killAfterMs?: number;
  begin(): Promise<void>;
  change(): void;
  /** What is wrong in the end, where it is not to be that all is done. */
  problems?(): string[];
};

/** MongoDB's own time to end, and then some. */
const STOP_MS = 16_000;
const NEVER = '2100-01-01T00:00:00.000Z';

const hooks: string[] = [];
const folder = { folder: FOLDER, now: clock.iso };

let agents: Awaited<ReturnType<typeof open>>;
const settle = async () => {
  await rest(agents, 1_800_000);
  for (const unit of Object.values(currentWorld().model.units)) unit.agent.nextUpdateStatus = NEVER;
};
const app = (name: string) => currentWorld().model.applications[name]!;
const set = async () => {
  deploy('mongodb', 'mongodb', { count: 3 });
  await settle();
};
const limitConnections = () =>
  changeConfig(app('mongodb'), currentWorld().model.charms[app('mongodb').charm]!, { 'max-connections': 500 }, []);
const clusterOf = (units: number) => async () => {
  deploy('config', 'mongodb', { config: { role: 'config-server' } });
  deploy('shard', 'mongodb', { count: units, config: { role: 'shard' } });
  await settle();
};
const join = () => void integrate(currentWorld().model, 'config:config-server', 'shard:sharding', clock.iso());

const joinedCluster = async () => {
  await clusterOf(1)();
  join();
  await settle();
};
/** The shard is to leave, and nobody of the cluster answers: its leader can do nothing but look. */
const leaveUnheard = () => {
  const { machines, model } = currentWorld();
  machines[model.units['config/0']!.machine]!.cut = true;
  const relation = Object.values(model.relations).find(({ key }) => key.includes('sharding'))!;
  removeRelation(model, String(relation.id), undefined, { force: true, now: clock.iso() });
};
const chasing = () => {
  const [first = ''] = ran();
  const atOnce = ran().filter(line => seconds(line) < seconds(first) + 120).length;
  return atOnce > 20 ? [`${atOnce} hooks in two minutes`] : [];
};
const ran = () => hooks.filter(line => !line.startsWith(' '));
const seconds = (line: string) => Number(line.slice(0, 2)) * 3_600 + Number(line.slice(3, 5)) * 60 + Number(line.slice(6, 8));

/** Three members and a client, whose leader is removed. */
const served = async () => {
  await set();
  deploy('client', 'client');
  integrate(currentWorld().model, 'client:db', 'mongodb:database', clock.iso());
  await settle();
};
let removed = '';
const removeLeader = () => {
  const { model } = currentWorld();
  const leader = app('mongodb').leader ?? '';
  removed = model.machines[model.units[leader]!.machine]!.address;
  destroyUnit(model, leader, { force: false, destroyStorage: false, now: clock.iso() });
};
/** What the client was told when the next leader's first hook was over. */
let toldByNext: string | undefined;
const remembered = () => (toldByNext === undefined || toldByNext.includes(removed) ? [`the client is told ${toldByNext}`] : []);

const scenarios: Readonly<Record<string, Scenario>> = {
  option: { startMs: 5_000, begin: set, change: limitConnections },
  'slow-start': { startMs: 90_000, begin: set, change: limitConnections },
  'killed-at-the-stop': { startMs: 5_000, killAfterMs: 2_000, begin: set, change: limitConnections },
  'killed-at-the-start': { startMs: 60_000, killAfterMs: 25_000, begin: set, change: limitConnections },
  'key-of-the-cluster': { startMs: 5_000, begin: clusterOf(3), change: join },
  'key-of-a-set-of-one': { startMs: 60_000, begin: clusterOf(1), change: join },
  unanswered: { startMs: 5_000, begin: joinedCluster, change: leaveUnheard, problems: chasing },
  'leader-removed': { startMs: 5_000, begin: served, change: removeLeader, problems: () => [...undone(), ...remembered()] },
  routers: { startMs: 5_000, begin: joinedCluster, change: () => void addUnits(currentWorld().model, 'config', 2, [], [], folder) },
};

const scenario = scenarios[process.argv[2] ?? ''];
if (scenario === undefined) throw new Error(`one of ${Object.keys(scenarios).join(', ')}`);
const { words } = watch;
watch.words = (program, where, text) => {
  words(program, where, text);
  if (where.startsWith('log of')) hooks.push(`    ${text}`);
};
agents = await open(newWorld(), 1, START, {
  ...calmly,
  ran: (unit, hook, _program, end) => {
    hooks.push(`${clock.iso().slice(11, 19)} ${unit.name} ${hook.name}${end === 'done' ? '' : `: ${end}`}`);
    const database = Object.values(currentWorld().model.relations).find(({ key }) => key.startsWith('client:'));
    if (removed !== '' && hook.name === 'leader-elected') toldByNext ??= database?.applications.mongodb?.values.endpoints;
  },
});
await scenario.begin();
hooks.splice(0);
const world = currentWorld();
world.pace = { stopMs: STOP_MS, startMs: scenario.startMs };
const { killAfterMs } = scenario;
if (killAfterMs !== undefined)
  stops.seen = machine => {
    const unit = Object.values(world.model.units).find(one => one.machine === machine)?.name ?? '';
    schedule(killAfterMs, () => {
      const program = agents.programs.get(unit);
      if (program === undefined) return;
      program.dead = true;
      program.die();
    });
  };
scenario.change();
await settle();

const undone = () =>
  Object.values(world.model.units).flatMap(({ name, machine, workload }) => {
    const server = world.servers[`${machine} mongod`];
    const path = `/m/${machine}/var/snap/charmed-mongodb/123/etc/mongod/mongod.conf`;
    const file = world.files.get(path);
    const isStale = server === undefined || file?.kind !== 'file' || !file.text.includes(server.settings.descriptor);
    if (app(name.split('/')[0]!).charm.includes('client')) return [];
    return [
      ...(isStale ? [`${name}: mongod does not run with its configuration`] : []),
      ...(workload.current === 'active' || workload.message.startsWith('missing relation')
        ? []
        : [`${name}: ${workload.current} ${workload.message}`]),
    ];
  });
const problems = scenario.problems === undefined ? undone() : scenario.problems();
if (hooks.some(hook => hook.includes('update-status'))) problems.push('there was an update-status');
console.log([...hooks, ...problems, `${ran().length} hooks, ${problems.length} problems`].join('\n'));
process.exit(problems.length === 0 ? 0 : 1);
