// The floor: the same set and the same failures without Juju and without a charm. Its processes are started again as those of the local
// machines are, and where a charm would act a plain script does, which knows beforehand what to do.
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Db, MongoClient } from 'mongodb';
import { accepts, mongodWords, port, setSettings, socketName } from '../bench/cluster/mongod.ts';
import { areVotingSecondaries, clientOf, until } from '../bench/cluster/replica-set.ts';
import { mountTmpfs, unmountBelow } from '../local-juju/engine/mounts.ts';
import { findServer } from '../local-machine/binaries.ts';
import { fillFileSystem, freeFileSystem, limited, limitWriting, ownsFileSystem } from '../local-machine/full-disk.ts';
import { signalProcess } from '../local-machine/processes.ts';
import { type Supervisor, supervise } from '../local-machine/supervisor.ts';
import type { Cluster, Kind, Who } from './cluster.ts';
import { database } from './writer.ts';

const set = 'floor';
const storageMiB = 160;

type Member = { who: Who; id: number; address: string; folder: string; cut: boolean; limited: boolean; service: Supervisor };

/** @param network the first three numbers of the addresses on which its members listen. @throws when there is no mongod. */
export const openFloor = async (room: string, network: string, kind: Kind): Promise<Cluster> => {
  const found = await findServer('mongod');
  if ('missing' in found) throw new Error(found.missing);
  const keyFile = join(room, 'key');
  await mkdir(room, { recursive: true });
  await writeFile(keyFile, randomBytes(48).toString('base64'), { mode: 0o400 });
  const password = randomBytes(12).toString('hex');
  const members = new Map<Who, Member>();
  let addresses = 0;

  const newAddress = (): string => {
    addresses += 1;
    return `${network}.${9 + addresses}`;
  };
  const memberOf = (who: Who): Member => members.get(who)!;
  const hostOf = ({ address }: Member): string => `${address}:${port}`;
  const hosts = (): string[] => [...members.values()].map(hostOf);
  const uriFor = (more: string): string => `mongodb://${hosts().join(',')}/${more}`;

  const add = async (folder: string): Promise<Member> => {
    const id = addresses;
    const member: Member = {
      who: `member ${id}`,
      id,
      address: newAddress(),
      folder,
      cut: false,
      limited: false,
      service: undefined as never,
    };
    await mkdir(folder, { recursive: true });
    if (kind === 'full') mountTmpfs(folder, storageMiB);
    await mkdir(join(folder, 'data'), { recursive: true });
    member.service = supervise({
      name: member.who,
      launch: async () => {
        const words = mongodWords({ folder, address: member.address, set, keyFile });
        const program = member.limited ? limited(found.path, words) : { command: found.path, args: words };
        return { ...program, env: { PATH: process.env.PATH ?? '' }, cwd: folder, output: join(room, `${id}.out`) };
      },
      log: () => undefined,
      changed: () => undefined,
      started: identity => member.cut && signalProcess(identity, 'SIGSTOP'),
    });
    members.set(member.who, member);
    await start(member);
    return member;
  };
  const start = async (member: Member): Promise<void> => {
    await member.service.start();
    if (!member.cut) await until(`mongod on ${member.address}`, () => accepts({ host: member.address, port }));
  };
  const signal = (who: Who, name: NodeJS.Signals): void => {
    const running = memberOf(who).service.running();
    if (running === undefined) throw new Error(`${who} does not run`);
    signalProcess(running, name);
  };

  const asOperator = async <Result>(use: (admin: Db) => Promise<Result>): Promise<Result> => {
    const client = await clientOf(uriFor(`?replicaSet=${set}`), 'operator', password);
    try {
      return await use(client.db('admin'));
    } finally {
      await client.close();
    }
  };
  const reconfigure = (change: (listed: Listed[]) => Listed[]): Promise<void> =>
    asOperator(async admin => {
      const { config } = await admin.command({ replSetGetConfig: 1 });
      await admin.command({ replSetReconfig: { ...config, version: config.version + 1, members: change(config.members) } });
    });
  const stepDown = async (member: Member): Promise<void> => {
    await asOperator(admin => admin.command({ replSetStepDown: 10 })).catch(() => undefined);
    await until('another primary', () =>
      asOperator(async admin => (await admin.command({ hello: 1 })).primary !== hostOf(member)).catch(() => false),
    );
  };
  const isSecondary = (member: Member): Promise<boolean> =>
    asOperator(admin => areVotingSecondaries(admin, [hostOf(member)])).catch(() => false);

  const close = async (): Promise<void> => {
    await Promise.all([...members.values()].map(({ service }) => service.stop(1_000)));
    unmountBelow(room);
  };

  try {
    for (const number of [0, 1, 2]) await add(join(room, String(number)));
    await initiate([...members.values()], password);
  } catch (error) {
    await close();
    throw error;
  }

  return {
    hosts: async () => new Map([...members].map(([who, member]) => [who, hostOf(member)])),
    operator: async () => ({ uri: uriFor(`?replicaSet=${set}`), username: 'operator', password }),
    client: async () => uriFor(`${database}?replicaSet=${set}&authSource=admin`).replace('//', `//client:${password}@`),
    kill: async who => signal(who, 'SIGKILL'),
    freeze: async who => signal(who, 'SIGSTOP'),
    thaw: async who => signal(who, 'SIGCONT'),
    cut: async who => {
      memberOf(who).cut = true;
      signal(who, 'SIGSTOP');
    },
    move: async who => {
      const member = memberOf(who);
      const before = hostOf(member);
      await member.service.stop();
      member.address = newAddress();
      await start(member);
      await reconfigure(listed => listed.map(one => (one.host === before ? { ...one, host: hostOf(member) } : one)));
    },
    restore: async who => {
      memberOf(who).cut = false;
      signal(who, 'SIGCONT');
    },
    fill: async who => {
      const member = memberOf(who);
      if (await ownsFileSystem(member.folder, room)) return void (await fillFileSystem(member.folder));
      member.limited = true;
      await limitWriting(member.service.running()?.pid ?? 0, true);
    },
    free: async who => {
      const member = memberOf(who);
      if (!member.limited) return freeFileSystem(member.folder);
      member.limited = false;
      const running = member.service.running();
      if (running !== undefined) await limitWriting(running.pid, false);
    },
    loseData: async who => {
      const { service, folder } = memberOf(who);
      signal(who, 'SIGKILL');
      await service.stop();
      for (const entry of await readdir(join(folder, 'data'))) await rm(join(folder, 'data', entry), { recursive: true });
      await service.start();
    },
    reboot: async whom => {
      const all = whom.map(memberOf);
      await Promise.all(all.map(({ service }) => service.stop()));
      await Promise.all(all.map(start));
    },
    restartInTurn: async () => {
      const primary = await asOperator(async admin => (await admin.command({ hello: 1 })).primary);
      const all = [...members.values()];
      for (const member of [...all.filter(one => hostOf(one) !== primary), ...all.filter(one => hostOf(one) === primary)]) {
        if (hostOf(member) === primary) await stepDown(member);
        await member.service.stop();
        await start(member);
        await until(`${member.who} to be a secondary`, () => isSecondary(member));
      }
    },
    replace: async who => {
      const member = memberOf(who);
      await stepDown(member);
      await reconfigure(listed => listed.filter(({ host }) => host !== hostOf(member)));
      await member.service.stop();
      members.delete(who);
      const next = await add(member.folder);
      await reconfigure(listed => [...listed, { _id: 1 + Math.max(...listed.map(({ _id }) => _id)), host: hostOf(next) }]);
    },
    calm: async () => undefined,
    close,
  };
};

type Listed = { _id: number; host: string };

/** As the charm does it: the first elects itself at once, and the others join it. */
const initiate = async (members: readonly Member[], password: string): Promise<void> => {
  const [first] = members as [Member];
  const listed = members.map(({ id, address }) => ({ _id: id, host: `${address}:${port}` }));
  const uri = `mongodb://${encodeURIComponent(join(first.folder, socketName))}/?directConnection=true`;
  const isPrimary = async (client: MongoClient) => (await client.db('admin').command({ hello: 1 })).isWritablePrimary === true;
  const local = await clientOf(uri);
  try {
    await local.db('admin').command({ replSetInitiate: { _id: set, members: listed.slice(0, 1), settings: setSettings } });
    await until('a primary', () => isPrimary(local));
    await local.db('admin').command({ createUser: 'operator', pwd: password, roles: ['root'] });
  } finally {
    await local.close();
  }
  const operator = await clientOf(uri, 'operator', password);
  try {
    const admin = operator.db('admin');
    await admin.command({ createUser: 'client', pwd: password, roles: [{ role: 'readWrite', db: database }] });
    const { config } = await admin.command({ replSetGetConfig: 1 });
    await admin.command({ replSetReconfig: { ...config, version: config.version + 1, members: listed } });
    await until('two secondaries', () =>
      areVotingSecondaries(
        admin,
        listed.slice(1).map(({ host }) => host),
      ),
    );
  } finally {
    await operator.close();
  }
};
