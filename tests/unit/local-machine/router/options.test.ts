// What the router reads from its words and from its file.
import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { OptionsError, readOptions } from '../../../../tools/local-machine/router/options.ts';
import { makeTestFolder } from '../../../support/run-folder.ts';

let folder: string;
let keyFile: string;
let config: string;

beforeEach(async () => {
  folder = await makeTestFolder('o');
  onTestFinished(() => rm(folder, { recursive: true }));
  keyFile = join(folder, 'key');
  config = join(folder, 'mongos.conf');
  await writeFile(keyFile, ' a2V5IG9m\nIHRoZQ== \n', { mode: 0o400 });
});

const withFile = async (text: string, ...words: string[]) => {
  await writeFile(config, text.replace('KEY', keyFile));
  return readOptions(['--config', config, ...words]);
};
const least = 'sharding: {configDB: "cfg/h:1"}\nsecurity: {keyFile: KEY}\n';

test('the file of the charm is read', async () => {
  const options = await withFile(
    [
      'net: {port: 27018, bindIp: "/run/m.sock", maxIncomingConnections: 5, unixDomainSocket: {pathPrefix: /run, filePermissions: 0766}}',
      'sharding.configDB: app/10.0.0.1:27017,10.0.0.2:27017',
      'security: {keyFile: KEY}',
      'setParameter: {automationServiceDescriptor: charm-1}',
      'systemLog: {destination: file, path: /var/log/m.log, logAppend: true}',
    ].join('\n'),
  );
  expect(options).toMatchObject({
    port: 27018,
    bindIp: ['/run/m.sock'],
    socketFolder: '/run',
    socketPermissions: 0o766,
    configDb: 'app/10.0.0.1:27017,10.0.0.2:27017',
    key: 'a2V5IG9mIHRoZQ==',
    parameters: { automationServiceDescriptor: 'charm-1' },
    log: { path: '/var/log/m.log', append: true },
    maxConnections: 5,
  });
  expect(options.parsed).toMatchObject({ net: { port: 27018, unixDomainSocket: { pathPrefix: '/run' } } });
});

test('words win over the file', async () => {
  const options = await withFile(
    `${least}net: {port: 1, bindIpAll: true, unixDomainSocket: {enabled: false, filePermissions: "0700"}}\nsetParameter: {a: 1, b: 2}`,
    ...[
      '--bind_ip',
      '127.1.2.3,/run/x.sock',
      '--port=2',
      '--setParameter',
      'a=3=4',
      '--filePermissions',
      '0777',
      '--logpath',
      '/l',
      '--logappend',
    ],
    ...['--configdb', 'x/h:2', '--unixSocketPrefix', '/run'],
  );
  expect(options).toMatchObject({
    port: 2,
    bindIp: ['127.1.2.3', '/run/x.sock'],
    socketFolder: undefined,
    socketPermissions: 0o777,
    configDb: 'x/h:2',
    parameters: { a: '3=4', b: '2' },
    log: { path: '/l', append: true },
  });
});

test('without anything said it is as with mongos', async () => {
  expect(await withFile(least)).toMatchObject({
    port: 27017,
    bindIp: ['127.0.0.1'],
    socketFolder: '/tmp',
    socketPermissions: 0o700,
    log: undefined,
  });
  expect((await withFile(least, '--bind_ip_all')).bindIp).toEqual(['0.0.0.0']);
});

test.each([
  ['["a2V5b25l", "a2V5dHdv"]', 'a2V5b25l'],
  ['- a2V5b25l\n- a2V5dHdv\n', 'a2V5b25l'],
  ['---\n# two\n- "a2V5b25l"\n- a2V5dHdv', 'a2V5b25l'],
  ['- a2V5b25l', 'a2V5b25l'],
  ['a2V5b25l\na2V5dHdv\n', 'a2V5b25la2V5dHdv'],
])('a key file %j', async (text, key) => {
  await rm(keyFile);
  await writeFile(keyFile, text, { mode: 0o400 });
  expect((await withFile(least)).key).toBe(key);
});

test.each([
  ['', 'configDB is required'],
  ['sharding: {configDB: "h:1"}\nsecurity: {keyFile: KEY}', 'replica set connection string'],
  ['sharding: {configDB: "cfg/h:1"}', 'needs security.keyFile'],
  ['sharding: {configDB: "cfg/h:1"}\nsecurity: {keyFile: /nowhere}', '/nowhere'],
  [`${least}nonsense: true`, 'Unrecognized option: nonsense'],
  [`${least}net: {tls: {mode: requireTLS}}`, 'cannot do net.tls.mode: requireTLS'],
  [`${least}security.clusterAuthMode: x509`, 'cannot do security.clusterAuthMode: x509'],
  [`${least}net: {port: many}`, 'net.port must be a number'],
  [`${least}net: {unixDomainSocket: {enabled: perhaps}}`, 'must be true or false'],
  [`${least}net: {unixDomainSocket: {filePermissions: 0999}}`, 'octal'],
  ['- a list', 'holds no settings'],
  ['a: [', 'Error reading config file'],
])('a file that does not do: %j', async (text, message) => {
  await expect(withFile(text)).rejects.toThrow(message);
  await expect(withFile(text)).rejects.toThrow(OptionsError);
});

test.each([
  [['--frobnicate'], "unrecognised option '--frobnicate'"],
  [['word'], 'too many positional options'],
  [['--port'], "the required argument for option '--port' is missing"],
  [['--setParameter', 'a'], 'Illegal option assignment'],
  [['--config', '/nowhere.conf'], 'Error reading config file'],
])('words that do not do: %j', (words, message) => {
  expect(() => readOptions(words)).toThrow(message);
});

test('a key that others can read is refused', async () => {
  await chmod(keyFile, 0o644);
  await expect(withFile(least)).rejects.toThrow('too open');
});
