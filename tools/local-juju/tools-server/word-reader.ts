// Words that come over a socket, each ended by NUL.
import type { Socket } from 'node:net';

export type WordReader = {
  /** The next word. Rejects when the other side has gone. */
  next(): Promise<string>;
};

export const wordReader = (socket: Socket): WordReader => {
  const words: string[] = [];
  let rest: Buffer[] = [];
  let waiting: { resolve(word: string): void; reject(error: Error): void } | undefined;
  let ended = false;

  const hand = (): void => {
    if (waiting === undefined) return;
    const word = words.shift();
    if (word === undefined && !ended) return;
    const { resolve, reject } = waiting;
    waiting = undefined;
    if (word === undefined) reject(new Error('the caller has gone'));
    else resolve(word);
  };
  socket.on('data', (chunk: Buffer) => {
    let start = 0;
    for (let end = chunk.indexOf(0); end >= 0; end = chunk.indexOf(0, start)) {
      words.push(Buffer.concat([...rest, chunk.subarray(start, end)]).toString());
      rest = [];
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
    hand();
  });
  const end = (): void => {
    ended = true;
    hand();
  };
  socket.on('end', end);
  socket.on('close', end);

  return {
    next: () =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        hand();
      }),
  };
};
