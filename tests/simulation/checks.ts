// What must hold: all along, and at the end when everything was healed and has come to rest.
import { CONFIG_SERVERS, LEAVING } from '../../src/core/bags.ts';
import { clientUser, SYSTEM_USERS } from '../../src/core/names.ts';
import type { Application, Model, Relation, Secret, Unit, Values } from '../../tools/local-juju/state.ts';
import { answersIn, speaksVersion1 } from './client.ts';
import { diskOf, serverAt } from './database/life.ts';
import { reconfigurations, userWrites } from './database/mongod.ts';
import { stateOf } from './database/replication.ts';
import { type Data, type Server, type SetConfig, votersOf } from './database/state.ts';
import { clock, currentProgram, watch } from './kernel.ts';
import { stops } from './machine.ts';
import { currentWorld, SHOWN, type World } from './world.ts';

export type Violation = { readonly what: string; readonly detail: string };

/** Puts the watches in place. @param found told of each violation. */
export function watchOver(found: (violation: Violation) => void): void {
  const { model, minted } = currentWorld();
  watch.words = (_program, where, text) => {
    const secret = secretIn(text, minted);
    if (secret !== undefined) found({ what: 'a secret in clear', detail: `${secret.slice(0, 8)}… in ${where}` });
  };
  reconfigurations.seen = (server, before, after, force) => {
    for (const violation of wrongChange(model, server, before, after, force)) found(violation);
  };
  const stopped = new Map<string, Stop>();
  stops.seen = (machine, service) => {
    if (service !== 'mongod') return;
    const other = secondStop(model, machine, stopped);
    if (other !== undefined) found({ what: 'two members are stopped at once', detail: `${currentProgram()?.unit}, while ${other} is` });
    stopped.set(machine, { server: currentWorld().servers[`${machine} mongod`], at: clock.now() });
  };
  userWrites.seen = (server, name, password) => {
    const app = applicationOfServer(model, server);
    if (app === undefined || password === undefined || !(SYSTEM_USERS as readonly string[]).includes(name)) return;
    if (roleOf(app) !== 'replication') return;
    const hook = currentProgram()?.context?.hook;
    // Where an operator chooses passwords, the database has them first.
    if (hook?.action?.name === 'set-password' || hook?.name === 'secret-rotate' || chosenPasswords(model, app.name) !== undefined) return;
    if (appSecret(model, app.name)?.[`${name}-password`] !== password)
      found({ what: 'a password that is not the published one', detail: `${name} of ${app.name}, by ${currentProgram()?.unit}` });
  };
}

/** The server that the charm has told to stop, which takes it a moment, and when. */
type Stop = { readonly server: Server | undefined; readonly at: number };

/**
 * A member whose mongod the charm has stopped, and which is not back, while it stops that of another: where three vote, each need not be
 * without the other. A unit that is still to be let in is nobody's majority, and may restart when it likes.
 */
function secondStop(model: Model, machine: string, stopped: ReadonlyMap<string, Stop>): string | undefined {
  const { servers, pace } = currentWorld();
  const server = servers[`${machine} mongod`];
  const app = server && applicationOfServer(model, server);
  if (server === undefined || app?.life !== 'alive' || roleOf(app) !== 'replication') return undefined;
  const units = unitsOf(model, app.name).filter(unit => unit.life === 'alive' && keepsStorage(model, unit));
  const stateAt = (unit: Unit): number => {
    const there = servers[`${unit.machine} mongod`];
    return there === undefined || there.readyAt > clock.now() ? 0 : stateOf(there);
  };
  const primary = units.find(unit => stateAt(unit) === 1);
  const config = primary && diskOf(servers[`${primary.machine} mongod`]!).config;
  const voters = config === undefined ? [] : votersOf(config).map(({ host }) => host);
  const votes = (unit: Unit): boolean => voters.includes(placeOf(model, unit));
  if (voters.length < 3 || !units.some(unit => unit.machine === machine && votes(unit))) return undefined;
  const isBack = (unit: Unit, { server: before, at }: Stop): boolean =>
    [1, 2].includes(stateAt(unit)) && (servers[`${unit.machine} mongod`] !== before || clock.now() > at + pace.stopMs);
  return units.find(unit => {
    const stop = stopped.get(unit.machine);
    return unit.machine !== machine && votes(unit) && stop !== undefined && !isBack(unit, stop);
  })?.name;
}

/** Databags as they are now. */
export function secretsInBags({ model, minted }: World): Violation[] {
  return Object.values(model.relations).flatMap(relation =>
    [...Object.values(relation.applications), ...Object.values(relation.units)].flatMap(({ values }) => {
      const secret = secretIn(Object.values(values).join(' '), minted);
      return secret === undefined ? [] : [{ what: 'a secret in clear', detail: `${secret.slice(0, 8)}… in a databag of ${relation.key}` }];
    }),
  );
}

/** Wherever it stands in a text, with whatever around it. */
function secretIn(text: string, minted: ReadonlySet<string>): string | undefined {
  if (text.length < SHOWN) return undefined;
  for (const word of text.match(/[A-Za-z0-9]{32,}/g) ?? [])
    for (let at = 0; at + SHOWN <= word.length; at += 1) {
      const part = word.slice(at, at + SHOWN);
      if (minted.has(part)) return part;
    }
  return undefined;
}

/** address:port of its mongod. */
const placeOf = (model: Model, { machine }: Unit): string => `${model.machines[machine]?.address}:27017`;

function wrongChange(model: Model, server: Server, before: SetConfig, after: SetConfig, force: boolean): Violation[] {
  const found: Violation[] = [];
  const say = (what: string) =>
    found.push({
      what,
      detail: `${currentProgram()?.unit}: ${before.members.map(shown).join(' ')} -> ${after.members.map(shown).join(' ')}`,
    });
  if (after.members.filter(member => member.votes > 0).length > 7) say('more than 7 voters');
  const app = applicationOfServer(model, server);
  const own = unitsOf(model, app?.name ?? '');
  // Where units have exchanged their addresses, a member is the unit that is there, whatever its tag says; but not one without any data.
  const hasData = (unit: Unit): boolean => {
    const there = currentWorld().servers[`${unit.machine} mongod`];
    return there !== undefined && diskOf(there).head !== undefined;
  };
  const unitOf = (member: { host: string; tags?: Record<string, string> }): Unit | undefined =>
    own.find(unit => placeOf(model, unit) === member.host && hasData(unit)) ?? model.units[member.tags?.['juju-unit'] ?? ''];
  const gone = before.members.filter(
    member => !after.members.some(one => one._id === member._id || (force && unitOf(one) === unitOf(member))),
  );
  const actor = model.units[currentProgram()?.unit ?? ''];
  for (const member of gone) {
    const unit = unitOf(member);
    // One that has come to its place is there for it.
    if (actor !== undefined && member.host === placeOf(model, actor)) continue;
    // Of two members that bear its name, while units exchange their addresses, the one that is where it is stays.
    if (unit !== undefined && after.members.some(one => one.host === placeOf(model, unit))) continue;
    // One that has come to the place of another, and of whose new address the actor was not told, is found again when it is.
    if (unit !== undefined && member.tags?.['juju-unit'] !== unit.name && !knowsWhere(model, unit, actor)) continue;
    if (unit?.life === 'alive' && app?.life === 'alive' && keepsStorage(model, unit) && !saysThatItLeaves(model, unit, actor))
      say(`the member of ${unit.name}, which stays, is removed`);
  }
  if (!force) {
    const [old, next] = [before, after].map(config => votersOf(config).map(({ _id }) => _id)) as [number[], number[]];
    const changed = [...old.filter(id => !next.includes(id)), ...next.filter(id => !old.includes(id))];
    if (changed.length > 1) say('more than one vote changes');
    return found;
  }
  const voters = votersOf(before);
  const lost = voters.filter(member => {
    const unit = unitOf(member);
    return unit?.life !== 'alive' || placeOf(model, unit) !== member.host || saysThatItLeaves(model, unit, actor);
  });
  if (lost.length * 2 < voters.length) say('forced while the members that stay could elect a primary');
  return found;
}

/** An operator may take the storage away from a unit that stays; then its mongod goes. */
const keepsStorage = (model: Model, { name }: Unit): boolean =>
  Object.values(model.storage).some(({ owner, detaching }) => owner === name && !detaching);

/** The relation among the units of an application. */
export const peersOf = (model: Model, app: string): Relation | undefined =>
  Object.values(model.relations).find(({ endpoints }) => endpoints.length === 1 && endpoints[0]?.application === app);

/** What a unit shows the others, as the actor has been told last, or would be if it asked now. */
function shownTo(model: Model, { name, application }: Unit, actor: Unit | undefined): Values | undefined {
  const peers = peersOf(model, application);
  return peers && (actor?.agent.relations[peers.id]?.read?.[name] ?? peers.units[name]?.values);
}

/** One that has stopped its mongod, because its storage was taken away, comes back in a later hook, whatever storage it has by then. */
const saysThatItLeaves = (model: Model, unit: Unit, actor: Unit | undefined): boolean =>
  shownTo(model, unit, actor)?.[LEAVING] !== undefined;

/** The actor was told of the address that the unit has now; with none, whoever asks now would be. */
const knowsWhere = (model: Model, unit: Unit, actor?: Unit): boolean =>
  shownTo(model, unit, actor)?.['ingress-address'] === model.machines[unit.machine]?.address;

const shown = (member: SetConfig['members'][number]): string => `${member.tags?.['juju-unit'] ?? member.host}:${member.votes}`;

const applicationOfServer = (model: Model, server: Server): Application | undefined => {
  const unit = Object.values(model.units).find(one => one.machine === server.machine && one.application === server.settings.setName);
  return unit && model.applications[unit.application];
};

const charmOf = (model: Model, app: Application): string => model.charms[app.charm]!.name;
const roleOf = (app: Application): string => String(app.config.role ?? 'replication');

/** Content of the newest revision, in clear. */
export const contentOf = (secret: Secret | undefined): Record<string, string> | undefined => {
  const newest = secret?.revisions.find(one => one.revision === secret.latest);
  return newest && Object.fromEntries(Object.entries(newest.content).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
};
const secretById = (model: Model, uri: string | undefined) =>
  model.secrets[
    uri
      ?.slice(uri.lastIndexOf(':') + 1)
      .split('/')
      .at(-1) ?? ''
  ];
export const appSecret = (model: Model, app: string) =>
  contentOf(Object.values(model.secrets).find(one => one.label === `${app}.app` && one.owner.name === app));

/** What an operator calls the secret for `system-users` of an application. */
export const nameOfChosen = (app: string): string => `passwords-${app}`;
export const chosenPasswords = (model: Model, app: string): Secret | undefined =>
  Object.values(model.secrets).find(({ name }) => name === nameOfChosen(app));

/**
 * It says why it, or its storage, does not go, and what somebody has to do first: such as the unit of a config server that has shards with
 * data. One that waits for another unit to have its data goes by itself in the end, unless nobody can find it: it has a new address, and had
 * no hook any more in which Juju tells the others.
 */
export const isHeld = (unit: Unit): boolean => {
  const { model } = currentWorld();
  const { message } = unit.workload;
  return (
    (unit.life !== 'alive' || !keepsStorage(model, unit)) &&
    message.startsWith('not removed yet: ') &&
    (!message.includes('no other unit') || !knowsWhere(model, unit))
  );
};

/** The end of a history: all is well, and nothing is lost. */
export function checkEnd(world: World): Violation[] {
  const { model } = world;
  const found: Violation[] = secretsInBags(world);
  const held = new Set(
    Object.values(model.units)
      .filter(isHeld)
      .map(unit => unit.application),
  );
  for (const unit of Object.values(model.units)) {
    if (isHeld(unit)) continue;
    if (unit.agentError !== undefined) found.push({ what: 'a unit in error', detail: `${unit.name}: ${unit.agentError.message}` });
    else if (unit.life !== 'alive') found.push({ what: 'a unit that does not go', detail: unit.name });
  }
  const isBesideHeld = ({ name }: Application): boolean =>
    Object.values(model.relations).some(({ endpoints }) => {
      const applications = endpoints.map(({ application }) => application);
      return applications.includes(name) && applications.some(one => held.has(one));
    });
  for (const app of Object.values(model.applications)) {
    if (held.has(app.name)) continue;
    // Juju keeps an application without units as long as the other side has not left their relation.
    if (app.life !== 'alive' && unitsOf(model, app.name).length === 0 && isBesideHeld(app)) continue;
    if (app.life !== 'alive') found.push({ what: 'an application that does not go', detail: app.name });
    else if (charmOf(model, app) === 'mongodb') found.push(...checkReplicaSet(world, app, held));
  }
  for (const relation of Object.values(model.relations))
    if (relation.life !== 'alive' && !relation.endpoints.some(one => held.has(one.application)))
      found.push({ what: 'a relation that does not go', detail: relation.key });
  return found;
}

export const unitsOf = (model: Model, app: string): Unit[] => Object.values(model.units).filter(unit => unit.application === app);

/** @param held applications with a unit that is held: others may wait for them. */
function checkReplicaSet(world: World, app: Application, held: ReadonlySet<string>): Violation[] {
  const { model, servers } = world;
  const found: Violation[] = [];
  const say = (what: string, detail = ''): void => void found.push({ what, detail: `${app.name} ${detail}` });
  const units = unitsOf(model, app.name);
  if (units.length === 0) return [];
  const orphaned = roleOf(app) === 'shard' && !findsConfigServer(world, app);
  const waitsForHeld = (message: string): boolean => [...held].some(name => message.startsWith(`waiting for ${name} to `));
  const isWell = (status: Unit['workload']): boolean =>
    isActive(app, status) || (orphaned && status.message === CONFIG_SERVER_GONE) || waitsForHeld(status.message);
  for (const unit of units)
    if (!isWell(unit.workload)) say('not active', `${unit.name}: ${unit.workload.current} ${unit.workload.message}`);
  // Where the leader has set none, Juju shows the worst of the units', which are looked at above.
  if (app.status !== undefined && !isWell(app.status)) say('not active', `${app.status.current} ${app.status.message}`);
  const members = units.map(unit => servers[`${unit.machine} mongod`]);
  const primaries = members.filter(server => server?.primary);
  const primary = primaries[0];
  if (primary === undefined || primaries.length > 1) {
    say(`${primaries.length} primaries`);
    return found;
  }
  const disk = world.disks[primary.disk]!;
  const hosts = new Set(units.map(unit => placeOf(model, unit)));
  const listed = disk.config!.members.map(member => member.host);
  if (listed.length !== hosts.size || listed.some(host => !hosts.has(host)))
    say('members differ from units', `${listed.join(' ')} / ${[...hosts].join(' ')}`);
  if (votersOf(disk.config!).length !== Math.min(7, units.length))
    say('voters', `${votersOf(disk.config!).length} of ${units.length} units`);
  for (const host of listed) {
    const server = serverAt(host);
    if (server === undefined || ![1, 2].includes(stateOf(server))) say('a member that is not well', host);
  }
  found.push(...(roleOf(app) === 'replication' ? checkUsers(world, app, disk.data) : checkPart(world, app, disk.data)));
  const kept = new Set((disk.data.databases.acknowledged?.writes ?? []).map(({ _id }) => _id));
  for (const { set, document } of world.acknowledged)
    if (set === `${app.name} ${app.created}` && !kept.has(document)) say('an acknowledged write is lost', document);
  return found;
}

/** What somebody has to do before a part of a cluster can be active: without the other parts it is blocked, and these two wait. */
const FOR_SOMEBODY = /^(Waiting for shards to upgrade|waiting for the config-server to remove the shard$)/;
const isActive = (app: Application, { current, message }: { current: string; message: string }): boolean =>
  current === 'active' || (roleOf(app) !== 'replication' && (current === 'blocked' || FOR_SOMEBODY.test(message)));
/** Nobody can tell a shard of a config server that was removed for good, or moved; docs/errors.md says what to do. */
const CONFIG_SERVER_GONE = 'waiting for the config-server to tell whether the shard is drained';

/** At an address that the shard was told of while it was related; with a primary, without which those that go know of nothing. */
function findsConfigServer({ model, servers }: World, shard: Application): boolean {
  const known = peersOf(model, shard.name)?.applications[shard.name]?.values[CONFIG_SERVERS]?.split(' ') ?? [];
  return Object.values(model.applications).some(app => {
    const units = unitsOf(model, app.name);
    const answers = units.some(unit => unit.life === 'alive' || servers[`${unit.machine} mongod`]?.primary);
    return roleOf(app) === 'config-server' && answers && units.some(unit => known.includes(model.machines[unit.machine]?.address ?? ''));
  });
}

const relationsAt = (model: Model, app: string, endpoint: string): Relation[] =>
  Object.values(model.relations).filter(
    ({ endpoints, life }) => life === 'alive' && endpoints.some(one => one.application === app && one.name === endpoint),
  );
const otherSide = ({ endpoints }: Relation, app: string): string => endpoints.find(one => one.application !== app)?.application ?? app;

/** A config server, or a shard: passwords and key are the cluster's, the shards are those that are integrated, and so are the routers' users. */
function checkPart(world: World, app: Application, data: Data): Violation[] {
  const { model } = world;
  const found: Violation[] = [];
  const say = (what: string, detail: string): void => void found.push({ what, detail: `${app.name} ${detail}` });
  const own = appSecret(model, app.name);
  const isShard = roleOf(app) === 'shard';
  const [up] = isShard ? relationsAt(model, app.name, 'sharding') : [];
  const head = up && otherSide(up, app.name);
  // A build of another revision is refused, unless it was a part before by this relation, and has its secrets.
  const same = head !== undefined && model.applications[head]?.charm === app.charm;
  const told = head === undefined ? undefined : up?.applications[head]?.values;
  const isTaken = same || (told?.['shard-integrated'] === 'true' && told['secret-extra'] !== undefined);
  const isPart = head !== undefined && isTaken && roleOf(model.applications[head]!) === 'config-server';
  const given = isPart ? appSecret(model, head) : own;
  for (const name of SYSTEM_USERS) {
    const wanted = name === 'monitor' ? own : given;
    if (wanted === undefined || data.users[name]?.pwd !== wanted[`${name}-password`]) say('a published password does not log in', name);
  }
  if (own?.keyfile !== given?.keyfile) say('another key than the cluster', '');
  if (isShard) return found;
  const shards = (data.databases.config?.shards ?? []).map(({ _id, draining }) => `${_id}${draining ? ' draining' : ''}`).sort();
  const integrated = relationsAt(model, app.name, 'config-server')
    .map(relation => otherSide(relation, app.name))
    .filter(shard => roleOf(model.applications[shard]!) === 'shard')
    .sort();
  if (shards.join() !== integrated.join() && app.status?.current === 'active')
    say('other shards than those that are integrated', `${shards} / ${integrated}`);
  const routers = relationsAt(model, app.name, 'cluster');
  for (const { id, applications } of routers) {
    const published = contentOf(secretById(model, applications[app.name]!.values['secret-user']));
    if (published !== undefined && data.users[published.username ?? '']?.pwd !== published.password)
      say('a router cannot log in', `relation ${id}`);
  }
  const known: string[] = [...SYSTEM_USERS, ...routers.map(({ id }) => clientUser(id))];
  const extra = Object.keys(data.users).filter(name => !known.includes(name));
  if (extra.length > 0) say('a user too many', extra.join());
  return found;
}

/** What the last set-password of each user that did not fail has answered; none where Juju changes them as well. */
function answeredPasswords(model: Model, app: Application): Map<string, unknown> {
  if (app.config['system-password-rotation'] !== undefined || chosenPasswords(model, app.name) !== undefined) return new Map();
  const done = Object.values(model.tasks).filter(
    ({ unit, operation, enqueued, status, results }) =>
      status === 'completed' &&
      enqueued >= app.created &&
      results?.password !== undefined &&
      model.operations[operation]?.action === 'set-password' &&
      unit.startsWith(`${app.name}/`),
  );
  return new Map(
    done
      .sort((a, b) => ((a.completed ?? '') < (b.completed ?? '') ? -1 : 1))
      .map(({ operation, results }) => [String(model.operations[operation]?.parameters.username), results?.password]),
  );
}

/** Ids of the requests in a client's databag; one without an id in version 0. */
const requestsOf = (bag: Readonly<Record<string, string>>, client: string): (string | undefined)[] => {
  if (speaksVersion1(client)) return JSON.parse(bag.requests ?? '[]').map((one: { 'request-id': string }) => one['request-id']);
  return bag.database === undefined ? [] : [undefined];
};

function checkUsers({ model }: World, app: Application, data: Data): Violation[] {
  const found: Violation[] = [];
  const say = (what: string, detail: string): void => void found.push({ what, detail: `${app.name} ${detail}` });
  const secret = appSecret(model, app.name);
  for (const name of SYSTEM_USERS)
    if (secret === undefined || data.users[name]?.pwd !== secret[`${name}-password`]) say('a published password does not log in', name);
  const chosen = app.config['system-users'] === undefined ? undefined : contentOf(chosenPasswords(model, app.name));
  for (const [name, password] of Object.entries(chosen ?? {}))
    if (secret?.[`${name}-password`] !== password) say('a password that an operator chose is not kept', name);
  for (const [name, answered] of answeredPasswords(model, app))
    if (secret !== undefined && answered !== secret[`${name}-password`]) say('a password that set-password answered is not kept', name);
  const clients = Object.values(model.relations).filter(
    ({ endpoints, life }) => life === 'alive' && endpoints.some(one => one.application === app.name && one.name === 'database'),
  );
  const wanted: string[] = [...SYSTEM_USERS];
  for (const { id, applications, endpoints, units } of clients) {
    const other = endpoints.find(one => one.application !== app.name)!.application;
    const answers = answersIn(applications[app.name]!.values);
    for (const request of requestsOf(applications[other]?.values ?? {}, other)) {
      const name = clientUser(id, request);
      wanted.push(name);
      const own = answers.find(answer => answer['request-id'] === request) ?? {};
      const published = contentOf(secretById(model, own['secret-user']));
      if (published === undefined) {
        if (Object.values(units).some(unit => unit.inScope)) say('no credentials', `for ${name}`);
      } else if (published.username !== name || data.users[name]?.pwd !== published.password) say('a client cannot log in', name);
      const addresses = unitsOf(model, app.name).map(unit => model.machines[unit.machine]!.address);
      if (published !== undefined && [...(own.endpoints ?? '').split(',')].sort().join() !== [...addresses].sort().join())
        say('endpoints differ from units', `${own.endpoints} / ${addresses.join()}`);
    }
    const asked = requestsOf(applications[other]?.values ?? {}, other);
    for (const { 'request-id': answered } of answers)
      if (answered !== undefined && !asked.includes(answered)) say('an answer too many', `${answered} of relation ${id}`);
  }
  const extra = Object.keys(data.users).filter(name => !wanted.includes(name));
  if (extra.length > 0) say('a user too many', extra.join());
  const labels = Object.values(model.secrets).filter(one => one.owner.name === app.name);
  const live = new Set(Object.keys(model.relations));
  for (const { label } of labels) if (label !== `${app.name}.app` && !live.has(label.split('.')[1] ?? '')) say('a secret too many', label);
  return found;
}
