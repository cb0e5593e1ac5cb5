// `juju-exec` on a machine, as root would type it there, or a program that a charm left running: it runs commands in a hook context.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Reply, type TestModel, withModel } from '../support/model.ts';
import { projectFolder } from '../support/project.ts';
import { makeTestFolder } from '../support/run-folder.ts';
import { settled } from '../support/status.ts';

const limitMs = 120_000;

/** Runs it with nothing of a hook in its environment, but for what is given. */
const onMachine = (root: string, words: string[], env: Record<string, string> = {}): Promise<Reply> =>
  new Promise(done => {
    execFile(
      join(root, 'usr', 'bin', 'juju-exec'),
      words,
      { env: { PATH: '/usr/bin:/bin', ...env }, timeout: limitMs },
      (error, stdout, stderr) => done({ code: error ? (typeof error.code === 'number' ? error.code : -1) : 0, stdout, stderr }),
    );
  });

const rootOf = (model: TestModel, machine: string): string => {
  const folder = readdirSync(model.data).find(name => /^[0-9a-f]{5}$/.test(name)) ?? '';
  return join(model.data, folder, machine);
};

test('juju-exec on a machine runs a hook of the charm between two others, and hands its exit code back', () =>
  withModel(async model => {
    const folder = await makeTestFolder('je-');
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const recorder = join(projectFolder, 'tests', 'charms', 'recorder');
    await model.juju('deploy', recorder, 'rec', '-n', '2', '--config', `folder=${folder}`);
    await model.waitFor('the start', settled);
    const root = rootOf(model, '0');

    const said = await onMachine(root, [
      '-u',
      'rec/0',
      'echo "$JUJU_CONTEXT_ID [$JUJU_HOOK_NAME] $JUJU_UNIT_NAME"; [ "$PWD" = "$JUJU_CHARM_DIR" ] && echo here; state-set a=1; action-get >&2; exit 3',
    ]);
    expect(said.code).toBe(3);
    expect(said.stdout).toMatch(/^rec\/0-run-commands-[0-9a-f]{32} \[\] rec\/0\nhere\n$/);
    expect(said.stderr).toBe('ERROR not running an action\n');
    expect(await model.juju('exec', '--unit', 'rec/0', 'state-get a')).toBe('1\n');
    expect(await model.juju('operations')).not.toContain('run-commands');

    expect(await onMachine(root, ['-u', 'rec/0', 'JUJU_DISPATCH_PATH=hooks/seen JUJU_HOOK_NAME=seen ./dispatch'])).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect(readFileSync(join(folder, 'record-rec-0'), 'utf8')).toMatch(/begin seen\nend seen\n$/);

    expect(await onMachine(root, ['-u', 'rec/1', 'true'])).toMatchObject({
      code: 1,
      stderr: 'ERROR unit "rec/1" not found on this machine\n',
    });
    expect(await onMachine(root, ['-u', 'rec/0'])).toMatchObject({ code: 2, stderr: 'ERROR missing commands\n' });
    expect(await onMachine(root, ['-u', 'rec/0', 'true'], { JUJU_CONTEXT_ID: 'x' })).toMatchObject({
      code: 2,
      stderr: 'ERROR juju-exec cannot be called from within a hook, have context "x"\n',
    });
    // A hook finds it in its PATH, for the programs that it starts.
    expect(await model.juju('exec', '--unit', 'rec/0', 'type -t juju-exec')).toBe('file\n');
  }));
