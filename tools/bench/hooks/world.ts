// The model on whose units hooks are measured: deployed by commands on the local Juju, and then left alone.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Juju, openJuju } from '../../demo/juju.ts';
import type { Model } from '../../local-juju/state.ts';
import { clients, routed } from './scenarios.ts';

export const modelName = 'bench';
const limitMs = 240_000;

/** @property folder of the model on disk. */
export type World = { juju: Juju; folder: string; state(): Promise<Model> };

/** A new model in the data folder, whose own update-status hooks never come to pass. @param charms folder of other builds of the charms. */
export const openWorld = async (data: string, interrupted: AbortSignal, charms?: string): Promise<World> => {
  const juju = openJuju(data, interrupted, charms);
  await juju.run('add-model', modelName, '--config', 'update-status-hook-interval=60m');
  const folder = await folderOf(data);
  return { juju, folder, state: () => readModel(folder) };
};

/** Three members and two clients. @returns how many units there will be of each application. */
export const deployReplicaSet = async ({ juju }: World): Promise<Record<string, number>> => {
  await juju.run('deploy', 'mongodb', '-n', '3');
  for (const client of clients) {
    await juju.run('deploy', 'data-integrator', client, '--config', `database-name=${client}`);
    await juju.run('integrate', 'mongodb', client);
  }
  return { mongodb: 3, ...Object.fromEntries(clients.map(client => [client, 1])) };
};

/** A config server, a shard, and a router beside a client. */
export const deployCluster = async ({ juju }: World): Promise<Record<string, number>> => {
  await juju.run('deploy', 'mongodb', 'config-server', '--config', 'role=config-server');
  await juju.run('deploy', 'mongodb', 'shard', '--config', 'role=shard');
  await juju.run('deploy', 'data-integrator', routed, '--config', `database-name=${routed}`);
  await juju.run('deploy', 'mongos');
  await juju.run('integrate', 'config-server:config-server', 'shard:sharding');
  await juju.run('integrate', 'mongos', routed);
  await juju.run('integrate', 'config-server', 'mongos');
  return { 'config-server': 1, shard: 1, mongos: 1, [routed]: 1 };
};

type Counts = Readonly<Record<string, number>>;

/** Waits until these applications have that many units, all active, and no agent of the model has had anything to do for a second. */
export const untilCalm = (world: World, applications: Counts): Promise<void> => untilCalmFor(1_000, world, applications);

/** Waits until these applications have that many units, all active, and all agents of the model are idle. */
export const untilActive = (world: World, applications: Counts): Promise<void> => untilCalmFor(0, world, applications);

const untilCalmFor = async (calmMs: number, { state }: World, applications: Counts): Promise<void> => {
  const deadline = Date.now() + limitMs;
  let calmSince: number | undefined;
  for (;;) {
    const model = await state();
    const now = Date.now();
    calmSince = isCalm(model, applications) ? (calmSince ?? now) : undefined;
    if (calmSince !== undefined && now - calmSince >= calmMs) return;
    if (now > deadline) throw new Error(`waited ${limitMs / 1000} s in vain for all to be active: ${wordsOf(model)}`);
    await sleep(20);
  }
};

const isCalm = ({ units }: Model, applications: Counts): boolean =>
  Object.entries(applications).every(([name, count]) => {
    const active = Object.values(units).filter(({ application, workload }) => application === name && workload.current === 'active');
    return active.length === count;
  }) && Object.values(units).every(({ agent, agentStatus }) => agentStatus.current === 'idle' && agent.running === undefined);

const wordsOf = ({ units }: Model): string =>
  Object.values(units)
    .map(({ name, workload, agentStatus }) => `${name} ${workload.current} (${workload.message}), ${agentStatus.current}`)
    .join('; ');

const folderOf = async (data: string): Promise<string> => {
  for (const entry of await readdir(data, { withFileTypes: true })) {
    const folder = join(data, entry.name);
    if (entry.isDirectory() && (await readModel(folder).catch(() => undefined))?.name === modelName) return folder;
  }
  throw new Error(`there is no model ${modelName} in ${data}`);
};

const readModel = async (folder: string): Promise<Model> => JSON.parse(await readFile(join(folder, 'model.json'), 'utf8')) as Model;
