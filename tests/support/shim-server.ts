// A small server that speaks the wire of tools/local-machine/shim.ts, so that tests of a machine can call its commands as hooks do.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { CommandReply } from '../../tools/local-machine/contract.ts';

export type ShimRequest = { token: string; cwd: string; name: string; args: string[] };
export type ShimServer = { port: number; close(): Promise<void> };

export const serveShims = async (answer: (request: ShimRequest) => Promise<CommandReply>): Promise<ShimServer> => {
  const server = createServer(socket => {
    let text = '';
    let answered = false;
    socket.setEncoding('utf8');
    socket.on('error', () => socket.destroy());
    socket.on('data', async piece => {
      text += piece;
      const request = readRequest(text);
      if (request === undefined || answered) return;
      answered = true;
      const { code, stdout, stderr } = await answer(request);
      socket.end(`${code}\0${stdout}\0${stderr}\0`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.close();
    await once(server, 'close');
  };
  return { port: (server.address() as AddressInfo).port, close };
};

const readRequest = (text: string): ShimRequest | undefined => {
  const [token = '', cwd = '', count = '', name = '', ...rest] = text.split('\0');
  // What follows the last NUL is not yet a whole word.
  return count === '' || rest.length <= Number(count) ? undefined : { token, cwd, name, args: rest.slice(0, Number(count)) };
};
