// The story of a replica set, one function a chapter. Every command is run as it is shown, and what is said of it was checked.
import { load } from 'js-yaml';
import { keepWriting, refusal, withClient, writeAndRead } from './client.ts';
import type { StatusJson } from './juju.ts';
import { demand, type Stage, seconds, type, untilActive, untilTrue } from './stage.ts';

type Credentials = { username: string; password: string; uris: string };

const members = 3;

/** @throws with a sentence at the first thing that is not as the story says. */
export const tell = async (stage: Stage): Promise<void> => {
  const { screen } = stage;
  screen.step('A replica set of three, and an application that wants a database');
  await type(stage, 'juju add-model demo');
  await type(stage, `juju deploy mongodb -n ${members}`);
  await type(stage, 'juju deploy data-integrator --config database-name=shop');
  await untilActive(stage, 'mongodb', members);
  await type(stage, 'juju status');

  screen.step('The application gets a user of its own');
  await type(stage, 'juju integrate mongodb data-integrator');
  await untilActive(stage, 'data-integrator', 1);
  const credentials = await readCredentials(stage);
  const order = await writeAndRead(credentials.uris, 'orders', { item: 'lamp', pieces: 2 });
  screen.done(`${credentials.username} wrote a document into shop.orders and read it back: ${JSON.stringify(order)}`);

  screen.step("The operator's password is changed; the application notices nothing");
  const before = await readOperator(stage);
  const after = await readOperator(stage, 'set-password');
  const uri = (password: string) => operatorUri(credentials.uris, password);
  demand(await refusal(uri(before)), 'the old operator password still works');
  demand((await refusal(uri(after))) === undefined, 'the new operator password does not work');
  await writeAndRead(credentials.uris, 'orders', { item: 'chair', pieces: 4 });
  screen.done('the old password is refused, the new one works, and the application goes on writing');

  screen.step('The primary is killed; the writes go on');
  await loseThePrimary(stage, credentials, uri(after));

  screen.step('The application is removed; its login is refused, its data stays');
  await type(stage, 'juju remove-relation mongodb data-integrator');
  const words = await untilTrue(stage, 'the user to be dropped', () => refusal(credentials.uris));
  screen.done(`${credentials.username} can no longer log in: ${words}`);
  const left = await withClient(uri(after), client => client.db('shop').collection('orders').countDocuments());
  demand(left === 2, `shop.orders holds ${left} documents where 2 were written`);
  screen.done('both documents are still in shop.orders');
};

const readCredentials = async (stage: Stage): Promise<Credentials> => {
  const { mongodb } = load(await type(stage, 'juju run data-integrator/leader get-credentials')) as {
    mongodb?: Credentials;
  };
  if (mongodb === undefined) throw new Error('get-credentials says nothing of mongodb');
  return mongodb;
};

const readOperator = async (stage: Stage, action = 'get-password'): Promise<string> => {
  const { password } = load(await type(stage, `juju run mongodb/leader ${action}`)) as { password: string };
  return password;
};

const operatorUri = (clientUri: string, password: string): string =>
  clientUri.replace(/^mongodb:\/\/[^@]*@([^/]*)\/[^?]*/, `mongodb://operator:${encodeURIComponent(password)}@$1/admin`);

const loseThePrimary = async (stage: Stage, { uris }: Credentials, operator: string): Promise<void> => {
  const { juju, screen } = stage;
  const writing = await keepWriting(uris, 'visits');
  try {
    await untilTrue(stage, 'the first writes', async () => writing.confirmed() >= 50);
    const old = await primaryOf(operator);
    const unit = unitAt(await juju.status(), old);
    const count = writing.confirmed();
    screen.say(`An application writes without a break: ${count} documents so far. Then kill -9 for the primary's mongod:`);
    await type(stage, `juju fault ${unit} kill`);
    const next = await untilTrue(stage, 'another primary', async () => {
      const now = await primaryOf(operator).catch(() => undefined);
      screen.progress(`${writing.confirmed()} documents written, no new one for ${seconds(writing.longestPauseMs())}`);
      return now !== undefined && now !== old ? now : undefined;
    });
    const resumed = writing.confirmed();
    await untilTrue(stage, 'further writes', async () => writing.confirmed() >= resumed + 50);
    const { confirmed, lost } = await writing.end();
    demand(lost.length === 0, `${lost.length} of ${confirmed} confirmed documents are lost`);
    const pause = seconds(writing.longestPauseMs());
    screen.done(`${unitAt(await juju.status(), next)} took over; the application waited ${pause} at most`);
    screen.done(`all ${confirmed} confirmed documents are there`);
  } finally {
    await writing.end().catch(() => undefined);
  }
  await untilActive(stage, 'mongodb', members);
};

const primaryOf = (uri: string): Promise<string> =>
  withClient(uri, async client => String((await client.db('admin').command({ hello: 1 })).primary));

const unitAt = (status: StatusJson, host: string): string => {
  const address = host.replace(/:\d+$/, '');
  const [unit] = Object.entries(status.applications.mongodb?.units ?? {}).find(([, { 'public-address': at }]) => at === address) ?? [];
  if (unit === undefined) throw new Error(`no unit has the address ${address} of the primary`);
  return unit;
};
