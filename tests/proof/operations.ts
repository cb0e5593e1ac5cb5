// The operations that writing clients are put to.
import { integrateShard, operatorPassword, untilCalm } from '../integration/sharding/world.ts';
import { withMongo } from '../support/client.ts';
import { settled, unitsOf } from '../support/status.ts';
import { type Client, type ClusterKind, integrate, removeRelation } from './clients.ts';
import type { Operation, Scene } from './prove.ts';
import { readState } from './state.ts';

const everybody = () => true;
const nobody = () => false;
/** The secret of a sharded cluster's client is that of the `mongos` beside it. */
const hasSchedule = ({ kind, cluster }: Client): boolean => kind !== 'plain' || cluster === 'sharded';
const oneByOne = async (clients: readonly Client[], act: (client: Client) => Promise<unknown>) => {
  for (const client of clients) await act(client);
};

const both: readonly Operation[] = [
  {
    key: 'rotate-relation',
    name: '`rotate-client-password relation=…` of each',
    changes: everybody,
    run: ({ clients, telling, act, relationOf }) =>
      oneByOne(clients, async client => {
        const id = await relationOf(client);
        await telling([client], () => act('rotate-client-password', `relation=${id}`));
      }),
  },
  {
    key: 'rotate-application',
    name: '`rotate-client-password application=…` of each',
    changes: everybody,
    run: ({ clients, telling, act }) =>
      oneByOne(clients, client => telling([client], () => act('rotate-client-password', `application=${client.asked}`))),
  },
  {
    key: 'rotate-all',
    name: '`rotate-client-password`',
    changes: everybody,
    run: ({ clients, telling, act }) => telling(clients, () => act('rotate-client-password')),
  },
  {
    key: 'schedule',
    name: '`client-password-rotation=daily`, a day later',
    changes: hasSchedule,
    run: async ({ model, server, clients, telling }) => {
      const own = clients.filter(hasSchedule);
      await model.juju('config', server, 'client-password-rotation=daily');
      await model.waitFor('the schedule', async status => settled(status) && (await scheduled({ model }, 'daily')) >= own.length);
      await telling(own, () => model.juju('pass-time', '25h'));
      await model.juju('config', server, '--reset', 'client-password-rotation');
      await model.waitFor('no schedule', async status => settled(status) && (await scheduled({ model }, 'daily')) === 0);
    },
  },
  {
    key: 'set-password',
    name: '`set-password` of operator, monitor and backup',
    changes: nobody,
    run: async ({ act }) => {
      for (const user of ['operator', 'monitor', 'backup']) await act('set-password', `username=${user}`);
    },
  },
  {
    key: 'system-users',
    name: '`system-users` set, changed and reset',
    changes: nobody,
    run: async ({ model, server }) => {
      const is = (what: string, right: (password: string) => boolean) =>
        model.waitFor(what, async status => settled(status) && right(await operatorPassword(model, server)));
      const uri = (await model.juju('add-secret', 'passwords', 'operator=chosen', 'backup=chosen-too')).trim();
      await model.juju('grant-secret', 'passwords', server);
      await model.juju('config', server, `system-users=${uri}`);
      await is('the chosen password', password => password === 'chosen');
      await model.juju('update-secret', 'passwords', 'operator=chosen-again', 'monitor=chosen-later');
      await is('the changed password', password => password === 'chosen-again');
      await model.juju('config', server, '--reset', 'system-users');
      await is('a password of the charm', password => !password.startsWith('chosen'));
      await model.juju('remove-secret', 'passwords');
    },
  },
  {
    key: 'system-schedule',
    name: '`system-password-rotation=weekly`, a week later',
    changes: nobody,
    run: async ({ model, server }) => {
      const before = await operatorPassword(model, server);
      await model.juju('config', server, 'system-password-rotation=weekly');
      await model.waitFor('the schedule', async status => settled(status) && (await scheduled({ model }, 'weekly')) > 0);
      await model.juju('pass-time', '8d');
      await model.waitFor('another password', async status => settled(status) && (await operatorPassword(model, server)) !== before);
      await model.juju('config', server, '--reset', 'system-password-rotation');
      await model.waitFor('no schedule', async status => settled(status) && (await scheduled({ model }, 'weekly')) === 0);
    },
  },
  {
    key: 'again',
    name: '`remove-relation` and `integrate` of each',
    changes: everybody,
    run: ({ model, clients, relationOf, removed, telling }) =>
      oneByOne(clients, async client => {
        const id = await relationOf(client);
        await telling([client], async () => {
          removed(client);
          await removeRelation(model, client);
          await model.waitFor('the relation to be gone', async () => (await readState(model)).relations[id] === undefined);
          await model.waitFor('quiet', settled);
          await integrate(model, client);
        });
      }),
  },
  {
    key: 'restart',
    name: '`max-connections=…`: all members restart in turn',
    changes: nobody,
    run: async ({ model, server }) => {
      const restarting = server === 'mongodb' ? [server] : [server, 'shard-a'];
      for (const application of restarting) await model.juju('config', application, 'max-connections=5000');
      for (const application of restarting) await restarted({ model }, application, 5000);
    },
  },
];

const joins: Operation = {
  key: 'join',
  name: 'another shard joins, and takes the key and the passwords of the cluster',
  changes: nobody,
  run: async ({ model }) => {
    await model.juju('deploy', 'mongodb', 'shard-b', '--config', 'role=shard');
    await integrateShard(model, 'shard-b');
    await untilCalm(model, 'config-server', 'shard-b');
  },
};

export const operationsOf = (cluster: ClusterKind): readonly Operation[] => (cluster === 'sharded' ? [...both, joins] : both);

/** How many secrets have this schedule. */
const scheduled = async ({ model }: Pick<Scene, 'model'>, rotate: string): Promise<number> =>
  Object.values((await readState(model)).secrets).filter(secret => secret.rotate === rotate).length;

/** Resolves when every member runs with that limit. */
const restarted = async ({ model }: Pick<Scene, 'model'>, application: string, connections: number): Promise<void> => {
  const password = await operatorPassword(model, application);
  await model.waitFor(`${application} to be restarted`, async status => {
    if (!settled(status)) return false;
    const limits = Object.values(unitsOf(status, application)).map(unit =>
      limitOf(unit['public-address'], password).catch(() => undefined),
    );
    return (await Promise.all(limits)).every(limit => limit === connections);
  });
};

const limitOf = (address: string, password: string): Promise<unknown> =>
  withMongo(
    `mongodb://${address}:27017/?directConnection=true`,
    async client => (await client.db('admin').command({ getCmdLineOpts: 1 })).parsed.net?.maxIncomingConnections,
    { auth: { username: 'operator', password }, authSource: 'admin', serverSelectionTimeoutMS: 3_000 },
  );
