// The scenarios recorded on a real Juju, replayed. A difference from the recording is shown as it is.
import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { juju, runKit } from '../support/kit.ts';
import { projectFolder } from '../support/project.ts';
import { makeTestFolder } from '../support/run-folder.ts';

// Groups that take about the same time; each has its own data folder, so that they run side by side. One is replayed with `npx juju`, as a
// person types it; npx takes about a second a call, so the others call the program that it finds.
const groups = [
  { scenarios: ['01'], command: 'npx juju' },
  { scenarios: ['03', '05', '10', '16'], command: juju },
  { scenarios: ['09', '12', '14'], command: juju },
];
const limitMs = 400_000;

describe.concurrent('the conformance kit', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await makeTestFolder('co-');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(groups)(
    'scenarios $scenarios',
    async ({ scenarios, command }) => {
      // Short, for the data folder holds unix sockets.
      const place = join(folder, scenarios[0] ?? '');
      await makeLookalike(place);
      const { code, text } = await runKit(join(projectFolder, 'tests', 'conformance'), place, command, scenarios, limitMs);
      expect(text).toContain(`${scenarios.length} passed, 0 failed`);
      expect(code).toBe(0);
    },
    limitMs,
  );
});

/** npx finds a project's own command by the package.json above the current folder, so the kit's folder must lie below one. */
const makeLookalike = async (place: string): Promise<void> => {
  await mkdir(join(place, 'out'), { recursive: true });
  for (const name of ['package.json', '.npmrc', 'node_modules', 'tools']) await symlink(join(projectFolder, name), join(place, name));
};
