// What `juju run` and `juju exec` share: saying what was scheduled, waiting for it, and the exit code.
import { JujuError, type LiveModel } from '../../contract.ts';
import type { Task } from '../../state.ts';
import { zoneOf } from '../clock.ts';
import type { Call, FlagSpec } from '../spec.ts';
import { plural, unitTag } from '../text/names.ts';
import { durationMs } from '../text/times.ts';
import { waitFor } from '../waiting.ts';
import { isFinished, liveLine } from './results.ts';

export const followFlags: readonly FlagSpec[] = [
  { names: ['background'], help: 'Do not wait; say how to ask for the result' },
  { names: ['wait'], value: 'duration', initial: '1m', help: 'How long to wait for the result, 0 for as long as it takes' },
  { names: ['utc'], help: 'Show times in UTC' },
];

/** Says how to find the operation again. */
export function sayScheduled(call: Call, operation: string, tasks: readonly Task[]): number {
  const ids = tasks.map(task => task.id);
  const { console } = call;
  if (ids.length === 1) console.err(`Scheduled operation ${operation} with task ${ids[0]}\n`);
  else
    console.err(
      `Scheduled operation ${operation} with ${ids.length} tasks\n${tasks.map(task => `  - task ${task.id} on ${unitTag(task.unit)}\n`).join('')}`,
    );
  console.err(`Check operation status with 'juju show-operation ${operation}'\n`);
  console.err(`Check task status with 'juju show-task ${ids.length === 1 ? ids[0] : '<id>'}'\n`);
  return 0;
}

/** Waits for all tasks; with `progress` it tells on stderr and repeats the log of a single task. False: the client has gone. */
export async function awaitTasks(call: Call, live: LiveModel, tasks: readonly Task[], progress: boolean): Promise<boolean> {
  const { console } = call;
  const zone = call.flags.on('utc') ? 'UTC' : zoneOf(console);
  const limitMs = waitLimit(call);
  const deadline = limitMs === undefined ? undefined : Date.now() + limitMs;
  let shown = 0;
  for (const { id } of tasks) {
    if (progress) console.err(`Waiting for task ${id}...\n`);
    const left = deadline === undefined ? undefined : Math.max(0, deadline - Date.now());
    const outcome = await waitFor(live, console.gone, left, () => {
      const task = live.state.tasks[id];
      if (progress && tasks.length === 1 && task) {
        for (; shown < task.log.length; shown++) console.err(liveLine(task.log[shown]!, zone));
      }
      return task === undefined || isFinished(task);
    });
    if (outcome === 'gone') return false;
    if (outcome === 'timeout') {
      const late = tasks.map(task => live.state.tasks[task.id] ?? task).filter(task => !isFinished(task));
      throw new JujuError(`timed out waiting for results from: ${late.map(task => `unit ${task.unit}`).join(', ')}`);
    }
  }
  if (shown > 0) console.err('\n');
  return true;
}

/** 0, or 1 with a sentence on stderr when a program ended with another code than 0. A killed one counts as ended well, as in Juju. */
export function exitCodeOf(call: Call, tasks: readonly Task[]): number {
  const failed = tasks.filter(task => task.returnCode !== undefined && task.returnCode > 0);
  if (failed.length === 0) return 0;
  const lines = failed.map(task => ` - id "${task.id}" with return code ${task.returnCode}\n`).join('');
  call.console.err(
    `ERROR the following ${plural(failed.length, 'task')} failed:\n${lines}\nuse 'juju show-task' to inspect the ${plural(failed.length, 'failure')}\n\n`,
  );
  return 1;
}

function waitLimit(call: Call): number | undefined {
  const text = call.flags.text('wait');
  if (text === undefined) return 60_000;
  const ms = durationMs(text);
  if (ms === undefined) throw new JujuError(`invalid value "${text}" for option --wait: time: invalid duration "${text}"`, 2);
  return ms === 0 ? undefined : ms;
}
