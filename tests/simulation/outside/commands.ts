// Programs that the charm runs: hook tools, answered by the local Juju's tool server without a process, and `snap`.
import { currentProgram, Killed, outward, watch } from '../kernel.ts';
import { runMachineCommand } from '../machine.ts';
import { hookTools } from '../tools.ts';

type Answered = (error: unknown, stdout: string, stderr: string) => void;

export function execFile(command: string, words: readonly string[], _options: unknown, answered: Answered) {
  const program = currentProgram();
  let given: (input: string) => void = () => {};
  const input = new Promise<string>(settle => {
    given = settle;
  });
  watch.words(program, `${command} argv`, command === 'action-set' ? '' : words.join('\0'));
  void answer(command, words, () => input).then(
    ({ code, stdout, stderr }) =>
      answered(
        code === 0 ? null : Object.assign(new Error(`Command failed: ${command}`), { code, killed: false, signal: null }),
        stdout,
        stderr,
      ),
    error =>
      answered(error instanceof Killed ? Object.assign(error, { code: 1, killed: false, signal: null }) : error, '', 'it could not be run'),
  );
  return { stdin: { on: () => {}, end: (text: string) => given(text) } };
}

/** `snap` and mongod, as src/host/commands.ts runs them. */
export function execa(command: string, words: readonly string[]) {
  const output = { destroy: () => {} };
  watch.words(currentProgram(), `${command} argv`, words.join('\0'));
  const ended = answer(command, words, async () => '').then(
    ({ code, stdout, stderr }) => ({ failed: code !== 0, timedOut: false, exitCode: code, stdout, stderr }),
    error => {
      if (error instanceof Killed) return { failed: true, timedOut: false, exitCode: 1, stdout: '', stderr: 'it could not be run' };
      throw error;
    },
  );
  return Object.assign(ended, { stdout: output, stderr: output });
}

type Reply = { code: number; stdout: string; stderr: string };

const failed: Reply = { code: 1, stdout: '', stderr: 'ERROR the simulation lets this call fail' };

/** A call that fails is one that answers with an exit code. */
class Failure extends Error {}

async function answer(command: string, words: readonly string[], input: () => Promise<string>): Promise<Reply> {
  const tool = hookTools.has(command);
  const writes = tool ? (hookTools.get(command) ?? false) : command === 'snap' && words[0] !== 'services';
  try {
    return await outward(
      { kind: tool ? 'tool' : 'command', name: tool ? command : `${command.split('/').at(-1)} ${words[0] ?? ''}`, writes },
      () => (tool ? callTool(command, words, input) : runMachineCommand(command, words)),
      () => new Failure(),
    );
  } catch (error) {
    if (error instanceof Failure) return failed;
    throw error;
  }
}

async function callTool(tool: string, words: readonly string[], input: () => Promise<string>): Promise<Reply> {
  const program = currentProgram();
  const read = async (): Promise<string> => {
    const text = await input();
    watch.words(program, `${tool} input`, text);
    return text;
  };
  return program?.context?.call(tool, words, '/', read) ?? failed;
}
