// Which words mongod is started with, for configurations of several shapes.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { mongodArguments, readSettings, SHUTDOWN_VARIABLE } from '../../../tools/local-machine/mongod-command.ts';
import { readEnvironment } from '../../../tools/local-machine/service-launch.ts';
import { snapFolders } from '../../../tools/local-machine/snap-folders.ts';
import { makeTestFolder } from '../../support/run-folder.ts';

const withConfig = async (text: string | undefined, environment: Record<string, string> = {}) => {
  const root = await makeTestFolder('c');
  onTestFinished(() => rm(root, { recursive: true }));
  const folders = snapFolders(root);
  await mkdir(join(folders.data, 'etc/mongod'), { recursive: true });
  const config = join(folders.data, 'etc/mongod/mongod.conf');
  if (text !== undefined) await writeFile(config, text);
  return { words: await mongodArguments(folders, '127.9.8.7', environment), config, folders };
};

test('with an empty file everything local is added', async () => {
  const { words, config, folders } = await withConfig('');
  expect(words).toEqual([
    ...['-f', config, '--bind_ip', '127.9.8.7', '--wiredTigerEngineConfigString', 'log=(file_max=8MB)', '--wiredTigerCacheSizeGB', '0.25'],
    ...['--setParameter', 'diagnosticDataCollectionEnabled=false', '--setParameter', 'shutdownTimeoutMillisForSignaledShutdown=100'],
    ...['--unixSocketPrefix', folders.temporary],
  ]);
});

test('a mongod takes the time to end that the environment names', async () => {
  process.env[SHUTDOWN_VARIABLE] = '15000';
  onTestFinished(() => {
    delete process.env[SHUTDOWN_VARIABLE];
  });
  const { words } = await withConfig('');
  expect(words).toContain('shutdownTimeoutMillisForSignaledShutdown=15000');
  expect(words).not.toContain('shutdownTimeoutMillisForSignaledShutdown=100');
});

test.each([undefined, ': not : yaml : [', '- a list', 'just a word'])(
  'a file that holds no settings (%j) is passed on as it is',
  async text => {
    const { words } = await withConfig(text);
    expect(words.slice(2, 4)).toEqual(['--bind_ip', '127.9.8.7']);
    expect(words).toContain('--wiredTigerCacheSizeGB');
  },
);

test('what the file sets is not set again, nested or dotted', async () => {
  const { words } = await withConfig(
    [
      'storage: {wiredTiger: {engineConfig: {cacheSizeGB: 1, configString: "log=(file_max=16MB)"}}}',
      'setParameter.diagnosticDataCollectionEnabled: true',
      'setParameter: {shutdownTimeoutMillisForSignaledShutdown: 1000}',
      'net: {unixDomainSocket: {pathPrefix: /run/m}, bindIp: 0.0.0.0}',
    ].join('\n'),
  );
  expect(words.slice(2)).toEqual(['--bind_ip', '127.9.8.7']);
});

test('MONGOD_ARGS are divided at blanks, without their address', async () => {
  const { words } = await withConfig('', {
    MONGOD_ARGS:
      ' --bind_ip_all --replSet app  --bind_ip 0.0.0.0 --bind_ip=::1 --wiredTigerCacheSizeGB=2 --setParameter ttlMonitorEnabled=false ',
  });
  expect(words.slice(2, 9)).toEqual([
    '--replSet',
    'app',
    '--wiredTigerCacheSizeGB=2',
    '--setParameter',
    'ttlMonitorEnabled=false',
    '--bind_ip',
    '127.9.8.7',
  ]);
  expect(words.filter(word => word.startsWith('--wiredTigerCacheSizeGB'))).toHaveLength(1);
  expect(words).toContain('diagnosticDataCollectionEnabled=false');
});

test('where a socket could not have its name there is none', async () => {
  const folders = snapFolders(`/tmp/${'long/'.repeat(20)}`);
  const words = await mongodArguments(folders, '127.9.8.7', {});
  expect(words).toContain('--nounixsocket');
  expect(words).not.toContain('--unixSocketPrefix');
});

test('settings have dotted names', () => {
  expect(readSettings('a: {b: {c: 1}}\nd.e: two\nf: [1, 2]')).toEqual({ 'a.b.c': 1, 'd.e': 'two', f: [1, 2] });
});

test('/etc/environment is read with and without quotes', () => {
  expect(readEnvironment('# a comment\nA=1\nexport B="two words"\n C = no\nD=\'x=y\'\nE=\n=F\nG="half\n')).toEqual({
    A: '1',
    B: 'two words',
    D: 'x=y',
    E: '',
    G: '"half',
  });
});
