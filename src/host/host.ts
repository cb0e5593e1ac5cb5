// The machine of the unit: what the charm reads and does there. Knows neither Juju nor the language of MongoDB.
import { rm } from 'node:fs/promises';
import type { Build, HostFacts } from '../core/observed.ts';
import { isOfMongod, type MongodPaths, mongodPaths, routerWords } from '../core/paths.ts';
import { askBuild } from './build.ts';
import { readVariable, setVariable } from './environment.ts';
import { ensureFolder, namesIn, type Owner, openWay, ownerOf, readOwn, readText, removeFile, sizeOf, writeWhole } from './files.ts';
import { installedRevision, installSnap, removeSnap, type ServiceState, serviceState, stopService } from './snaps.ts';
import { freeBytesAt, giveAll, whyKept } from './storage.ts';

export type Host = {
  readonly root: string;
  readonly paths: MongodPaths;
  /** The account that mongod runs as; missing on a local machine, where it is the one that its folders belong to. */
  readonly account?: Owner;
  /** In Juju's words. */
  readonly architecture: string;
  /** Which mongod is installed; the program is asked once. */
  build(): Promise<Build>;
};

/** The snap starts mongos with the words of this variable, divided at blanks, and with nothing else. */
const ROUTER_WORDS = 'MONGOS_ARGS';

/** snapd gives the account snap_daemon the same number everywhere; like the snap's install hook, files are given to it and the group root. */
const SNAP_DAEMON: Owner = { uid: 584788, gid: 0 };

/** Node's words for what Juju calls otherwise. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64' };

/** `root` stands before every path; it is empty on a real machine. */
export function openHost(root: string, account = root === '' ? SNAP_DAEMON : undefined): Host {
  const paths = mongodPaths(root);
  let asked: Promise<Build> | undefined;
  const build = (): Promise<Build> => {
    asked ??= askBuild(paths.snap);
    return asked;
  };
  // The snap of a local machine is the same for every processor.
  const architecture = root === '' ? (ARCHITECTURES[process.arch] ?? process.arch) : 'amd64';
  return { root, paths, architecture, ...(account === undefined ? {} : { account }), build };
}

export type HostFiles = Pick<HostFacts, 'snap' | 'config' | 'keyFile' | 'logBytes'> & {
  readonly router: Omit<HostFacts['router'], 'service'>;
};

/** What members show to each other; undefined before the charm has written it. */
export const readKeyFile = ({ paths }: Host): Promise<string | undefined> => readOwn(paths.keyFile);

/** What the disk tells; no process is started. */
export async function readFiles({ root, paths }: Host): Promise<HostFiles> {
  const [revision, config, keyFile, routerConfig, environment, routerLogBytes, ...logs] = await Promise.all([
    installedRevision(root),
    readOwn(paths.config),
    readOwn(paths.keyFile),
    readOwn(paths.routerConfig),
    readText(paths.environment),
    sizeOf(paths.routerLog),
    sizeOf(paths.log),
    sizeOf(paths.auditLog),
  ]);
  const words = readVariable(environment ?? '', ROUTER_WORDS);
  return {
    ...(revision === undefined ? {} : { snap: { revision } }),
    ...(config === undefined ? {} : { config }),
    ...(keyFile === undefined ? {} : { keyFile }),
    router: {
      logBytes: routerLogBytes,
      ...(routerConfig === undefined ? {} : { config: routerConfig }),
      ...(words === undefined ? {} : { words }),
    },
    logBytes: Math.max(...logs),
  };
}

/** State of the service, and which mongod is installed; each asks a process, so this is for when no mongod answers. */
export async function readService(host: Host): Promise<ServiceState & { build: Build; freeBytes?: number }> {
  const [state, build, freeBytes] = await Promise.all([serviceState('mongod'), host.build(), freeBytesAt(host.paths.common)]);
  return { ...state, build, ...(freeBytes === undefined ? {} : { freeBytes }) };
}

/** State of the router's service, by a process. */
export const readRouterService = async (): Promise<HostFacts['service']> => (await serviceState('mongos')).service;

/** Installs the snap, which finds all that a storage from elsewhere brings along ready for its hook. @throws when snapd cannot. */
export async function install({ root, paths, account }: Host, revision: string): Promise<void> {
  const brought = (await installedRevision(root)) === undefined && (await ownerOf(paths.socketFolder)) !== undefined;
  if (account !== undefined && brought) await giveAll(paths.socketFolder, account);
  await installSnap(revision);
}

/** Writes what is given, which may be nothing, with the folders that are missing. mongod reads both as the owner of its data. @throws while there is no snap. */
export async function writeSettings({ root, paths, account }: Host, files: { config?: string; keyFile?: string }): Promise<void> {
  // Its folder is reached through snapd's link; a folder made in the place of that link would stop the next installation.
  if ((await installedRevision(root)) === undefined) throw new Error('cannot prepare mongod: the snap is not installed');
  await ensureFolder(paths.data, account);
  const owner = account ?? (await ownerOf(paths.data));
  for (const folder of [paths.socketFolder, paths.logs, paths.settings]) await ensureFolder(folder, owner);
  const owned = owner === undefined ? {} : { owner };
  if (files.keyFile !== undefined) await writeWhole(paths.keyFile, files.keyFile, { mode: 0o400, ...owned });
  if (files.config !== undefined) await writeWhole(paths.config, files.config, { mode: 0o640, ...owned });
}

/** Stops mongod and keeps it from starting with the machine; without the snap there is none. */
export async function stopMongod({ root }: Host): Promise<void> {
  if ((await installedRevision(root)) !== undefined) await stopService('mongod');
}

/**
 * Writes what mongos starts with. The file by which it is known that there is a router comes first, so that whoever takes the router away
 * finds the key that a killed hook left. @throws while there is no snap.
 */
export async function writeRouterSettings({ root, paths, account }: Host, files: { config: string; keyFile: string }): Promise<void> {
  if ((await installedRevision(root)) === undefined) throw new Error('cannot write mongos.conf: the snap is not installed');
  await ensureFolder(paths.socketFolder, account);
  // The client's program, of whatever account, goes through this folder to the socket. What else is below is closed to it.
  await openWay(paths.socketFolder);
  const owner = account ?? (await ownerOf(paths.socketFolder));
  for (const folder of [paths.routerLogs, paths.settings]) await ensureFolder(folder, owner);
  const owned = owner === undefined ? {} : { owner };
  await writeWhole(paths.routerConfig, files.config, { mode: 0o640, ...owned });
  await writeWhole(paths.keyFile, files.keyFile, { mode: 0o400, ...owned });
  await setVariable(paths.environment, ROUTER_WORDS, routerWords(paths));
}

/** Stops mongos, keeps it from starting with the machine, and takes away all that it starts with. A mongod beside it keeps the key file. */
export async function stopRouter({ root, paths }: Host): Promise<void> {
  if ((await installedRevision(root)) !== undefined) await stopService('mongos');
  await setVariable(paths.environment, ROUTER_WORDS, undefined);
  if (!isOfMongod(await readText(paths.config), paths)) await removeFile(paths.keyFile);
  await removeFile(paths.routerConfig); // last: while it is there, a hook that was killed here is done again
}

/** Deletes all but the youngest log files that mongod has put away. */
export async function pruneLogs({ paths }: Host, keep: number): Promise<void> {
  const names = await namesIn(paths.logs);
  const ofRouter = await namesIn(paths.routerLogs);
  for (const [folder, kind, all] of [
    [paths.logs, 'mongodb.log.', names],
    [paths.logs, 'audit.log.', names],
    [paths.routerLogs, 'mongos.log.', ofRouter],
  ] as const) {
    const old = all.filter(name => name.startsWith(kind)); // their names end with the time, so they are sorted by age
    for (const name of old.slice(0, Math.max(0, old.length - keep))) await rm(`${folder}/${name}`, { force: true });
  }
}

/** What keeps the snap on this machine for good, although its unit goes. */
export async function keptForGood({ root, paths }: Host): Promise<string | undefined> {
  const kept = (await installedRevision(root)) === undefined ? undefined : await whyKept(paths);
  return kept?.forGood ? kept.reason : undefined;
}

/**
 * Leaves the machine as it was found, but for what lies on the storage; where that stays, the snap does, too, with its services stopped.
 * @throws while the storage may still go: the snap cannot go before. Juju takes it away after storage-detaching, at its own pace.
 */
export async function cleanMachine({ root, paths }: Host): Promise<void> {
  await removeFile(paths.keyFile);
  await removeFile(paths.config);
  await removeFile(paths.routerConfig);
  await setVariable(paths.environment, ROUTER_WORDS, undefined);
  if ((await installedRevision(root)) === undefined) return;
  const kept = await whyKept(paths);
  if (kept === undefined) return removeSnap();
  for (const service of ['mongos', 'mongod'] as const) await stopService(service); // a mongod that came to its end may still be due to be started again
  if (!kept.forGood) throw new Error(`cannot remove the snap, which would delete the data: ${kept.reason}`);
}
