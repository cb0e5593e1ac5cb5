// The `juju` command for the demo, with a data folder of its own.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

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

/** @param interrupted ends the command that runs and refuses any further one. */
export const openJuju = (data: string, interrupted: AbortSignal): Juju => {
  const run = (...words: string[]) => runJuju(data, words, interrupted);
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

const runJuju = (data: string, words: readonly string[], interrupted: AbortSignal): Promise<Reply> =>
  new Promise((settle, refuse) => {
    interrupted.throwIfAborted();
    const env: NodeJS.ProcessEnv = { ...process.env, JUJU_DATA: data };
    delete env.JUJU_MODEL;
    // In a process group of its own: Ctrl-C is for the demo, which ends what it started.
    const child = spawn(process.execPath, [program, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let stdout = '';
    let text = '';
    child.stdout.setEncoding('utf8').on('data', piece => {
      stdout += piece;
      text += piece;
    });
    child.stderr.setEncoding('utf8').on('data', piece => (text += piece));
    const stop = () => child.kill('SIGTERM');
    interrupted.addEventListener('abort', stop);
    child.on('error', refuse);
    child.on('close', code => {
      interrupted.removeEventListener('abort', stop);
      if (interrupted.aborted) refuse(interrupted.reason);
      else if (code === 0) settle({ stdout, text });
      else refuse(new Error(`juju ${words.join(' ')} failed: ${text.trim() || `exit code ${code}`}`));
    });
  });
