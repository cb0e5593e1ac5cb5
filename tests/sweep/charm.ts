// The packed charms with the trap in front of them: only `dispatch` is another.
import { chmod, copyFile, cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from '../../tools/pack/build.ts';

/** Puts such a charm below `place`, where the trap finds its plan, and tells what happened. @returns the charm's folder. */
export async function trapped(name: 'mongodb' | 'mongos', place: string): Promise<string> {
  const folder = join(place, name);
  const trap = join(place, 'trap.cjs');
  await copyFile(join(import.meta.dirname, 'trap.cjs'), trap);
  await cp(await build(name), folder, { recursive: true, verbatimSymlinks: true });
  const dispatch = join(folder, 'dispatch');
  await writeFile(dispatch, `#!/bin/sh\nSWEEP_FOLDER='${place}' exec ./bin/node --require '${trap}' ./lib/charm.cjs\n`);
  await chmod(dispatch, 0o755);
  return folder;
}
