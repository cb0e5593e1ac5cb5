// mongod's own log files.
import type { Mongo } from './session.ts';

/** Lets mongod rename its log file, and the audit log where it has one, and begin new ones. @throws when it cannot. */
export async function rotateLog(mongo: Mongo): Promise<void> {
  const link = await mongo.own();
  if (link.kind !== 'open') throw new Error(`cannot rotate the log: ${link.reason}`);
  await link.command({ logRotate: 1 }, { timeoutMs: 10_000 });
}
