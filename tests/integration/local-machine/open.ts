// A machine for a test: its own folder and address, its `snap` called through the real shim, everything gone at the test's end.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { onTestFinished } from 'vitest';
import type { CommandReply, LocalMachine } from '../../../tools/local-machine/contract.ts';
import { openMachine } from '../../../tools/local-machine/machine.ts';
import { makeTestFolder } from '../../support/run-folder.ts';
import { runProgram } from '../../support/run-program.ts';
import { serveShims } from '../../support/shim-server.ts';
import { until } from '../../support/until.ts';

export type TestMachine = {
  machine: LocalMachine;
  root: string;
  log: string[];
  changes: () => number;
  /** Calls `snap` as a hook would: by its name in PATH. */
  snap(...words: string[]): Promise<CommandReply>;
  /** Writes mongod.conf with the machine's folders; `more` is YAML text to be added. */
  configure(more?: string): Promise<void>;
  mongodPid(): number | undefined;
};

// Each test has its own address, so that files may run side by side.
let lastAddress = 0;
export const freshAddress = (): string => {
  lastAddress += 1;
  return `127.${100 + (process.pid % 100)}.${Math.floor(process.pid / 100) % 250}.${lastAddress}`;
};

export const openTestMachine = async (options: { root?: string; address?: string } = {}): Promise<TestMachine> => {
  const root = options.root ?? (await makeTestFolder('m'));
  const log: string[] = [];
  let changes = 0;
  const server = await serveShims(({ name, args, cwd, token }) =>
    token === 'a-token' ? machine.command(name, args, cwd) : Promise.resolve({ code: 1, stdout: '', stderr: `wrong token ${token}\n` }),
  );
  const machine = await openMachine({
    root,
    address: options.address ?? freshAddress(),
    shim: { host: '127.0.0.1', port: server.port, token: 'a-token' },
    log: (level, message) => log.push(`${level} ${message}`),
    changed: () => {
      changes += 1;
    },
  });
  onTestFinished(async () => {
    await machine.shutdown();
    await server.close();
    await rm(root, { recursive: true, force: true });
  });
  const common = join(root, 'var', 'snap', 'charmed-mongodb', 'common', 'var');
  return {
    machine,
    root,
    log,
    changes: () => changes,
    snap: async (...words) => {
      const env = { PATH: `${machine.commandFolder}:${process.env.PATH}` };
      const { exitCode: code = -1, stdout, stderr } = await runProgram('snap', words, { env, cwd: root });
      return { code, stdout, stderr };
    },
    configure: (more = '') =>
      writeFile(
        join(root, 'var', 'snap', 'charmed-mongodb', 'current', 'etc', 'mongod', 'mongod.conf'),
        `storage: {dbPath: ${common}/lib/mongodb}\nnet: {port: 27017, bindIpAll: true}\n${more}\n`,
      ),
    mongodPid: () => machine.services().find(({ name }) => name === 'charmed-mongodb.mongod')?.pid,
  };
};

/** Connects to the mongod of a machine once it answers; the connection ends with the test. */
export const connect = async (address: string, limitMs = 60_000): Promise<MongoClient> =>
  until(
    `mongod on ${address}`,
    async () => {
      const client = new MongoClient(`mongodb://${address}:27017/?directConnection=true&serverSelectionTimeoutMS=1000`);
      try {
        await client.db('admin').command({ ping: 1 });
        onTestFinished(() => client.close());
        return client;
      } catch {
        await client.close();
        return undefined;
      }
    },
    limitMs,
  );

/** Whether the mongod answers within a second. */
export const answers = async (address: string): Promise<boolean> => {
  const client = new MongoClient(`mongodb://${address}:27017/?directConnection=true`, {
    serverSelectionTimeoutMS: 1_000,
    connectTimeoutMS: 1_000,
    socketTimeoutMS: 1_000,
  });
  try {
    await client.db('admin').command({ ping: 1 });
    return true;
  } catch {
    return false;
  } finally {
    await client.close();
  }
};
