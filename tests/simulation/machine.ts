// What a unit's machine offers: `snap` with its services, and the version of mongod. Laid out as snapd and the local machine do it.

import { startServer, stopServer } from './database/life.ts';
import * as disk from './disk.ts';
import { between, currentProgram, sleep } from './kernel.ts';
import { currentWorld, type Machine, rootOf } from './world.ts';

type Reply = { code: number; stdout: string; stderr: string };
const said = (stdout: string): Reply => ({ code: 0, stdout, stderr: '' });
const refused = (stderr: string): Reply => ({ code: 1, stdout: '', stderr: `error: ${stderr}\n` });

const SNAP = 'charmed-mongodb';
const services = ['mongod', 'mongos'] as const;
type Service = (typeof services)[number];

/** Told of each server that the charm stops or restarts, before it does: for the checks of a simulation. */
export const stops: { seen(machine: string, service: Service): void } = { seen: () => {} };

export async function runMachineCommand(command: string, words: readonly string[]): Promise<Reply> {
  const world = currentWorld();
  const id = currentProgram()?.machine ?? '';
  const machine = world.machines[id];
  if (machine === undefined) return refused('there is no such machine any more');
  if (command.endsWith('/usr/bin/mongod')) return machine.snap ? said('db version v6.0.6\n') : refused('no such file');
  if (command !== 'snap') return refused(`no command ${command}`);
  const [verb = '', ...rest] = words;
  const named = rest.find(word => word.startsWith(SNAP));
  const service = services.find(one => named === `${SNAP}.${one}`);
  switch (verb) {
    case 'install':
      if (!machine.snap) await install(machine);
      return said('installed\n');
    case 'refresh':
      return machine.snap ? said('held\n') : refused(`snap "${SNAP}" is not installed`);
    case 'services':
      if (service === undefined || !machine.snap) return refused('unknown service');
      return said(
        `Service  Startup  Current  Notes\n${SNAP}.${service}  ${machine.services[service] ? 'enabled' : 'disabled'}  ${isUp(id, service) ? 'active' : 'inactive'}  -\n`,
      );
    case 'start':
    case 'restart':
      if (service === undefined || !machine.snap) return refused('unknown service');
      machine.services[service] = true;
      if (verb === 'restart') stops.seen(id, service);
      if (verb === 'restart') await stopServer(id, service);
      startServer(id, service);
      return said('started\n');
    case 'stop':
      if (service === undefined || !machine.snap) return refused('unknown service');
      machine.services[service] = false;
      stops.seen(id, service);
      await stopServer(id, service);
      return said('stopped\n');
    case 'remove':
      if (machine.snap) await remove(machine);
      return said('removed\n');
    default:
      return refused(`unknown command ${verb}`);
  }
}

const isUp = (machine: string, service: Service): boolean => currentWorld().servers[`${machine} ${service}`] !== undefined;

async function install(machine: Machine): Promise<void> {
  await sleep(between(100, 3_000));
  const { files } = currentWorld();
  const root = rootOf(machine.id);
  const data = `${root}/var/snap/${SNAP}`;
  disk.makeFolders(files, `${root}/snap/${SNAP}/123`);
  disk.link(files, `${root}/snap/${SNAP}/current`, '123');
  disk.makeFolders(files, `${data}/123/etc/mongod`);
  disk.link(files, `${data}/current`, '123');
  disk.makeFolders(files, `${data}/common/var/lib/mongodb`);
  disk.makeFolders(files, `${data}/common/var/log/mongodb`);
  disk.create(files, `${data}/123/etc/mongod/mongod.conf`, `storage:\n  dbPath: ${data}/common/var/lib/mongodb\nnet:\n  port: 27017\n`);
  machine.snap = true;
}

/** All that lies in the snap's folders goes, data too, but for what a link leads to: that stands for a mounted storage. */
async function remove(machine: Machine): Promise<void> {
  for (const service of services) await stopServer(machine.id, service);
  const world = currentWorld();
  const root = rootOf(machine.id);
  disk.remove(world.files, `${root}/snap/${SNAP}`);
  const common = `${root}/var/snap/${SNAP}/common`;
  const mounted = world.files.get(common);
  for (const path of Object.keys(world.disks)) if (path.startsWith(`${root}/`)) delete world.disks[path];
  disk.remove(world.files, `${root}/var/snap/${SNAP}`);
  if (mounted?.kind === 'link') disk.link(world.files, common, mounted.to);
  machine.snap = false;
  machine.services = { mongod: false, mongos: false };
}
