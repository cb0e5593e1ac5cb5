// What tests and demonstrations do to a machine: ends and halts of services, a cut network, a lost or full disk, a reboot, another address.
import { readdir, readFile, rm } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { join } from 'node:path';
import type { MachineFault } from './contract.ts';
import { fillDisk, freeDisk } from './full-disk.ts';
import { type MachineState, type ServiceName, serviceNames } from './machine-state.ts';
import { readSettings } from './mongod-command.ts';
import { isFrozen, type ProcessIdentity, signalProcess } from './processes.ts';
import { type SnapFolders, snapName } from './snap-folders.ts';
import type { Supervisor } from './supervisor.ts';

export type FaultHost = {
  readonly folders: SnapFolders;
  readonly state: MachineState;
  readonly services: Readonly<Record<ServiceName, Supervisor>>;
  save(): Promise<void>;
  address(): string;
  moveTo(address: string): void;
};

/**
 * Inflicts one fault.
 * @returns what was done, in a sentence. @throws {Error} with a sentence when there is nothing to do it to.
 */
export const inflict = async (host: FaultHost, fault: MachineFault): Promise<string> => {
  switch (fault.kind) {
    case 'kill': {
      const process = runningService(host, fault.service);
      const signal = fault.signal ?? 'SIGKILL';
      signalProcess(process, signal);
      return `sent ${signal} to ${fault.service} (pid ${process.pid}); it is started again`;
    }
    case 'freeze': {
      const process = runningService(host, fault.service);
      if (isFrozen(process)) throw new Error(`cannot freeze ${fault.service}: it is frozen already`);
      signalProcess(process, 'SIGSTOP');
      return `froze ${fault.service} (pid ${process.pid})`;
    }
    case 'thaw': {
      const process = runningService(host, fault.service);
      if (host.state.networkCut) throw new Error(`cannot thaw ${fault.service}: the machine's network is cut; restore it first`);
      if (!isFrozen(process)) throw new Error(`cannot thaw ${fault.service}: it is not frozen`);
      signalProcess(process, 'SIGCONT');
      return `thawed ${fault.service} (pid ${process.pid})`;
    }
    case 'cut-network':
      return cutNetwork(host);
    case 'restore-network':
      return restoreNetwork(host);
    case 'lose-disk':
      return loseDisk(host);
    case 'fill-disk':
      return fillDisk(host);
    case 'free-disk':
      return freeDisk(host);
    case 'reboot':
      return reboot(host);
    case 'change-address':
      return changeAddress(host, fault.address);
  }
};

/**
 * From outside a machine without network looks like one whose processes are halted: nothing is answered, no connection is refused and
 * none is closed, until the other side's patience ends. So that is what is done, since it needs no privileges. The one difference:
 * what runs there does not notice. A primary that is cut off cannot step down by itself, but it cannot take writes either.
 */
const cutNetwork = async (host: FaultHost): Promise<string> => {
  if (host.state.networkCut) throw new Error('cannot cut the network: it is cut already');
  const running = processes(host);
  host.state.networkCut = true;
  await host.save();
  for (const process of running) signalProcess(process, 'SIGSTOP');
  return `cut the network of ${host.address()}: ${running.length} service(s) no longer answer`;
};

const restoreNetwork = async (host: FaultHost): Promise<string> => {
  if (!host.state.networkCut) throw new Error('cannot restore the network: it is not cut');
  host.state.networkCut = false;
  await host.save();
  const running = processes(host);
  for (const process of running) signalProcess(process, 'SIGCONT');
  return `restored the network of ${host.address()}: ${running.length} service(s) answer again`;
};

/** The services are killed, what mongod's dbPath holds is removed, and the services come up again on an empty folder. */
const loseDisk = async (host: FaultHost): Promise<string> => {
  if (host.state.snap === undefined) throw new Error(`cannot lose the disk: ${snapName} is not installed, so there is nothing on it`);
  const wanted = serviceNames.filter(service => host.state.snap?.services[service].active);
  const config = await readFile(join(host.folders.data, 'etc', 'mongod', 'mongod.conf'), 'utf8').catch(() => '');
  const named = readSettings(config)['storage.dbPath'];
  const folder = typeof named === 'string' ? named : join(host.folders.common, 'var', 'lib', 'mongodb');
  if (!folder.startsWith(`${host.folders.root}/`)) throw new Error(`cannot lose the disk: ${folder} is not on this machine`);
  for (const process of processes(host)) signalProcess(process, 'SIGKILL');
  await Promise.all(wanted.map(service => host.services[service].stop()));
  const entries = await readdir(folder).catch(() => []);
  await Promise.all(entries.map(entry => rm(join(folder, entry), { recursive: true, force: true })));
  for (const service of wanted) await host.services[service].start();
  return `removed ${entries.length} entries of ${folder} and started ${wanted.length} service(s) again`;
};

/** As systemd does it: what runs is told to end, and what is enabled is started. */
const reboot = async (host: FaultHost): Promise<string> => {
  const { snap } = host.state;
  await Promise.all(serviceNames.map(service => host.services[service].stop()));
  const enabled = serviceNames.filter(service => snap?.services[service].enabled);
  for (const service of serviceNames) if (snap !== undefined) snap.services[service].active = enabled.includes(service);
  await host.save();
  for (const service of enabled) await host.services[service].start();
  return `rebooted; ${enabled.length} service(s) started`;
};

const changeAddress = async (host: FaultHost, address: string): Promise<string> => {
  if (address !== '::1' && (!isIPv4(address) || !address.startsWith('127.')))
    throw new Error(`cannot change the address: ${address} is not of the form 127.x.y.z, nor ::1`);
  const before = host.address();
  if (address === before) throw new Error(`cannot change the address: it is ${address} already`);
  host.moveTo(address);
  const wanted = serviceNames.filter(service => host.state.snap?.services[service].active);
  for (const service of wanted) {
    await host.services[service].stop();
    await host.services[service].start();
  }
  return `moved from ${before} to ${address}; ${wanted.length} service(s) restarted`;
};

const processes = (host: FaultHost): ProcessIdentity[] =>
  serviceNames.map(service => host.services[service].running()).filter(process => process !== undefined);

const runningService = (host: FaultHost, name: string): ProcessIdentity => {
  const service = serviceNames.find(known => name === known || name === `${snapName}.${known}`);
  if (service === undefined)
    throw new Error(`there is no service ${name}; known are ${serviceNames.map(known => `${snapName}.${known}`).join(', ')}`);
  const process = host.services[service].running();
  if (process === undefined) throw new Error(`${name} does not run`);
  return process;
};
