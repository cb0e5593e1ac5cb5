// The socket that hook tools and machine commands call (wire: local-machine/shim.ts), and the folder of links that hooks find in PATH.
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { shimScript } from '../../local-machine/shim.ts';
import type { HookContext, ToolReply } from '../contract.ts';
import { goQuote } from '../format/quote.ts';
import { toolNames } from './tools.ts';
import { type WordReader, wordReader } from './word-reader.ts';

/** A hook's tools, or something else that answers by name, such as a machine's commands. */
export type ToolTarget = HookContext | ((name: string, args: readonly string[], cwd: string) => Promise<ToolReply>);

/**
 * Serves until the returned server is closed.
 * @param lookup whom a token belongs to. @param failed is told of defects; the caller sees them too.
 */
export const serveTools = (
  host: string,
  port: number,
  lookup: (token: string) => ToolTarget | undefined,
  failed: (error: unknown) => void = () => {},
): Promise<Server> => {
  const server = createServer({ noDelay: true }, socket => {
    socket.on('error', () => socket.destroy()); // a caller that was killed
    serveOne(socket, lookup).catch(error => {
      if (socket.destroyed) return;
      failed(error);
      send(socket, { code: 1, stdout: '', stderr: `ERROR ${error instanceof Error ? error.message : String(error)}\n` });
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
};

/** Puts the client and one link per hook tool into the folder; what was there under these names is replaced. */
export const writeTools = (folder: string, address: { host: string; port: number }): void => {
  mkdirSync(folder, { recursive: true });
  const client = join(folder, 'jujuc');
  rmSync(client, { force: true });
  writeFileSync(client, shimScript(address), { mode: 0o755 });
  for (const name of toolNames) {
    rmSync(join(folder, name), { force: true });
    symlinkSync('jujuc', join(folder, name));
  }
};

/** Writes a command of a machine, which whoever the token belongs to answers. A hook must not call it: it would wait for its own end. */
export const writeMachineCommand = (path: string, { token, ...address }: { host: string; port: number; token: string }): void => {
  writeFileSync(`${path}.new`, shimScript(address, token, refuseInHook), { mode: 0o700 });
  renameSync(`${path}.new`, path);
};

const refuseInHook = `if [ -n "\${JUJU_CONTEXT_ID:-}" ]; then
  echo "ERROR \${0##*/} cannot be called from within a hook, have context \\"$JUJU_CONTEXT_ID\\"" >&2
  exit 2
fi`;

const serveOne = async (socket: Socket, lookup: (token: string) => ToolTarget | undefined): Promise<void> => {
  const reader = wordReader(socket);
  const token = await reader.next();
  const cwd = await reader.next();
  const counted = await reader.next();
  const count = Number.parseInt(counted, 10);
  const name = await reader.next();
  const args: string[] = [];
  while (args.length < count) args.push(await reader.next());
  const stdin = counted.endsWith('+') ? await reader.next() : undefined;
  send(socket, await answer(lookup(token), token, { name, args, cwd, stdin }, socket, reader));
};

/** `stdin` only if it came with the words. */
type Request = { name: string; args: readonly string[]; cwd: string; stdin: string | undefined };

const answer = async (
  target: ToolTarget | undefined,
  token: string,
  { name, args, cwd, stdin }: Request,
  socket: Socket,
  reader: WordReader,
): Promise<ToolReply> => {
  if (target === undefined) return { code: 1, stdout: '', stderr: `ERROR bad request: wrong context ID; got ${goQuote(token)}\n` };
  if (typeof target === 'function') return target(name, args, cwd);
  return target.call(name, args, cwd, async () => {
    if (stdin !== undefined) return stdin;
    socket.write('stdin\0\0\0');
    return reader.next();
  });
};

const send = (socket: Socket, { code, stdout, stderr }: ToolReply): void => {
  const words = `${stdout}${stderr}`.includes('\0')
    ? [`b${code}`, Buffer.from(stdout).toString('base64'), Buffer.from(stderr).toString('base64')]
    : [code, stdout, stderr];
  socket.end(words.map(word => `${word}\0`).join(''));
};
