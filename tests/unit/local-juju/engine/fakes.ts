// Stand-ins for the other rooms, so that the engine can be tested by itself: tools that write into bags by a script, a machine
// without services.

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HookContext, MakeContext } from '../../../../tools/local-juju/contract.ts';
import type { Wiring } from '../../../../tools/local-juju/engine/live-model.ts';
import type { OpenMachine } from '../../../../tools/local-machine/contract.ts';

/** Called when a hook's program has ended well, in the place of what its tools would have written. Text refuses the commit. */
export type OnCommit = (context: Parameters<MakeContext>[0], unit: string, hook: Parameters<MakeContext>[3]) => string | undefined;

export const fakeWiring = (onCommit: OnCommit = () => undefined): Wiring => ({
  openMachine: fakeMachine,
  makeContext: (host, id, unit, hook): HookContext => ({
    id,
    unit,
    hook,
    call: async () => ({ code: 0, stdout: '', stderr: '' }),
    commit: () => onCommit(host, unit, hook),
    discard: () => undefined,
    ...(hook.kind === 'action' || hook.kind === 'exec' ? { action: { results: {}, failed: false, message: '' } } : {}),
  }),
  serveTools: (host, port) =>
    new Promise((settle, refuse) => {
      const server = createServer();
      server.once('error', refuse);
      server.listen(port, host, () => settle(server));
    }),
  writeTools: () => undefined,
  writeMachineCommand: () => undefined,
  toolHelp: { names: [], purpose: () => '', page: () => undefined },
  path: '/usr/bin:/bin',
});

const fakeMachine: OpenMachine = async options => {
  await mkdir(options.root, { recursive: true });
  let { address } = options;
  return {
    root: options.root,
    get address() {
      return address;
    },
    commandFolder: join(options.root, 'bin'),
    command: async () => ({ code: 0, stdout: '', stderr: '' }),
    recover: async () => undefined,
    services: () => [],
    fault: async request => {
      if (request.kind === 'change-address') address = request.address;
      return 'done';
    },
    shutdown: async () => undefined,
  };
};

/** A folder under the system's temporary one, removed afterwards. */
export const withFolder = async (work: (folder: string) => Promise<void>): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'lj-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
