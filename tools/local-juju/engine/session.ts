// One command line of one client: its words come in over the daemon's socket, what it prints and its exit code go back.
// Wire, both ways: one JSON value a line. Client: {words, home, cwd, env, tty}, then {line} or {end} for each line it was asked for.
// Daemon: {accepted}, {out}, {err}, {read}, {exit}; or {restart} when the client should start a new daemon and ask that one.
import type { Socket } from 'node:net';
import type { Command, Console, Controller } from '../contract.ts';
import type { Log } from '../log.ts';

type FromClient = { words?: string[]; home?: string; cwd?: string; env?: Record<string, string>; tty?: boolean; line?: string; end?: true };

/**
 * Serves one client until its command has ended or it has gone.
 * @param mayAccept asked once, with the folder that the client's program lies in; false sends the client to a new daemon.
 */
export const serveClient = (
  socket: Socket,
  controller: Controller,
  run: Command,
  mayAccept: (home: string | undefined) => boolean,
  log: Log,
): Promise<void> =>
  new Promise(finished => {
    const gone = new AbortController();
    const lines: (string | undefined)[] = [];
    const readers: ((line: string | undefined) => void)[] = [];
    let started = false;
    let rest = '';

    const send = (message: object): void => {
      if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`);
    };
    const offer = (line: string | undefined): void => {
      const reader = readers.shift();
      if (reader) reader(line);
      else lines.push(line);
    };
    const begin = async (request: FromClient): Promise<void> => {
      started = true;
      if (!mayAccept(request.home)) {
        socket.end(`${JSON.stringify({ restart: true })}\n`);
        return;
      }
      send({ accepted: true });
      const console: Console = {
        out: text => send({ out: text }),
        err: text => send({ err: text }),
        readLine: () => {
          if (lines.length > 0) return Promise.resolve(lines.shift());
          send({ read: true });
          return new Promise(resolve => readers.push(resolve));
        },
        gone: gone.signal,
        cwd: request.cwd ?? '/',
        env: request.env ?? {},
        tty: request.tty ?? false,
      };
      let code: number;
      try {
        code = await run(controller, request.words ?? [], console);
      } catch (error) {
        log.error(error, `cannot run the command ${request.words?.[0]}`);
        send({ err: `ERROR ${(error as Error).message}\n` });
        code = 1;
      }
      if (!socket.destroyed) socket.end(`${JSON.stringify({ exit: code })}\n`);
    };

    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        try {
          const message = JSON.parse(part) as FromClient;
          if (!started) void begin(message);
          else offer(message.line);
        } catch (error) {
          log.warn(error, 'cannot read what a client sent');
          socket.destroy();
        }
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      gone.abort();
      for (const reader of readers.splice(0)) reader(undefined);
      finished();
    });
  });
