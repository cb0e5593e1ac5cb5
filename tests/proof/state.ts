// What the local Juju keeps of a model on disk, read without running a command.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Model } from '../../tools/local-juju/state.ts';
import type { TestModel } from '../support/model.ts';

export const readState = async ({ data, name }: TestModel): Promise<Model> => {
  for (const entry of await readdir(data, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const text = await readFile(join(data, entry.name, 'model.json'), 'utf8').catch(() => undefined);
    const model = text === undefined ? undefined : (JSON.parse(text) as Model);
    if (model?.name === name) return model;
  }
  throw new Error(`there is no model ${name} in ${data}`);
};
