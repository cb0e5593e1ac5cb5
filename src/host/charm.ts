// Which build of the charm runs: told by two files in its folder.
import { join } from 'node:path';
import type { CharmRevision } from '../core/observed.ts';
import { readText } from './files.ts';

/** Juju leaves the charm's URL in `.juju-charm`; the build leaves its own version in `version`. */
export async function readCharmRevision(charmFolder: string): Promise<CharmRevision> {
  const [url, version] = await Promise.all([readText(join(charmFolder, '.juju-charm')), readText(join(charmFolder, 'version'))]);
  return decodeRevision(url, version);
}

/** From a store the revision that it gave, the number at the end of `ch:amd64/jammy/mongodb-123`; else the version of the build. */
export function decodeRevision(url: string | undefined, version: string | undefined): CharmRevision {
  const revision = /^ch:.*-(\d+)$/.exec(url?.trim() ?? '')?.[1];
  return revision === undefined ? { version: version?.trim() ?? '', deployment: 'local' } : { version: revision, deployment: 'ch' };
}
