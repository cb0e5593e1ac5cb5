// The machines of a model while the background process runs: opened at need, each with the tools of its units and their agent sockets.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { lstat, mkdir, readlink, rm, rmdir, symlink } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { dirname, join, relative } from 'node:path';
import type { LocalMachine, OpenMachine } from '../../local-machine/contract.ts';
import type { ToolReply } from '../contract.ts';
import type { Machine, Model, Storage, Unit } from '../state.ts';
import { removeTree } from './files.ts';
import { endProcessesBelow } from './leftovers.ts';
import { mountTmpfs } from './mounts.ts';
import { agentFolder, machineRoot, toolsFolder } from './units.ts';

export type MachineCommand = LocalMachine['command'];
export type Machines = {
  get(id: string): LocalMachine | undefined;
  /** Opens a machine; once it is open, its agents can run. With `known` its services are found again. */
  open(machine: Machine, known: boolean): Promise<void>;
  /** Tools and agent socket of a unit. */
  prepareUnit(unit: Unit): void;
  forgetUnit(unit: Unit): void;
  /** Puts the storage where the charm expects it. */
  attach(storage: Storage, machine: string): Promise<void>;
  detach(storage: Storage): Promise<void>;
  /** Ends everything that runs there and removes its folder. */
  remove(id: string): Promise<void>;
  commandOf(token: string): MachineCommand | undefined;
  /** Lets go without ending anything that runs. */
  release(): void;
};
type Needed = {
  model: Model;
  folder: string;
  port: number;
  openMachine: OpenMachine;
  writeTools(folder: string, address: { host: string; port: number }): void;
  writeMachineCommand(path: string, address: { host: string; port: number; token: string }): void;
  /** Answers `juju-exec` of a machine. */
  jujuExec(machine: string, words: readonly string[]): Promise<ToolReply>;
  log(entity: string, level: string, module: string, message: string): void;
  changed(): void;
};

export const keepMachines = (needed: Needed): Machines => {
  const { model, folder } = needed;
  const address = { host: `${model.network}.1`, port: needed.port };
  const open = new Map<string, LocalMachine>();
  const commands = new Map<string, MachineCommand>();
  const sockets = new Map<string, Server>();
  const beingOpened = new Map<string, Promise<unknown>>();

  const makeReady = async (id: string, at: string, token: string): Promise<LocalMachine> => {
    const root = machineRoot(folder, id);
    await mkdir(root, { recursive: true, mode: 0o755 });
    return needed.openMachine({
      root,
      address: at,
      shim: { ...address, token },
      log: (level, message) => needed.log(`machine-${id}`, level, 'juju.local.machine', message),
      changed: needed.changed,
    });
  };

  /** In the machine's PATH, and where a real machine has it. */
  const writeJujuExec = ({ root, commandFolder }: LocalMachine, token: string): void => {
    const path = join(commandFolder, 'juju-exec');
    needed.writeMachineCommand(path, { ...address, token });
    const place = join(root, 'usr', 'bin');
    mkdirSync(place, { recursive: true });
    rmSync(join(place, 'juju-exec'), { force: true });
    symlinkSync(relative(place, path), join(place, 'juju-exec'));
  };

  return {
    get: id => open.get(id),
    open: async (machine, known) => {
      const token = randomBytes(16).toString('hex');
      const work = makeReady(machine.id, machine.address, token).then(async opened => {
        if (known) await opened.recover();
        writeJujuExec(opened, token);
        commands.set(token, (name, args, cwd) =>
          name === 'juju-exec' ? needed.jujuExec(machine.id, args) : opened.command(name, args, cwd),
        );
        open.set(machine.id, opened);
      });
      beingOpened.set(machine.id, work);
      await work.finally(() => beingOpened.delete(machine.id));
    },
    prepareUnit: unit => {
      mkdirSync(agentFolder(folder, unit), { recursive: true });
      needed.writeTools(toolsFolder(folder, unit), address);
      if (!sockets.has(unit.name)) sockets.set(unit.name, listen(join(agentFolder(folder, unit), 'agent.socket'), join(folder, 's')));
    },
    forgetUnit: unit => {
      sockets.get(unit.name)?.close();
      sockets.delete(unit.name);
      removeTree(agentFolder(folder, unit));
      removeTree(toolsFolder(folder, unit));
    },
    attach: async (storage, machine) => {
      const problem = await attachStorage(folder, storage, machineRoot(folder, machine));
      if (problem !== undefined)
        needed.log(`machine-${machine}`, 'INFO', 'juju.local.machine', `storage ${storage.id} is a folder and no tmpfs: ${problem}`);
    },
    detach: storage => detachStorage(folder, storage),
    remove: async id => {
      const root = machineRoot(folder, id);
      await beingOpened.get(id)?.catch(() => undefined);
      // One that was not opened yet may have services that an earlier background process started.
      const machine = open.get(id) ?? (existsSync(root) ? await makeReady(id, '', '') : undefined);
      open.delete(id);
      await machine?.shutdown();
      await endProcessesBelow(root);
      removeTree(root);
    },
    commandOf: token => commands.get(token),
    release: () => {
      for (const socket of sockets.values()) socket.close();
    },
  };
};

// A hook only looks whether the socket is there. It is bound under a short name and then moved: a socket's path may have 107 bytes,
// but that counts for the bind alone.
const listen = (path: string, short: string): Server => {
  rmSync(path, { force: true });
  rmSync(short, { force: true });
  const server = createServer(client => client.destroy());
  server.on('error', () => undefined);
  server.listen(short);
  renameSync(short, path);
  server.unref();
  return server;
};

/** @returns why storage of the pool `tmpfs` is a mere folder. */
const attachStorage = async (folder: string, storage: Storage, root: string): Promise<string | undefined> => {
  const volume = join(folder, storage.volume);
  await mkdir(volume, { recursive: true });
  const problem = storage.pool === 'tmpfs' ? mountTmpfs(volume, storage.sizeMiB) : undefined;
  await link(storage, volume, root);
  return problem;
};

const link = async (storage: Storage, volume: string, root: string): Promise<void> => {
  const target = relative(dirname(storage.location), volume);
  const present = await lstat(storage.location).catch(() => undefined);
  if (present?.isSymbolicLink() && (await readlink(storage.location)) === target) return;
  if (present?.isDirectory()) await rmdir(storage.location);
  else await rm(storage.location, { force: true });
  await mkdir(dirname(storage.location), { recursive: true });
  if (!storage.location.startsWith(`${root}/`)) throw new Error(`storage ${storage.id} would lie outside its machine`);
  await symlink(target, storage.location);
};

const detachStorage = async (folder: string, storage: Storage): Promise<void> => {
  const present = await lstat(storage.location).catch(() => undefined);
  if (!present?.isSymbolicLink()) return;
  const target = join(dirname(storage.location), await readlink(storage.location));
  if (target === join(folder, storage.volume)) await rm(storage.location);
};
