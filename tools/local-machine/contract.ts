// What the local Juju needs of a unit's machine, and what tests do to it. Types only.
export type CommandReply = { code: number; stdout: string; stderr: string };

/** One machine: a root folder, a loopback address, and commands like `snap` that hooks find in PATH. */
export type LocalMachine = {
  readonly root: string;
  readonly address: string;
  /** Folder with the machine's commands (snap, …), to be put behind the hook tools and before the rest of PATH. */
  readonly commandFolder: string;
  /** Answers a command that a shim in `commandFolder` sent. */
  command(name: string, args: readonly string[], cwd: string): Promise<CommandReply>;
  /** After a restart of the background process: finds running services again, starts those that should run and do not. */
  recover(): Promise<void>;
  /** Service processes now: name like `charmed-mongodb.mongod`, pid if it runs. */
  services(): { name: string; pid?: number; enabled: boolean; active: boolean }[];
  /** Faults for tests and demonstrations; each refuses with a sentence when there is nothing to do it to. */
  fault(request: MachineFault): Promise<string>;
  /** Ends every process of the machine. The folder is removed by the caller. */
  shutdown(): Promise<void>;
};
export type MachineFault =
  | { kind: 'kill'; service: string; signal?: 'SIGKILL' | 'SIGTERM' } // the supervisor restarts it
  | { kind: 'freeze'; service: string } // SIGSTOP
  | { kind: 'thaw'; service: string }
  | { kind: 'cut-network' } // nothing on the machine's address answers any more
  | { kind: 'restore-network' }
  | { kind: 'lose-disk' } // what lies on the storage is gone, services are killed
  | { kind: 'fill-disk' } // nothing more can be written to the storage
  | { kind: 'free-disk' }
  | { kind: 'reboot' } // services end, and those that are enabled start again
  | { kind: 'change-address'; address: string };

export type MachineOptions = {
  root: string;
  address: string;
  /** How the shims reach the background process: written into the shim files (mode 0700). */
  shim: { host: string; port: number; token: string };
  log(level: 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR', message: string): void;
  /** Called when a service started, died or was restarted. */
  changed(): void;
};
export type OpenMachine = (options: MachineOptions) => Promise<LocalMachine>;
