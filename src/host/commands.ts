// Running a command of the machine: by its name, with its words, never through a shell, and never without end.
import { execFile } from 'node:child_process';

export type RunOptions = {
  readonly timeoutMs: number;
  /** Added to the environment of the hook. */
  readonly env?: Readonly<Record<string, string>>;
};

/** Standard output. @throws with what the command wrote to standard error. */
export function run(command: string, words: readonly string[], { timeoutMs, env }: RunOptions): Promise<string> {
  const options = { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 16 * 1024 * 1024, env: { ...process.env, ...env } } as const;
  return new Promise((done, failed) => {
    execFile(command, words, options, (error, stdout, stderr) => {
      if (error === null) return done(stdout);
      const why = error.killed ? `no answer within ${timeoutMs / 1000} s` : stderr.trim() || error.message;
      failed(new Error(`cannot run ${command} ${words.join(' ')}: ${why}`));
    });
  });
}
