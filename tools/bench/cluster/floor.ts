// The floor: what the life of a replica set takes without Juju and without a charm. A plain script that knows beforehand all that a charm has
// to find out, with the mongod, the options and the settings of the set that the local machines have.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findServer } from '../../local-machine/binaries.ts';
import { accepts, mongodWords, port, setSettings, socketName } from './mongod.ts';
import { areVotingSecondaries, type Client, canWrite, clientOf, until } from './replica-set.ts';
import type { Contender } from './steps.ts';

const set = 'floor';

type Mongod = { host: string; socket: string; process: ChildProcess };

/** @param network the first three numbers of the addresses on which its members listen. @throws when there is no mongod. */
export const openFloor = async (room: string, network: string): Promise<Contender> => {
  const found = await findServer('mongod');
  if ('missing' in found) throw new Error(found.missing);
  const keyFile = join(room, 'key');
  await mkdir(room, { recursive: true });
  await writeFile(keyFile, randomBytes(48).toString('base64'), { mode: 0o400 });
  const mongods: Mongod[] = [];
  let operator: Client | undefined;
  const admin = () => operator!.db('admin');
  const password = randomBytes(12).toString('hex');

  const start = async (): Promise<Mongod> => {
    const number = mongods.length;
    const address = `${network}.${10 + number}`;
    const folder = join(room, String(number));
    const mongod: Mongod = { host: `${address}:${port}`, socket: join(folder, socketName), process: undefined as never };
    mongods.push(mongod);
    await mkdir(join(folder, 'data'), { recursive: true });
    const words = mongodWords({ folder, address, set, keyFile });
    mongod.process = spawn(found.path, words, { stdio: 'ignore', cwd: folder });
    await until(`mongod on ${address}`, async () => {
      if (mongod.process.exitCode !== null) throw new Error(`mongod ended with ${mongod.process.exitCode}, see ${join(folder, 'log')}`);
      return (await accepts({ host: address, port })) && (await accepts({ path: mongod.socket }));
    });
    return mongod;
  };

  const reconfigure = async (change: (members: { _id: number; host: string }[]) => { _id: number; host: string }[]): Promise<void> => {
    const { config } = await admin().command({ replSetGetConfig: 1 });
    await admin().command({ replSetReconfig: { ...config, version: config.version + 1, members: change(config.members) } });
  };

  return {
    deploy: async () => {
      const [first] = await Promise.all([start(), start(), start()]);
      const uri = `mongodb://${encodeURIComponent(first.socket)}/?directConnection=true`;
      const local = await clientOf(uri);
      // Three members that are initiated together wait out an election's time first; one elects itself at once, and the others join it.
      await local.db('admin').command({ replSetInitiate: { _id: set, members: [{ _id: 0, host: first.host }], settings: setSettings } });
      await until('a primary', async () => (await local.db('admin').command({ hello: 1 })).isWritablePrimary === true);
      // Before there is a user, whoever comes from the same computer may make one.
      await local.db('admin').command({ createUser: 'operator', pwd: password, roles: ['root'] });
      operator = await clientOf(uri, 'operator', password);
      await reconfigure(() => mongods.map(({ host }, _id) => ({ _id, host })));
      await until(
        'two secondaries',
        async () =>
          await areVotingSecondaries(
            admin(),
            mongods.slice(1).map(({ host }) => host),
          ),
      );
      await Promise.all([local.close(), operator.close()]);
      operator = await clientOf(`mongodb://${mongods.map(({ host }) => host).join(',')}/?replicaSet=${set}`, 'operator', password);
    },
    addUnit: async () => {
      const { host } = await start();
      await reconfigure(members => [...members, { _id: members.length, host }]);
      await until('a fourth member that votes', () => areVotingSecondaries(admin(), [host]));
    },
    integrate: async () => {
      const roles = [{ role: 'readWrite', db: 'shop' }];
      const user = { createUser: 'shop', pwd: password, roles, writeConcern: { w: 'majority' } };
      await admin().command(user);
      const hosts = mongods.map(({ host }) => host).join(',');
      await canWrite(`mongodb://${hosts}/shop?replicaSet=${set}&authSource=admin`, 'shop', password);
    },
    setPassword: async () => {
      const fresh = randomBytes(12).toString('hex');
      await admin().command({ updateUser: 'operator', pwd: fresh, writeConcern: { w: 'majority' } });
      await operator!.close();
      operator = await clientOf(`mongodb://${mongods.map(({ host }) => host).join(',')}/?replicaSet=${set}`, 'operator', fresh);
    },
    removeUnit: async () => {
      const mongod = mongods.pop()!;
      await reconfigure(members => members.filter(({ host }) => host !== mongod.host));
      const gone = new Promise(done => mongod.process.once('exit', done));
      mongod.process.kill('SIGTERM');
      await gone;
    },
    settle: async () => undefined,
    close: async () => {
      await operator?.close();
      await Promise.all(
        mongods.map(({ process }) => {
          if (process.exitCode !== null || process.signalCode !== null) return undefined;
          const gone = new Promise(done => process.once('exit', done));
          process.kill('SIGKILL');
          return gone;
        }),
      );
    },
  };
};
