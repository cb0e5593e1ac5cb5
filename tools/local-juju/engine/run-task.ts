// One run of an action or of a `juju exec` command.
import type { HookInfo, Task, Unit } from '../state.ts';
import type { AgentWorld } from './agents.ts';
import type { ProgramEnd } from './program.ts';
import { contextId, failureOf, findHook, isTermination, type Register, startProgram } from './run-hook.ts';
import { completeTask } from './tasks.ts';

const largestOutput = 4_000_000;

/** Runs the task to its end, and writes its results. */
export const runTask = async (world: AgentWorld, unit: Unit, taskId: string, register: Register): Promise<void> => {
  const { model, host } = world;
  const task = model.tasks[taskId]!;
  const operation = model.operations[task.operation];
  const hook = hookOf(task, operation?.action ?? '', operation?.parameters ?? {});
  task.status = 'running';
  task.started = host.now();
  if (operation) operation.started ??= task.started;
  world.setAgentStatus(unit, 'executing', `running action ${operation?.action ?? ''}`);
  const id = contextId(unit, hook);
  unit.agent.running = id;
  world.save();

  const program = await programOf(world, unit, hook);
  if (program === undefined) {
    delete unit.agent.running;
    const message = `action not implemented on unit "${unit.name}"`;
    return completeTask(model, task, { status: 'failed', message }, host.now());
  }
  const context = world.makeContext(host, id, unit.name, hook);
  const running = startProgram(world, unit, hook, id, program, (stream, text) => {
    if (task[stream].length < largestOutput) task[stream] += text;
  });
  const over = register({ context, what: `the task ${taskId}`, task: taskId, kill: running.kill });
  const end = await running.ended;
  over();
  delete unit.agent.running;
  const commits = end.problem === undefined && (end.code === 0 || (hook.exec !== undefined && !isTermination(end.signal)));
  const refused = commits ? context.commit() : undefined;
  if (!commits) context.discard();
  const results = context.action?.results ?? {};
  if (model.tasks[taskId] === task)
    completeTask(model, task, { ...outcome(task, hook, end, context.action, refused), results }, host.now());
  world.save();
};

/** How a task has ended. @param refused why nothing that it asked for was kept. */
export const outcome = (
  task: Task,
  hook: HookInfo,
  end: ProgramEnd,
  action: { failed: boolean; message: string } | undefined,
  refused: string | undefined,
): Partial<Task> & { status: Task['status'] } => {
  if (task.status === 'aborting') return { status: 'aborted', message: 'terminated', returnCode: -1 };
  if (isTermination(end.signal)) return { status: 'failed', message: 'terminated', returnCode: -1 };
  const returnCode = end.code ?? -1;
  if (refused !== undefined) {
    return {
      status: 'failed',
      message: (action?.failed && action.message) || 'committing requested changes failed',
      stderr: task.stderr === '' ? refused : `${task.stderr}\n${refused}`,
      returnCode: returnCode === 0 ? 1 : returnCode,
    };
  }
  if (action?.failed) return { status: 'failed', message: action.message, returnCode };
  const failure = end.signal === null ? failureOf(end) : `signal: ${end.signal}`;
  if (hook.exec || failure === undefined) return { status: 'completed', message: '', returnCode };
  return { status: 'failed', message: failure, returnCode };
};

const hookOf = (task: Task, action: string, parameters: Record<string, unknown>): HookInfo =>
  task.command === undefined
    ? { name: '', kind: 'action', action: { name: action, task: task.id, parameters } }
    : { name: '', kind: 'exec', exec: { command: task.command, task: task.id } };

/** `juju exec` and `juju-exec` alone go through a shell, because a shell command is what they are given. */
export const shellProgram = (command: string) => ({ command: '/bin/bash', args: ['-s'], stdin: `${command}\n` });

const programOf = async (world: AgentWorld, unit: Unit, hook: HookInfo) => {
  if (hook.exec) return shellProgram(hook.exec.command);
  const { command } = await findHook(world, unit, hook);
  return command === undefined ? undefined : { command, args: [] };
};
