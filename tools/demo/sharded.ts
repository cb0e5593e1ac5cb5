// The story of a sharded cluster, one function a chapter. Every command is run as it is shown, and what is said of it was checked.
import { load } from 'js-yaml';
import { keepWriting, refusal, withClient, writeAndRead } from './client.ts';
import { demand, type Stage, seconds, type, untilActive, untilTrue } from './stage.ts';

type Credentials = { username: string; password: string; uris: string };

const shards = ['shard-a', 'shard-b'] as const;

/** @throws with a sentence at the first thing that is not as the story says. */
export const tellSharded = async (stage: Stage): Promise<void> => {
  const { screen } = stage;
  screen.step('A config server, two shards, and a router beside an application');
  await deploy(stage);
  const credentials = await readCredentials(stage);
  const operator = await operatorOf(stage, await readPassword(stage));
  await sayWhatTheRouterIs(stage, credentials.uris);

  screen.step('Two databases, one on each shard');
  await writeAndRead(credentials.uris, 'orders', { item: 'lamp', pieces: 2 });
  await writeAndRead(inDatabase(credentials.uris, 'archive'), 'orders', { item: 'desk', pieces: 1 });
  const [home, other] = await spread(operator.uri());
  screen.done(`shop lives on ${home}, archive on ${other}; ${credentials.username} reads and writes both through its router`);

  screen.step("The operator's password is changed, on the config server and with it on every shard");
  const before = operator.uri();
  operator.change(await readPassword(stage, 'set-password'));
  demand(await refusal(before), 'the old operator password still works');
  await untilTrue(stage, 'the shards to have it', async () => await allLetIn(stage, operator));
  await writeAndRead(credentials.uris, 'orders', { item: 'chair', pieces: 4 });
  screen.done('the old password is refused, the new one works on every server, and the application goes on writing');

  screen.step(`${home} is removed while the application writes into its database`);
  await drain(stage, credentials, operator.uri(), home);

  screen.step('The router loses its config server: the credentials are worth nothing any more');
  await type(stage, 'juju remove-relation config-server mongos');
  const elsewhere = credentials.uris.replace(/@[^/]*\//, `@${hostOf(operator.uri())}/`);
  const words = await untilTrue(stage, 'the user to be dropped', () => refusal(elsewhere));
  screen.done(`${credentials.username} can no longer log in: ${words}`);
  const left = await withClient(operator.uri(), client => client.db('shop').collection('orders').countDocuments());
  demand(left === 2, `shop.orders holds ${left} documents where 2 were written`);
  screen.done('its documents are still there');
};

const deploy = async (stage: Stage): Promise<void> => {
  await type(stage, 'juju add-model demo');
  await type(stage, 'juju deploy mongodb config-server --config role=config-server');
  for (const shard of shards) await type(stage, `juju deploy mongodb ${shard} --config role=shard`);
  for (const shard of shards) await type(stage, `juju integrate config-server:config-server ${shard}:sharding`);
  await type(stage, 'juju deploy data-integrator --config database-name=shop --config extra-user-roles=admin');
  await type(stage, 'juju deploy mongos');
  await type(stage, 'juju integrate mongos data-integrator');
  await type(stage, 'juju integrate config-server mongos');
  for (const application of ['config-server', ...shards, 'data-integrator']) await untilActive(stage, application, 1);
  await type(stage, 'juju status');
};

const sayWhatTheRouterIs = async ({ screen }: Stage, uri: string): Promise<void> => {
  const { standIn } = await withClient(uri, client => client.db('admin').command({ hello: 1 }));
  if (standIn === undefined) return;
  screen.say('This computer has no mongos, so the routers here are stand-ins; config servers and shards are real MongoDB servers.');
};

const readCredentials = async (stage: Stage): Promise<Credentials> => {
  const { mongos } = load(await type(stage, 'juju run data-integrator/leader get-credentials')) as { mongos?: Credentials };
  if (mongos === undefined) throw new Error('get-credentials says nothing of mongos');
  return mongos;
};

const readPassword = async (stage: Stage, action = 'get-password'): Promise<string> => {
  const { password } = load(await type(stage, `juju run config-server/leader ${action}`)) as { password: string };
  return password;
};

type Operator = { uri(): string; change(password: string): void; password(): string };

/** The operator's way in: the router of the config server's unit. */
const operatorOf = async ({ juju }: Stage, first: string): Promise<Operator> => {
  const [unit] = Object.values((await juju.status()).applications['config-server']?.units ?? {});
  let password = first;
  return {
    uri: () => `mongodb://operator:${encodeURIComponent(password)}@${unit?.['public-address']}:27018/?authSource=admin`,
    change: next => {
      password = next;
    },
    password: () => password,
  };
};

const hostOf = (uri: string): string => /@([^/]*)\//.exec(uri)?.[1] ?? '';
const inDatabase = (uri: string, database: string): string => uri.replace(/\/[^/?]*\?/, `/${database}?`);

/** Sees to it that the two databases live on different shards. Returns where `shop` and `archive` live. */
const spread = (operator: string): Promise<[string, string]> =>
  withClient(operator, async client => {
    const primaryOf = async (name: string): Promise<string> => {
      const entry = await client.db('config').collection<{ _id: string; primary: string }>('databases').findOne({ _id: name });
      if (entry === null) throw new Error(`the cluster does not know the database ${name}`);
      return entry.primary;
    };
    const home = await primaryOf('shop');
    const other = shards.find(shard => shard !== home) ?? '';
    if ((await primaryOf('archive')) !== other) await client.db('admin').command({ movePrimary: 'archive', to: other });
    demand((await primaryOf('archive')) === other, 'the database archive was not moved');
    return [home, other];
  });

/** Every server of the cluster, asked on its own. */
const allLetIn = async ({ juju }: Stage, operator: Operator): Promise<boolean> => {
  const { applications } = await juju.status();
  const units = ['config-server', ...shards].flatMap(name => Object.values(applications[name]?.units ?? {}));
  const answers = await Promise.all(
    units.map(unit =>
      refusal(
        `mongodb://operator:${encodeURIComponent(operator.password())}@${unit['public-address']}:27017/?authSource=admin&directConnection=true`,
      ),
    ),
  );
  return answers.every(answer => answer === undefined);
};

const drain = async (stage: Stage, { uris }: Credentials, operator: string, shard: string): Promise<void> => {
  const { screen } = stage;
  const writing = await keepWriting(uris, 'visits');
  try {
    await untilTrue(stage, 'the first writes', async () => writing.confirmed() >= 50);
    screen.say(`An application writes without a break: ${writing.confirmed()} documents so far.`);
    await type(stage, `juju remove-relation config-server:config-server ${shard}:sharding`);
    await untilTrue(stage, `${shard} to be drained`, async () => {
      const said = (await stage.juju.status()).applications[shard]?.['application-status'].message ?? '';
      screen.progress(`${writing.confirmed()} documents written · ${shard}: ${said}`);
      return said.startsWith('Shard drained');
    });
    const moved = writing.confirmed();
    await untilTrue(stage, 'further writes', async () => writing.confirmed() >= moved + 50);
    const { confirmed, found } = await writing.end();
    demand(found >= confirmed, `${confirmed - found} confirmed documents are lost`);
    const { shards: left } = await withClient(operator, client => client.db('admin').command({ listShards: 1 }));
    demand(left.length === 1, `the cluster has ${left.length} shards where one should be left`);
    screen.done(`its data has moved to ${left[0]._id}; the application waited ${seconds(writing.longestPauseMs())} at most`);
    screen.done(`all ${confirmed} confirmed documents are there`);
  } finally {
    await writing.end().catch(() => undefined);
  }
};
