// Running one hook tool. Juju puts them in PATH; they are called by name, with words, never through a shell.
import { type ExecFileException, execFile } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { yamlOf } from './yaml.ts';

/** Juju answers in milliseconds; half a minute means that its agent is gone. */
const TOOL_MS = 30_000;
/** Calls side by side. More gain nothing on two cores, and each is a process on the machine of a database. */
const AT_ONCE = 8;

/** A tool that did not do what it was asked to. */
export class ToolFailure extends Error {}

let free = AT_ONCE;
const waiting: (() => void)[] = [];

/** Standard output of the tool. @throws ToolFailure with what it wrote to standard error; its words are not repeated, for they may be secret. */
export async function runTool(tool: string, words: readonly string[], input?: string): Promise<string> {
  if (free > 0) free -= 1;
  else await new Promise<void>(go => waiting.push(go));
  try {
    return await call(tool, words, input);
  } finally {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next(); // the place goes from one call to the next
  }
}

const call = (tool: string, words: readonly string[], input: string | undefined): Promise<string> =>
  new Promise((done, failed) => {
    const limits = { timeout: TOOL_MS, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 * 1024 } as const;
    const child = execFile(tool, words, limits, (error, stdout, stderr) => {
      if (error === null) done(stdout);
      else failed(new ToolFailure(`cannot run ${tool}: ${whyOf(error, stderr)}`));
    });
    child.stdin?.on('error', () => {}); // a tool that ends without reading its input says why by its exit code
    child.stdin?.end(input ?? '');
  });

/** Never the error's own message: it repeats the words of the call. */
function whyOf(error: ExecFileException, stderr: string): string {
  const said = stderr.trim().replace(/^ERROR /, '');
  if (said !== '') return said;
  if (error.killed) return `no answer within ${TOOL_MS / 1000} s`;
  return error.signal ? `ended by ${error.signal}` : `failed with ${error.code ?? 'no reason'}`;
}

/** Undefined where Juju refuses the read or has nothing: it is gone, or not for us. @throws ToolFailure for anything else. */
export async function orUndefined<Value>(read: Promise<Value>): Promise<Value | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof ToolFailure && /not found|permission denied/i.test(error.message)) return undefined;
    throw error;
  }
}

/**
 * Lends a file with these values as YAML, for what must not be seen in a list of processes: `secret-add` and `secret-set` read files
 * but, unlike relation-set, no standard input. The file has lost its name before anything is written to it, so that no crash leaves it behind.
 */
export async function withSecretFile<Value>(
  values: Readonly<Record<string, string>>,
  use: (path: string) => Promise<Value>,
): Promise<Value> {
  const folder = await mkdtemp(join(tmpdir(), 'mongodb-charm-'));
  const file = await open(join(folder, 'content'), 'wx', 0o600);
  try {
    await rm(folder, { recursive: true });
    await file.writeFile(yamlOf(values));
    return await use(`/proc/${process.pid}/fd/${file.fd}`); // the unit's agent reads it, not the tool
  } finally {
    await file.close();
  }
}
