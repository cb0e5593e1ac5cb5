// The life of a replica set: it grows and shrinks, has clients, passwords, options and a new charm, while a client writes.
import type { Document, MongoClient } from 'mongodb';
import { acceptsLogin, addressesOf, asOperator, isWell, onUnit, passwordOf, primaryOf, userUri } from '../integration/charm/world.ts';
import { countingWriter } from '../integration/sharding/world.ts';
import { getCredentials, withMongo } from '../support/client.ts';
import { leaderOf, type StatusJson, unitsOf } from '../support/status.ts';
import { passwordFromSecret, same, secretsOf } from './facts.ts';
import type { Life, Step, World } from './life.ts';

const CLIENTS = ['data-integrator', 'another'];

const well = (world: World, units: number) => world.until(`${units} units of mongodb that are well`, status => isCalm(status, units));
const isCalm = (status: StatusJson, units: number): boolean =>
  isWell(status, units) && CLIENTS.every(name => status.applications[name] === undefined || isAtRest(status, name));
const isAtRest = (status: StatusJson, name: string): boolean =>
  ['active', 'blocked'].includes(status.applications[name]?.['application-status'].current ?? '');

/** What holds at all times: members, votes, users, logins. */
async function check({ model }: World, units: number, clients: readonly string[], maxConnections?: number): Promise<unknown> {
  const status = await model.status();
  const addresses = addressesOf(status);
  for (const user of ['operator', 'monitor', 'backup'])
    if (!(await acceptsLogin(userUri(user, await passwordOf(model, user), addresses))))
      throw new Error(`the password of ${user} is refused`);
  const users: (string | undefined)[] = [];
  for (const name of clients) {
    const { uris, username, password } = await getCredentials(model, `${name}/leader`);
    if (password === undefined) throw new Error(`${name} has no password`);
    await withMongo(uris, client => client.db('shop').collection('counted').countDocuments());
    users.push(username);
  }
  return asOperator(model, async client => {
    const admin = client.db('admin');
    const { config } = await admin.command({ replSetGetConfig: 1 });
    const there = (await admin.command({ usersInfo: 1 })).users.map((user: Document) => user.user).sort();
    same('users', there, ['backup', 'monitor', 'operator', ...users].sort());
    same('members', config.members.map((member: Document) => member.host).sort(), addresses.map(address => `${address}:27017`).sort());
    same(
      'votes',
      config.members.map((member: Document) => member.votes),
      Array(units).fill(1),
    );
    if (maxConnections !== undefined)
      for (const unit of Object.keys(unitsOf(status, 'mongodb'))) same(`the limit of ${unit}`, await limitOf(unit), maxConnections);
    return picture(status, client, config);
  });

  async function limitOf(unit: string): Promise<unknown> {
    return onUnit(model, unit, async client => (await client.db('admin').command({ getCmdLineOpts: 1 })).parsed.net.maxIncomingConnections);
  }

  async function picture(now: StatusJson, client: MongoClient, config: Document): Promise<unknown> {
    return {
      application: now.applications.mongodb?.['application-status'].current,
      units: Object.values(unitsOf(now, 'mongodb'))
        .map(unit => `${unit['workload-status'].current} ${unit['workload-status'].message ?? ''} ${unit['open-ports']}`)
        .sort(),
      members: config.members.map(({ votes, priority, hidden, secondaryDelaySecs }: Document) =>
        JSON.stringify({ votes, priority, hidden, secondaryDelaySecs }),
      ),
      settings: config.settings && Object.fromEntries(Object.entries(config.settings).filter(([name]) => name !== 'replicaSetId')),
      roles: (await client.db('admin').command({ rolesInfo: 1 })).roles.map((role: Document) => role.role),
      secrets: await secretsOf(model),
    };
  }
}

const gone = (world: World, unit: string) => world.until(`${unit} to be gone`, status => unitsOf(status, 'mongodb')[unit] === undefined);

const setPassword = (user: string): Step => ({
  name: `set-password of ${user}`,
  go: async world => {
    const before = await passwordFromSecret(world.model, 'mongodb', user);
    await world.act('mongodb/leader', 'set-password', `username=${user}`);
    if ((await passwordFromSecret(world.model, 'mongodb', user)) === before) throw new Error('the password is still the old one');
    await well(world, 3);
  },
  check: world => check(world, 3, CLIENTS),
});

export const replicaSet: Life = {
  name: 'replica-set',
  mongos: false,
  steps: [
    {
      name: 'deploy 3',
      go: async world => {
        await world.model.juju('deploy', world.charms.mongodb, '-n', '3');
        await well(world, 3);
      },
      check: world => check(world, 3, []),
    },
    {
      name: 'integrate clients',
      go: async world => {
        for (const name of CLIENTS) {
          await world.model.juju('deploy', 'data-integrator', name, '--config', 'database-name=shop');
          await world.model.juju('integrate', 'mongodb', name);
        }
        await world.until('the clients to be served', status =>
          CLIENTS.every(name => status.applications[name]?.['application-status'].current === 'active'),
        );
        await well(world, 3);
      },
      check: async world => {
        const seen = await check(world, 3, CLIENTS);
        world.writer = countingWriter({ uri: (await getCredentials(world.model)).uris }, 'shop', 'counted', 20);
        return seen;
      },
    },
    setPassword('operator'),
    setPassword('monitor'),
    setPassword('backup'),
    {
      name: 'add-unit',
      go: async world => {
        await world.model.juju('add-unit', 'mongodb');
        await well(world, 4);
      },
      check: world => check(world, 4, CLIENTS),
    },
    {
      name: "remove the primary's unit",
      go: async world => {
        const primary = await primaryOf(world.model);
        await world.model.juju('remove-unit', '--no-prompt', '--destroy-storage', primary);
        await gone(world, primary);
        await well(world, 3);
      },
      check: world => check(world, 3, CLIENTS),
    },
    {
      name: "remove the leader's unit",
      go: async world => {
        const leader = leaderOf(await world.model.status(), 'mongodb') ?? '';
        await world.model.juju('remove-unit', '--no-prompt', '--destroy-storage', leader);
        await gone(world, leader);
        await well(world, 2);
      },
      check: world => check(world, 2, CLIENTS),
    },
    {
      name: 'config with a rolling restart',
      go: async world => {
        await world.model.juju('config', 'mongodb', 'max-connections=500', 'slow-operation-threshold-ms=50');
        await well(world, 2);
      },
      check: world => check(world, 2, CLIENTS, 500),
    },
    {
      name: 'remove-relation',
      go: async world => {
        await world.model.juju('remove-relation', 'mongodb', 'another');
        await world.until(
          'the relation to be gone',
          async () => !(await world.model.juju('status', '--relations')).includes('another:mongodb'),
        );
        await well(world, 2);
      },
      check: world => check(world, 2, ['data-integrator']),
    },
    {
      name: 'refresh',
      go: async world => {
        await world.model.juju('refresh', 'mongodb', '--path', world.charms.mongodb);
        await well(world, 2);
      },
      check: world => check(world, 2, ['data-integrator'], 500),
    },
  ],
};
