// Operations and their tasks: actions and `juju exec`.
import { JujuError, type LiveModel } from '../contract.ts';
import type { Model, Operation, Task } from '../state.ts';

type Request = Parameters<LiveModel['enqueue']>[0];

const keptOperations = 1_000;
const keptOutputBytes = 2_000_000;

/** Operation and tasks take their numbers from one counter. @returns the operation's id. */
export const enqueue = (model: Model, request: Request, now: string): string => {
  const id = nextId(model);
  const operation: Operation = {
    id,
    summary: request.summary,
    action: request.action ?? 'juju-exec',
    parameters: request.parameters,
    receivers: [...request.receivers],
    tasks: [],
    enqueued: now,
    ...(request.fail === undefined ? {} : { fail: request.fail, completed: now }),
  };
  model.operations[id] = operation;
  for (const unit of request.units) {
    const task: Task = {
      id: nextId(model),
      operation: id,
      unit,
      status: 'pending',
      message: '',
      log: [],
      results: {},
      stdout: '',
      stderr: '',
      enqueued: now,
      ...(request.command === undefined ? {} : { command: request.command }),
    };
    model.tasks[task.id] = task;
    operation.tasks.push(task.id);
  }
  return id;
};

/** Ends a task, and its operation with the last one. */
export const completeTask = (model: Model, task: Task, end: Partial<Task> & { status: Task['status'] }, now: string): void => {
  Object.assign(task, end, { completed: now });
  const operation = model.operations[task.operation];
  if (operation?.tasks.every(id => model.tasks[id] === undefined || model.tasks[id].completed !== undefined)) {
    operation.completed = now;
  }
  forgetOld(model);
};

/** A pending task is cancelled; a running one is told to stop. @returns whether its program is to be ended. @throws {JujuError} */
export const cancelTask = (model: Model, id: string, now: string): boolean => {
  const task = model.tasks[id];
  if (task === undefined) throw new JujuError(`no tasks found, no tasks have been canceled`);
  if (task.status === 'pending') completeTask(model, task, { status: 'cancelled' }, now);
  if (task.status !== 'running') return false;
  task.status = 'aborting';
  return true;
};

const nextId = (model: Model): string => {
  model.counters.operation += 1;
  return String(model.counters.operation);
};

// The state is written whole at each commit, so what has long been over must not pile up in it.
const forgetOld = (model: Model): void => {
  const operations = Object.values(model.operations).sort((one, other) => Number(other.id) - Number(one.id));
  let bytes = 0;
  for (const [index, operation] of operations.entries()) {
    for (const id of operation.tasks) bytes += (model.tasks[id]?.stdout.length ?? 0) + (model.tasks[id]?.stderr.length ?? 0);
    if (index === 0 || operation.completed === undefined || (index < keptOperations && bytes < keptOutputBytes)) continue;
    for (const id of operation.tasks) delete model.tasks[id];
    delete model.operations[operation.id];
  }
};
