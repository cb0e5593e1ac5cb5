// The life of a sharded cluster: a config server, shards that come and go, a client with its router, and a change of passwords.
import type { Document } from 'mongodb';
import { countingWriter, logIn, operatorPassword, shardNames, throughRouter } from '../integration/sharding/world.ts';
import { getCredentials, withMongo } from '../support/client.ts';
import { type StatusJson, settled, unitsOf } from '../support/status.ts';
import { passwordFromSecret, same, secretsOf } from './facts.ts';
import type { Life, World } from './life.ts';

const isCalm = (status: StatusJson, applications: readonly string[]): boolean =>
  settled(status) &&
  applications.every(name => {
    const units = Object.values(unitsOf(status, name));
    return units.length > 0 && units.every(unit => unit['workload-status'].current === 'active');
  });
const calm = (world: World, ...applications: string[]) =>
  world.until(`${applications.join(', ')} to be active`, status => isCalm(status, applications));

/** What holds at all times: shards, users, logins. */
async function check(
  { model }: World,
  shards: readonly string[],
  clients: readonly string[],
  alone: readonly string[] = [],
): Promise<unknown> {
  const status = await model.status();
  const password = await operatorPassword(model);
  for (const application of ['config-server', ...shards, ...alone]) {
    const operator = alone.includes(application) ? await operatorPassword(model, application) : password;
    for (const unit of Object.values(unitsOf(status, application))) await logIn(unit['public-address'], 'operator', operator);
  }
  const users: (string | undefined)[] = [];
  for (const name of clients) {
    const { uris, username } = await getCredentials(model, `${name}/leader`, 'mongos');
    await withMongo(uris, client => client.db('shop').collection('counted').countDocuments());
    users.push(username);
  }
  return throughRouter(model, async client => {
    same('shards', await shardNames(client), [...shards].sort());
    const there = (await client.db('admin').command({ usersInfo: 1 })).users.map((user: Document) => user.user).sort();
    same('users', there, ['backup', 'monitor', 'operator', ...users].sort());
    return {
      applications: Object.entries(status.applications)
        .map(([name, { 'application-status': shown }]) => `${name} ${shown.current} ${shown.message ?? ''}`)
        .sort(),
      shards: (await client.db('admin').command({ listShards: 1 })).shards.length,
      roles: (await client.db('admin').command({ rolesInfo: 1 })).roles.map((role: Document) => role.role),
      secrets: await secretsOf(model),
    };
  });
}

const addShard = async (world: World, name: string): Promise<void> => {
  await world.model.juju('deploy', world.charms.mongodb, name, '--config', 'role=shard');
  await world.model.juju('integrate', 'config-server:config-server', `${name}:sharding`);
};

export const sharded: Life = {
  name: 'sharded',
  mongos: true,
  steps: [
    {
      name: 'deploy, one shard',
      go: async world => {
        await world.model.juju('deploy', world.charms.mongodb, 'config-server', '--config', 'role=config-server');
        await addShard(world, 'shard-a');
        await calm(world, 'config-server', 'shard-a');
      },
      check: world => check(world, ['shard-a'], []),
    },
    {
      name: 'router in',
      go: async world => {
        await world.model.juju('deploy', 'data-integrator', '--config', 'database-name=shop');
        await world.model.juju('deploy', world.charms.mongos);
        await world.model.juju('integrate', 'mongos', 'data-integrator');
        await world.model.juju('integrate', 'config-server', 'mongos');
        await calm(world, 'config-server', 'shard-a', 'mongos', 'data-integrator');
      },
      check: async world => {
        const seen = await check(world, ['shard-a'], ['data-integrator']);
        const { uris } = await getCredentials(world.model, 'data-integrator/leader', 'mongos');
        world.writer = countingWriter({ uri: uris }, 'shop', 'counted', 20);
        return seen;
      },
    },
    {
      name: 'add a shard',
      go: async world => {
        await addShard(world, 'shard-b');
        await calm(world, 'config-server', 'shard-a', 'shard-b', 'mongos', 'data-integrator');
      },
      check: world => check(world, ['shard-a', 'shard-b'], ['data-integrator']),
    },
    {
      name: 'rotate the password of operator',
      go: async world => {
        const before = await passwordFromSecret(world.model, 'config-server', 'operator');
        await world.act('config-server/leader', 'set-password');
        same('a new password', (await passwordFromSecret(world.model, 'config-server', 'operator')) !== before, true);
        await calm(world, 'config-server', 'shard-a', 'shard-b', 'mongos', 'data-integrator');
        const after = await passwordFromSecret(world.model, 'config-server', 'operator');
        await world.until('the shards to have it', async status => {
          const own = await Promise.all(['shard-a', 'shard-b'].map(name => passwordFromSecret(world.model, name, 'operator')));
          return settled(status) && own.every(one => one === after);
        });
      },
      check: world => check(world, ['shard-a', 'shard-b'], ['data-integrator']),
    },
    {
      name: 'drain the first shard',
      go: async world => {
        await world.model.juju('remove-relation', 'config-server:config-server', 'shard-a:sharding');
        await world.until(
          'the shard to be drained',
          status => status.applications['shard-a']?.['application-status'].message === 'Shard drained from cluster, ready for removal',
        );
        await calm(world, 'config-server', 'shard-a', 'shard-b', 'mongos', 'data-integrator');
      },
      check: world => check(world, ['shard-b'], ['data-integrator'], ['shard-a']),
    },
    {
      name: 'remove the drained shard',
      go: async world => {
        await world.model.juju('remove-application', '--no-prompt', '--destroy-storage', 'shard-a');
        await world.until('the shard to be gone', status => !('shard-a' in status.applications));
        await calm(world, 'config-server', 'shard-b', 'mongos', 'data-integrator');
      },
      check: world => check(world, ['shard-b'], ['data-integrator']),
    },
    {
      name: 'router out',
      go: async world => {
        await world.endWriter();
        await world.model.juju('remove-relation', 'config-server', 'mongos');
        await world.until('the router to be alone, and its client to know', status => {
          const [router, client] = ['mongos', 'data-integrator'].map(name => status.applications[name]?.['application-status']);
          return settled(status) && router?.message === 'Missing relation to config-server.' && client?.current === 'blocked';
        });
        await calm(world, 'config-server', 'shard-b');
      },
      check: world => check(world, ['shard-b'], []),
    },
  ],
};
