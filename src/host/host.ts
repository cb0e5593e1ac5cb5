// The machine of the unit: what the charm reads and does there. Knows neither Juju nor the language of MongoDB.
import { rm } from 'node:fs/promises';
import type { Build, HostFacts } from '../core/observed.ts';
import { type MongodPaths, mongodPaths } from '../core/paths.ts';
import { run } from './commands.ts';
import { ensureFolder, namesIn, ownerOf, readText, sizeOf, writeWhole } from './files.ts';
import { installedRevision, removeSnap, serviceState } from './snaps.ts';

export type Host = { readonly root: string; readonly paths: MongodPaths };

/** `root` stands before every path; it is empty on a real machine. */
export const openHost = (root: string): Host => ({ root, paths: mongodPaths(root) });

export type HostFiles = Pick<HostFacts, 'snap' | 'config' | 'keyFile' | 'hasData' | 'logBytes'>;

/** What the disk tells; no process is started. */
export async function readFiles({ root, paths }: Host): Promise<HostFiles> {
  const [revision, config, keyFile, data, logBytes] = await Promise.all([
    installedRevision(root),
    readText(paths.config),
    readText(paths.keyFile),
    namesIn(paths.data),
    sizeOf(paths.log),
  ]);
  return {
    ...(revision === undefined ? {} : { snap: { revision } }),
    ...(config === undefined ? {} : { config }),
    ...(keyFile === undefined ? {} : { keyFile }),
    hasData: data.some(name => name.startsWith('WiredTiger')),
    logBytes,
  };
}

/** State of the service, and which mongod is installed; each asks a process, so this is for when no mongod answers. */
export async function readService(host: Host): Promise<{ service: HostFacts['service']; build?: Build }> {
  const [service, version] = await Promise.all([serviceState(), run(host.paths.mongod, ['--version'], { timeoutMs: 20_000 })]);
  const build = decodeVersion(version);
  return { service, ...(build === undefined ? {} : { build }) };
}

/** What `mongod --version` says; Percona's names itself, the community's does not. */
export function decodeVersion(text: string): Build | undefined {
  const version = /db version v(\d+\.\d+\.\d+\S*)/.exec(text)?.[1];
  return version === undefined ? undefined : { version, percona: /percona|psmdb/i.test(text) };
}

/** Writes what is given, with the folders that are missing. mongod reads both as the owner of its data. */
export async function writeSettings({ paths }: Host, files: { config?: string; keyFile?: string }): Promise<void> {
  await ensureFolder(paths.settings);
  await ensureFolder(paths.data);
  const owner = await ownerOf(paths.data);
  await ensureFolder(paths.logs, owner);
  await ensureFolder(paths.socketFolder, owner);
  const owned = owner === undefined ? {} : { owner };
  if (files.keyFile !== undefined) await writeWhole(paths.keyFile, files.keyFile, { mode: 0o400, ...owned });
  if (files.config !== undefined) await writeWhole(paths.config, files.config, { mode: 0o640, ...owned });
}

/** Deletes all but the youngest log files that mongod has put away. */
export async function pruneLogs({ paths }: Host, keep: number): Promise<void> {
  const old = (await namesIn(paths.logs)).filter(name => /^(mongodb|audit)\.log\./.test(name));
  for (const kind of ['mongodb.log.', 'audit.log.']) {
    const files = old.filter(name => name.startsWith(kind)); // their names end with the time, so they are sorted by age
    for (const name of files.slice(0, Math.max(0, files.length - keep))) await rm(`${paths.logs}/${name}`, { force: true });
  }
}

/** Leaves the machine as it was found, but for what lies on the storage. */
export async function cleanMachine(host: Host): Promise<void> {
  await rm(host.paths.keyFile, { force: true });
  await rm(host.paths.config, { force: true });
  if ((await installedRevision(host.root)) === undefined) return;
  // `snap remove` would delete the snap's common folder. While data lies there (the storage has not been taken away), the snap stays.
  if ((await namesIn(host.paths.data)).length > 0) return;
  await removeSnap();
}
