// Notices that the local Juju's own sources have changed since the background process started.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The newest change of a .ts file below the folders, in ms. */
export const newestSource = (folders: readonly string[]): number => {
  let newest = 0;
  for (const folder of folders) {
    for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
      newest = Math.max(newest, statSync(join(entry.parentPath, entry.name)).mtimeMs);
    }
  }
  return newest;
};
