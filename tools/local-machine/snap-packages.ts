// The verbs of `snap` that put the snap on the machine and take it away: install, refresh with its holds, remove.
import { cp, lstat, mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findServer } from './binaries.ts';
import { type InstalledSnap, serviceNames } from './machine-state.ts';
import { findRouter } from './mongos-command.ts';
import { fullChannel, publisher, revisionOf } from './snap-channels.ts';
import { type SnapFolders, snapName } from './snap-folders.ts';
import { installedSnap, type Said, type SnapHost, type Verb } from './snap-host.ts';
import { readWords, SnapError } from './snap-words.ts';

const channelFlags = {
  channel: 'value',
  revision: 'value',
  stable: 'none',
  candidate: 'none',
  beta: 'none',
  edge: 'none',
  devmode: 'none',
  classic: 'none',
  jailmode: 'none',
  'ignore-validation': 'none',
  unaliased: 'none',
} as const;

export const install: Verb = async (host, words) => {
  const { flags, names } = readWords(words, channelFlags);
  if (names.length === 0) throw new SnapError('cannot install zero snaps');
  const asked = askedChannel(flags);
  if (names.length > 1 && asked !== undefined) throw new SnapError('a single snap name is needed to specify channel flags');
  const said: Required<Said> = { stdout: '', stderr: '' };
  for (const name of names) {
    if (name !== snapName) throw new SnapError(`snap "${name}" not found`);
    if (host.state.snap !== undefined) {
      said.stderr += `snap "${name}" is already installed, see 'snap help refresh'\n`;
      continue;
    }
    const channel = fullChannel(asked ?? 'stable');
    const revision = askedRevision(flags) ?? revisionOf(channel);
    const version = await layOut(host.folders, revision);
    await layOutData(host.folders, revision);
    // The machine has the snap from here on; whatever was laid out before is laid out again if it comes to an end earlier.
    host.state.snap = {
      version,
      revision,
      channel,
      installed: new Date().toISOString(),
      devmode: flags.devmode !== undefined,
      services: newServices(),
    };
    host.state.settings[snapName] = {};
    await host.save();
    if (flags.classic !== undefined) said.stderr += `Warning: flag --classic ignored for strictly confined snap ${name}\n\n`;
    said.stdout += done(host.state.snap, 'installed');
  }
  return said;
};

export const refresh: Verb = async (host, words) => {
  const { flags, names } = readWords(words, { ...channelFlags, hold: 'optional', unhold: 'none', amend: 'none' });
  if (flags.hold !== undefined || flags.unhold !== undefined) return hold(host, flags, names);
  if (names.length !== 1) {
    if (names.length > 1 && askedChannel(flags) !== undefined) {
      throw new SnapError('a single snap name is needed to specify mode or channel flags');
    }
    for (const name of names) installedSnap(host, name);
    return { stderr: 'All snaps up to date.\n' };
  }
  const name = names[0] ?? '';
  // In snapd this is no error: the sentence goes to standard error and the exit code is 0.
  if (name !== snapName || host.state.snap === undefined) return { stderr: `snap "${name}" is not installed\n` };
  const snap = host.state.snap;
  const asked = askedChannel(flags);
  const channel = asked === undefined ? snap.channel : fullChannel(asked, snap.channel);
  const revision = askedRevision(flags) ?? revisionOf(channel);
  if (revision === snap.revision && channel === snap.channel) return { stderr: `snap "${name}" has no updates available\n` };
  if (revision !== snap.revision) await changeRevision(host, snap, revision);
  snap.channel = channel;
  await host.save();
  return { stdout: done(snap, 'refreshed') };
};

export const remove: Verb = async (host, words) => {
  const { flags, names } = readWords(words, { purge: 'none', revision: 'value' });
  if (names.length === 0) throw new SnapError('the required argument `<snap> (at least 1 argument)` was not provided');
  const said: Required<Said> = { stdout: '', stderr: '' };
  for (const name of names) {
    if (name !== snapName || host.state.snap === undefined) {
      said.stderr += `snap "${name}" is not installed\n`;
      continue;
    }
    if (flags.revision !== undefined) {
      said.stdout += await removeRevision(host, host.state.snap, flags.revision);
      continue;
    }
    await Promise.all(serviceNames.map(service => host.services[service].stop()));
    await clearFolders(host.folders);
    delete host.state.snap;
    delete host.state.settings[snapName];
    await host.save();
    said.stdout += `${name} removed\n`;
  }
  return said;
};

/** Puts the snap's read-only files in place. Each server is a link, the router stand-in a script, so that charms find the
 * program where the snap has it. */
const layOut = async (folders: SnapFolders, revision: string): Promise<string> => {
  const mongod = await findServer('mongod');
  if ('missing' in mongod) throw new SnapError(`cannot install "${snapName}": ${mongod.missing} (\`npm run setup\` fetches one)`);
  const bin = join(folders.mounts, revision, 'usr', 'bin');
  await mkdir(bin, { recursive: true });
  await link(mongod.path, join(bin, 'mongod'));
  const router = await findRouter();
  if ('path' in router) await link(router.path, join(bin, 'mongos'));
  if ('script' in router) {
    await writeFile(join(bin, 'mongos.new'), router.script, { mode: 0o755 });
    await rename(join(bin, 'mongos.new'), join(bin, 'mongos'));
  }
  const meta = join(folders.mounts, revision, 'meta');
  await mkdir(meta, { recursive: true });
  const apps = serviceNames.map(service => `  ${service}:\n    daemon: simple\n`).join('');
  await writeFile(join(meta, 'snap.yaml'), `name: ${snapName}\nversion: '${mongod.version}'\nbase: core22\napps:\n${apps}`);
  await link(revision, folders.mount);
  return mongod.version;
};

/** The snap's install hook: folders for data and logs, and a configuration that starts. */
const layOutData = async (folders: SnapFolders, revision: string) => {
  const config = join(folders.dataOfAll, revision, 'etc', 'mongod');
  const data = join(folders.common, 'var', 'lib', 'mongodb');
  const logFolder = join(folders.common, 'var', 'log', 'mongodb');
  for (const folder of [config, join(folders.dataOfAll, revision, 'etc', 'pbm'), data, logFolder]) await mkdir(folder, { recursive: true });
  const settings = [
    'storage:',
    `  dbPath: ${JSON.stringify(data)}`,
    'systemLog:',
    '  destination: file',
    '  logAppend: true',
    `  path: ${JSON.stringify(join(logFolder, 'mongodb.log'))}`,
    'net:',
    '  port: 27017',
  ];
  await writeFile(join(config, 'mongod.conf'), `${settings.join('\n')}\n`);
  await link(revision, folders.data);
};

/** As snapd does it: services stop, the data of the old revision is copied to the new one, the links move, services start. */
const changeRevision = async (host: SnapHost, snap: InstalledSnap, revision: string) => {
  const { folders } = host;
  const running = serviceNames.filter(service => snap.services[service].active);
  await Promise.all(running.map(service => host.services[service].stop()));
  const version = await layOut(folders, revision);
  const target = join(folders.dataOfAll, revision);
  await rm(target, { recursive: true, force: true });
  await cp(join(folders.dataOfAll, snap.revision), target, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  await link(revision, folders.data);
  // One earlier revision is kept, for going back.
  if (snap.previous !== undefined && snap.previous.revision !== revision) await removeFiles(folders, snap.previous.revision);
  snap.previous = { revision: snap.revision, version: snap.version, channel: snap.channel };
  snap.revision = revision;
  snap.version = version;
  await host.save();
  for (const service of running) await host.services[service].start();
};

const removeRevision = async (host: SnapHost, snap: InstalledSnap, revision: string): Promise<string> => {
  if (revision === snap.revision) throw new SnapError(`cannot remove active revision ${revision} of snap "${snapName}"`);
  if (revision !== snap.previous?.revision) throw new SnapError(`revision ${revision} of snap "${snapName}" is not installed`);
  await removeFiles(host.folders, revision);
  delete snap.previous;
  await host.save();
  return `${snapName} (revision ${revision}) removed\n`;
};

const removeFiles = async (folders: SnapFolders, revision: string) => {
  await rm(join(folders.mounts, revision), { recursive: true, force: true });
  await rm(join(folders.dataOfAll, revision), { recursive: true, force: true });
};

/** A folder that is a link stands for a mounted storage: it stays, and so does what lies on it. */
const clearFolders = async (folders: SnapFolders) => {
  await rm(folders.mounts, { recursive: true, force: true });
  const storageBelow = await clearUnlessLink(folders.dataOfAll);
  if (!storageBelow) await rm(folders.dataOfAll, { recursive: true, force: true });
};

// Answers whether a storage was found, so that the folders above it are kept.
const clearUnlessLink = async (folder: string): Promise<boolean> => {
  let kept = false;
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isSymbolicLink() && entry.name !== 'current') kept = true;
    else if (entry.isDirectory() && (await clearUnlessLink(path))) kept = true;
    else await rm(path, { recursive: true, force: true });
  }
  return kept;
};

const hold = async (host: SnapHost, flags: Record<string, string>, names: readonly string[]): Promise<Said> => {
  const other = Object.keys(flags).length > 1;
  const which = flags.hold === undefined ? '--unhold' : '--hold';
  if (other) throw new SnapError(`cannot use ${which} with other flags`);
  const until = flags.hold === undefined ? undefined : holdUntil(flags.hold || 'forever');
  const quoted = names.map(name => `"${name}"`).join(', ');
  for (const name of names) {
    const snap = installedSnap(host, name);
    if (until === undefined) delete snap.hold;
    else snap.hold = until;
  }
  if (names.length === 0) {
    const { refresh, ...others } = host.state.settings.system ?? {};
    const { hold: _, ...timing } = (refresh ?? {}) as Record<string, unknown>;
    host.state.settings.system = { ...others, refresh: until === undefined ? timing : { ...timing, hold: until } };
  }
  await host.save();
  if (until === undefined) {
    return { stdout: names.length === 0 ? 'Removed auto-refresh hold on all snaps\n' : `Removed general refresh hold of ${quoted}\n` };
  }
  const how = until === 'forever' ? 'indefinitely' : `until ${until}`;
  return { stdout: names.length === 0 ? `Auto-refresh of all snaps held ${how}\n` : `General refreshes of ${quoted} held ${how}\n` };
};

const holdUntil = (asked: string): string => {
  if (asked === 'forever') return asked;
  const parts = [...asked.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)];
  if (parts.map(([part]) => part).join('') !== asked) {
    throw new SnapError(`hold value must be a number of hours, minutes or seconds, or "forever": time: invalid duration "${asked}"`);
  }
  const unit = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  const milliseconds = parts.reduce((sum, [, count, name]) => sum + Number(count) * unit[name as keyof typeof unit], 0);
  if (milliseconds < 1000) throw new SnapError(`cannot hold refreshes for less than a second: ${asked}`);
  return new Date(Date.now() + milliseconds).toISOString();
};

const askedChannel = (flags: Record<string, string>): string | undefined => {
  const asked = [flags.channel, ...['stable', 'candidate', 'beta', 'edge'].filter(risk => flags[risk] !== undefined)].filter(
    word => word !== undefined,
  );
  if (asked.length > 1) throw new SnapError('Please specify a single channel');
  return asked[0];
};

const askedRevision = (flags: Record<string, string>): string | undefined => {
  const { revision } = flags;
  if (revision === undefined) return undefined;
  if (!/^[1-9]\d*$/.test(revision)) throw new SnapError(`invalid snap revision: "${revision}"`);
  return revision;
};

const newServices = (): InstalledSnap['services'] =>
  Object.fromEntries(serviceNames.map(service => [service, { enabled: false, active: false }])) as InstalledSnap['services'];

const done = (snap: InstalledSnap, what: string): string =>
  `${snapName} (${snap.channel}) ${snap.version} from ${publisher.display} ${what}\n`;

/** Makes or moves a symbolic link in one step. */
const link = async (to: string, path: string) => {
  const next = `${path}.new`;
  await rm(next, { force: true });
  await symlink(to, next);
  if ((await lstat(path).catch(() => undefined))?.isDirectory()) await rm(path, { recursive: true });
  await rename(next, path);
};
