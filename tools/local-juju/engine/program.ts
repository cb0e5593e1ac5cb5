// Runs the program of a hook, an action or `juju exec` in a process group of its own, and gathers what it writes.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

export type Program = { command: string; args: readonly string[]; cwd: string; env: Record<string, string>; stdin?: string };
export type ProgramEnd = { code: number | null; signal: NodeJS.Signals | null; problem?: string };
export type Running = { readonly ended: Promise<ProgramEnd>; kill(signal: NodeJS.Signals): void };

// A child that outlives its hook may keep the pipes open; Juju does not wait for it either.
const pipesGraceMs = 300;

/** @param line called for each line as it comes. @param chunk called with all text as it comes. */
export const runProgram = (
  program: Program,
  line: (stream: 'stdout' | 'stderr', text: string) => void,
  chunk: (stream: 'stdout' | 'stderr', text: string) => void,
): Running => {
  const child = spawn(program.command, [...program.args], {
    cwd: program.cwd,
    env: program.env,
    detached: true,
    stdio: [program.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  if (child.stdin) {
    child.stdin.on('error', () => undefined);
    child.stdin.end(program.stdin);
  }
  for (const name of ['stdout', 'stderr'] as const) {
    readLines(
      child[name]!,
      text => line(name, text),
      text => chunk(name, text),
    );
  }
  return {
    ended: endOf(child),
    kill: signal => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, signal);
      } catch {
        // It has ended by itself.
      }
    },
  };
};

const endOf = (child: ChildProcess): Promise<ProgramEnd> =>
  new Promise(settle => {
    child.once('error', error => settle({ code: null, signal: null, problem: error.message }));
    child.once('exit', (code, signal) => {
      const timer = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, pipesGraceMs);
      child.once('close', () => {
        clearTimeout(timer);
        settle({ code, signal });
      });
    });
  });

const readLines = (stream: Readable, line: (text: string) => void, chunk: (text: string) => void): void => {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    chunk(text);
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const one of lines) line(one);
  });
  stream.on('end', () => {
    if (rest !== '') line(rest);
  });
  stream.on('error', () => undefined);
};
