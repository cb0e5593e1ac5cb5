// The set of `npm run failures` for the tests of a file.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type Case, cases } from '../../../tools/failures/cases.ts';
import { openCharm } from '../../../tools/failures/charm.ts';
import type { Cluster, Kind } from '../../../tools/failures/cluster.ts';
import { makeTestFolder } from '../../support/run-folder.ts';

/** With their names in front, as titles. */
export const casesOf = (kind: Kind): [string, Case][] => cases.filter(one => one.kind === kind).map(one => [one.name, one]);

/** Deployed before the file's first test, and gone after its last. */
export const openSet = (kind: Kind): (() => Cluster) => {
  let folder = '';
  let set: Cluster | undefined;
  beforeAll(async () => {
    folder = await makeTestFolder('f-');
    set = await openCharm(join(folder, 'j'), kind, new AbortController().signal);
  });
  afterAll(async () => {
    await set?.close();
    await rm(folder, { recursive: true, force: true });
  });
  return () => set!;
};
