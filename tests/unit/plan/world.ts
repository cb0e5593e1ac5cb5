// A steady application of any size as a planner sees it, and what its effects do to that picture.

import { RUNNING_CONFIG } from '../../../src/core/bags.ts';
import type { Context } from '../../../src/core/context.ts';
import type { Effect, MemberConfig } from '../../../src/core/effects.ts';
import type { DatabaseUser, Member, MemberState, Observed, PeerUnit, PrimaryFacts, ReplicaSet } from '../../../src/core/observed.ts';
import { type Plan, together } from '../../../src/core/plan.ts';
import { withStatuses } from '../../../src/interfaces/client-status.ts';
import { renderMongodConfig } from '../../../src/plan/mongod-config.ts';
import { SYSTEM_ROLES } from '../../../src/plan/users.ts';

export const CONFIG = {
  role: 'replication',
  'auto-delete': false,
  'client-networks': 'any',
  'client-password-rotation': 'never',
  'system-password-rotation': 'never',
  'system-users': '',
  'cache-size-mb': 0,
  'oplog-size-mb': 0,
  'slow-operation-threshold-ms': 100,
  'log-verbosity': 0,
  'election-timeout-ms': 5_000,
  'max-connections': 0,
} as const;

export const address = (n: number): string => `10.0.0.${n + 1}`;
export const host = (n: number): string => `${address(n)}:27017`;
export const unit = (n: number): string => `mongodb/${n}`;

export const rendered = {
  root: '',
  setName: 'mongodb',
  config: CONFIG,
  percona: false,
  role: 'replication',
  keyToken: 't-key',
  moves: 0,
} as const;
export const wanted = renderMongodConfig(rendered);
export const build = { version: '6.0.5', percona: false };
export const running = { build, config: wanted.hash };
export const settings = { slowMs: 100, verbosity: 0, cacheBytes: 1e9, oplogBytes: 1e9 };

export const secret = {
  id: 'secret:app',
  passwords: { operator: 'op', monitor: 'mon', backup: 'back' },
  keyFile: 'theKey',
  keyToken: 't-key',
  fingerprints: { operator: 'f-op', monitor: 'f-mon', backup: 'f-back' },
} as const;

export const member = (n: number, state: MemberState = n === 0 ? 'primary' : 'secondary', more: Partial<Member> = {}): Member => ({
  id: n,
  host: host(n),
  unit: unit(n),
  votes: 1,
  priority: 1,
  state,
  stateText: state.toUpperCase(),
  ...more,
});

/** A member that the charm did not add, on a machine of its own. */
export const foreign = (id: number, state: MemberState, more: Partial<Member> = {}): Member => {
  const { unit: _, ...rest } = member(id, state);
  return { ...rest, host: `10.8.8.${id}:27017`, ...more };
};

export const replicaSet = (members: readonly Member[], version = 5): ReplicaSet => {
  const primary = members.find(one => one.state === 'primary')?.host;
  return { name: 'mongodb', version, members, ...(primary === undefined ? {} : { primary }) };
};

export const systemUsers = (): Map<string, DatabaseUser> =>
  new Map(
    (['operator', 'monitor', 'backup'] as const).map(name => [
      name,
      { name, ours: true, fingerprint: secret.fingerprints[name], roles: SYSTEM_ROLES[name] },
    ]),
  );

export const primaryFacts = (set: ReplicaSet, more: Partial<PrimaryFacts> = {}): PrimaryFacts => ({
  host: set.primary ?? '',
  set,
  users: systemUsers(),
  databases: [],
  operatorAccepted: true,
  roles: new Map(),
  backupRole: true,
  ...more,
});

export const context = (more: Partial<Context> = {}): Context => ({
  unit: unit(0),
  app: 'mongodb',
  hook: 'update-status',
  charmFolder: '/charm',
  root: '',
  ...more,
});

export const peerUnits = (
  count: number,
  data: Record<string, string> = { [RUNNING_CONFIG]: wanted.hash, version: build.version },
): Map<string, PeerUnit> => new Map(Array.from({ length: count }, (_, n) => [unit(n), { address: address(n), data }]));

export const unitNames = (count: number): string => Array.from({ length: count }, (_, n) => unit(n)).join(' ');

type Parts = {
  context?: Partial<Context>;
  juju?: Partial<Observed['juju']>;
  host?: Partial<Observed['host']>;
  mongod?: Observed['mongod'];
  router?: Observed['router'];
  lastChance?: boolean;
};

/** A replica set of `count` members that has all it needs, seen by the unit `self`, which leads if it is mongodb/0. */
export function steady(count: number, parts: Parts = {}, self = 0): Observed {
  const set = replicaSet(Array.from({ length: count }, (_, n) => member(n)));
  const leader = parts.juju?.leader ?? self === 0;
  return {
    context: context({ unit: unit(self), ...parts.context }),
    juju: {
      leader,
      dying: false,
      address: address(self),
      config: { valid: true, config: CONFIG },
      charm: { version: '1', deployment: 'local' },
      role: 'replication',
      peers: {
        id: 1,
        app: { role: 'replication', initiator: unit(0), initialised: 'true', members: unitNames(count) },
        units: peerUnits(count),
      },
      secret,
      relations: new Map(),
      staying: new Map(),
      going: new Map(),
      clients: [],
      hosts: [],
      shards: [],
      staleSecrets: [],
      unitStatus: { level: 'active', message: '' },
      openedPorts: ['27017/tcp'],
      ...parts.juju,
    },
    host: {
      architecture: 'amd64',
      snap: { revision: '123' },
      service: 'active',
      config: wanted.text,
      keyFile: secret.keyFile,
      logBytes: 1000,
      router: { service: 'inactive', logBytes: 0 },
      ...parts.host,
    },
    mongod: parts.mongod ?? {
      kind: 'member',
      running,
      self: self === 0 ? 'primary' : 'secondary',
      settings,
      set,
      ...(leader ? { primary: primaryFacts(set) } : {}),
    },
    router: parts.router ?? { kind: 'silent', reason: 'there is no router yet' },
    failed: [],
    fresh: {
      token: 'token',
      keyFile: 'fresh-key',
      passwords: { operator: 'fresh-op', monitor: 'fresh-mon', backup: 'fresh-back' },
      fingerprints: { operator: 'f-fresh-op', monitor: 'f-fresh-mon', backup: 'f-fresh-back' },
      clients: new Map([3, 4, 5, 7, 8].map(id => [`relation-${id}`, { password: `fresh-${id}`, fingerprint: `f-fresh-${id}` }])),
    },
    membersAtStart: [],
    lastChance: parts.lastChance ?? false,
  };
}

/** The same picture with another configuration of the set, as everybody sees it. */
export function withMembers(seen: Observed, members: readonly Member[], version = 5): Observed {
  if (seen.mongod.kind !== 'member') throw new Error('only a member has members');
  const set = replicaSet(members, version);
  const { primary: _, ...mongod } = seen.mongod;
  const self = members.find(one => one.unit === seen.context.unit)?.state ?? 'removed';
  return {
    ...seen,
    mongod: { ...mongod, self, set, ...(seen.juju.leader && set.primary !== undefined ? { primary: primaryFacts(set) } : {}) },
  };
}

export const outward = (effects: Plan['effects']): readonly Effect[] =>
  effects.filter(
    effect =>
      ![
        'set-status',
        'log',
        'set-peer-app',
        'set-peer-unit',
        'publish-client',
        'publish',
        'withdraw',
        'tell-client',
        'open-port',
        'close-port',
        'set-workload-version',
        'add-app-secret',
        'set-app-secret',
        'remove-secret',
        'set-rotation',
      ].includes(effect.do),
  );

/** What an effect makes of the picture, when all goes well and nothing takes time. */
export function applied(seen: Observed, effect: Effect): Observed {
  const { mongod, juju, host: machine } = seen;
  switch (effect.do) {
    case 'install-snap':
      return { ...seen, host: { ...machine, snap: { revision: effect.revision }, service: 'inactive', build } };
    case 'write-files':
      return {
        ...seen,
        host: {
          ...machine,
          ...(effect.config === undefined ? {} : { config: effect.config }),
          ...(effect.keyFile === undefined ? {} : { keyFile: effect.keyFile }),
        },
      };
    case 'start-mongod':
    case 'restart-mongod': {
      const config = /automationServiceDescriptor: charm-(\w+)/.exec(machine.config ?? '')?.[1] ?? '';
      const now = { build, config };
      return {
        ...seen,
        host: { ...machine, service: 'active' },
        mongod: mongod.kind === 'silent' ? { kind: 'uninitialised', running: now, others: new Map() } : { ...mongod, running: now },
      };
    }
    case 'stop-mongod':
      return { ...seen, host: { ...machine, service: 'inactive' }, mongod: { kind: 'silent', reason: 'stopped' } };
    case 'clean-machine': {
      const { snap: _s, config: _c, keyFile: _k, ...left } = machine;
      return { ...seen, host: { ...left, service: 'absent' } };
    }
    case 'rotate-log':
      return { ...seen, host: { ...machine, logBytes: 0 } };
    case 'initiate': {
      const set = replicaSet([{ ...member(0, 'primary'), host: effect.host, unit: effect.unit }], 1);
      return {
        ...seen,
        mongod: {
          kind: 'member',
          running: runningOf(mongod),
          self: 'primary',
          settings,
          set,
          ...(juju.leader ? { primary: primaryFacts(set, { users: new Map(), operatorAccepted: false, backupRole: false }) } : {}),
        },
      };
    }
    case 'reconfigure':
      return reconfigured(seen, effect.members, effect.from + 1);
    case 'step-down':
    case 'step-down-primary':
      return steppedDown(seen);
    case 'set-user':
      return changeUsers(seen, users => {
        const { name, password, roles, relation, requestId, database, from } = effect.user;
        const known =
          (secret.passwords as Record<string, string>)[name] === password
            ? (secret.fingerprints as Record<string, string>)[name]
            : `f-${password}`;
        const fingerprint = password === undefined ? (users.get(name)?.fingerprint ?? '') : (known ?? '');
        users.set(name, {
          name,
          ours: true,
          fingerprint,
          roles,
          ...(relation === undefined ? {} : { relation }),
          ...(requestId === undefined ? {} : { requestId }),
          ...(database === undefined ? {} : { database }),
          ...(from === undefined ? {} : { from }),
        });
      });
    case 'set-role':
      return changePrimary(seen, primary => ({ ...primary, roles: new Map([...primary.roles, [effect.role.name, effect.role]]) }));
    case 'drop-role':
      return changePrimary(seen, primary => ({ ...primary, roles: new Map([...primary.roles].filter(([name]) => name !== effect.name)) }));
    case 'drop-user':
      return changeUsers(seen, users => void users.delete(effect.name));
    case 'drop-database':
      return seen;
    case 'create-backup-role':
      return changePrimary(seen, primary => ({ ...primary, backupRole: true }));
    case 'set-mongod': {
      if (mongod.kind !== 'member') return seen;
      const { do: _, cacheMiB, oplogMB, ...plain } = effect;
      const sizes = {
        ...(cacheMiB === undefined ? {} : { cacheBytes: cacheMiB * 1048576 }),
        ...(oplogMB === undefined ? {} : { oplogBytes: oplogMB * 1048576 }),
      };
      return { ...seen, mongod: { ...mongod, settings: { ...mongod.settings, ...plain, ...sizes } } };
    }
    case 'set-peer-app':
      return withPeers(seen, peers => ({ ...peers, app: merged(peers.app, effect.values) }));
    case 'set-peer-unit':
      return withPeers(seen, peers => {
        const own = peers.units.get(seen.context.unit) ?? { address: juju.address, data: {} };
        return { ...peers, units: new Map([...peers.units, [seen.context.unit, { ...own, data: merged(own.data, effect.values) }]]) };
      });
    case 'publish-client': {
      const { relation, database, hosts, request } = effect.client;
      const own = {
        data: JSON.stringify(request),
        database,
        endpoints: hosts.map(one => one.split(':')[0]).join(','),
        replset: 'mongodb',
        'secret-user': `secret:c${relation}`,
      };
      return { ...seen, juju: { ...juju, clients: juju.clients.map(client => (client.id === relation ? { ...client, own } : client)) } };
    }
    case 'tell-client': {
      const told = (client: Observed['juju']['clients'][number]) =>
        client.id === effect.relation ? { ...client, databag: withStatuses(client.databag, effect.statuses, effect.hearing) } : client;
      return { ...seen, juju: { ...juju, clients: juju.clients.map(told) } };
    }
    case 'remove-secret':
      return {
        ...seen,
        context: withoutObsolete(seen.context),
        juju: { ...juju, staleSecrets: juju.staleSecrets.filter(id => id !== effect.id) },
      };
    case 'add-app-secret':
      return { ...seen, juju: { ...juju, secret } };
    case 'open-port':
      return { ...seen, juju: { ...juju, openedPorts: [...(juju.openedPorts ?? []), effect.port] } };
    default:
      return seen;
  }
}

const withoutObsolete = ({ obsolete: _, ...context }: Context): Context => context;
const merged = (bag: Readonly<Record<string, string>>, values: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries({ ...bag, ...values }).filter(([, value]) => value !== ''));
const runningOf = (mongod: Observed['mongod']) => (mongod.kind === 'silent' ? running : mongod.running);

const withPeers = (
  seen: Observed,
  change: (peers: NonNullable<Observed['juju']['peers']>) => NonNullable<Observed['juju']['peers']>,
): Observed => (seen.juju.peers === undefined ? seen : { ...seen, juju: { ...seen.juju, peers: change(seen.juju.peers) } });

const changePrimary = (seen: Observed, change: (primary: PrimaryFacts) => PrimaryFacts): Observed =>
  seen.mongod.kind === 'member' && seen.mongod.primary !== undefined
    ? { ...seen, mongod: { ...seen.mongod, primary: change(seen.mongod.primary) } }
    : seen;

const changeUsers = (seen: Observed, change: (users: Map<string, DatabaseUser>) => void): Observed =>
  changePrimary(seen, primary => {
    const users = new Map(primary.users);
    change(users);
    return { ...primary, users, operatorAccepted: users.get('operator')?.fingerprint === secret.fingerprints.operator };
  });

function reconfigured(seen: Observed, members: readonly MemberConfig[], version: number): Observed {
  const { mongod } = seen;
  const before = mongod.kind === 'member' || mongod.kind === 'outside' ? mongod.set.members : [];
  const next = members.map(one =>
    member(one.id, before.find(old => old.id === one.id && old.state !== 'down')?.state ?? 'secondary', one as Partial<Member>),
  );
  const hasPrimary = next.some(one => one.state === 'primary');
  const set = replicaSet(
    next.map((one, at) => (!hasPrimary && at === 0 ? { ...one, state: 'primary' as const } : one)),
    version,
  );
  const self = set.members.find(one => one.host === `${seen.juju.address}:27017`)?.state ?? 'removed';
  const users = mongod.kind === 'member' && mongod.primary !== undefined ? mongod.primary : primaryFacts(set);
  return {
    ...seen,
    mongod: {
      kind: 'member',
      running: runningOf(mongod),
      self,
      settings: mongod.kind === 'member' ? mongod.settings : settings,
      set,
      ...(seen.juju.leader ? { primary: { ...users, host: set.primary ?? '', set } } : {}),
    },
  };
}

function steppedDown(seen: Observed): Observed {
  if (seen.mongod.kind !== 'member') return seen;
  const { members, version } = seen.mongod.set;
  const heir = members.find(one => one.state === 'secondary');
  const next = members.map(one =>
    one === heir ? { ...one, state: 'primary' as const } : one.state === 'primary' ? { ...one, state: 'secondary' as const } : one,
  );
  const set = replicaSet(next, version);
  const self = next.find(one => one.unit === seen.context.unit)?.state ?? 'removed';
  const primary = seen.mongod.primary === undefined ? {} : { primary: { ...seen.mongod.primary, host: set.primary ?? '', set } };
  return { ...seen, mongod: { ...seen.mongod, self, set, ...primary } };
}

/** Plans and applies until nothing is left to do; throws when that has no end. Answers the last picture, and all that was done. */
export function settle(
  first: Observed,
  planners: readonly ((seen: Observed) => Plan)[],
  limit = 60,
): { seen: Observed; done: Effect[]; plan: Plan } {
  let seen = first;
  const done: Effect[] = [];
  for (let round = 0; round < limit; round++) {
    const plan = together(planners.map(planner => planner(seen)));
    const effects = plan.effects.filter(effect => effect.do !== 'set-status' && effect.do !== 'log');
    // As a dispatch does it: the world first; what Juju is told comes when the world is as it should be.
    const next = outward(effects).length > 0 ? outward(effects) : effects;
    if (next.length === 0) return { seen, done, plan };
    done.push(...next);
    seen = next.reduce(applied, seen);
  }
  throw new Error(`no end after ${limit} rounds; last: ${JSON.stringify(done.slice(-3))}`);
}
