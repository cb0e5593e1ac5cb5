// What the router is told to do: the words it is started with and the YAML file that they name, read as mongos reads them. Words win.
import { readFileSync, statSync } from 'node:fs';
import { load } from 'js-yaml';

export type RouterOptions = {
  readonly port: number;
  /** Addresses to listen on, and paths of unix sockets, which begin with "/". */
  readonly bindIp: readonly string[];
  /** Undefined: no socket but those in `bindIp`. */
  readonly socketFolder: string | undefined;
  readonly socketPermissions: number;
  readonly configDb: string;
  /** The first key of the key file. */
  readonly key: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly log: { readonly path: string; readonly append: boolean } | undefined;
  readonly maxConnections: number;
  readonly argv: readonly string[];
  readonly parsed: Record<string, unknown>;
};

/** A sentence for somebody who started the router with options that do not do. */
export class OptionsError extends Error {}

/** @throws {OptionsError} */
export const readOptions = (argv: readonly string[]): RouterOptions => {
  const words = readWords(argv);
  const file = words.config === undefined ? {} : readFile(words.config);
  const settings = { ...file, ...words.settings };
  // Words about addresses and sockets take the place of all that the file says of them.
  if ('net.bindIp' in words.settings) delete settings['net.bindIpAll'];
  else if ('net.bindIpAll' in words.settings) delete settings['net.bindIp'];
  const text = (name: string) => (settings[name] === undefined ? undefined : String(settings[name]));
  const flag = (name: string, unset: boolean) => (settings[name] === undefined ? unset : isTrue(name, settings[name]));
  for (const [name, only] of Object.entries(onlyValues)) {
    if (settings[name] !== undefined && !only.includes(String(settings[name]))) {
      throw new OptionsError(`this stand-in for mongos cannot do ${name}: ${settings[name]}`);
    }
  }
  const configDb = text('sharding.configDB');
  if (configDb === undefined)
    throw new OptionsError("error: no args for --configdb: sharding.configDB is required, as 'set/host:port,host:port'");
  if (!/^[^/,\s]+\/[^/,\s]+(,[^/,\s]+)*$/.test(configDb)) {
    throw new OptionsError(`configdb supports only replica set connection string, like 'set/host:port,host:port', and not '${configDb}'`);
  }
  const keyFile = text('security.keyFile');
  if (keyFile === undefined) throw new OptionsError('this stand-in for mongos needs security.keyFile: it logs in to the cluster with it');
  const parameters: Record<string, string> = {};
  for (const [name, value] of Object.entries(settings)) {
    if (name.startsWith('setParameter.')) parameters[name.slice('setParameter.'.length)] = String(value);
  }
  const path = text('systemLog.path');
  return {
    port: numberOf('net.port', settings['net.port'] ?? 27017, 1, 65_535),
    bindIp: flag('net.bindIpAll', false)
      ? ['0.0.0.0']
      : (text('net.bindIp') ?? '127.0.0.1')
          .split(',')
          .map(entry => entry.trim())
          .filter(Boolean),
    socketFolder: flag('net.unixDomainSocket.enabled', true) ? (text('net.unixDomainSocket.pathPrefix') ?? '/tmp') : undefined,
    socketPermissions: octal(settings['net.unixDomainSocket.filePermissions'] ?? '0700'),
    configDb,
    key: readKey(keyFile),
    parameters,
    log: path === undefined ? undefined : { path, append: flag('systemLog.logAppend', false) },
    maxConnections: numberOf('net.maxIncomingConnections', settings['net.maxIncomingConnections'] ?? 65_536, 1, 1_000_000),
    argv,
    parsed: nested(settings),
  };
};

type Settings = Record<string, unknown>;

/** Each word with the setting that it stands for; `true` after it when it takes no value. */
const knownWords: Readonly<Record<string, readonly [setting: string, value?: unknown]>> = {
  '--port': ['net.port'],
  '--bind_ip': ['net.bindIp'],
  '--bind_ip_all': ['net.bindIpAll', true],
  '--maxConns': ['net.maxIncomingConnections'],
  '--ipv6': ['net.ipv6', true],
  '--unixSocketPrefix': ['net.unixDomainSocket.pathPrefix'],
  '--filePermissions': ['net.unixDomainSocket.filePermissions'],
  '--nounixsocket': ['net.unixDomainSocket.enabled', false],
  '--configdb': ['sharding.configDB'],
  '--keyFile': ['security.keyFile'],
  '--clusterAuthMode': ['security.clusterAuthMode'],
  '--tlsMode': ['net.tls.mode'],
  '--logpath': ['systemLog.path'],
  '--logappend': ['systemLog.logAppend', true],
  '--logRotate': ['systemLog.logRotate'],
  '--timeStampFormat': ['systemLog.timeStampFormat'],
  '--quiet': ['systemLog.quiet', true],
  '--verbose': ['systemLog.verbosity'],
  '--localThreshold': ['replication.localPingThresholdMs'],
};

/** Settings of the file; those that have no word stand here alone. Under setParameter any name will do. */
const knownSettings = new Set([
  ...Object.values(knownWords).map(([setting]) => setting),
  'systemLog.destination',
  'systemLog.verbosity',
  'security.authorization',
]);

/** What a stand-in can do of these is one thing only. */
const onlyValues: Readonly<Record<string, readonly string[]>> = {
  'security.clusterAuthMode': ['keyFile'],
  'net.tls.mode': ['disabled'],
  'systemLog.destination': ['file'],
};

const readWords = (argv: readonly string[]): { config: string | undefined; settings: Settings } => {
  const settings: Settings = {};
  let config: string | undefined;
  const left = [...argv];
  while (left.length > 0) {
    const whole = left.shift() ?? '';
    const equals = whole.startsWith('--') ? whole.indexOf('=') : -1;
    const word = equals < 0 ? whole : whole.slice(0, equals);
    const value = () => {
      const given = equals < 0 ? left.shift() : whole.slice(equals + 1);
      if (given === undefined || given === '') throw new OptionsError(`the required argument for option '${word}' is missing`);
      return given;
    };
    if (word === '--config' || word === '-f') config = value();
    else if (word === '--setParameter') {
      const [name = '', ...rest] = value().split('=');
      if (rest.length === 0) throw new OptionsError(`Illegal option assignment: "${name}"`);
      settings[`setParameter.${name}`] = rest.join('=');
    } else {
      const known = Object.hasOwn(knownWords, word) ? knownWords[word] : undefined;
      if (known === undefined)
        throw new OptionsError(
          word.startsWith('-') ? `unrecognised option '${word}'` : 'too many positional options have been specified on the command line',
        );
      const [setting, fixed] = known;
      settings[setting] = fixed === undefined ? value() : fixed;
    }
  }
  return { config, settings };
};

const readFile = (path: string): Settings => {
  let content: unknown;
  try {
    const text = readFileSync(path, 'utf8');
    content = text.trim() === '' ? {} : load(text);
  } catch (error) {
    throw new OptionsError(`Error reading config file: ${(error as Error).message.split('\n')[0]}`);
  }
  const settings = flatten(content);
  const unknown = Object.keys(settings).find(name => !knownSettings.has(name) && !name.startsWith('setParameter.'));
  if (unknown !== undefined) throw new OptionsError(`Unrecognized option: ${unknown}`);
  return settings;
};

const flatten = (value: unknown, prefix = ''): Settings => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    if (prefix === '') throw new OptionsError('Error reading config file: it holds no settings');
    return { [prefix]: value };
  }
  return Object.assign({}, ...Object.entries(value).map(([key, inner]) => flatten(inner, prefix === '' ? key : `${prefix}.${key}`)));
};

const nested = (settings: Settings): Record<string, unknown> => {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(settings)) {
    const path = name.split('.');
    const last = path.pop() ?? '';
    let inner = result;
    for (const part of path) {
      inner[part] ??= {};
      inner = inner[part] as Record<string, unknown>;
    }
    inner[last] = value;
  }
  return result;
};

const isTrue = (name: string, value: unknown): boolean => {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw new OptionsError(`${name} must be true or false, and not '${value}'`);
};

const numberOf = (name: string, value: unknown, least: number, most: number): number => {
  const number = Number(value);
  if (!Number.isInteger(number) || number < least || number > most)
    throw new OptionsError(`${name} must be a number from ${least} to ${most}, and not '${value}'`);
  return number;
};

// YAML reads the digits of 0766 as a decimal number; they are meant as octal ones.
const octal = (value: unknown): number => {
  const digits = String(value);
  if (!/^[0-7]{1,4}$/.test(digits))
    throw new OptionsError(`net.unixDomainSocket.filePermissions must be octal digits, and not '${digits}'`);
  return Number.parseInt(digits, 8);
};

/** A key file holds one key, or a YAML list of keys of which the first is used to log in. Whitespace has no meaning within a key. */
const readKey = (path: string): string => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
    if ((statSync(path).mode & 0o077) !== 0) throw new Error(`permissions on ${path} are too open`);
  } catch (error) {
    throw new OptionsError(`Error reading file ${path}: ${(error as Error).message}`);
  }
  const listed = /^\s*(-|\[)/.test(text) ? load(text) : text;
  const key = String(Array.isArray(listed) ? (listed[0] ?? '') : listed).replace(/\s/g, '');
  if (key.length < 6 || key.length > 1024) throw new OptionsError(`the key in ${path} must have from 6 to 1024 characters`);
  return key;
};
