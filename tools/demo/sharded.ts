// The story of a sharded cluster, one function a chapter. Every command is run as it is shown, and what is said of it was checked.
import { load } from 'js-yaml';
import type { MongoClient } from 'mongodb';
import { keepWriting, listens, refusal, type Writing, withClient, writeAndRead } from './client.ts';
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

  const writing = await keepWriting(credentials.uris, 'visits');
  try {
    await untilTrue(stage, 'the first writes', async () => writing.confirmed() >= 50);
    screen.say(`From now on ${credentials.username} writes into shop without a break.`);

    screen.step("The operator's password is changed, on the config server and with it on every shard");
    await rotate(stage, operator, writing);

    screen.step(`${home} is removed while its database is written`);
    await drain(stage, operator.uri(), writing, home, other);
  } finally {
    await writing.end().catch(() => undefined);
  }

  screen.step('The router loses its config server: the credentials are worth nothing any more');
  await type(stage, 'juju remove-relation config-server mongos');
  const elsewhere = credentials.uris.replace(/@[^/]*\//, `@${hostOf(operator.uri())}/`);
  const words = await untilTrue(stage, 'the user to be dropped', () => refusal(elsewhere));
  screen.done(`${credentials.username} can no longer log in, not even at the config server's router: ${words}`);
  await untilTrue(stage, 'the router to end', async () => !(await listens(hostOf(credentials.uris))));
  screen.done('the router beside the application has ended');
  await withClient(operator.uri(), async client => {
    for (const [database, item] of Object.entries({ shop: 'lamp', archive: 'desk' })) {
      const order = await client.db(database).collection('orders').findOne({ item });
      demand(order !== null, `the document that was written into ${database}.orders is not there any more`);
    }
  });
  screen.done('what it wrote into shop and archive is still there');
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
    const home = await homeOf(client, 'shop');
    const other = shards.find(shard => shard !== home) ?? '';
    if ((await homeOf(client, 'archive')) !== other) await client.db('admin').command({ movePrimary: 'archive', to: other });
    demand((await homeOf(client, 'archive')) === other, 'the database archive was not moved');
    return [home, other];
  });

/** The shard on which the database lives. */
const homeOf = async (client: MongoClient, name: string): Promise<string> => {
  const entry = await client.db('config').collection<{ _id: string; primary: string }>('databases').findOne({ _id: name });
  if (entry === null) throw new Error(`the cluster does not know the database ${name}`);
  return entry.primary;
};

const rotate = async (stage: Stage, operator: Operator, writing: Writing): Promise<void> => {
  const old = operator.uri();
  const count = writing.confirmed();
  operator.change(await readPassword(stage, 'set-password'));
  demand(await refusal(old), 'the old operator password still works');
  await untilTrue(stage, 'the shards to have it', () => allLetIn(stage, operator));
  const now = writing.confirmed();
  await untilTrue(stage, 'further writes', async () => writing.confirmed() >= now + 50);
  stage.screen.done(
    `the old password is refused, the new one works on every server; ${writing.confirmed() - count} documents were written meanwhile`,
  );
};

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

const drain = async (stage: Stage, operator: string, writing: Writing, shard: string, other: string): Promise<void> => {
  const { screen } = stage;
  await type(stage, `juju remove-relation config-server:config-server ${shard}:sharding`);
  await untilTrue(stage, `${shard} to be drained`, async () => {
    const said = (await stage.juju.status()).applications[shard]?.['application-status'].message ?? '';
    screen.progress(`${writing.confirmed()} documents written · ${shard}: ${said}`);
    return said.startsWith('Shard drained');
  });
  const moved = writing.confirmed();
  await untilTrue(stage, 'further writes', async () => writing.confirmed() >= moved + 50);
  const { confirmed, lost } = await writing.end();
  demand(lost.length === 0, `${lost.length} of ${confirmed} confirmed documents are lost`);
  const home = await withClient(operator, async client => {
    const { shards: left } = await client.db('admin').command({ listShards: 1 });
    demand(left.length === 1 && left[0]._id === other, `the cluster should have ${other} alone, and has ${left.length} shards`);
    return homeOf(client, 'shop');
  });
  demand(home === other, `shop lives on ${home}, not on ${other}`);
  screen.done(`${shard} is empty, and shop lives on ${other}`);
  screen.done(`all ${confirmed} documents that were confirmed are there; the longest wait was ${seconds(writing.longestPauseMs())}`);
  const refused = writing.refused();
  if (refused > 0) screen.say(`While shop moved, MongoDB refused a write ${refused} times; the application tried it again, as it should.`);
};
