// Where the router listens: TCP addresses and unix sockets.
import { chmodSync, closeSync, constants, openSync, rmSync } from 'node:fs';
import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';
import type { RouterOptions } from './options.ts';

export type Listening = { readonly places: readonly string[]; close(): void };

/** @throws when a place cannot be listened on, like one that somebody else has. */
export const listen = async (options: RouterOptions, accept: (socket: Socket) => void): Promise<Listening> => {
  const { port, socketFolder, socketPermissions } = options;
  const isPath = (entry: string) => entry.startsWith('/');
  const paths = [...options.bindIp.filter(isPath), ...(socketFolder === undefined ? [] : [join(socketFolder, `mongodb-${port}.sock`)])];
  const addresses = options.bindIp.filter(entry => !isPath(entry));
  const servers: Server[] = [];
  const folders: number[] = [];
  const unique = [...new Set(paths)];
  const close = () => {
    for (const server of servers) server.close();
    for (const path of unique) rmSync(path, { force: true });
    for (const folder of folders) closeSync(folder);
  };
  try {
    for (const path of unique) {
      const folder = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
      folders.push(folder);
      // What a router that was killed left behind.
      rmSync(path, { force: true });
      // A socket's name may have 107 bytes; by way of the open folder it is short wherever the folder lies.
      servers.push(await listenOn({ path: `/proc/self/fd/${folder}/${basename(path)}` }, accept));
      chmodSync(path, socketPermissions);
    }
    for (const host of addresses) servers.push(await listenOn({ host, port }, accept));
  } catch (error) {
    close();
    throw error;
  }
  return { places: [...unique, ...addresses.map(address => `${address}:${port}`)], close };
};

const listenOn = (options: ListenOptions, accept: (socket: Socket) => void): Promise<Server> =>
  new Promise((settle, refuse) => {
    const server = createServer({ noDelay: true, keepAlive: true }, accept);
    server.once('error', refuse);
    server.listen(options, () => settle(server));
  });
