// A router as a process: what it says of itself, when it begins to listen, where, and how it ends when it is told what it cannot do.
import type { ChildProcess } from 'node:child_process';
import { mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { makeTestFolder } from '../../support/run-folder.ts';
import { runProgram } from '../../support/run-program.ts';
import { until } from '../../support/until.ts';
import { clientOf, freshAddress, isStandIn, openCluster, routerCommand, routerName, spawnRouter, type TestCluster } from './cluster.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await openCluster({});
});
afterAll(() => cluster?.end());

const testFolder = async () => {
  const folder = await makeTestFolder('rp');
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

const run = async (...words: string[]) => {
  const { exitCode: code, all: text } = await runProgram(await routerCommand(await testFolder()), words, { all: true });
  return { code, text };
};

/** Starts a router and ends it with the test. */
const start = async (folder: string, ...words: string[]): Promise<ChildProcess> => {
  const router = await spawnRouter(folder, words);
  onTestFinished(async () => {
    if (router.exitCode !== null || router.signalCode !== null) return;
    const gone = new Promise(done => router.once('exit', done));
    router.kill('SIGKILL');
    await gone;
  });
  return router;
};

const listens = (where: { path: string } | { host: string; port: number }): Promise<boolean> =>
  new Promise(answer => {
    const socket = connect(where);
    socket.once('connect', () => {
      socket.destroy();
      answer(true);
    });
    socket.once('error', () => answer(false));
  });

describe(`with ${routerName}`, () => {
  test('it tells its version, and ends with code 2 on what it does not understand', async () => {
    const version = await run('--version');
    expect(version).toMatchObject({ code: 0, text: expect.stringMatching(/^mongos version v\d+\.\d+\.\d+/) });
    if (isStandIn) expect(version.text).toContain('stand-in');
    for (const words of [['--frobnicate'], [], ['--configdb', 'cfg'], ['--config', '/nowhere']]) {
      const { code, text } = await run(...words);
      expect(code, words.join(' ')).toBe(2);
      expect(text.length).toBeGreaterThan(10);
    }
  });

  test('on sockets only there is no address, and the sockets have the mode that was asked for', async () => {
    const folder = await testFolder();
    const socket = join(folder, 'mongodb-27018.sock');
    const config = join(folder, 'mongos.conf');
    await writeFile(
      config,
      JSON.stringify({
        net: { port: 27018, bindIp: socket, unixDomainSocket: { pathPrefix: folder, filePermissions: '0777' } },
        sharding: { configDB: cluster.configString },
        security: { keyFile: cluster.keyFile },
        systemLog: { destination: 'file', path: join(folder, 'mongos.log'), logAppend: true },
      }),
    );
    // What a router that was killed has left.
    await writeFile(socket, '');
    const router = await start(folder, '--config', config);
    await until('the socket', () => listens({ path: socket }));
    const info = await stat(socket);
    expect([info.isSocket(), info.mode & 0o777]).toEqual([true, 0o777]);
    expect(await listens({ host: '127.0.0.1', port: 27018 })).toBe(false);
    const client = clientOf(socket);
    expect(await client.db('admin').command({ listShards: 1 })).toMatchObject({ shards: [] });
    await client.close();
    const gone = new Promise(done => router.once('exit', done));
    router.kill('SIGTERM');
    expect(await gone).toBe(0);
    await expect(stat(socket)).rejects.toThrow('ENOENT');
  });

  test.runIf(isStandIn)('the stand-in has its sockets in deep folders too', async () => {
    const folder = join(await testFolder(), ...Array.from({ length: 12 }, () => 'a-long-name'));
    await mkdir(folder, { recursive: true });
    const socket = join(folder, 'mongodb-27018.sock');
    expect(socket.length).toBeGreaterThan(130);
    await start(
      folder,
      ...['--configdb', cluster.configString, '--keyFile', cluster.keyFile, '--port', '27018', '--bind_ip', socket],
      ...['--unixSocketPrefix', folder, '--logpath', join(folder, 'log')],
    );
    await until('the socket', () =>
      stat(socket).then(
        info => info.isSocket(),
        () => false,
      ),
    );
    // A client that has the folder open reaches it by a short name.
    const short = join(await testFolder(), 's');
    await symlink(folder, short);
    await until('the router', () => listens({ path: join(short, 'mongodb-27018.sock') }));
  });

  test('it begins to listen when the config servers have a primary and know its key', async () => {
    const folder = await testFolder();
    const address = freshAddress();
    const keyFile = join(folder, 'key');
    const log = join(folder, 'mongos.log');
    const words = ['--configdb', cluster.configString, '--keyFile', keyFile, '--port', '27018', '--bind_ip', address];
    const more = ['--unixSocketPrefix', folder, '--logpath', log, '--logappend'];
    await writeFile(keyFile, 'a2V5IG9mIGFub3RoZXI=', { mode: 0o400 });
    const stranger = await start(folder, ...words, ...more);
    await until(
      'a refused login in the log',
      async () => /[Aa]uthentication failed/.test(await readFile(log, 'utf8').catch(() => '')),
      60_000,
    );
    expect(await listens({ host: address, port: 27018 })).toBe(false);
    stranger.kill('SIGKILL');
    await until('its end', () => stranger.signalCode !== null);

    await cluster.config[0]!.end('SIGKILL');
    await rm(keyFile);
    await writeFile(keyFile, await readFile(cluster.keyFile), { mode: 0o400 });
    const begun = (await readFile(log, 'utf8')).length;
    const router = await start(folder, ...words, ...more);
    await until('its first words in the log', async () => (await readFile(log, 'utf8')).length > begun);
    expect(await listens({ host: address, port: 27018 })).toBe(false);
    await cluster.config[0]!.start();
    await until('the router', () => listens({ host: address, port: 27018 }), 60_000);
    expect(router.exitCode).toBe(null);
  });
});
