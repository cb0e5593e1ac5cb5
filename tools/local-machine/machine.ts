// One machine of the local Juju: its folders, its `snap`, its services, and the faults that tests inflict on it.
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalMachine, MachineFault, OpenMachine } from './contract.ts';
import { type FaultHost, inflict } from './faults.ts';
import { loadState, type ServiceName, saveState, serviceNames } from './machine-state.ts';
import { findMarked, isAlive, signalProcess } from './processes.ts';
import { prepareLaunch, whyMissing } from './service-launch.ts';
import { shimScript } from './shim.ts';
import { onlyLooks, runSnap } from './snap.ts';
import { snapFolders, snapName } from './snap-folders.ts';
import type { SnapHost } from './snap-host.ts';
import { type Supervisor, supervise } from './supervisor.ts';

/** Opens a machine, new or known. Nothing is started; `recover` does that after a restart of the background process. */
export const openMachine: OpenMachine = async options => {
  const folders = snapFolders(options.root);
  for (const folder of [folders.own, folders.commands, folders.temporary, join(options.root, 'etc')]) {
    await mkdir(folder, { recursive: true });
  }
  await writeCommand(join(folders.commands, 'snap'), shimScript(options.shim, options.shim.token));
  const state = await loadState(folders.state);
  let address = options.address;
  let open = true;

  const services = Object.fromEntries(
    serviceNames.map(service => [
      service,
      supervise({
        name: `${snapName}.${service}`,
        launch: () => prepareLaunch(folders, state, service, address),
        log: (level, message) => options.log(level, message),
        changed: options.changed,
        // A machine without network stays without it, whatever is started there.
        started: identity => state.networkCut && signalProcess(identity, 'SIGSTOP'),
      }),
    ]),
  ) as Record<ServiceName, Supervisor>;

  const host: SnapHost & FaultHost = {
    folders,
    state,
    services,
    save: () => saveState(folders.state, state),
    missing: whyMissing,
    address: () => address,
    moveTo: next => {
      address = next;
    },
  };

  // What changes the machine is done one after the other, as snapd does its changes.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };

  const machine: LocalMachine = {
    root: options.root,
    get address() {
      return address;
    },
    commandFolder: folders.commands,

    command: async (name, args) => {
      if (name !== 'snap') return { code: 127, stdout: '', stderr: `${name}: command not found\n` };
      if (!open) return { code: 1, stdout: '', stderr: 'error: cannot communicate with server: this machine was shut down\n' };
      return onlyLooks(args[0]) ? runSnap(host, args) : inTurn(() => runSnap(host, args));
    },

    recover: () =>
      inTurn(async () => {
        for (const { identity, rest } of await findMarked(`${folders.root}/`)) {
          const service = serviceNames.find(name => name === rest);
          const wanted = service !== undefined && state.snap?.services[service].active;
          if (wanted && services[service].running() === undefined) services[service].adopt(identity);
          else if (!service || services[service].running()?.pid !== identity.pid) signalProcess(identity, 'SIGKILL');
        }
        for (const service of serviceNames) if (state.snap?.services[service].active) await services[service].start();
      }),

    services: () =>
      state.snap === undefined
        ? []
        : serviceNames.map(service => {
            const process = services[service].running();
            return {
              name: `${snapName}.${service}`,
              enabled: state.snap?.services[service].enabled ?? false,
              active: process !== undefined,
              ...(process === undefined ? {} : { pid: process.pid }),
            };
          }),

    // A hook may be waiting for a service that was halted, so only those faults wait that start and stop services themselves.
    fault: request => (restarting.includes(request.kind) ? inTurn(() => inflict(host, request)) : inflict(host, request)),

    shutdown: async () => {
      open = false;
      await inTurn(() => Promise.all(serviceNames.map(service => services[service].stop(5_000))));
      await killMarked(`${folders.root}/`);
    },
  };
  return machine;
};

/** Faults that stop and start services. */
const restarting: readonly MachineFault['kind'][] = ['change-address', 'lose-disk', 'reboot'];

const writeCommand = async (path: string, text: string) => {
  // Replaced in one step: a hook may be calling the old one.
  await writeFile(`${path}.new`, text, { mode: 0o700 });
  await rename(`${path}.new`, path);
};

const killMarked = async (prefix: string) => {
  const left = await findMarked(prefix);
  for (const { identity } of left) signalProcess(identity, 'SIGKILL');
  const deadline = Date.now() + 5_000;
  while (left.some(({ identity }) => isAlive(identity)) && Date.now() < deadline) await new Promise(wake => setTimeout(wake, 20));
};
