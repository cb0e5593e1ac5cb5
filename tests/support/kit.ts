// Replaying scenarios with the conformance kit, from a test.
import { join } from 'node:path';
import { packagedNode, projectFolder } from './project.ts';
import { runProgram } from './run-program.ts';

/** The command that `npx juju` finds, without the second that npx takes for each call. */
export const juju = `${packagedNode} ${join(projectFolder, 'tools', 'local-juju', 'juju.mjs')}`;

/**
 * Runs scenarios and compares what happened with the kit's golden transcripts.
 * @param kit folder of the kit, with its `run`. @param place folder for transcripts, work files and the models of the run; its path
 * must be short, for unix sockets lie below it. @returns the exit code, and all that was said, the differences among it.
 */
export const runKit = async (
  kit: string,
  place: string,
  command: string,
  scenarios: readonly string[],
  limitMs: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<{ code: number; text: string }> => {
  const env = {
    ...settings,
    JUJU_DATA: join(place, 'd'),
    CONF_OUT: join(place, 'out'),
    npm_config_cache: join(place, 'npm'),
    npm_config_offline: 'true',
  };
  const options = { cwd: projectFolder, env, timeout: limitMs - 5_000, all: true } as const;
  const { exitCode: code = -1, all: text } = await runProgram(join(kit, 'run'), [command, ...scenarios], options);
  return { code, text };
};
