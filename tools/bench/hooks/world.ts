// The model on whose units hooks are measured: deployed by commands on the local Juju, and then left alone.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Juju, openJuju, type StatusJson } from '../../demo/juju.ts';
import type { Model } from '../../local-juju/state.ts';

export const modelName = 'bench';
const limitMs = 240_000;

/** @property folder of the model on disk. */
export type World = { juju: Juju; folder: string; state(): Promise<Model> };

/** A new model in the data folder, whose own update-status hooks never come to pass. */
export const openWorld = async (data: string, interrupted: AbortSignal): Promise<World> => {
  const juju = openJuju(data, interrupted);
  await juju.run('add-model', modelName, '--config', 'update-status-hook-interval=60m');
  const folder = await folderOf(data);
  return { juju, folder, state: () => readModel(folder) };
};

/** Waits until all units of these applications are active and no agent of the model has anything to do. */
export const untilCalm = async ({ juju }: World, applications: Readonly<Record<string, number>>): Promise<void> => {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const status = await juju.status();
    if (isCalm(status, applications)) return;
    if (Date.now() > deadline) throw new Error(`waited ${limitMs / 1000} s in vain for ${wordsOf(status)}`);
    await sleep(500);
  }
};

const isCalm = (status: StatusJson, applications: Readonly<Record<string, number>>): boolean =>
  Object.entries(applications).every(([name, count]) => {
    const units = Object.values(status.applications[name]?.units ?? {});
    return units.length === count && units.every(unit => unit['workload-status'].current === 'active');
  }) && unitsOf(status).every(([, unit]) => unit['juju-status'].current === 'idle');

const unitsOf = (status: StatusJson) => Object.values(status.applications).flatMap(application => Object.entries(application.units ?? {}));

const wordsOf = (status: StatusJson): string =>
  unitsOf(status)
    .map(([name, { 'workload-status': work, 'juju-status': agent }]) => `${name} ${work.current} (${work.message ?? ''}), ${agent.current}`)
    .join('; ');

const folderOf = async (data: string): Promise<string> => {
  for (const entry of await readdir(data, { withFileTypes: true })) {
    const folder = join(data, entry.name);
    if (entry.isDirectory() && (await readModel(folder).catch(() => undefined))?.name === modelName) return folder;
  }
  throw new Error(`there is no model ${modelName} in ${data}`);
};

const readModel = async (folder: string): Promise<Model> => JSON.parse(await readFile(join(folder, 'model.json'), 'utf8')) as Model;
