// The words mongod is started with on a local machine: the charm's own file and arguments, and what one computer with many machines needs.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { load } from 'js-yaml';
import type { SnapFolders } from './snap-folders.ts';

/**
 * Arguments for mongod: the snap's configuration file, MONGOD_ARGS of the machine's /etc/environment, and the machine's own settings.
 *
 * The charm's file stays as it is. A setting that the charm makes itself is never made here, with one exception: the address, since all
 * machines share one network stack and each may listen on its own address only.
 */
export const mongodArguments = async (folders: SnapFolders, address: string, environment: Record<string, string>): Promise<string[]> => {
  const config = join(folders.data, 'etc', 'mongod', 'mongod.conf');
  const charmSettings = readSettings(await readFile(config, 'utf8').catch(() => ''));
  // The snap's start script leaves MONGOD_ARGS unquoted, so blanks divide it and quotes have no meaning.
  const charmWords = withoutAddress((environment.MONGOD_ARGS ?? '').split(/\s+/).filter(Boolean));
  return [
    '-f',
    config,
    ...charmWords,
    '--bind_ip',
    address,
    ...localSettings(folders)
      .filter(setting => !(setting.path in charmSettings || namesSetting(charmWords, setting)))
      .flatMap(setting => [setting.option, ...(setting.value === undefined ? [] : [setting.value])]),
  ];
};

/** In the environment of the local Juju: how many milliseconds a mongod takes to end. Elsewhere than here it is MongoDB's default, 15000. */
export const SHUTDOWN_VARIABLE = 'LOCAL_JUJU_SHUTDOWN_MS';

type LocalSetting = { path: string; option: string; value?: string };

/** Everything that is added for smallness and speed, and why. */
const localSettings = (folders: SnapFolders): LocalSetting[] => [
  // Three log files of 100 MB are laid out at first start by default: 25 MB instead of 302 MB a member, and a start three times as fast.
  {
    path: 'storage.wiredTiger.engineConfig.configString',
    option: '--wiredTigerEngineConfigString',
    value: 'log=(file_max=8MB)',
  },
  // By default each mongod would take half of the computer's memory for itself.
  { path: 'storage.wiredTiger.engineConfig.cacheSizeGB', option: '--wiredTigerCacheSizeGB', value: '0.25' },
  // Samples of hundreds of counters each second, for support cases only.
  parameter('diagnosticDataCollectionEnabled', 'false'),
  // A mongod that is told to stop lingers 15 s by default; another primary is elected within 30 ms either way.
  parameter('shutdownTimeoutMillisForSignaledShutdown', process.env[SHUTDOWN_VARIABLE] || '100'),
  // Otherwise the sockets of all machines would be one file, /tmp/mongodb-27017.sock.
  // The name of a socket may have 107 bytes; where the machine's folder alone is longer than that there is none.
  Buffer.byteLength(join(folders.temporary, 'mongodb-27017.sock')) <= 107
    ? { path: 'net.unixDomainSocket.pathPrefix', option: '--unixSocketPrefix', value: folders.temporary }
    : { path: 'net.unixDomainSocket.pathPrefix', option: '--nounixsocket' },
];

const parameter = (name: string, value: string): LocalSetting => ({
  path: `setParameter.${name}`,
  option: '--setParameter',
  value: `${name}=${value}`,
});

/** The settings of a mongod.conf by their dotted names. A file that is not YAML has none here; mongod itself will say what is wrong with it. */
export const readSettings = (text: string): Record<string, unknown> => {
  try {
    return flatten(load(text));
  } catch {
    return {};
  }
};

const flatten = (value: unknown, prefix = ''): Record<string, unknown> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return prefix === '' ? {} : { [prefix]: value };
  return Object.assign({}, ...Object.entries(value).map(([key, inner]) => flatten(inner, prefix === '' ? key : `${prefix}.${key}`)));
};

/** A charm's words without the addresses it listens on: those are the machine's. */
export const withoutAddress = (words: readonly string[]): string[] =>
  words.filter((word, at) => !/^--bind_ip(_all)?(=|$)/.test(word) && words[at - 1] !== '--bind_ip');

const namesSetting = (words: readonly string[], { option, value }: LocalSetting): boolean =>
  words.some((word, at) => {
    if (word !== option && !word.startsWith(`${option}=`)) return false;
    if (option !== '--setParameter') return true;
    const given = word === option ? (words[at + 1] ?? '') : word.slice(option.length + 1);
    return given.split('=')[0] === value?.split('=')[0];
  });
