// How long the charm waits for a server.
import { NoAnswer } from './errors.ts';

/** A frozen mongod keeps its connections open, and a hook would wait for ever. @throws NoAnswer */
export async function within<Value>(work: Promise<Value>, timeoutMs: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(`MongoDB has not answered within ${timeoutMs / 1000} s`)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {}); // after the time is over nobody reads the result
  }
}
