// One hook of a charm from the raw databags to the hook tools' words, without processes: the local Juju's own tools answer in this
// process, and a mongod is played that does what it is told. What Linux and Node refuse of a call's words is refused here, too.
import { join } from 'node:path';
import { applyJuju } from '../../../src/apply/juju.ts';
import type { Charm } from '../../../src/charms/charm.ts';
import { hostOf } from '../../../src/core/bags.ts';
import type { Context } from '../../../src/core/context.ts';
import { type Effect, isJujuEffect, type JujuEffect } from '../../../src/core/effects.ts';
import { keysOf } from '../../../src/core/key-file.ts';
import type { ClusterFacts, HostFacts, JujuFacts, MongodFacts, Observed, RouterFacts } from '../../../src/core/observed.ts';
import { mongodPaths, routerWords } from '../../../src/core/paths.ts';
import { type Plan, together } from '../../../src/core/plan.ts';
import { worst } from '../../../src/core/status.ts';
import { ToolFailure } from '../../../src/juju/run.ts';
import * as tools from '../../../src/juju/tools.ts';
import { userFingerprint } from '../../../src/mongo/fingerprint.ts';
import { freshFor, mintFresh } from '../../../src/observe/fresh.ts';
import { observeJuju } from '../../../src/observe/juju.ts';
import { wantedConfig } from '../../../src/plan/wanted-config.ts';
import type { HookContext } from '../../../tools/local-juju/contract.ts';
import type { HookInfo, Model } from '../../../tools/local-juju/state.ts';
import { makeContext } from '../../../tools/local-juju/tools-server/context.ts';
import { applied, build, member, outward, primaryFacts, replicaSet, settings } from '../plan/world.ts';

/** execve(2): a word is never longer, with its end. */
const LONGEST_WORD = 131_072;
/** Rounds of one hook; whatever needs more has no end. */
const ROUNDS = 30;

let current: HookContext | undefined;
let called: string[] = [];

/** Stands in for the charm's `runTool`. */
export async function callTool(tool: string, words: readonly string[], input = ''): Promise<string> {
  if (current === undefined) throw new Error('there is no hook');
  for (const word of words) {
    if (word.includes('\0')) throw new TypeError(`The argument 'args' must be a string without null bytes`);
    if (Buffer.byteLength(word) >= LONGEST_WORD) throw new ToolFailure(`cannot run ${tool}: failed with E2BIG`);
  }
  called.push([tool, ...words].join(' '));
  const reply = await current.call(tool, words, '/', async () => input);
  if (reply.code !== 0) throw new ToolFailure(`cannot run ${tool}: ${reply.stderr.trim().replace(/^ERROR /, '')}`);
  return reply.stdout;
}

/** What is on the machine and in the database, from one hook to the next. */
export type Machine = {
  host: HostFacts;
  mongod: MongodFacts;
  router: RouterFacts;
  /** Everything that was done to the database. */
  done: Effect[];
};

export type Hooked = {
  readonly seen: Observed;
  readonly plan: Plan;
  readonly effects: readonly JujuEffect[];
  readonly writes: readonly string[];
};

const READS =
  /^(is-leader|config-get|network-get|relation-ids|relation-list|relation-get|status-get|opened-ports|secret-ids|secret-get|secret-info-get|goal-state|juju-log)\b/;

/** @throws whatever would end the charm with 1, and what Juju refuses when the hook is over. */
export async function hook(charm: Charm, model: Model, unit: string, machine: Machine, info: HookInfo = UPDATE): Promise<Hooked> {
  const context: Context = { unit, app: unit.split('/')[0] ?? '', hook: info.name, charmFolder: CHARM_FOLDER, root: '' };
  current = makeContext(hostFor(model), `${unit}-0`, unit, info);
  called = [];
  try {
    const juju = await observeJuju(tools, context, charm.endpoints);
    const { seen, plan } = carried(charm, context, juju, machine);
    const statuses: JujuEffect[] = [
      { do: 'set-status', scope: 'unit', status: worst(plan.unit) },
      ...(juju.leader ? [{ do: 'set-status', scope: 'application', status: worst(plan.app) } as const] : []),
    ];
    const effects = [...plan.effects.filter(isJujuEffect), ...statuses];
    await applyJuju(tools, juju, effects);
    const refused = current.commit();
    if (refused !== undefined) throw new Error(`juju refuses the end of the hook: ${refused}`);
    return { seen, plan, effects, writes: called.filter(call => !READS.test(call)) };
  } finally {
    current = undefined;
  }
}

/** Runs tools as another unit, such as one that means harm. */
export async function asUnit(model: Model, unit: string, ...calls: readonly (readonly [string, ...string[]])[]): Promise<string[]> {
  current = makeContext(hostFor(model), `${unit}-0`, unit, UPDATE);
  const printed: string[] = [];
  for (const [tool, ...words] of calls) printed.push((await callTool(tool, words)).trim());
  current.commit();
  current = undefined;
  return printed;
}

/** Its version is `x`. */
const CHARM_FOLDER = join(import.meta.dirname, 'charm');

const UPDATE: HookInfo = { name: 'update-status', kind: 'lifecycle' };

/** Rounds of one dispatch. */
function carried(charm: Charm, context: Context, juju: JujuFacts, machine: Machine): { seen: Observed; plan: Plan } {
  const fresh = mintFresh(juju.secret?.keyFile, juju.clients.map(freshFor));
  let seen: Observed = {
    context,
    juju,
    host: machine.host,
    mongod: machine.mongod,
    router: machine.router,
    failed: [],
    membersAtStart: [],
    fresh,
    lastChance: false,
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    const plan = together(charm.planners.map(planner => planner(seen)));
    const due = outward(plan.effects);
    if (due.length === 0 || round === ROUNDS - 1) {
      Object.assign(machine, { host: seen.host, mongod: seen.mongod, router: seen.router });
      if (due.length > 0) throw new Error(`no end after ${ROUNDS} rounds: ${JSON.stringify(due).slice(0, 500)}`);
      return { seen, plan };
    }
    machine.done.push(...due);
    seen = due.reduce((before, effect) => withFingerprint(withRouter(applied(before, effect), effect), effect), seen);
  }
  throw new Error('no round');
}

/** A router that starts with what it is given, and a cluster that does what it is told. */
function withRouter(seen: Observed, effect: Effect): Observed {
  const { host, router } = seen;
  const cluster = router.kind === 'open' && router.cluster !== undefined && !('problem' in router.cluster) ? router.cluster : NO_SHARDS;
  const open = (shards: ClusterFacts['shards']): Observed =>
    router.kind === 'open' ? { ...seen, router: { ...router, cluster: { ...cluster, shards } } } : seen;
  switch (effect.do) {
    case 'write-router-files': {
      const files = { ...host.router, config: effect.config, words: routerWords(mongodPaths('')) };
      return { ...seen, host: { ...host, keyFile: effect.keyFile, router: files } };
    }
    case 'start-router':
    case 'restart-router': {
      const config = /automationServiceDescriptor: charm-(\w+)/.exec(host.router.config ?? '')?.[1] ?? '';
      const running = { ...host, router: { ...host.router, service: 'active' as const } };
      return { ...seen, host: running, router: { kind: 'open', version: '6.0.5', config, cluster } };
    }
    case 'halt-router':
    case 'stop-router': {
      const { config, words, ...left } = host.router;
      const files = effect.do === 'stop-router' || config === undefined || words === undefined ? {} : { config, words };
      const stopped = { ...host, router: { ...left, ...files, service: 'inactive' as const } };
      return { ...seen, host: stopped, router: { kind: 'silent', reason: 'stopped' } };
    }
    case 'add-shard':
      return open([
        ...cluster.shards,
        { name: effect.name, hosts: effect.host.slice(effect.host.indexOf('/') + 1).split(','), draining: false },
      ]);
    case 'remove-shard':
      return open(
        cluster.shards.flatMap(shard => (shard.name !== effect.name ? [shard] : shard.draining ? [] : [{ ...shard, draining: true }])),
      );
    default:
      return seen;
  }
}

const NO_SHARDS: ClusterFacts = { shards: [], balancing: true, databases: [], remaining: new Map() };

/** The played database remembers a password by its fingerprint, as the real one does. */
function withFingerprint(seen: Observed, effect: Effect): Observed {
  if (effect.do !== 'set-user' || effect.user.password === undefined || seen.mongod.kind !== 'member' || seen.mongod.primary === undefined)
    return seen;
  const { name, password } = effect.user;
  const fingerprint = userFingerprint(keysOf(seen.host.keyFile ?? '')[0] ?? '', name, password);
  const { primary } = seen.mongod;
  const user = primary.users.get(name);
  if (user === undefined) return seen;
  const users = new Map([...primary.users, [name, { ...user, fingerprint }]]);
  return { ...seen, mongod: { ...seen.mongod, primary: { ...primary, users, operatorAccepted: true } } };
}

/** A machine whose mongod is the one member of its set, and runs with what it should. */
export async function steadyMachine(charm: Charm, model: Model, unit: string): Promise<Machine> {
  const context: Context = { unit, app: unit.split('/')[0] ?? '', hook: 'update-status', charmFolder: CHARM_FOLDER, root: '' };
  current = makeContext(hostFor(model), `${unit}-0`, unit, UPDATE);
  const juju = await observeJuju(tools, context, charm.endpoints);
  current.discard();
  current = undefined;
  const set = { ...replicaSet([member(0, 'primary', { host: hostOf(juju.address), unit })]), name: context.app };
  const mongod: MongodFacts = {
    kind: 'member',
    running: { build, config: '' },
    self: 'primary',
    settings,
    set,
    primary: primaryFacts(set, { users: new Map(), backupRole: false, operatorAccepted: false }),
  };
  const host: HostFacts = {
    architecture: 'amd64',
    snap: { revision: '123' },
    service: 'active',
    logBytes: 0,
    router: { service: 'inactive', logBytes: 0 },
    ...(juju.secret === undefined ? {} : { keyFile: juju.secret.keyFile }),
  };
  const seen = { context, juju, host, mongod } as Observed;
  const wanted = wantedConfig(seen);
  return {
    host: wanted === undefined ? host : { ...host, config: wanted.text },
    mongod: { ...mongod, running: { build, config: wanted?.hash ?? '' } },
    router: { kind: 'silent', reason: 'there is no router yet' },
    done: [],
  };
}

const hostFor = (model: Model): Parameters<typeof makeContext>[0] => ({
  model,
  addressOf: unit => model.machines[model.units[unit]?.machine ?? '']?.address ?? '',
  log: () => undefined,
  taskLog: () => undefined,
  setUnitStatus: (unit, status, message) => {
    unit.workload = { current: status as typeof unit.workload.current, message, since: '2026-11-23T08:06:13.000Z' };
  },
  setApplicationStatus: (application, status, message) => {
    const found = model.applications[application];
    if (found !== undefined)
      found.status = { current: status as NonNullable<typeof found.status>['current'], message, since: '2026-11-23T08:06:13.000Z' };
  },
  addStorage: () => undefined,
  changed: () => undefined,
  now: () => '2026-11-23T08:06:13.000Z',
});
