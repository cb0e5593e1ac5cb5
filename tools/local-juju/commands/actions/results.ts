// Tasks and operations as `run`, `exec`, `show-task` and `show-operation` print them.
import type { Model, Operation, Task } from '../../state.ts';
import { goYaml } from '../output.ts';
import { clockTime, goTime } from '../text/times.ts';

export type TaskInfo = {
  id: string;
  log?: string[];
  message?: string;
  results?: Record<string, unknown>;
  status: string;
  timing?: Record<string, string>;
  unit: string;
};

/** One task in the shape of `--format json`, keys in the order printed. */
export function describeTask(task: Task, zone: string): TaskInfo {
  const results = resultsOf(task);
  const timing = timingOf(task, zone);
  return {
    id: task.id,
    ...(task.log.length === 0 ? {} : { log: task.log.map(line => `${goTime(line.time, zone)} ${line.message}`) }),
    ...(task.message === '' ? {} : { message: task.message }),
    ...(results === undefined ? {} : { results }),
    status: task.status,
    ...(timing === undefined ? {} : { timing }),
    unit: task.unit,
  };
}

/** The plain text of one task: what failed, its results as YAML, an empty line, its outputs. */
export function plainTask(task: Task): string {
  const stdout = trimLines(task.stdout);
  const stderr = trimLines(task.stderr);
  return `${plainResults(task)}\n${stdout === '' ? '' : `${stdout}\n`}${stderr === '' ? '' : `${stderr}\n`}`;
}

/** The plain text of several tasks: a YAML map by unit. */
export function plainTasks(tasks: readonly Task[]): string {
  const sorted = [...tasks].sort((a, b) => (a.unit < b.unit ? -1 : 1));
  return goYaml(Object.fromEntries(sorted.map(task => [task.unit, { id: task.id, output: plainResults(task), status: task.status }])));
}

/** The plain text of `juju exec`: outputs as they are, under each unit's name when there are several. */
export function plainExec(tasks: readonly Task[]): string {
  const sorted = [...tasks].sort((a, b) => (a.unit < b.unit ? -1 : 1));
  return sorted
    .map(task => {
      const text = [task.stdout, task.stderr]
        .map(trimLines)
        .filter(part => part !== '')
        .map(part => `${part}\n`)
        .join('');
      return tasks.length === 1 ? text : `${task.unit}:\n${text}\n`;
    })
    .join('');
}

/** The shape of `show-operation`. */
export function describeOperation(model: Model, operation: Operation, zone: string): Record<string, unknown> {
  const tasks = operation.tasks.map(id => model.tasks[id]).filter(task => task !== undefined);
  return {
    summary: operation.summary,
    status: operationStatus(model, operation),
    ...(operation.fail === undefined ? {} : { fail: operation.fail }),
    ...(operation.action === 'juju-exec' ? {} : { action: { name: operation.action, parameters: operation.parameters } }),
    timing: timingOf(operation, zone) ?? {},
    ...(tasks.length === 0 ? {} : { tasks: Object.fromEntries(tasks.map(task => [task.id, operationTask(task, zone)])) }),
  };
}

/** The status of an operation: the worst of its tasks, as long as they run. */
export function operationStatus(model: Model, operation: Operation): string {
  if (operation.fail !== undefined) return 'error';
  const words = operation.tasks.map(id => model.tasks[id]?.status ?? 'error');
  for (const word of ['running', 'pending', 'aborting', 'error', 'failed', 'cancelled', 'aborted'])
    if (words.includes(word as Task['status'])) return word;
  return 'completed';
}

export function isFinished(task: Task): boolean {
  return !['pending', 'running', 'aborting'].includes(task.status);
}

/** One line of a task's log as shown while it runs. */
export function liveLine(line: { time: string; message: string }, zone: string): string {
  return `${clockTime(line.time, zone)} ${line.message}\n`;
}

function operationTask(task: Task, zone: string): Record<string, unknown> {
  const { id: _, unit, status, message, timing, log, results } = describeTask(task, zone);
  return {
    host: unit,
    status,
    ...(timing === undefined ? {} : { timing }),
    ...(log === undefined ? {} : { log }),
    ...(message === undefined ? {} : { message }),
    ...(results === undefined ? {} : { results }),
  };
}

function resultsOf(task: Task): Record<string, unknown> | undefined {
  const all = {
    ...task.results,
    ...(task.returnCode === undefined ? {} : { 'return-code': task.returnCode }),
    ...(task.stderr === '' ? {} : { stderr: task.stderr }),
    ...(task.stdout === '' ? {} : { stdout: task.stdout }),
  };
  return Object.keys(all).length === 0 ? undefined : all;
}

function timingOf(times: { enqueued?: string; started?: string; completed?: string }, zone: string): Record<string, string> | undefined {
  const timing: Record<string, string> = {};
  for (const name of ['completed', 'enqueued', 'started'] as const) if (times[name]) timing[name] = goTime(times[name], zone);
  return Object.keys(timing).length === 0 ? undefined : timing;
}

function plainResults(task: Task): string {
  if (!isFinished(task)) return `Task ${task.id} ${task.status}\n`;
  const failed = task.message === '' ? '' : `Action id ${task.id} failed: ${task.message}\n`;
  return failed + (Object.keys(task.results).length === 0 ? '' : goYaml(task.results));
}

function trimLines(text: string): string {
  let start = 0;
  let end = text.length;
  while (text[start] === '\n') start += 1;
  while (end > start && text[end - 1] === '\n') end -= 1;
  return text.slice(start, end);
}
