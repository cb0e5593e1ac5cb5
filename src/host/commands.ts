// Running a command of the machine: by its name, with its words, never through a shell, and never without end. Most hooks run none, so
// execa is loaded with the first.

export type RunOptions = {
  readonly timeoutMs: number;
  /** Added to the environment of the hook. */
  readonly env?: Readonly<Record<string, string>>;
};

/** Standard output. @throws with what the command wrote to standard error. */
export async function run(command: string, words: readonly string[], { timeoutMs, env = {} }: RunOptions): Promise<string> {
  const { execa } = await import('execa');
  // `cleanup`: what was begun goes on when the hook is killed, as snapd's own work does.
  const options = { stdin: 'ignore', stripFinalNewline: false, maxBuffer: 16 * 1024 * 1024, cleanup: false, reject: false } as const;
  const child = execa(command, words, { ...options, env, timeout: timeoutMs, killSignal: 'SIGKILL' });
  // A program that the command has left behind may keep its output open, and execa would wait for that one.
  const limit = setTimeout(() => {
    child.stdout.destroy();
    child.stderr.destroy();
  }, timeoutMs);
  const ended = await child.finally(() => clearTimeout(limit));
  if (!ended.failed) return ended.stdout;
  const { timedOut, stderr, originalMessage, exitCode, signal } = ended;
  const code = signal === undefined ? `it ended with ${exitCode}` : `it was ended by ${signal}`;
  const why = timedOut ? `no answer within ${timeoutMs / 1000} s` : stderr.trim() || originalMessage || code;
  throw new Error(`cannot run ${command} ${words.join(' ')}: ${why}`);
}
