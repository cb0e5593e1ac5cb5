// Running one hook tool. Juju puts them in PATH; they are called by name, with words, never through a shell.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const TOOL_MS = 60_000; // Juju answers in milliseconds; a minute means that its agent is gone
/** Calls side by side. More gain nothing on two cores, and each is a process on the machine of a database. */
const AT_ONCE = 8;

export class ToolFailure extends Error {}

let running = 0;
const waiting: (() => void)[] = [];

/** Standard output of the tool. @throws ToolFailure with what it wrote to standard error; its words are not repeated, for they may be secret. */
export async function runTool(tool: string, words: readonly string[], input?: string): Promise<string> {
  if (running >= AT_ONCE) await new Promise<void>(go => waiting.push(go));
  running += 1;
  try {
    return await call(tool, words, input);
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

const call = (tool: string, words: readonly string[], input: string | undefined): Promise<string> =>
  new Promise((done, failed) => {
    const child = execFile(tool, words, { timeout: TOOL_MS, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) return done(stdout);
      failed(new ToolFailure(`cannot run ${tool}: ${stderr.trim() || (error.killed ? 'no answer' : error.message.split('\n')[0])}`));
    });
    child.stdin?.on('error', () => {}); // a tool that ends without reading its input says why by its exit code
    child.stdin?.end(input ?? '');
  });

/** Undefined where Juju refuses the read or has nothing: it is gone, or not for us. @throws ToolFailure for anything else. */
export async function orUndefined<Value>(read: Promise<Value>): Promise<Value | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof ToolFailure && /not found|permission denied|not the leader|is not leader/.test(error.message)) return undefined;
    throw error;
  }
}

/** Lends a file with these values as YAML (JSON is YAML), readable to us alone, for words that must not be seen in a list of processes. */
export async function withSecretFile<Value>(
  values: Readonly<Record<string, string>>,
  use: (path: string) => Promise<Value>,
): Promise<Value> {
  // Below the charm's own folder: hooks have no TMPDIR, and it is not for others to read.
  const folder = await mkdtemp(join(process.env.JUJU_CHARM_DIR ?? '.', '.secret-'));
  try {
    const path = join(folder, 'content.yaml');
    await writeFile(path, JSON.stringify(values), { mode: 0o600 });
    return await use(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
