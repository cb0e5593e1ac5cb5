// The service `mongos` of a machine: a real mongos where this computer has one, else the stand-in, beside a config server on the machine.
import { readFileSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findRouter } from '../../../tools/local-machine/mongos-command.ts';
import { until } from '../../support/until.ts';
import { connect, freshAddress, openTestMachine, type TestMachine } from './open.ts';

const found = await findRouter();
if ('missing' in found) throw new Error(found.missing);
const name = found.isStandIn ? 'the router stand-in' : 'mongos';
const service = 'charmed-mongodb.mongos';
const key = 'a2V5IG9mIHRoZSB0ZXN0cyBmb3IgYWxsIG1lbWJlcnM=';

/** A machine with the snap, whose mongod is a config server with a primary. */
const withConfigServer = async () => {
  const opened = await openTestMachine();
  const { machine, root, snap, configure } = opened;
  await snap('install', 'charmed-mongodb');
  const keyFile = join(root, 'keyFile');
  await writeFile(keyFile, key, { mode: 0o400 });
  await configure(`replication: {replSetName: cfg}\nsharding: {clusterRole: configsvr}\nsecurity: {keyFile: ${keyFile}}`);
  await snap('start', 'charmed-mongodb.mongod');
  const host = `${machine.address}:27017`;
  await connect(machine.address);
  const client = clientAt(host, '&directConnection=true');
  await until('a config server', () =>
    client
      .db('admin')
      .command({ replSetInitiate: { _id: 'cfg', configsvr: true, members: [{ _id: 0, host }] } })
      .then(
        () => true,
        ({ code }) => code === 23,
      ),
  );
  await until('its primary', async () => (await client.db('admin').command({ hello: 1 })).isWritablePrimary === true);
  const pid = () => machine.services().find(one => one.name === service)?.pid;
  return { ...opened, keyFile, configString: `cfg/${host}`, pid };
};

const clientAt = (host: string, more = '') => {
  const client = new MongoClient(`mongodb://${host}/?authSource=local&serverSelectionTimeoutMS=1000&connectTimeoutMS=1000${more}`, {
    auth: { username: '__system', password: key },
    authMechanism: 'SCRAM-SHA-256',
  });
  onTestFinished(() => client.close());
  return client;
};

/** Whether a router answers there. */
const routes = async (host: string): Promise<boolean> => {
  const client = new MongoClient(`mongodb://${host}/?serverSelectionTimeoutMS=1000&connectTimeoutMS=1000&socketTimeoutMS=1000`);
  try {
    return (await client.db('admin').command({ hello: 1 })).msg === 'isdbgrid';
  } catch {
    return false;
  } finally {
    await client.close();
  }
};

/** As the charm configures its router: a file, and words in /etc/environment that name it. */
const configureRouter = async ({ root }: TestMachine, settings: Record<string, unknown>) => {
  const file = join(root, 'var/snap/charmed-mongodb/current/etc/mongod/mongos.conf');
  await writeFile(file, JSON.stringify(settings));
  await writeFile(join(root, 'etc/environment'), `MONGOS_ARGS="--config ${file}"\n`);
};

const wordsOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');

describe(`with ${name}`, () => {
  test('the snap is installed with a router that tells its version', async () => {
    const { snap, root } = await openTestMachine();
    expect(await snap('install', 'charmed-mongodb')).toMatchObject({ code: 0, stderr: '' });
    expect((await snap('run', 'charmed-mongodb.mongos', '--version')).stdout).toMatch(/^mongos version v\d/);
    const program = join(root, 'snap/charmed-mongodb/current/usr/bin/mongos');
    expect((await stat(program)).mode & 0o111).not.toBe(0);
    // Without words it ends at once, and is tried again.
    expect(await snap('start', service)).toMatchObject({ code: 0 });
    expect((await snap('run', 'charmed-mongodb.mongos', '--frobnicate')).stderr).toContain("unrecognised option '--frobnicate'");
    expect(await snap('stop', service)).toMatchObject({ code: 0 });
    await snap('refresh', 'charmed-mongodb', '--channel=6/edge');
    expect((await snap('run', 'charmed-mongodb.mongos', '--version')).stdout).toMatch(/^mongos version v\d/);
  });

  test('it serves the address of its machine and its socket, is stopped and started, and comes back when it is killed', async () => {
    const opened = await withConfigServer();
    const { machine, root, snap, keyFile, configString, pid } = opened;
    const folder = join(root, 'var/snap/charmed-mongodb/common/var');
    await configureRouter(opened, {
      net: { port: 27018, bindIpAll: true, unixDomainSocket: { pathPrefix: folder, filePermissions: '0766' } },
      sharding: { configDB: configString },
      security: { keyFile },
      systemLog: { destination: 'file', path: join(folder, 'log/mongodb/mongos.log'), logAppend: true },
      setParameter: { automationServiceDescriptor: 'charm-1' },
    });
    expect(await snap('start', '--enable', service)).toEqual({ code: 0, stdout: 'Started.\n', stderr: '' });
    const host = `${machine.address}:27018`;
    await until('the router', () => routes(host));
    const hello = await clientAt(host).db('admin').command({ hello: 1 });
    expect(hello).toMatchObject({ msg: 'isdbgrid', automationServiceDescriptor: 'charm-1' });
    const socket = join(folder, 'mongodb-27018.sock');
    expect((await stat(socket)).isSocket()).toBe(true);
    expect(await clientAt(encodeURIComponent(socket)).db('admin').command({ listShards: 1 })).toMatchObject({ shards: [] });
    expect(await routes('127.0.0.1:27018')).toBe(false);
    expect(machine.services().find(one => one.name === service)).toMatchObject({ enabled: true, active: true, pid: pid() });
    if (found.isStandIn) expect((await snap('logs', service)).stdout).toContain('stand-in');
    // Only what the charm wrote is in the charm's file.
    expect(await readFile(join(root, 'var/snap/charmed-mongodb/current/etc/mongod/mongos.conf'), 'utf8')).not.toContain(
      `"${machine.address}"`,
    );

    const first = pid();
    await machine.fault({ kind: 'kill', service });
    await until('another router', () => pid() !== undefined && pid() !== first);
    await until('the router', () => routes(host));

    await machine.fault({ kind: 'freeze', service });
    expect(await routes(host)).toBe(false);
    await machine.fault({ kind: 'thaw', service });
    expect(await routes(host)).toBe(true);

    const second = pid();
    expect(await snap('restart', service)).toMatchObject({ code: 0 });
    await until('the router', () => routes(host));
    expect(pid()).not.toBe(second);

    const after = freshAddress();
    await machine.fault({ kind: 'change-address', address: after });
    const words = wordsOf(pid() ?? 0);
    expect(words[words.indexOf('--bind_ip') + 1]).toBe(after);

    expect(await snap('stop', '--disable', service)).toEqual({ code: 0, stdout: 'Stopped.\n', stderr: '' });
    expect(pid()).toBe(undefined);
  });

  test('a router on sockets only listens on no address', async () => {
    const opened = await withConfigServer();
    const { machine, root, snap, keyFile, configString, pid } = opened;
    const folder = join(root, 'var/snap/charmed-mongodb/common/var');
    const socket = join(folder, 'mongodb-27018.sock');
    await configureRouter(opened, {
      net: { port: 27018, bindIp: socket, unixDomainSocket: { pathPrefix: folder, filePermissions: '0766' } },
      sharding: { configDB: configString },
      security: { keyFile },
    });
    await snap('start', service);
    await until('the router', () => routes(encodeURIComponent(socket)));
    expect(await routes(`${machine.address}:27018`)).toBe(false);
    expect(wordsOf(pid() ?? 0)).not.toContain('--bind_ip');
    // With a router that names none the socket lies on the machine, and not where all machines would meet.
    await configureRouter(opened, { net: { port: 27018 }, sharding: { configDB: configString }, security: { keyFile } });
    await snap('restart', service);
    await until('the router', () => routes(`${machine.address}:27018`));
    expect((await stat(join(root, 'tmp/mongodb-27018.sock'))).isSocket()).toBe(true);
    await expect(stat(socket)).rejects.toThrow('ENOENT');
  });
});
