// Parts of a sharded cluster of which one means harm: a shard, a router, a config server, the host of a router. The hooks of the others
// end well, and what they run goes on with what it can run with.
import { join } from 'node:path';
import fc from 'fast-check';
import { load } from 'js-yaml';
import { expect, test, vi } from 'vitest';
import { mongodb } from '../../../src/charms/mongodb.ts';
import { mongos } from '../../../src/charms/mongos.ts';
import { isKeyFile } from '../../../src/core/key-file.ts';
import { integrate } from '../../../tools/local-juju/engine/relations.ts';
import type { Model, Relation } from '../../../tools/local-juju/state.ts';
import { projectFolder } from '../../support/project.ts';
import { charmOf } from '../juju/deployed.ts';
import { simulation } from '../local-juju/engine/simulation.ts';
import { bag, LIMIT_MS, mostly, runs } from './garbage.ts';
import { asUnit, hook, type Machine, steadyMachine } from './hook.ts';

vi.mock(import('../../../src/juju/run.ts'), async original => ({ ...(await original()), runTool: (await import('./hook.ts')).callTool }));

const KEY = 'k'.repeat(1024);
const SHARD_KEYS = ['requested-secrets', 'version', 'deployment', 'auth-updated', 'data', 'shard-integrated', 'host', 'secret-extra'];
const SHARD = {
  version: 'x',
  deployment: 'local',
  'auth-updated': 'true',
  'requested-secrets': '["key-file","operator-password","backup-password"]',
};
const ROUTER_KEYS = [
  'database',
  'extra-user-roles',
  'requested-secrets',
  'external-node-connectivity',
  'host-relation',
  'entity-type',
  'version',
  'requests',
  'data',
];
const ROUTER = { database: 'loot', 'requested-secrets': '["username","password","key-file"]', 'host-relation': '3' };
const SERVER_KEYS = [
  'version',
  'deployment',
  'host',
  'shard-integrated',
  'shard-moves',
  'data',
  'database',
  'config-server-db',
  'secret-user',
  'secret-extra',
  'secret-entity',
  'username',
  'password',
  'requests',
];
const SERVER = { version: 'x', deployment: 'local', host: '["10.0.0.9"]', database: 'loot' };
const HOST_KEYS = [
  'database',
  'extra-user-roles',
  'requested-secrets',
  'external-node-connectivity',
  'entity-type',
  'version',
  'requests',
  'data',
];
const HOST = { database: 'loot', 'requested-secrets': '["username","password","uris"]' };

/** A config server with a shard and, beside a host, a router. Nobody has said anything yet. */
async function cluster() {
  const sim = simulation();
  const charm = await charmOf(projectFolder, 'mongodb');
  sim.deploy('config', charm, { config: { role: 'config-server' } });
  sim.deploy('shard', charm, { config: { role: 'shard' } });
  sim.deploy('router', await charmOf(join(projectFolder, 'mongos'), 'mongos'), { count: 0 });
  sim.deploy('host', await charmOf(join(projectFolder, 'tests', 'charms', 'neighbour'), 'neighbour'));
  sim.settle();
  const { model } = sim;
  const relations = {
    shard: integrate(model, 'config:config-server', 'shard:sharding', sim.now),
    router: integrate(model, 'config:cluster', 'router:cluster', sim.now),
    host: integrate(model, 'router:mongos_proxy', 'host:mongos', sim.now),
  };
  sim.settle();
  for (const [unit, app] of [
    ['config/0', 'config'],
    ['shard/0', 'shard'],
  ] as const)
    await asUnit(model, unit, [
      'secret-add',
      '--owner',
      'application',
      '--label',
      `${app}.app`,
      `operator-password=op-of-${app}`,
      `monitor-password=mon-of-${app}`,
      `backup-password=back-of-${app}`,
      `keyfile=${KEY}`,
    ]);
  /** Writes the databag of a unit or an application, and lets the other side hear of it. */
  const write = (relation: Relation, name: string, values: Record<string, string>): void => {
    const bag = (name.includes('/') ? relation.units : relation.applications)[name];
    if (bag === undefined) throw new Error(`${name} has no databag`);
    bag.values = values;
    bag.version += 1;
    sim.settle();
    // What a unit has read stays so until its hook for the change, and those of the simulation read nothing.
    for (const { agent } of Object.values(model.units)) delete agent.relations[relation.id]?.read;
  };
  return { model, write, ...relations };
}

/** Several hooks; the last finds nothing more to write. */
async function hooks(charm: typeof mongodb, model: Model, unit: string, machine: Machine): Promise<void> {
  for (let number = 0; number < 4; number += 1) await hook(charm, model, unit, machine);
  expect((await hook(charm, model, unit, machine)).writes).toEqual([]);
}

function shownIsReadable(model: Model, unit: string, app: string): void {
  for (const message of [model.units[unit]?.workload.message ?? '', model.applications[app]?.status?.message ?? '']) {
    expect(message).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e]/u);
    expect(message.length).toBeLessThan(1_100);
  }
}

const clearOf = (...relations: readonly Relation[]): string =>
  JSON.stringify(relations.map(({ applications, units }) => [applications, units]));

test(
  'any shard and any router, to their config server',
  async () => {
    const asked = fc.tuple(bag(SHARD_KEYS, SHARD), mostly('10.0.0.8'), bag(ROUTER_KEYS, ROUTER));
    await fc.assert(
      fc.asyncProperty(asked, async ([ofShard, address, ofRouter]) => {
        const { model, write, shard, router } = await cluster();
        const machine = await steadyMachine(mongodb, model, 'config/0');
        write(shard, 'shard', ofShard);
        if (address !== undefined) write(shard, 'shard/0', { 'ingress-address': address });
        write(router, 'router', ofRouter);
        await hooks(mongodb, model, 'config/0', machine);
        const clear = clearOf(shard, router);
        for (const secret of ['op-of-config', 'mon-of-config', 'back-of-config', KEY]) expect(clear).not.toContain(secret);
        for (const effect of machine.done) {
          if (effect.do === 'add-shard') expect(effect.host).toMatch(/^shard\/(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):27017$/);
          if (effect.do !== 'set-user' || effect.user.relation === undefined) continue;
          expect(effect.user.name).toMatch(new RegExp(`^relation-${router.id}`));
          if (effect.user.password !== undefined) expect(clear).not.toContain(effect.user.password);
          for (const { role, db } of effect.user.roles)
            if (db !== 'admin' && db !== 'local') expect([role, db.toLowerCase()]).not.toContain('config');
            else expect(Object.values(ofRouter).join(' ')).toMatch(/admin|monitor|backup/);
        }
        shownIsReadable(model, 'config/0', 'config');
      }),
      runs(15),
    );
  },
  LIMIT_MS,
);

/** A config server that has secrets with anything in them, and tells of them or of something else. */
const server = fc.record({
  told: bag(SERVER_KEYS, SERVER),
  extra: fc.record({
    'key-file': mostly('clusterKey'),
    'operator-password': mostly('c-op'),
    'backup-password': mostly('c-back'),
    'config-server-db': mostly('config/10.0.0.9:27017'),
  }),
  user: fc.record({ username: mostly('relation-4'), password: mostly('pw') }),
  names: fc.integer({ min: 0, max: 5 }).map(number => number > 0),
});
type Cluster = Awaited<ReturnType<typeof cluster>>;
type Told = typeof server extends fc.Arbitrary<infer Value> ? Value : never;

async function tell(
  { model, write }: Pick<Cluster, 'model' | 'write'>,
  relation: Relation,
  { told, extra, user, names }: Told,
): Promise<void> {
  const uris: Record<string, string> = {};
  for (const [group, content] of Object.entries({ extra, user })) {
    const words = Object.entries(content).flatMap(([key, text]) =>
      text === undefined ? [] : [`${key}#base64=${Buffer.from(text).subarray(0, 60_000).toString('base64')}`],
    );
    if (words.length === 0) continue;
    const [uri = ''] = await asUnit(model, 'config/0', ['secret-add', '--owner', 'application', ...words]);
    await asUnit(model, 'config/0', ['secret-grant', uri, '--relation', String(relation.id)]);
    uris[`secret-${group}`] = uri;
  }
  write(relation, 'config', names ? { ...told, ...uris } : told);
}

test(
  'any config server, to its shard',
  async () => {
    await fc.assert(
      fc.asyncProperty(server, server, async (first, second) => {
        const { model, write, shard } = await cluster();
        const machine = await steadyMachine(mongodb, model, 'shard/0');
        for (const one of [first, second]) {
          await tell({ model, write }, shard, one);
          await hooks(mongodb, model, 'shard/0', machine);
          expect(isKeyFile(machine.host.keyFile ?? '')).toBe(true);
          const clear = clearOf(shard);
          for (const secret of ['op-of-shard', 'mon-of-shard', 'back-of-shard', KEY]) expect(clear).not.toContain(secret);
          shownIsReadable(model, 'shard/0', 'shard');
        }
      }),
      runs(10),
    );
  },
  LIMIT_MS,
);

test(
  'any host and any config server, to a router',
  async () => {
    await fc.assert(
      fc.asyncProperty(server, bag(HOST_KEYS, HOST), bag(HOST_KEYS, HOST), async (answer, first, second) => {
        const { model, write, router, host } = await cluster();
        const unit = Object.keys(model.units).find(name => name.startsWith('router/')) ?? '';
        const machine = await steadyMachine(mongos, model, unit);
        machine.mongod = { kind: 'silent', reason: '' };
        for (const one of [first, second]) {
          const before = { ...host.applications.router?.values };
          write(host, 'host', one);
          await hooks(mongos, model, unit, machine);
          await tell({ model, write }, router, answer);
          await hooks(mongos, model, unit, machine);
          const { config } = machine.host.router;
          if (config !== undefined) {
            const read = load(config) as Record<string, Record<string, unknown>>;
            expect(Object.keys(read).sort()).toEqual(['net', 'security', 'setParameter', 'sharding', 'systemLog']);
            expect(read.security).toEqual({ keyFile: '/var/snap/charmed-mongodb/current/etc/mongod/keyFile' });
            expect(isKeyFile(machine.host.keyFile ?? '')).toBe(true);
          }
          const own = host.applications.router?.values ?? {};
          const listed: unknown = (() => {
            try {
              return JSON.parse(one['requested-secrets'] ?? '[]');
            } catch {
              return [];
            }
          })();
          // What it was given in clear, as it had asked, stays while what it asks for now cannot be granted.
          for (const field of ['username', 'password', 'uris'])
            if (Array.isArray(listed) && listed.every(name => typeof name === 'string') && listed.includes(field))
              expect([undefined, before[field]]).toContain(own[field]);
          shownIsReadable(model, unit, 'router');
        }
      }),
      runs(10),
    );
  },
  LIMIT_MS,
);
