// A reader of a how-to page: types its commands into a shell, one after the other, on a local Juju of its own.
import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { runJuju } from '../../support/model.ts';
import { deployPackedCharms } from '../../support/packed.ts';
import { projectFolder } from '../../support/project.ts';
import { makeTestFolder } from '../../support/run-folder.ts';
import { runProgram } from '../../support/run-program.ts';
import type { StatusJson } from '../../support/status.ts';

export type Typed = { command: string; code: number; stdout: string; stderr: string };
export type Reader = {
  /** Types a command and keeps what was printed. */
  type(command: string): Promise<Typed>;
  /** What was printed for the last command that begins so, read as YAML. @throws when none was typed. */
  printed(beginning: string): unknown;
  /** The same, as text with stderr. */
  output(beginning: string): string;
  status(): Promise<StatusJson>;
  /** Status and the end of the log, to be shown with a failure. */
  story(): Promise<string>;
  models(): Promise<string[]>;
  /** Takes away what the page has left. */
  leave(): Promise<void>;
};

export const openReader = async (): Promise<Reader> => {
  await deployPackedCharms();
  const folder = await makeTestFolder('h-');
  const data = join(folder, 'd');
  // As after `npm link`: the command is in PATH.
  await mkdir(join(folder, 'bin'));
  await symlink(join(projectFolder, 'tools', 'local-juju', 'juju.mjs'), join(folder, 'bin', 'juju'));
  const env: NodeJS.ProcessEnv = { ...process.env, JUJU_DATA: data, PATH: `${join(folder, 'bin')}:${process.env.PATH}` };
  delete env.JUJU_MODEL;
  const typed: Typed[] = [];
  const last = (beginning: string): Typed => {
    const found = typed.findLast(({ command }) => command.startsWith(beginning));
    if (found === undefined) throw new Error(`the page has no command ${beginning}`);
    return found;
  };
  const juju = (...words: string[]) => runJuju(data, words, {});
  const models = async () => {
    const { models: all } = JSON.parse((await juju('models', '--format=json')).stdout) as { models?: { 'short-name': string }[] };
    return (all ?? []).map(model => model['short-name']);
  };
  return {
    type: async command => {
      const options = { env, extendEnv: false, cwd: folder, timeout: 170_000 };
      const { exitCode: code = -1, stdout, stderr } = await runProgram('bash', ['-c', command], options);
      const answer: Typed = { command, code, stdout, stderr };
      typed.push(answer);
      return answer;
    },
    printed: beginning => load(last(beginning).stdout),
    output: beginning => `${last(beginning).stdout}${last(beginning).stderr}`,
    status: async () => JSON.parse((await juju('status', '--format=json')).stdout) as StatusJson,
    story: async () => {
      const [shown, log] = [await juju('status', '--relations'), await juju('debug-log', '--no-tail', '--limit', '60')];
      return `${shown.stdout}${shown.stderr}\n--- the end of the log\n${log.stdout}${log.stderr}`;
    },
    models,
    leave: async () => {
      const flags = ['--no-prompt', '--force', '--no-wait', '--destroy-storage'];
      for (const name of await models()) await juju('destroy-model', ...flags, name);
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
};
