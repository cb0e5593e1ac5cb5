// The verbs of `snap` that concern running services: start, stop, restart, services, logs, run.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { ServiceName } from './machine-state.ts';
import { isAlive } from './processes.ts';
import { outputOf, snapName } from './snap-folders.ts';
import { installedSnap, type SnapHost, servicesNamed, type Verb } from './snap-host.ts';
import { readWords, SnapError, table } from './snap-words.ts';

export const start: Verb = async (host, words) => {
  const { flags, names } = readWords(words, { enable: 'none', system: 'none' });
  const services = atLeastOne(host, names).map(({ service }) => service);
  await refuseMissing(host, services, 'start');
  for (const service of services) {
    await remember(host, service, { active: true, ...(flags.enable === undefined ? {} : { enabled: true }) });
    await host.services[service].start();
  }
  return { stdout: 'Started.\n' };
};

export const stop: Verb = async (host, words) => {
  const { flags, names } = readWords(words, { disable: 'none', system: 'none' });
  const services = atLeastOne(host, names).map(({ service }) => service);
  for (const service of services) {
    await remember(host, service, { active: false, ...(flags.disable === undefined ? {} : { enabled: false }) });
  }
  await Promise.all(services.map(service => host.services[service].stop()));
  return { stdout: 'Stopped.\n' };
};

/** A service that is named is started even if it did not run; by the snap's name only those that should run are restarted, as in snapd. */
export const restart: Verb = async (host, words) => {
  const { names } = readWords(words, { reload: 'none', system: 'none' });
  const named = atLeastOne(host, names);
  const services = named.filter(({ service, byName }) => byName || host.state.snap?.services[service].active).map(({ service }) => service);
  await refuseMissing(host, services, 'restart');
  for (const service of services) {
    await remember(host, service, { active: true });
    await host.services[service].stop();
    await host.services[service].start();
  }
  return { stdout: 'Restarted.\n' };
};

export const services: Verb = async (host, words) => {
  const { names } = readWords(words, { global: 'none', g: 'none' });
  if (names.length === 0 && host.state.snap === undefined) return { stderr: 'There are no services provided by installed snaps.\n' };
  const rows = servicesNamed(host, names.length === 0 ? [snapName] : names).map(({ service }) => {
    const process = host.services[service].running();
    return [
      `${snapName}.${service}`,
      host.state.snap?.services[service].enabled ? 'enabled' : 'disabled',
      process !== undefined && isAlive(process) ? 'active' : 'inactive',
      '-',
    ];
  });
  return { stdout: table([['Service', 'Startup', 'Current', 'Notes'], ...rows]) };
};

/** The services' own output; mongod writes its log to the file that its configuration names, and here only what comes before that. */
export const logs: Verb = async (host, words) => {
  const { flags, names } = readWords(words, { n: 'value', f: 'none', 'abs-time': 'none' });
  if (flags.f !== undefined) throw new SnapError('this stand-in for snapd cannot follow logs; read the file that `snap logs` is made from');
  const count = flags.n ?? '10';
  if (count !== 'all' && !/^\d+$/.test(count)) {
    throw new SnapError('invalid argument for flag ‘-n’: expected a non-negative integer argument, or “all”.');
  }
  const lines: string[] = [];
  for (const { service } of atLeastOne(host, names)) {
    const text = await readFile(outputOf(host.folders, service), 'utf8').catch(() => '');
    for (const line of text.split('\n').filter(Boolean)) {
      const time = /"\$date":"([^"]+)"/.exec(line)?.[1] ?? '-';
      lines.push(`${time} ${snapName}.${service}: ${line}\n`);
    }
  }
  return { stdout: (count === 'all' ? lines : Number(count) === 0 ? [] : lines.slice(-Number(count))).join('') };
};

/** Runs a server of the snap in the foreground, for what ends by itself: `snap run charmed-mongodb.mongod --version`. */
export const run: Verb = async (host, words) => {
  const [name = '', ...rest] = words;
  if (name === '') throw new SnapError('need the application to run as argument');
  const [snap = '', app = snap] = name.split(/\.(.*)/s);
  installedSnap(host, snap);
  if (app !== 'mongod' && app !== 'mongos') throw new SnapError(`cannot find app "${app}" in "${snap}"`);
  const path = join(host.folders.mount, 'usr', 'bin', app);
  const options = { timeout: 60_000, cwd: host.folders.root, stripFinalNewline: false, reject: false } as const;
  const { failed, stdout, stderr, shortMessage } = await execa(path, rest, options);
  if (failed) throw new SnapError(`cannot run ${name}: ${stderr.trim() || stdout.trim() || shortMessage}`);
  return { stdout, stderr };
};

const atLeastOne = (host: SnapHost, names: readonly string[]) => {
  if (names.length === 0) throw new SnapError('the required argument `<service> (at least 1 argument)` was not provided');
  return servicesNamed(host, names);
};

const refuseMissing = async (host: SnapHost, services: readonly ServiceName[], command: string) => {
  for (const service of services) {
    const why = await host.missing(service);
    if (why === undefined) continue;
    const list = services.map(name => `"${name}"`).join(' ');
    throw new SnapError(
      `cannot perform the following tasks:\n- Run service command "${command}" for services [${list}] of snap "${snapName}" (${why})`,
    );
  }
};

const remember = async (host: SnapHost, service: ServiceName, change: { active?: boolean; enabled?: boolean }) => {
  const snap = host.state.snap;
  if (snap === undefined) return;
  Object.assign(snap.services[service], change);
  await host.save();
};
