// How an action or `juju exec` ends whose changes are refused when it has ended.
import { expect, test } from 'vitest';
import { outcome } from '../../../../tools/local-juju/engine/run-task.ts';
import { enqueue } from '../../../../tools/local-juju/engine/tasks.ts';
import type { HookInfo } from '../../../../tools/local-juju/state.ts';
import { simulation } from './simulation.ts';

const hook: HookInfo = { name: '', kind: 'exec', exec: { command: 'true', task: '2' } };
const refused = 'creating secrets: secret with label "zz" already exists';

test.each([
  ['', 0, { stderr: refused, returnCode: 1 }],
  ['a line\n', 3, { stderr: `a line\n\n${refused}`, returnCode: 3 }],
])('after %j and exit code %i', (stderr, code, shown) => {
  const { model, now } = simulation();
  enqueue(model, { summary: '', receivers: ['prov/0'], units: ['prov/0'], parameters: {}, command: 'true' }, now);
  const task = { ...model.tasks['2']!, status: 'running' as const, stderr };
  expect(outcome(task, hook, { code, signal: null }, undefined, refused)).toEqual({
    status: 'failed',
    message: 'committing requested changes failed',
    ...shown,
  });
});
