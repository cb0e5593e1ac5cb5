// Which words the router is started with, for configurations of several shapes, and which router it is.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findRouter, mongosArguments } from '../../../tools/local-machine/mongos-command.ts';
import { snapFolders } from '../../../tools/local-machine/snap-folders.ts';
import { makeTestFolder } from '../../support/run-folder.ts';

const withWords = async (words: string, text?: string, isStandIn = true) => {
  const root = await makeTestFolder('c');
  onTestFinished(() => rm(root, { recursive: true }));
  const folders = snapFolders(root);
  await mkdir(join(folders.data, 'etc/mongod'), { recursive: true });
  const config = join(folders.data, 'etc/mongod/mongos.conf');
  if (text !== undefined) await writeFile(config, text);
  const environment = { MONGOS_ARGS: words.replace('CONFIG', config) };
  const own = ['--unixSocketPrefix', folders.temporary];
  return { words: await mongosArguments(folders, '127.9.8.7', environment, { isStandIn }), config, own };
};

test('without words there are an address and a socket', async () => {
  const { words, own } = await withWords('');
  expect(words).toEqual(['--bind_ip', '127.9.8.7', ...own]);
});

test('addresses of words and file give way to the address of the machine', async () => {
  for (const [given, text] of [
    ['--config CONFIG', 'net: {port: 27018, bindIp: 0.0.0.0}'],
    ['--config CONFIG', 'net: {bindIpAll: true}'],
    ['--config CONFIG --bind_ip_all', 'net: {bindIp: /run/a.sock}'],
    ['--config CONFIG --bind_ip 10.0.0.1', ''],
    ['--config CONFIG', undefined],
  ] as const) {
    const { words, config, own } = await withWords(given, text);
    expect(words).toEqual(['--config', config, '--bind_ip', '127.9.8.7', ...own]);
  }
});

test('a router on sockets only stays on sockets only', async () => {
  const { words, config } = await withWords('--config=CONFIG', 'net: {bindIp: /run/a.sock, unixDomainSocket: {pathPrefix: /run}}');
  expect(words).toEqual([`--config=${config}`]);
  expect((await withWords('-f CONFIG --bind_ip /x.sock', 'net: {bindIp: 0.0.0.0}')).words.slice(0, 4)).toEqual([
    '-f',
    expect.stringContaining('mongos.conf'),
    '--bind_ip',
    '/x.sock',
  ]);
});

test('sockets among addresses are kept', async () => {
  const { words, config } = await withWords('-f CONFIG', 'net: {bindIp: "127.0.0.1, /run/a.sock", unixDomainSocket: {enabled: false}}');
  expect(words).toEqual(['-f', config, '--bind_ip', '127.9.8.7,/run/a.sock']);
});

test('a socket that the charm names stays where it is', async () => {
  const { words } = await withWords('--unixSocketPrefix=/run --port 27018');
  expect(words).toEqual(['--unixSocketPrefix=/run', '--port', '27018', '--bind_ip', '127.9.8.7']);
  expect((await withWords('--nounixsocket')).words).toEqual(['--nounixsocket', '--bind_ip', '127.9.8.7']);
});

test('where a socket could not have its name mongos has none, and the stand-in has', async () => {
  const folders = snapFolders(`/tmp/${'long/'.repeat(20)}`);
  expect(await mongosArguments(folders, '127.9.8.7', {}, { isStandIn: false })).toContain('--nounixsocket');
  expect(await mongosArguments(folders, '127.9.8.7', {}, { isStandIn: true })).toContain('--unixSocketPrefix');
});

test('a mongos in PATH is used, one that is named and does not run is refused, and without one there is the stand-in', async () => {
  const folder = await makeTestFolder('p');
  onTestFinished(() => rm(folder, { recursive: true }));
  const empty = { PATH: folder, HOME: folder };
  const standIn = await findRouter(empty);
  expect(standIn).toMatchObject({
    isStandIn: true,
    script: expect.stringMatching(/^#!\/bin\/sh\n[\s\S]*\nexec '.*node' '.*router\/main.ts' "\$@"\n$/),
  });
  expect(await findRouter({ ...empty, MONGOS: join(folder, 'none') })).toMatchObject({
    missing: expect.stringContaining('cannot be used'),
  });
  await writeFile(join(folder, 'mongos'), '#!/bin/sh\necho "mongos version v7.0.1"\n', { mode: 0o755 });
  expect(await findRouter(empty)).toEqual({ path: join(folder, 'mongos'), isStandIn: false });
});
