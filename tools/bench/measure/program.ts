// Running one program under the two small Python programs beside this file: one tells what it cost, the other counts its processes.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** `env` is the whole environment of the program, and `command` a path. */
export type Program = { command: string; args: readonly string[]; cwd: string; env: Readonly<Record<string, string>> };
/** What a program and everything it started cost: milliseconds, and the mebibytes of the largest process among them. `begunMs` is of `nowMs`. */
export type Cost = { begunMs: number; wallMs: number; cpuMs: number; rssMiB: number };
export type Ended = { code: number; output: string };

/** @param python an interpreter by its path. @throws when the program could not be run at all; one that fails is an answer. */
export const timeProgram = async (python: string, program: Program): Promise<Cost & Ended> =>
  (await runUnder<Cost & { code: number }>(python, 'run.py', program)) satisfies Cost & Ended;

/** @returns how many processes there were, the program's own among them. @throws as `timeProgram`. */
export const countProcesses = async (python: string, program: Program): Promise<{ processes: number } & Ended> =>
  runUnder<{ processes: number; code: number }>(python, 'count.py', program);

/** The clock that both programs see. */
export const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

const limitMs = 120_000;

const runUnder = async <Report>(python: string, wrapper: string, program: Program): Promise<Report & { output: string }> => {
  const room = await mkdtemp(join(tmpdir(), 'bm-'));
  try {
    const report = join(room, 'report');
    // Without the site packages and deaf to PYTHON* variables, which are meant for the program.
    const words = ['-I', '-S', join(import.meta.dirname, wrapper), report, program.command, ...program.args];
    const output = await outputOf(python, words, program);
    const text = await readFile(report, 'utf8').catch(() => {
      throw new Error(`cannot measure ${program.command}: ${output.trim() || 'there is no report'}`);
    });
    return { ...(JSON.parse(text) as Report), output };
  } finally {
    await rm(room, { recursive: true, force: true });
  }
};

/** What the program wrote to either of its outputs. */
const outputOf = async (python: string, words: readonly string[], { cwd, env }: Program): Promise<string> => {
  const options = { cwd, env, extendEnv: false, timeout: limitMs, killSignal: 'SIGKILL', stripFinalNewline: false } as const;
  const { all, timedOut } = await execa(python, words, { ...options, all: true, reject: false });
  return `${all}${timedOut ? '\nit took too long' : ''}`;
};
