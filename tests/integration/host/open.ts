// A machine with the charm's host side on it: the effects as a hook applies them, and what can be seen of their outcome.
import { lstat } from 'node:fs/promises';
import { MongoClient } from 'mongodb';
import { onTestFinished } from 'vitest';
import { applyHost } from '../../../src/apply/host.ts';
import type { Outcome } from '../../../src/apply/outcome.ts';
import type { Config } from '../../../src/core/config.ts';
import type { HostEffect } from '../../../src/core/effects.ts';
import { type Host, openHost } from '../../../src/host/host.ts';
import { rotateLog } from '../../../src/mongo/logs.ts';
import { openMongo } from '../../../src/mongo/session.ts';
import { renderMongodConfig } from '../../../src/plan/mongod-config.ts';
import { until } from '../../support/until.ts';
import { openTestMachine, type TestMachine } from '../local-machine/open.ts';

export const KEY_FILE = 'a2V5IG9mIHRoZSB0ZXN0cyBmb3IgYWxsIG1lbWJlcnM=\n';

export type TestHost = TestMachine & {
  readonly host: Host;
  /** Applies one effect. */
  apply(effect: HostEffect): Promise<Outcome>;
  /** The same; an error unless it is done. */
  done(...effects: readonly HostEffect[]): Promise<void>;
};

/** `snap` is found in PATH until the test ends, as in a hook of this machine. */
export async function openTestHost(): Promise<TestHost> {
  const opened = await openTestMachine({ address: freshAddress() });
  const before = process.env.PATH;
  process.env.PATH = `${opened.machine.commandFolder}:${before}`;
  onTestFinished(() => {
    process.env.PATH = before;
  });
  const host = openHost(opened.root);
  const apply = async (effect: HostEffect): Promise<Outcome> => {
    const mongo = openMongo({ socket: host.paths.socket, keyFile: KEY_FILE });
    try {
      return await applyHost(host, effect, async () => rotateLog(await mongo.own()));
    } finally {
      await mongo.close();
    }
  };
  const done = async (...effects: readonly HostEffect[]): Promise<void> => {
    for (const effect of effects) {
      const outcome = await apply(effect);
      if (!outcome.ok) throw new Error(`${effect.do}: ${outcome.reason}`);
    }
  };
  return { ...opened, host, apply, done };
}

let lastAddress = 0;
/** Each worker has its own range, so that files may run side by side. */
const freshAddress = (): string => {
  lastAddress += 1;
  return `127.${40 + (process.pid % 20)}.${Math.floor(process.pid / 20) % 250}.${lastAddress}`;
};

const CONFIG: Config = {
  role: 'replication',
  'auto-delete': false,
  'client-networks': 'any',
  'client-password-rotation': 'never',
  'system-password-rotation': 'never',
  'system-users': '',
  'cache-size-mb': 0,
  'oplog-size-mb': 0,
  'slow-operation-threshold-ms': 100,
  'log-verbosity': 0,
  'election-timeout-ms': 5_000,
  'max-connections': 0,
};

export const configFor = ({ root }: TestHost, changes: Partial<Config> = {}, setName = 'mongodb'): { text: string; hash: string } =>
  renderMongodConfig({
    root,
    setName,
    config: { ...CONFIG, ...changes },
    percona: false,
    role: 'replication',
    keyToken: 'token',
    moves: 0,
  });

/** From nothing to a mongod that answers. */
export async function started(opened: TestHost, changes: Partial<Config> = {}): Promise<{ text: string; hash: string }> {
  const config = configFor(opened, changes);
  await opened.done(
    { do: 'install-snap', revision: '123' },
    { do: 'write-files', config: config.text, keyFile: KEY_FILE },
    { do: 'start-mongod' },
  );
  await hello(opened);
  return config;
}

/** What the mongod says to somebody without a login, on its socket, once it answers. */
export const hello = ({ host }: TestHost): Promise<Record<string, unknown>> =>
  until('mongod to answer', async () => {
    const client = new MongoClient(`mongodb://${encodeURIComponent(host.paths.socket)}/`, {
      directConnection: true,
      serverSelectionTimeoutMS: 1_000,
    });
    try {
      return await client.db('admin').command({ hello: 1 });
    } catch {
      return undefined;
    } finally {
      await client.close();
    }
  });

/** Permissions in octal, such as 0o640. */
export const modeOf = async (path: string): Promise<number> => (await lstat(path)).mode & 0o777;
