// The charms of this repository and what each is made from.
import { join, resolve } from 'node:path';

export const projectFolder = resolve(import.meta.dirname, '..', '..');

/** `yaml` is the folder with metadata.yaml, config.yaml and actions.yaml; `entry` the program that answers hooks and actions. */
export type CharmParts = { name: string; yaml: string; entry: string };

const charms = {
  mongodb: { yaml: '.', entry: 'src/mongodb.ts' },
  mongos: { yaml: 'mongos', entry: 'src/mongos.ts' },
  'data-integrator': { yaml: 'tests/charms/data-integrator', entry: 'tests/charms/data-integrator/src/charm.ts' },
} as const;

export type CharmName = keyof typeof charms;
export const charmNames = Object.keys(charms) as CharmName[];

/** @throws when the repository has no charm of this name. */
export const charmParts = (name: string): CharmParts => {
  if (!Object.hasOwn(charms, name))
    throw new Error(`this repository has no charm "${name}" (only ${charmNames.slice(0, -1).join(', ')} and ${charmNames.at(-1)})`);
  const { yaml, entry } = charms[name as CharmName];
  return { name, yaml: join(projectFolder, yaml), entry: join(projectFolder, entry) };
};
