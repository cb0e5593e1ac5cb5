// A lock between processes: an abstract socket, which goes with its process whatever ends it, so that no lock is ever left behind.
import { createHash } from 'node:crypto';
import { createConnection, createServer, type Server, type Socket } from 'node:net';

const patienceMs = 120_000;

/**
 * Does the work while no other process, and no other call in this one, holds the lock of that name.
 * @throws what the work throws, and when another holds the lock for over two minutes.
 */
export const withLock = async <Result>(name: string, work: () => Promise<Result>): Promise<Result> => {
  const address = `\0charm-build-${process.getuid?.() ?? 0}-${createHash('sha256').update(name).digest('hex').slice(0, 24)}`;
  const deadline = Date.now() + patienceMs;
  let lock = await take(address);
  while (lock === undefined) {
    if (Date.now() > deadline) throw new Error(`another process has been building ${name} for over two minutes`);
    await untilReleased(address, deadline - Date.now());
    lock = await take(address);
  }
  try {
    return await work();
  } finally {
    release(lock);
  }
};

type Lock = { server: Server; waiting: Set<Socket> };

const take = (address: string): Promise<Lock | undefined> =>
  new Promise((settle, refuse) => {
    const waiting: Lock['waiting'] = new Set();
    const server = createServer(socket => {
      waiting.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => waiting.delete(socket));
    });
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? settle(undefined) : refuse(error)));
    server.listen(address, () => settle({ server, waiting }));
  });

/** Who waits is connected, and learns of the release from the end of the connection. */
const untilReleased = (address: string, limitMs: number): Promise<void> =>
  new Promise(settle => {
    const socket = createConnection(address);
    // A holder that was killed breaks the connection; one that has just released the lock refuses it. Either is a release.
    socket.on('error', () => undefined);
    socket.on('close', () => settle());
    socket.setTimeout(Math.max(1, limitMs), () => socket.destroy());
  });

const release = ({ server, waiting }: Lock): void => {
  server.close();
  for (const socket of waiting) socket.destroy();
};
