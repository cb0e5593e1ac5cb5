// Where a charm comes from: a folder, a .charm file, or the name of one of the repository's own builds. Brought into the model's
// folder once for each revision.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { JujuError } from '../contract.ts';
import type { Charm, Model } from '../state.ts';
import { deployCharm } from './charm-folder.ts';
import { type CharmDescription, readCharm } from './charm-yaml.ts';
import { unzip } from './unzip.ts';

/** A charm that was read and waits, in a folder of its own, for its revision. */
export type FoundCharm = { folder: string; charm: CharmDescription };

const isPath = (source: string): boolean =>
  isAbsolute(source) || source.startsWith('./') || source.startsWith('../') || source === '.' || source.endsWith('.charm');

/** Unpacks or copies the charm and reads it. @param cwd of the client. @throws {JujuError} */
export const fetchCharm = async (source: string, cwd: string, modelFolder: string): Promise<FoundCharm> => {
  const origin = isPath(source) ? resolve(cwd, source) : await buildByName(source);
  const info = await stat(origin).catch(() => undefined);
  if (info === undefined) throw new JujuError(`no charm was found at "${source}"`);
  const folder = join(modelFolder, 'charms', `.new-${randomUUID()}`);
  await mkdir(join(modelFolder, 'charms'), { recursive: true });
  try {
    // A build is replaced whole and never changed, so its big files can be shared.
    if (!isPath(source)) await deployCharm(origin, folder);
    else if (info.isDirectory()) {
      checkFolder(source, origin, modelFolder);
      await cp(origin, folder, { recursive: true, verbatimSymlinks: true, filter: path => basename(path) !== '.git' });
    } else await unzip(origin, folder);
    return { folder, charm: await readCharm(folder) };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error instanceof JujuError ? error : new JujuError(`cannot read charm "${source}": ${(error as Error).message}`);
  }
};

/** Says what is wrong before a folder is copied that may be large. */
const checkFolder = (source: string, origin: string, modelFolder: string): void => {
  const has = (name: string): boolean => existsSync(join(origin, name));
  if (!has('metadata.yaml') && !has('charmcraft.yaml')) throw new JujuError(`"${source}" is not a charm: it has no metadata.yaml`);
  if (!['dispatch', 'hooks', 'actions'].some(has)) {
    throw new JujuError(`"${source}" is the source of a charm, not a charm: it has neither dispatch nor hooks; build it first`);
  }
  if (`${modelFolder}/`.startsWith(`${origin}/`))
    throw new JujuError(`"${source}" holds the data of the local Juju: set JUJU_DATA to another folder`);
};

/** Gives the charm its revision and its place in the model. */
export const keepCharm = async (model: Model, found: FoundCharm, modelFolder: string, base: Charm['base']): Promise<Charm> => {
  const { name } = found.charm;
  const revision = model.charmCounters[name] ?? 0;
  model.charmCounters[name] = revision + 1;
  const charm: Charm = { ...found.charm, url: `local:${name}-${revision}`, revision, base };
  const folder = charmFolder(modelFolder, charm);
  await rm(folder, { recursive: true, force: true });
  await rename(found.folder, folder);
  return charm;
};

/** Forgets a charm that is not used after all. */
export const dropCharm = (found: FoundCharm): Promise<void> => rm(found.folder, { recursive: true, force: true });

export const charmFolder = (modelFolder: string, charm: { name: string; revision: number }): string =>
  join(modelFolder, 'charms', `${charm.name}-${charm.revision}`);

const ownCharms = ['mongodb', 'mongos', 'data-integrator'];

/** Charms, unpacked, that stand in for builds: with it the tests deploy by name what they have packed. Nothing in it may change. */
const unpackedCharms = process.env.LOCAL_JUJU_CHARMS;

const buildByName = async (name: string): Promise<string> => {
  const unpacked = unpackedCharms === undefined ? undefined : join(unpackedCharms, name);
  if (unpacked !== undefined && ownCharms.includes(name) && existsSync(unpacked)) return unpacked;
  const root = join(import.meta.dirname, '..', '..', '..');
  const builder = join(root, 'tools', 'pack', 'build.ts');
  if (!ownCharms.includes(name)) {
    throw new JujuError(
      `"${name}" is not one of this repository's charms (${ownCharms.join(', ')}), and the local Juju does not reach Charmhub: give the path of a folder or a .charm file, as in ./${name}.charm`,
    );
  }
  if (!existsSync(builder)) throw new JujuError(`cannot build "${name}": tools/pack/build.ts is missing`);
  const { build } = (await import(pathToFileURL(builder).href)) as { build(name: string): Promise<unknown> };
  try {
    await build(name);
  } catch (error) {
    throw new JujuError(`cannot build "${name}": ${(error as Error).message}`);
  }
  return join(root, 'build', name);
};
