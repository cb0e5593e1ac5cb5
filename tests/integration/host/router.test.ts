// A router on a machine: the files that it starts with, and what is left when it has gone.
import { access, chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { readFiles, readRouterService } from '../../../src/host/host.ts';
import { renderRouterConfig } from '../../../src/plan/router-config.ts';
import { configFor, KEY_FILE, modeOf, openTestHost, type TestHost } from './open.ts';

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const routerFor = ({ root }: TestHost) =>
  renderRouterConfig({ root, configDb: 'config-server/127.0.0.1:1', keyFile: KEY_FILE, external: false });

/** The snap with a router's files, and another program's line in the machine's environment. */
async function withRouter(opened: TestHost): Promise<{ text: string; hash: string }> {
  const config = routerFor(opened);
  const { environment } = opened.host.paths;
  await mkdir(dirname(environment), { recursive: true });
  await writeFile(environment, 'PATH="/usr/bin"'); // its last line has no end
  await opened.done({ do: 'install-snap', revision: '123' }, { do: 'write-router-files', config: config.text, keyFile: KEY_FILE });
  return config;
}

test('a router starts with its files, and leaves none of them', async () => {
  const opened = await openTestHost();
  const { host } = opened;
  const config = await withRouter(opened);
  const words = `--config ${host.paths.routerConfig}`;
  expect(await readFiles(host)).toMatchObject({ keyFile: KEY_FILE, router: { config: config.text, words } });
  expect(await readFile(host.paths.environment, 'utf8')).toBe(`PATH="/usr/bin"\nMONGOS_ARGS="${words}"\n`);

  await opened.done({ do: 'start-router' });
  expect(await readRouterService()).toBe('active');
  await opened.done({ do: 'halt-router' }, { do: 'start-router' }, { do: 'restart-router' });
  expect(await readRouterService()).toBe('active');

  for (const _ of ['once', 'twice']) {
    await opened.done({ do: 'stop-router' });
    expect(await readRouterService()).toBe('inactive');
    expect((await readFiles(host)).router).toEqual({ logBytes: expect.any(Number) });
    expect(await readFile(host.paths.environment, 'utf8')).toBe('PATH="/usr/bin"\n');
    expect(await exists(host.paths.keyFile)).toBe(false);
  }
  expect(opened.machine.services().find(({ name }) => name === 'charmed-mongodb.mongos')).toMatchObject({ enabled: false });
});

test('the key is closed to others, and the way to the socket is open to them', async () => {
  const opened = await openTestHost();
  const { paths } = opened.host;
  await opened.done({ do: 'install-snap', revision: '123' });
  await mkdir(paths.socketFolder, { recursive: true });
  await chmod(paths.socketFolder, 0o750);
  await opened.done({ do: 'write-router-files', config: routerFor(opened).text, keyFile: KEY_FILE });
  expect(await modeOf(paths.keyFile)).toBe(0o400);
  expect(await modeOf(paths.routerConfig)).toBe(0o640);
  expect((await modeOf(paths.socketFolder)) & 0o001).toBe(0o001);
  expect((await modeOf(paths.routerLogs)) & 0o007).toBe(0);
  const owner = await stat(paths.socketFolder);
  for (const path of [paths.keyFile, paths.routerConfig, paths.routerLogs]) expect((await stat(path)).uid).toBe(owner.uid);
});

test('a mongod on the same machine keeps the key file', async () => {
  const opened = await openTestHost();
  await withRouter(opened);
  await opened.done({ do: 'write-files', config: configFor(opened).text }, { do: 'stop-router' });
  expect(await readFiles(opened.host)).toMatchObject({ keyFile: KEY_FILE, config: configFor(opened).text });
});

test('a machine that a router leaves has nothing of it', async () => {
  const opened = await openTestHost();
  const { paths } = opened.host;
  await withRouter(opened);
  await opened.done({ do: 'start-router' }, { do: 'stop-router' }, { do: 'clean-machine' }, { do: 'clean-machine' });
  expect(await readFile(paths.environment, 'utf8')).toBe('PATH="/usr/bin"\n');
  expect(await exists(join(opened.root, 'snap', 'charmed-mongodb'))).toBe(false);
  expect(await exists(join(paths.common, '..'))).toBe(false);
});

test('without the snap nothing is written, and nothing needs to be stopped', async () => {
  const opened = await openTestHost();
  const refused = await opened.apply({ do: 'write-router-files', config: 'x', keyFile: 'y' });
  expect(refused).toEqual({ ok: false, reason: 'cannot write mongos.conf: the snap is not installed' });
  await opened.done({ do: 'stop-router' });
});
