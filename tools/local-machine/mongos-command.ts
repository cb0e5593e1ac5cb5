// The router of a local machine: a real mongos where there is one, else the stand-in, and the words that either is started with.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Environment, findServer } from './binaries.ts';
import { readSettings, withoutAddress } from './mongod-command.ts';
import type { SnapFolders } from './snap-folders.ts';

export type FoundRouter = { readonly path: string; readonly isStandIn: false } | { readonly script: string; readonly isStandIn: true };

/**
 * A mongos as `findServer` finds it; the stand-in where there is none. What MONGOS names is used or refused, as with mongod.
 * @returns the path of a mongos, or the text of a script that runs the stand-in, or a sentence that says why there is neither.
 */
export const findRouter = async (env: Environment = process.env): Promise<FoundRouter | { missing: string }> => {
  const found = await findServer('mongos', env);
  if ('path' in found) return { path: found.path, isStandIn: false };
  if (env.MONGOS) return found;
  const main = join(import.meta.dirname, 'router', 'main.ts');
  // With its modules compiled before it starts in half the time, with two thirds of the memory.
  const cache = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'local-juju');
  const script = [
    '#!/bin/sh',
    `export NODE_COMPILE_CACHE=${quoted(cache)}`,
    `exec ${quoted(process.execPath)} ${quoted(main)} "$@"`,
    '',
  ].join('\n');
  return { script, isStandIn: true };
};

/**
 * Arguments for the router: MONGOS_ARGS of the machine's /etc/environment and the machine's own address and socket.
 *
 * A router that listens on unix sockets only stays so. Otherwise the machine's address takes the place of all others, and sockets stay.
 */
export const mongosArguments = async (
  folders: SnapFolders,
  address: string,
  environment: Record<string, string>,
  { isStandIn }: { isStandIn: boolean },
): Promise<string[]> => {
  // The snap's start script leaves MONGOS_ARGS unquoted, so blanks divide it and quotes have no meaning.
  const words = (environment.MONGOS_ARGS ?? '').split(/\s+/).filter(Boolean);
  const file = givenTo(words, '--config') ?? givenTo(words, '-f');
  const settings = file === undefined ? {} : readSettings(await readFile(resolve(folders.data, file), 'utf8').catch(() => ''));
  const entries = (givenTo(words, '--bind_ip') ?? String(settings['net.bindIp'] ?? '')).split(',').map(entry => entry.trim());
  const everywhere = words.includes('--bind_ip_all') || settings['net.bindIpAll'] === true;
  const sockets = everywhere ? [] : entries.filter(entry => entry.startsWith('/'));
  const onlySockets = sockets.length > 0 && sockets.length === entries.length;
  return [
    ...(onlySockets ? words : [...withoutAddress(words), '--bind_ip', [address, ...sockets].join(',')]),
    ...(namesSocket(words, settings) ? [] : socketWords(folders, isStandIn)),
  ];
};

/** Otherwise the sockets of all machines would be one file in /tmp. */
const socketWords = (folders: SnapFolders, isStandIn: boolean): string[] =>
  // mongos takes no socket whose name has more than 107 bytes; the stand-in does.
  isStandIn || Buffer.byteLength(join(folders.temporary, 'mongodb-27018.sock')) <= 107
    ? ['--unixSocketPrefix', folders.temporary]
    : ['--nounixsocket'];

const namesSocket = (words: readonly string[], settings: Record<string, unknown>): boolean =>
  'net.unixDomainSocket.pathPrefix' in settings ||
  settings['net.unixDomainSocket.enabled'] === false ||
  words.includes('--nounixsocket') ||
  givenTo(words, '--unixSocketPrefix') !== undefined;

const givenTo = (words: readonly string[], option: string): string | undefined => {
  const at = words.findLastIndex(word => word === option || word.startsWith(`${option}=`));
  if (at < 0) return undefined;
  return words[at] === option ? words[at + 1] : words[at]?.slice(option.length + 1);
};

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
