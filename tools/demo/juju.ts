// The `juju` command for the demo, with a data folder of its own.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';

export type Reply = { stdout: string; text: string };
export type StatusJson = {
  applications: Record<string, { 'application-status': { current: string; message?: string }; units?: Record<string, UnitJson> }>;
};
export type UnitJson = {
  'workload-status': { current: string; message?: string };
  'juju-status': { current: string };
  'public-address': string;
};
export type Juju = {
  readonly data: string;
  /** Runs `juju <words>`. Returns what it wrote, `text` with stderr in between. @throws when it does not exit with 0, or is interrupted. */
  run(...words: string[]): Promise<Reply>;
  status(): Promise<StatusJson>;
};

const program = join(import.meta.dirname, '..', 'local-juju', 'juju.mjs');

/** @param interrupted ends the command that runs and refuses any further one. @param charms folder of builds that are deployed by name. */
export const openJuju = (data: string, interrupted: AbortSignal, charms?: string): Juju => {
  const run = (...words: string[]) => runJuju(data, words, interrupted, charms === undefined ? {} : { LOCAL_JUJU_CHARMS: charms });
  return { data, run, status: async () => JSON.parse((await run('status', '--format=json')).stdout) as StatusJson };
};

/** Takes the model and its processes down whatever their state, and waits for the background process, which goes when no model is left. */
export const clearAway = async (data: string, model: string): Promise<void> => {
  const words = ['destroy-model', '--no-prompt', '--force', '--no-wait', '--destroy-storage', model];
  await runJuju(data, words, new AbortController().signal).catch(error => {
    if (!/not found/.test(error.message)) throw error;
  });
  const deadline = Date.now() + 10_000;
  while (existsSync(join(data, 'daemon.sock')) && Date.now() < deadline) await sleep(50);
};

const runJuju = async (
  data: string,
  words: readonly string[],
  interrupted: AbortSignal,
  more: Readonly<Record<string, string>> = {},
): Promise<Reply> => {
  interrupted.throwIfAborted();
  const env = { ...more, JUJU_DATA: data, JUJU_MODEL: undefined };
  // In a process group of its own: Ctrl-C is for the demo, which ends what it started.
  const options = { env, detached: true, cancelSignal: interrupted, stdin: 'ignore', all: true } as const;
  const { failed, stdout, all, exitCode } = await execa(process.execPath, [program, ...words], {
    ...options,
    stripFinalNewline: false,
    reject: false,
  });
  interrupted.throwIfAborted();
  if (failed) throw new Error(`juju ${words.join(' ')} failed: ${all.trim() || `exit code ${exitCode}`}`);
  return { stdout, text: all };
};
