// mongod's own log file.
import type { Mongo } from './session.ts';

/** Lets mongod rename its log file and begin a new one. @throws when it cannot. */
export async function rotateLog(mongo: Mongo): Promise<void> {
  const link = await mongo.own();
  if (link.kind !== 'open') throw new Error(`cannot rotate the log: ${link.reason}`);
  await link.command({ logRotate: 'server' }, { timeoutMs: 10_000 });
}
