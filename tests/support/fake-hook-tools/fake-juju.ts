// A fake Juju for one unit: real hook tools in PATH, answered from a state in memory, every call recorded.
// For tests of a whole charm program without an agent.
import { chmodSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { shimScript } from '../../../tools/local-machine/shim.ts';
import { makeTestFolder } from '../run-folder.ts';
import { runProgram } from '../run-program.ts';
import type { FakeCall, FakeState } from './state.ts';
import { runTool, toolNames } from './tools.ts';

export type FakeJuju = {
  state: FakeState;
  calls: FakeCall[];
  /** Runs a charm program with a hook's environment, and nothing else in it. */
  run(
    program: readonly [string, ...string[]],
    cwd: string,
    env: Readonly<Record<string, string>>,
  ): Promise<{ code: number; stderr: string }>;
  stop(): Promise<void>;
};

export const startFakeJuju = async (state: FakeState): Promise<FakeJuju> => {
  const calls: FakeCall[] = [];
  const server = createServer(socket => void answer(socket, state, calls));
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const folder = await makeTestFolder('ht-');
  const shim = join(folder, 'shim');
  writeFileSync(shim, shimScript({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }, 'fake'));
  chmodSync(shim, 0o755);
  for (const tool of toolNames) symlinkSync('shim', join(folder, tool));
  return {
    state,
    calls,
    run: async ([program, ...words], cwd, env) => {
      const hook = { ...hookEnvironment(state, folder), ...env };
      const { exitCode: code = -1, stderr } = await runProgram(program, words, { cwd, env: hook, extendEnv: false });
      return { code, stderr };
    },
    stop: async () => {
      await new Promise(done => server.close(done));
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const hookEnvironment = (state: FakeState, tools: string): Record<string, string> => ({
  JUJU_UNIT_NAME: state.unit,
  JUJU_MODEL_UUID: '11111111-2222-3333-4444-555555555555',
  JUJU_VERSION: '3.6.28',
  JUJU_HOOK_NAME: '',
  LANG: 'C.UTF-8',
  PATH: `${tools}:/usr/bin:/bin`,
});

const answer = async (socket: Socket, state: FakeState, calls: FakeCall[]): Promise<void> => {
  socket.on('error', () => socket.destroy());
  const next = wordReader(socket);
  await next(); // the token
  const cwd = await next();
  const sent = await next(); // with a "+" if the standard input comes along
  const count = Number(sent.replace('+', ''));
  const tool = await next();
  const args: string[] = [];
  while (args.length < count) args.push(await next());
  const call: FakeCall = { tool, args, code: 0 };
  calls.push(call);
  const readInput = async () => {
    if (!sent.endsWith('+')) socket.write('stdin\0\0\0');
    call.input = await next();
    return call.input;
  };
  const reply = await runTool(state, tool, { args, cwd, readInput });
  call.code = reply.code;
  socket.end(`${reply.code}\0${reply.stdout}\0${reply.stderr}\0`);
};

/** Reads words that each end with NUL, one a call. */
const wordReader = (socket: Socket): (() => Promise<string>) => {
  socket.setEncoding('utf8');
  const pieces = socket[Symbol.asyncIterator]() as AsyncIterator<string>;
  let text = '';
  return async () => {
    let end = text.indexOf('\0');
    while (end < 0) {
      const piece = await pieces.next();
      if (piece.done) throw new Error('the hook tool went away in the middle of its call');
      text += piece.value;
      end = text.indexOf('\0');
    }
    const word = text.slice(0, end);
    text = text.slice(end + 1);
    return word;
  };
};
