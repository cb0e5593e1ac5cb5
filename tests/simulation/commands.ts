// What an operator and misfortune do in a history: each command, given to what is there.
import { INITIALISED } from '../../src/core/bags.ts';
import { SYSTEM_USERS } from '../../src/core/names.ts';
import { JujuError } from '../../tools/local-juju/contract.ts';
import { addUnits } from '../../tools/local-juju/engine/deploy.ts';
import { changeConfig, parseOptions } from '../../tools/local-juju/engine/options.ts';
import { passTime } from '../../tools/local-juju/engine/pass-time.ts';
import { integrate, removeRelation } from '../../tools/local-juju/engine/relations.ts';
import { attachStorage, detachStorage, removeStorage } from '../../tools/local-juju/engine/storage.ts';
import { enqueue } from '../../tools/local-juju/engine/tasks.ts';
import { destroyApplication, destroyUnit } from '../../tools/local-juju/engine/units.ts';
import { addSecret, grantSecret, updateSecret } from '../../tools/local-juju/engine/user-secrets.ts';
import type { Application, Unit } from '../../tools/local-juju/state.ts';
import type { Agents } from './agents.ts';
import { chosenPasswords, nameOfChosen, peersOf, unitsOf } from './checks.ts';
import { speaksVersion1 } from './client.ts';
import { diskOf, endServer, unsettle } from './database/life.ts';
import { withDocuments } from './database/mongod.ts';
import { evolve, replicate, stateOf } from './database/replication.ts';
import { clock } from './kernel.ts';
import { freeStorage, heal, unitsWithoutStorage } from './rest.ts';
import { deploy } from './stage.ts';
import { currentWorld, FOLDER, SHOWN } from './world.ts';

/** `at` and `which` choose among what is there when the command is given. */
export type Command = { readonly do: string; readonly which: number; readonly at: number; readonly waitMs: number };
const ofCharm = (charm: string) => {
  const { model } = currentWorld();
  return Object.values(model.applications).filter(app => app.life === 'alive' && model.charms[app.charm]?.name === charm);
};
const aliveUnits = (charm: string): Unit[] => {
  const { model } = currentWorld();
  const names = ofCharm(charm).map(app => app.name);
  return Object.values(model.units).filter(unit => unit.life === 'alive' && names.includes(unit.application));
};
const choose = <Value>(values: readonly Value[], which: number): Value | undefined => values[which % Math.max(1, values.length)];

/** Gives one command to what is there. @param sharded whether the history is one of a cluster. @returns what it was in words, or why it came to nothing. */
export function give(command: Command, agents: Agents, sharded: boolean): string {
  try {
    return doers[command.do]?.(command.which, command.at, agents, sharded) ?? 'nothing to do it to';
  } catch (error) {
    if (error instanceof JujuError) return `refused: ${error.message}`;
    throw error;
  }
}

type Doer = (which: number, at: number, agents: Agents, sharded: boolean) => string | undefined;

const removeUnit = (unit: Unit | undefined): string | undefined => {
  const { model } = currentWorld();
  if (unit === undefined || aliveUnits('mongodb').filter(one => one.application === unit.application).length < 2) return undefined;
  destroyUnit(model, unit.name, { force: false, destroyStorage: false, now: clock.iso() });
  return unit.name;
};

const doers: Readonly<Record<string, Doer>> = {
  deploy: (which, at, _agents, sharded) => {
    if (sharded) return deployPart(which, at);
    const apps = Object.values(currentWorld().model.applications);
    if (apps.length >= 4) return undefined;
    const isClient = apps.length > 0 && which % 3 > 0;
    const name = isClient ? `client-${'abcd'[at % 4]}` : `mongo-${'ab'[at % 2]}`;
    if (isClient) deploy(name, 'client', { count: 1 + (at % 2) });
    else deploy(name, 'mongodb', { count: at % 29 === 0 ? 8 : 1 + (at % 3), ...(at % 5 === 0 ? { storage: { mongodb: 'loop' } } : {}) });
    return name;
  },
  'add-unit': (which, at) => {
    const { model } = currentWorld();
    const app = choose(ofCharm('mongodb'), which);
    if (app === undefined || unitsOf(model, app.name).length > 8) return undefined;
    // Data of another set is a person's mistake: the unit says so, and waits for that person.
    const isOurs = ({ volume }: { volume: string }): boolean =>
      Object.entries(currentWorld().disks).every(
        ([path, { config }]) => !path.startsWith(`${FOLDER}/${volume}/`) || config === undefined || config._id === app.name,
      );
    const free = Object.values(model.storage).filter(one => one.owner === undefined && one.life === 'alive' && isOurs(one));
    const brought = at % 3 === 0 ? free.slice(0, 1).map(one => one.id) : [];
    return addUnits(model, app.name, brought.length > 0 ? 1 : 1 + (at % 2), [], brought, { folder: FOLDER, now: clock.iso }).join(' ');
  },
  'remove-unit': which => removeUnit(choose(aliveUnits('mongodb'), which)),
  'remove-leader': which => removeUnit(currentWorld().model.units[choose(ofCharm('mongodb'), which)?.leader ?? '']),
  'remove-primary': which => {
    const { servers } = currentWorld();
    return removeUnit(
      choose(
        aliveUnits('mongodb').filter(unit => servers[`${unit.machine} mongod`]?.primary),
        which,
      ),
    );
  },
  integrate: (which, at, _agents, sharded) => {
    if (sharded) return integrateParts(which);
    const client = choose(ofCharm('client'), which);
    const app = choose(ofCharm('mongodb'), at);
    if (client === undefined || app === undefined) return undefined;
    return integrate(currentWorld().model, `${client.name}:db`, `${app.name}:database`, clock.iso()).key;
  },
  'remove-relation': (which, at) => {
    const { model } = currentWorld();
    const relation = choose(
      Object.values(model.relations).filter(one => one.life === 'alive' && one.endpoints.length > 1),
      which,
    );
    if (relation === undefined) return undefined;
    const force = at % 4 === 0;
    removeRelation(model, String(relation.id), undefined, { force, now: clock.iso() });
    return `${relation.key}${force ? ' by force' : ''}`;
  },
  config: (which, at) => {
    const { model } = currentWorld();
    const app = choose(ofCharm('mongodb'), which);
    if (app === undefined) return undefined;
    const [name, value] = choose(settings, at)!;
    const charm = model.charms[app.charm]!;
    changeConfig(app, charm, parseOptions(charm, { [name]: value }, ''), []);
    return `${app.name} ${name}=${value}`;
  },
  'set-password': (which, at) => {
    const app = choose(ofCharm('mongodb'), which);
    if (app === undefined) return undefined;
    const unit = at % 7 === 0 ? choose(aliveUnits('mongodb'), at)?.name : app.leader;
    if (unit === undefined) return undefined;
    const username = ['operator', 'monitor', 'backup'][at % 3]!;
    const given = at % 2 === 0 ? `Chosen${String(at).padStart(26, '0')}` : undefined;
    if (given !== undefined) currentWorld().minted.add(given);
    const parameters = { username, ...(given === undefined ? {} : { password: given }) };
    enqueue(currentWorld().model, { summary: '', receivers: [unit], units: [unit], action: 'set-password', parameters }, clock.iso());
    return `${unit} ${username}`;
  },
  // An operator chooses the passwords of some users, or others, or none any more; or takes back the secret that has them.
  'system-users': (which, at) => {
    const { model, minted } = currentWorld();
    const app = choose(ofCharm('mongodb'), which);
    if (app === undefined) return undefined;
    const known = chosenPasswords(model, app.name);
    if (known !== undefined && at % 4 === 0) {
      changeConfig(app, model.charms[app.charm]!, {}, ['system-users']);
      return `${app.name} reset`;
    }
    if (known !== undefined && at % 5 === 0) {
      grantSecret(model, known.id, [app.name], true);
      return `${app.name} revoked`;
    }
    const users = [['operator'], ['monitor', 'backup'], SYSTEM_USERS][at % 3]!;
    const chosen = users.map(user => [user, `Chosen${user}${String(at).padStart(26, '0')}`] as const);
    for (const [, password] of chosen) minted.add(password.slice(0, SHOWN));
    const content = Object.fromEntries(chosen.map(([user, password]) => [user, Buffer.from(password).toString('base64')]));
    const name = nameOfChosen(app.name);
    const id = known?.id ?? addSecret(model, { name, description: '', content }, clock.iso());
    if (known !== undefined) updateSecret(model, id, { content }, clock.iso());
    grantSecret(model, id, [app.name], false);
    changeConfig(app, model.charms[app.charm]!, { 'system-users': `secret:${id}` }, []);
    return `${app.name} ${users.join(' ')}`;
  },
  refresh: which => {
    const { model } = currentWorld();
    const app = choose(ofCharm('mongodb'), which);
    if (app === undefined) return undefined;
    const before = model.charms[app.charm]!;
    const next = { ...before, revision: before.revision + 1, url: `local:mongodb-${before.revision + 1}` };
    model.charms[next.url] = next;
    app.charm = next.url;
    return `${app.name} to ${next.url}`;
  },
  'remove-application': which => {
    const app = choose([...ofCharm('client'), ...ofCharm('mongodb')], which);
    if (app === undefined) return undefined;
    destroyApplication(currentWorld().model, app.name, { force: false, destroyStorage: which % 2 === 0, now: clock.iso() });
    return app.name;
  },
  leader: (which, at) => {
    const app = choose([...ofCharm('mongodb'), ...ofCharm('client')], which);
    const next =
      app &&
      choose(
        unitsOf(currentWorld().model, app.name).filter(unit => unit.life === 'alive' && unit.name !== app.leader),
        at,
      );
    if (app === undefined || next === undefined) return undefined;
    // An agent that leads no more notices, and has a leader-elected again when it is elected again.
    for (const unit of unitsOf(currentWorld().model, app.name)) unit.agent.leaderSeen = false;
    app.leader = next.name;
    return next.name;
  },
  'kill-mongod': which => {
    const unit = choose(aliveUnits('mongodb'), which);
    if (unit === undefined || currentWorld().servers[`${unit.machine} mongod`] === undefined) return undefined;
    endServer(unit.machine, 'mongod', false);
    return unit.name;
  },
  freeze: which => {
    const unit = choose(aliveUnits('mongodb'), which);
    const server = unit && currentWorld().servers[`${unit.machine} mongod`];
    if (server === undefined) return undefined;
    server.frozen = true;
    unsettle();
    return unit!.name;
  },
  cut: which => {
    const unit = choose(aliveUnits('mongodb'), which);
    const machine = unit && currentWorld().machines[unit.machine];
    if (machine === undefined) return undefined;
    machine.cut = true;
    unsettle();
    return unit!.name;
  },
  heal: () => {
    heal();
    return 'all';
  },
  address: which => {
    const { model } = currentWorld();
    const unit = choose(aliveUnits('mongodb'), which);
    if (unit === undefined) return undefined;
    model.counters.host += 1;
    model.machines[unit.machine]!.address = `127.16.1.${model.counters.host}`;
    unsettle();
    return `${unit.name} ${model.machines[unit.machine]!.address}`;
  },
  // All units of an application get new addresses; or each gets that of the next, and the last that of the first, or a new one.
  'turn-addresses': (which, at) => {
    const { model } = currentWorld();
    const app = choose(aliveUnits('mongodb'), which)?.application;
    const machines = aliveUnits('mongodb').flatMap(unit => (unit.application === app ? model.machines[unit.machine]! : []));
    if (machines.length < 2) return undefined;
    // A voter in whose place comes one that has no data yet is the end of a set; seconds later that one has it. And a member that was taken
    // out in the same moment, and has not heard of it, finds nobody that could tell.
    evolve();
    const servers = unitsOf(model, app ?? '').flatMap(({ machine }) => currentWorld().servers[`${machine} mongod`] ?? []);
    const versions = new Set(servers.map(server => diskOf(server).config?.version));
    if (versions.size !== 1 || servers.some(server => ![1, 2].includes(stateOf(server)))) return undefined;
    const before = machines.map(({ address }) => address);
    const fresh = (): string => {
      model.counters.host += 1;
      return `127.16.1.${model.counters.host}`;
    };
    machines.forEach((machine, n) => {
      machine.address = at % 3 === 2 || (at % 3 === 0 && n === machines.length - 1) ? fresh() : before[(n + 1) % before.length]!;
    });
    // Where one listens is read when it starts.
    for (const { id } of machines) endServer(id, 'mongod', false);
    unsettle();
    return `${app} ${machines.map(({ address }) => address).join(' ')}`;
  },
  'kill-agent': (which, _at, agents) => {
    const program = choose([...agents.programs.values()], which);
    if (program === undefined) return undefined;
    program.dead = true;
    program.die();
    return program.unit;
  },
  write: which => writeAcknowledged(which),
  'remove-storage': which => {
    const { model } = currentWorld();
    const storage = choose(
      Object.values(model.storage).filter(one => one.owner === undefined),
      which,
    );
    if (storage === undefined) return undefined;
    removeStorage(model, storage.id, false);
    return storage.id;
  },
  'remove-unit-by-force': (which, at) => {
    const { model } = currentWorld();
    const unit = choose(aliveUnits('mongodb'), which);
    if (unit === undefined || !canLoseOne(unit.application)) return undefined;
    destroyUnit(model, unit.name, { force: true, noWait: at % 2 === 0, destroyStorage: at % 3 === 0, now: clock.iso() });
    return `${unit.name}${at % 2 === 0 ? ' without waiting' : ''}`;
  },
  'remove-application-by-force': (which, at, _agents, sharded) => {
    const app = choose([...ofCharm('client'), ...ofCharm('mongodb')], which);
    if (app === undefined || sharded) return undefined;
    const noWait = at % 2 === 0;
    destroyApplication(currentWorld().model, app.name, { force: true, noWait, destroyStorage: at % 3 === 0, now: clock.iso() });
    return `${app.name}${noWait ? ' without waiting' : ''}`;
  },
  'detach-storage': which => {
    const { model } = currentWorld();
    const free = Object.values(model.storage).filter(one => one.owner !== undefined && one.pool === 'loop' && one.life === 'alive');
    const storage = choose(free, which);
    if (storage === undefined || !canLoseOne(storage.owner!.split('/')[0]!)) return undefined;
    detachStorage(model, storage.id, true);
    return storage.id;
  },
  'attach-storage': which => {
    const unit = choose(unitsWithoutStorage(), which);
    const storage = unit && freeStorage(unit);
    if (unit === undefined || storage === undefined) return undefined;
    attachStorage(currentWorld().model, unit.name, storage, FOLDER);
    return `${unit.name} ${storage}`;
  },
  'pass-time': which => {
    const days = [0.05, 1, 8, 32][which % 4]!;
    passTime(currentWorld().model, days * 86_400_000);
    return `${days} days`;
  },
  'rotate-client-password': (which, at) => {
    const { model } = currentWorld();
    const app = choose(ofCharm('mongodb'), which);
    if (app?.leader === undefined) return undefined;
    const client = choose(ofCharm('client'), at);
    const parameters = client === undefined || at % 2 === 0 ? {} : { application: client.name };
    const action = 'rotate-client-password';
    enqueue(model, { summary: '', receivers: [app.leader], units: [app.leader], action, parameters }, clock.iso());
    return `${app.leader} ${JSON.stringify(parameters)}`;
  },
  requests: (which, at) => {
    const client = choose(
      ofCharm('client').filter(app => speaksVersion1(app.name)),
      which,
    );
    if (client === undefined) return undefined;
    client.config.requests = at % 4;
    return `${client.name} ${at % 4}`;
  },
};

/** All units stay and are well, and a majority of them is left without one; others may lose data by force. */
function canLoseOne(name: string): boolean {
  const { model, servers } = currentWorld();
  const units = unitsOf(model, name);
  evolve();
  const states = units.map(unit => servers[`${unit.machine} mongod`]).map(server => server !== undefined && stateOf(server));
  return units.length >= 3 && units.every(unit => unit.life === 'alive') && states.every(state => state === 1 || state === 2);
}

function deployPart(which: number, at: number): string | undefined {
  const { applications } = currentWorld().model;
  const missing = ['config', 'shard-a', 'shard-b', 'client', 'router'].filter(name => applications[name] === undefined);
  const name = Object.keys(applications).length === 0 ? 'config' : choose(missing, which);
  if (name === 'client') deploy(name, 'client');
  else if (name === 'router') deploy(name, 'mongos');
  else if (name !== undefined)
    deploy(name, 'mongodb', { count: 1 + (at % 2), config: { role: name === 'config' ? 'config-server' : 'shard' } });
  return name;
}

/** Whichever of a cluster's relations is possible and not there yet. */
function integrateParts(which: number): string | undefined {
  const { model } = currentWorld();
  const wanted = [
    ['shard-a:sharding', 'config:config-server'],
    ['shard-b:sharding', 'config:config-server'],
    ['router:mongos_proxy', 'client:mongos'],
    ['router:cluster', 'config:cluster'],
  ] as const;
  const there = ([a, b]: readonly [string, string]): boolean => Object.values(model.relations).some(({ key }) => key === `${a} ${b}`);
  const possible = wanted.filter(pair => !there(pair) && pair.every(end => model.applications[end.split(':')[0] ?? ''] !== undefined));
  const pair = choose(possible, which);
  return pair && integrate(model, pair[0], pair[1], clock.iso()).key;
}

const settings: readonly (readonly [string, string])[] = [
  ['slow-operation-threshold-ms', '50'],
  ['log-verbosity', '2'],
  ['election-timeout-ms', '2000'],
  ['election-timeout-ms', '5000'],
  ['max-connections', '500'],
  ['max-connections', '0'],
  ['cache-size-mb', '512'],
  ['cache-size-mb', '0'],
  ['cache-size-mb', '1'],
  ['auto-delete', 'true'],
  ['client-networks', 'units'],
  ['client-networks', 'any'],
  ['oplog-size-mb', '2000'],
  ['client-password-rotation', 'daily'],
  ['client-password-rotation', 'never'],
  ['system-password-rotation', 'weekly'],
  ['system-password-rotation', 'never'],
];

/**
 * A client writes to the set with majority concern: kept only if a majority has it at once. There are clients only where Juju knows of the
 * set.
 */
function writeAcknowledged(which: number): string | undefined {
  const world = currentWorld();
  const app = choose(ofCharm('mongodb'), which);
  evolve();
  const primary =
    app &&
    unitsOf(world.model, app.name)
      .map(unit => world.servers[`${unit.machine} mongod`])
      .find(one => one?.primary && !one.frozen);
  if (app === undefined || primary === undefined || world.machines[primary.machine]?.cut || !isTold(app)) return undefined;
  const disk = world.disks[primary.disk]!;
  const document = `write-${which}-${clock.now()}`;
  disk.data = withDocuments(disk.data, 'acknowledged', 'writes', old => [...old, { _id: document }]);
  disk.head = { term: disk.term, index: (disk.head?.index ?? 0) + 1 };
  if (!replicate(primary)) return `${document} not acknowledged`;
  world.acknowledged.push({ set: `${app.name} ${app.created}`, document });
  return document;
}

const isTold = ({ name }: Application): boolean =>
  peersOf(currentWorld().model, name)?.applications[name]?.values[INITIALISED] !== undefined;
