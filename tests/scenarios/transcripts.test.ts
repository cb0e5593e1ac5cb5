// More scenarios in the manner of the conformance kit: peers, databags, removals, subordinates, errors, storage. Their transcripts were
// not recorded on a real Juju; each line was held against what is known of one. A difference shows what has changed.
import { mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { juju, runKit } from '../support/kit.ts';
import { projectFolder } from '../support/project.ts';
import { makeTestFolder } from '../support/run-folder.ts';

const recorded = join(projectFolder, 'tests', 'conformance');
const own = join(projectFolder, 'tests', 'scenarios', 'transcripts');
const groups = [{ scenarios: ['02', '04', '11'] }, { scenarios: ['06', '07'] }, { scenarios: ['08'] }];
const limitMs = 300_000;

describe.concurrent('more scenarios', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await makeTestFolder('tr-');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(groups)(
    'scenarios $scenarios',
    async ({ scenarios }) => {
      const place = join(folder, scenarios[0] ?? '');
      const kit = join(place, 'kit');
      await makeKit(kit);
      // The agents here wait for nobody, so half a second without a hook means that none will come.
      const { code, text } = await runKit(kit, place, juju, scenarios, limitMs, { CONF_QUIET: '0.5' });
      expect(text).toContain(`${scenarios.length} passed, 0 failed`);
      expect(code).toBe(0);
    },
    limitMs,
  );
});

/** The kit with other scenarios, and with one charm more. */
const makeKit = async (kit: string): Promise<void> => {
  await mkdir(join(kit, 'charms'), { recursive: true });
  for (const name of ['run', 'lib', 'normalise']) await symlink(join(recorded, name), join(kit, name));
  for (const name of ['scenarios', 'golden']) await symlink(join(own, name), join(kit, name));
  for (const home of [recorded, own]) {
    for (const name of await readdir(join(home, 'charms'))) await symlink(join(home, 'charms', name), join(kit, 'charms', name));
  }
};
