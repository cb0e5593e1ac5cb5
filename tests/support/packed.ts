// The charms as they ship, packed and unpacked again, for all tests that deploy them. They are kept below `build`, for packing takes some
// seconds, and the next run of tests needs them too.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unzip } from '../../tools/local-juju/engine/unzip.ts';
import { build } from '../../tools/pack/build.ts';
import { withLock } from '../../tools/pack/lock.ts';
import { pack } from '../../tools/pack/pack.ts';
import { projectFolder } from './project.ts';

/** The charms that are given away. */
export const released = ['mongodb', 'mongos'] as const;

const place = join(projectFolder, 'build', '.packed');
const oldMs = 3_600_000;

/** @returns a folder with `mongodb.charm`, `mongodb/` and so on. No test may change what is in it. */
export const packedCharms = async (): Promise<string> => {
  await mkdir(place, { recursive: true });
  let folder = '';
  await withLock(place, async () => {
    folder = join(place, await keyOfBuilds());
    if (existsSync(folder)) return;
    await clearOld();
    const room = await mkdtemp(join(place, '.new-'));
    try {
      for (const name of released) {
        await writeFile(join(room, `${name}.charm`), await pack(name));
        await unzip(join(room, `${name}.charm`), join(room, name));
      }
      await rename(room, folder);
    } finally {
      await rm(room, { recursive: true, force: true });
    }
  });
  return folder;
};

/** From now on `juju deploy mongodb` takes the packed charm, in whichever process of this test file it is said. */
export const deployPackedCharms = async (): Promise<void> => {
  process.env.LOCAL_JUJU_CHARMS = await packedCharms();
};

/** What the builds were made from, the packer among it. */
const keyOfBuilds = async (): Promise<string> => {
  const hash = createHash('sha256');
  for (const name of released) hash.update(await readFile(`${await build(name)}.json`));
  return hash.digest('hex').slice(0, 16);
};

/** Those of a run that may still go on are spared. */
const clearOld = async (): Promise<void> => {
  for (const name of await readdir(place)) {
    const { mtimeMs } = await stat(join(place, name));
    if (Date.now() - mtimeMs > oldMs) await rm(join(place, name), { recursive: true });
  }
};
