// Key and passwords of a cluster: a shard takes them over while a client writes to it, they are where they belong and nowhere else, and
// an end of the charm in the middle of a change is put right. Without a mongos on this computer, the routers are stand-ins.
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runAction } from '../../support/client.ts';
import { killAt } from '../../support/kill.ts';
import { openModel, type TestModel } from '../../support/model.ts';
import { allUnits, leaderOf, settled } from '../../support/status.ts';
import { until } from '../../support/until.ts';
import { routerName } from '../router/cluster.ts';
import {
  addressesOf,
  buildWithVersion,
  charmAsItIs,
  countingWriter,
  deployCluster,
  integrateShard,
  logIn,
  rootOf,
  shardNames,
  throughRouter,
  untilCalm,
} from './world.ts';

const applications = ['config-server', 'shard-a', 'shard-b'];
const users = ['operator', 'monitor', 'backup'] as const;
/** Everything that was ever a secret, by whose and what it is. */
const secrets = new Map<string, string>();
let model: TestModel;
let keyBefore: string;

const passwordOf = async (application: string, user: string): Promise<string> => {
  const [task] = Object.values(await runAction(model, `${application}/leader`, 'get-password', `username=${user}`));
  return String(task?.results?.password);
};
const keyOf = async (unit: string): Promise<string> =>
  (await readFile(join(await rootOf(model, unit), 'var/snap/charmed-mongodb/current/etc/mongod/keyFile'), 'utf8')).trim();
async function noteSecrets(when: string, ...of: string[]): Promise<void> {
  for (const application of of) {
    secrets.set(`${when}: key of ${application}`, await keyOf(`${application}/0`));
    for (const user of users) secrets.set(`${when}: ${user} of ${application}`, await passwordOf(application, user));
  }
}

beforeAll(async () => {
  model = await openModel();
  await model.juju('deploy', 'mongodb', 'shard-b', '-n', '3', '--config', 'role=shard');
  await deployCluster(model, { 'shard-a': 1 });
  await model.waitFor(
    'three members',
    status => settled(status) && addressesOf(status, 'shard-b').length === 3 && leaderOf(status, 'shard-b') !== undefined,
  );
  await noteSecrets('before', ...applications);
  keyBefore = await keyOf('shard-b/0');
}, 300_000);
afterAll(() => model?.close());

describe(`with ${routerName}`, () => {
  test('a shard takes over the key of its cluster member by member, and a client of it loses nothing that was acknowledged', {
    timeout: 300_000,
  }, async () => {
    const addresses = addressesOf(await model.status(), 'shard-b');
    const set = `mongodb://${addresses.map(address => `${address}:27017`).join(',')}/?replicaSet=shard-b&authSource=admin`;
    const auth = { username: 'client', password: 'of the set itself' };
    const operator = { username: 'operator', password: await passwordOf('shard-b', 'operator') };
    const administrator = await new MongoClient(set, { auth: operator }).connect();
    const client = new MongoClient(set, { auth, serverSelectionTimeoutMS: 30_000 });
    try {
      await administrator.db('admin').command({ createUser: auth.username, pwd: auth.password, roles: ['readWriteAnyDatabase'] });
      const writer = countingWriter({ uri: set, options: { auth } }, 'kept', 'counted', 20);
      await model.waitFor('the first writes', () => writer.acknowledged() > 20);
      await integrateShard(model, 'shard-b');
      await untilCalm(model, ...applications);
      const then = writer.acknowledged();
      await model.waitFor('writes afterwards', () => writer.acknowledged() > then + 20);
      expect((await writer.end()).lost).toBe(0);
      const kept = await throughRouter(model, one => one.db('kept').collection('counted').countDocuments());
      expect(kept).toBeGreaterThan(then + 20); // the cluster has what the set had
    } finally {
      await Promise.all([administrator.close(), client.close()]);
    }
  });

  test('all have the key of the cluster afterwards, and the old one is refused', async () => {
    const [key] = await Promise.all(['config-server/0', 'shard-a/0', 'shard-b/0', 'shard-b/1', 'shard-b/2'].map(keyOf));
    expect(key).toMatch(/^[A-Za-z0-9]{1024}$/);
    expect(keyBefore).not.toBe(key);
    const status = await model.status();
    for (const address of addressesOf(status, 'shard-b')) {
      await logIn(address, '__system', String(key), 'local');
      await expect(logIn(address, '__system', keyBefore, 'local')).rejects.toMatchObject({ code: 18 });
    }
    for (const unit of ['shard-a/0', 'shard-b/0', 'shard-b/1', 'shard-b/2']) expect(await keyOf(unit)).toBe(key);
  });

  describe.each(['operator', 'backup'] as const)('the password of %s', user => {
    test('reaches every shard with no moment in which a server lets in neither, and the old one is refused everywhere', async () => {
      const before = await passwordOf('config-server', user);
      const after = `changed-${user}-${before}`;
      secrets.set(`changed: ${user}`, after);
      const watch = watchLogins(await servers(), user, [before, after]);
      await watch.looked();
      await model.juju('run', 'config-server/leader', 'set-password', `username=${user}`, `password=${after}`);
      expect(await passwordOf('config-server', user)).toBe(after);
      await untilAllAccept(user, after);
      await watch.looked();
      expect(await watch.end()).toEqual([]);
      await refusedByAll(user, before);
    });

    test('is the old one everywhere, if the charm ends between the database and the secret', async () => {
      const before = await passwordOf('config-server', user);
      const unit = leaderOf(await model.status(), 'config-server') ?? '';
      const killed = await killAt(model, unit, 'secret-set');
      const [task] = Object.values(await runAction(model, unit, 'set-password', `username=${user}`, 'password=never-told'));
      expect([task?.status, killed()]).toEqual(['failed', true]);
      const [address = ''] = addressesOf(await model.status(), 'config-server');
      await logIn(address, user, 'never-told'); // the database has it by now
      await model.juju('config', 'config-server', `log-verbosity=${user === 'operator' ? 1 : 0}`); // any hook will do
      await untilAllAccept(user, before);
      await refusedByAll(user, 'never-told');
    });

    test('reaches a shard whose charm ends while it takes it over', async () => {
      const before = await passwordOf('config-server', user);
      const unit = leaderOf(await model.status(), 'shard-b') ?? '';
      const killed = await killAt(model, unit, 'secret-set');
      await model.juju('run', 'config-server/leader', 'set-password', `username=${user}`);
      const after = await passwordOf('config-server', user);
      secrets.set(`changed again: ${user}`, after);
      await untilAllAccept(user, after);
      await model.waitFor('the shard to have been killed once', status => killed() && settled(status));
      await refusedByAll(user, before);
      await untilCalm(model, ...applications);
      for (const application of applications) expect(await passwordOf(application, user)).toBe(after);
    });
  });

  test('a shard of another build of the charm stays in its cluster, and follows its passwords, until it is as the others again', async () => {
    const charm = await buildWithVersion('9.9.9');
    const says = (application: string, words: RegExp) =>
      model.waitFor(`${application} to say ${words}`, status =>
        words.test(status.applications[application]?.['application-status'].message ?? ''),
      );
    try {
      await model.juju('refresh', 'shard-a', '--path', charm);
      await says(
        'shard-a',
        /^juju refresh the one that is older: Charm revision 9\.9\.9-locally built is not up-to date with config-server/,
      );
      await says('config-server', /^Waiting for shards to upgrade\/downgrade to revision .*-locally built\. Another one runs on shard-a$/);
      const before = await passwordOf('config-server', 'operator');
      await model.juju('run', 'config-server/leader', 'set-password');
      const after = await passwordOf('config-server', 'operator');
      await untilAllAccept('operator', after);
      await refusedByAll('operator', before);
      await model.waitFor('get-password to tell it', async () => (await passwordOf('shard-a', 'operator')) === after);
      expect(await throughRouter(model, shardNames)).toEqual(['shard-a', 'shard-b']);
      await model.juju('refresh', 'shard-a', '--path', await charmAsItIs());
      await untilCalm(model, ...applications);
      expect(await passwordOf('shard-a', 'operator')).toBe(after);
    } finally {
      await rm(dirname(charm), { recursive: true, force: true });
    }
  });

  test('no databag of any unit has a key or a password, of then or now', async () => {
    await noteSecrets('after', ...applications);
    const status = await model.status();
    const shown = await model.juju('show-unit', '--format=json', ...Object.keys(allUnits(status)));
    for (const word of ['requested-secrets', 'secret-extra', 'mongod-config', 'key-file']) expect(shown).toContain(word); // the databags are there
    const found = [...secrets].filter(([, secret]) => shown.includes(secret) || shown.includes(secret.slice(0, 100)));
    expect(found.map(([whose]) => whose)).toEqual([]);
  });
});

const servers = async (): Promise<string[]> => {
  const status = await model.status();
  return applications.flatMap(application => addressesOf(status, application));
};
const isAccepted = (address: string, user: string, password: string): Promise<boolean> =>
  logIn(address, user, password).then(
    () => true,
    () => false,
  );

/**
 * Tries on every server, again and again, to log in with one of these passwords: the older one first, so that a change in between the
 * tries is none in which both are refused. `end` answers where both were, and how.
 */
function watchLogins(addresses: readonly string[], user: string, passwords: readonly [string, string]) {
  let going = true;
  const refused: string[] = [];
  const looks = addresses.map(() => 0);
  const loop = async (address: string, at: number) => {
    while (going) {
      const [older, newer] = passwords;
      await logIn(address, user, older)
        .catch(() => logIn(address, user, newer))
        .catch((error: Error) => refused.push(`${address}: ${error.message}`));
      looks[at] = (looks[at] ?? 0) + 1;
      await new Promise(wake => setTimeout(wake, 50));
    }
  };
  const loops = addresses.map(loop);
  return {
    /** Every server has been tried once more, from the beginning to the end. */
    looked: async () => {
      const before = [...looks];
      await until('a look at every server', () => looks.every((count, at) => count > (before[at] ?? 0) + 1));
    },
    end: async () => {
      going = false;
      await Promise.all(loops);
      return refused;
    },
  };
}

async function untilAllAccept(user: string, password: string): Promise<void> {
  const all = await servers();
  expect(all).toHaveLength(5);
  await model.waitFor(`all to accept the password of ${user}`, async status => {
    const answers = await Promise.all(all.map(address => isAccepted(address, user, password)));
    return settled(status) && answers.every(Boolean);
  });
}

async function refusedByAll(user: string, password: string): Promise<void> {
  for (const address of await servers()) await expect(logIn(address, user, password)).rejects.toMatchObject({ code: 18 });
}
