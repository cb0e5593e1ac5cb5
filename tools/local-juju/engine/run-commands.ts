// `juju-exec` on a machine: commands that run in a hook context of a unit there, in turn with the unit's hooks.

import type { ToolReply } from '../contract.ts';
import { isUnitName } from '../name-patterns.ts';
import type { HookInfo, Model, Unit } from '../state.ts';
import type { AgentWorld } from './agents.ts';
import { contextId, isTermination, type Register, startProgram } from './run-hook.ts';
import { shellProgram } from './run-task.ts';

/** @returns the unit and the commands that the words name, or what is wrong with them. */
export const readWords = (model: Model, machine: string, words: readonly string[]): { unit: string; command: string } | ToolReply => {
  const [flag = '', name, command, ...more] = words.flatMap(word => (word.startsWith('--unit=') ? ['-u', word.slice(7)] : [word]));
  if (flag !== '-u' && flag !== '--unit') {
    return refusal(2, flag.startsWith('-') ? `option provided but not defined: ${flag}` : 'missing unit-name');
  }
  if (name === undefined) return refusal(2, `option needs an argument: ${flag}`);
  if (!isUnitName(name)) return refusal(2, `unit name "${name}" not valid`);
  if (command === undefined) return refusal(2, 'missing commands');
  if (more.length > 0) return refusal(2, `unrecognized args: [${more.map(word => JSON.stringify(word)).join(' ')}]`);
  return model.units[name]?.machine === machine ? { unit: name, command } : notHere(name);
};

export const notHere = (unit: string): ToolReply => refusal(1, `unit "${unit}" not found on this machine`);

/** Runs the commands to their end. What they ask of the model is kept whatever their exit code is, unless they were killed. */
export const runCommands = async (world: AgentWorld, unit: Unit, command: string, register: Register): Promise<ToolReply> => {
  const hook: HookInfo = { name: '', kind: 'run-commands' };
  const id = contextId(unit, hook);
  world.setAgentStatus(unit, 'executing', 'running commands');
  unit.agent.running = id;
  world.save();
  const context = world.makeContext(world.host, id, unit.name, hook);
  const written = { stdout: '', stderr: '' };
  const running = startProgram(world, unit, hook, id, shellProgram(command), (stream, text) => {
    written[stream] += text;
  });
  const over = register({ context, what: 'the commands of juju-exec', kill: running.kill });
  const { code, signal, problem } = await running.ended;
  over();
  delete unit.agent.running;
  if (problem !== undefined || isTermination(signal)) {
    context.discard();
    return refusal(1, problem ?? 'terminated');
  }
  const refused = context.commit();
  return refused === undefined ? { code: code ?? 1, ...written } : { ...refusal(1, refused), stdout: written.stdout };
};

const refusal = (code: number, text: string): ToolReply => ({ code, stdout: '', stderr: `ERROR ${text}\n` });
