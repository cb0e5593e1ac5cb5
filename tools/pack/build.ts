// Makes build/<charm>/, the folder that Juju deploys and charmcraft packs: `node tools/pack/build.ts [charm…]`, or `build` from the local
// Juju, which builds what is deployed by name. A folder that is up to date is left as it is.
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type CharmName, charmNames, charmParts, projectFolder } from './charms.ts';
import { isFresh, stampOf, writeStamp } from './freshness.ts';
import { withLock } from './lock.ts';
import { stage } from './stage.ts';

/**
 * Builds the charm unless that has been done and nothing it is made from has changed since. Safe to call from many processes at once:
 * one builds, the others wait and find it done.
 * @param target the folder that holds the builds.
 * @returns the charm's folder. @throws when there is no such charm, or it cannot be built.
 */
export const build = async (name: CharmName, target = join(projectFolder, 'build')): Promise<string> => {
  const parts = charmParts(name);
  const folder = join(target, name);
  const stamp = join(target, `${name}.json`);
  if (await isFresh(folder, stamp)) return folder;
  await mkdir(target, { recursive: true });
  await withLock(folder, async () => {
    if (await isFresh(folder, stamp)) return;
    const started = Date.now();
    const room = await mkdtemp(join(target, `.${name}-`));
    try {
      const inputs = await stage(parts, join(room, 'new'));
      // Without the stamp, whatever interrupts the exchange of the folders leaves a build that is made again.
      await rm(stamp, { force: true });
      await rename(folder, join(room, 'old')).catch(ignoreAbsence);
      await rename(join(room, 'new'), folder);
      await writeStamp(stamp, await stampOf(inputs, started));
    } finally {
      await rm(room, { recursive: true, force: true });
    }
  });
  return folder;
};

const ignoreAbsence = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'ENOENT') throw error;
};

if (import.meta.main) {
  const names = process.argv.length > 2 ? process.argv.slice(2) : charmNames;
  for (const name of names) {
    try {
      process.stdout.write(`${await build(name as CharmName)}\n`);
    } catch (error) {
      process.stderr.write(`cannot build ${name}: ${(error as Error).message}\n`);
      process.exitCode = 1;
    }
  }
}
