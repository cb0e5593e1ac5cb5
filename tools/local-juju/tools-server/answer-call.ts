// One call of a hook tool, from its words to exit code and text: as Juju's command runner does it.
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ToolReply } from '../contract.ts';
import { formatted, type OutputFormat } from '../format/smart.ts';
import { ToolError, UsageError } from './errors.ts';
import { type FlagValues, helpAsked, parseFlags } from './flags.ts';
import { flagsOf, pageOf } from './help.ts';
import type { Running } from './running.ts';
import type { Answer, Call, Tool } from './tool.ts';
import { tools } from './tools.ts';

/** Never rejects for anything that a caller can do wrong. */
export const answerCall = async (
  running: Running,
  name: string,
  args: readonly string[],
  cwd: string,
  readStdin: () => Promise<string>,
): Promise<ToolReply> => {
  const tool = tools[name];
  if (tool === undefined) return { code: 1, stdout: '', stderr: `ERROR bad request: unknown command "${name}"\n` };
  const warnings: string[] = [];
  try {
    const flags = flagsOf(tool);
    const parsed = parseFlags(flags, args, running);
    if (parsed === helpAsked) return { code: 0, stdout: pageOf(name), stderr: '' };
    const call: Call = {
      running,
      words: parsed.words,
      flags: parsed.values,
      cwd,
      readFile: path => (path === '-' ? readStdin() : readBytes(resolve(cwd, path)).then(bytes => bytes.toString())),
      readBytes: path => readBytes(resolve(cwd, path)),
      warn: text => warnings.push(text),
    };
    const stdout = await printed(tool, await tool.run(call), parsed.values, cwd);
    return { code: 0, stdout, stderr: warnings.join('') };
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof ToolError)) throw error;
    return { code: error instanceof UsageError ? 2 : 1, stdout: '', stderr: `${warnings.join('')}ERROR ${error.message}\n` };
  }
};

const printed = async (tool: Tool, answer: Answer, flags: FlagValues, cwd: string): Promise<string> => {
  if (answer === undefined) return '';
  if ('text' in answer) return answer.text;
  const text = formatted(answer.value, (flags.format ?? tool.output) as OutputFormat);
  if (typeof flags.output !== 'string' || flags.output === '') return text;
  await writeText(resolve(cwd, flags.output), text);
  return '';
};

const readBytes = async (path: string): Promise<Buffer> => {
  try {
    return await readFile(path);
  } catch (error) {
    throw new ToolError(fileFailure('open', path, error));
  }
};

const writeText = async (path: string, text: string): Promise<void> => {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw new ToolError(fileFailure('open', path, error));
  }
};

/** As Go says it: `open /nope: no such file or directory`. */
const fileFailure = (doing: string, path: string, error: unknown): string => {
  const [, reason = String(error)] = /^[A-Z0-9]+: (.*?)(, |$)/.exec((error as Error).message) ?? [];
  return (error as NodeJS.ErrnoException).code === 'EISDIR' ? `read ${path}: is a directory` : `${doing} ${path}: ${reason}`;
};
