// Running a command of the machine: by its name, with its words, never through a shell, and never without end.
import { execFile } from 'node:child_process';

/** Standard output. @throws with what the command wrote to standard error. */
export function run(command: string, words: readonly string[], { timeoutMs }: { timeoutMs: number }): Promise<string> {
  return new Promise((done, failed) => {
    execFile(command, words, { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) return done(stdout);
      const why = error.killed ? `no answer within ${timeoutMs / 1000} s` : stderr.trim() || error.message;
      failed(new Error(`cannot run ${command} ${words.join(' ')}: ${why}`));
    });
  });
}
