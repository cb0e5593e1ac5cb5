// The scenarios recorded on a real Juju, replayed. A difference from the recording is shown as it is.
import { execFile } from 'node:child_process';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packagedNode, projectFolder } from '../support/project.ts';
import { makeTestFolder } from '../support/run-folder.ts';

const direct = `${packagedNode} ${join(projectFolder, 'tools', 'local-juju', 'juju.mjs')}`;
// Groups that take about the same time; each has its own data folder, so that they run side by side. One is replayed with `npx juju`, as a
// person types it; npx takes about a second a call, so the others call the program that it finds.
const groups = [
  { scenarios: ['01'], command: 'npx juju' },
  { scenarios: ['03', '05', '10', '16'], command: direct },
  { scenarios: ['09', '12', '14'], command: direct },
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
      const { code, text } = await runKit(place, command, scenarios);
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

const runKit = (place: string, command: string, scenarios: readonly string[]): Promise<{ code: number; text: string }> =>
  new Promise(done => {
    const env = {
      ...process.env,
      JUJU_DATA: join(place, 'd'),
      CONF_OUT: join(place, 'out'),
      npm_config_cache: join(place, 'npm'),
      npm_config_offline: 'true',
    };
    execFile(
      join(projectFolder, 'tests', 'conformance', 'run'),
      [command, ...scenarios],
      { cwd: projectFolder, env, timeout: limitMs - 5_000, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => done({ code: error ? (typeof error.code === 'number' ? error.code : -1) : 0, text: stdout + stderr }),
    );
  });
